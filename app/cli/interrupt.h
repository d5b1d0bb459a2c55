// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl+C and SIGTERM: the first asks the program to stop in good order, the second ends it at once.
#pragma once

namespace vit::cli {

// From its construction on, in this thread and in all that are started later. One at a time.
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;

    bool requested() const;
};

}  // namespace vit::cli
