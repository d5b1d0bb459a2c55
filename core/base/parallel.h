// SPDX-License-Identifier: GPL-3.0-or-later
// A loop whose rounds do not depend on each other, on all cores.
#pragma once

#include <cstdint>
#include <functional>

namespace vit {

// Calls body(0) … body(count-1) on `threads` threads, 0 for as many as there are cores. `watch` is called from the calling
// thread, several times a second, with the number of rounds done. The first exception of either stops the loop and is
// thrown on.
void parallelFor(std::int64_t count, const std::function<void(std::int64_t)>& body,
                 const std::function<void(std::int64_t)>& watch = {}, int threads = 0);

}  // namespace vit
