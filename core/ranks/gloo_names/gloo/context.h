// SPDX-License-Identifier: GPL-3.0-or-later
// libtorch contains Gloo but ships no headers of it, and its own header of the process group names a few of Gloo's types.
// These are their names, and of their members those that the header's inline functions call. Objects of them are made and
// used inside libtorch alone, so that nothing here has to agree in size or layout with what is there.
#pragma once

#include <chrono>

namespace gloo {

class Context {
public:
    void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo
