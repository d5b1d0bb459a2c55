// SPDX-License-Identifier: GPL-3.0-or-later
// How long work says how far it is, and learns that it shall stop.
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <functional>
#include <string>

namespace vit {

// Called now and then from the calling thread with what is being done ("Unpacking train.bin") and bytes done and in
// all (0 = not known). Returning false cancels: the call then throws Cancelled and leaves nothing half-done behind,
// except a partial download that the next one resumes.
using Progress = std::function<bool(const std::string& what, std::int64_t done, std::int64_t total)>;

inline void report(const Progress& progress, const std::string& what, std::int64_t done, std::int64_t total) {
    if (progress && !progress(what, done, total)) throw Cancelled();
}

}  // namespace vit
