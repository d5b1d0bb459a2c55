// SPDX-License-Identifier: GPL-3.0-or-later
// The time that a run has trained, which is not the time that has passed.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

namespace vit {

// Seconds since it was made, without those in which the run was held up.
class RunClock {
public:
    using Seconds = std::function<double()>;

    explicit RunClock(Seconds now = steadySeconds) : m_now(std::move(now)), m_start(m_now()) {}

    double seconds() const { return m_now() - m_start - m_still; }

    // Calls `wait` and gives its result; the time that it takes does not count.
    template <typename Wait>
    auto standStill(const Wait& wait) {
        const double before = m_now();
        auto result = wait();
        m_still += m_now() - before;
        return result;
    }

private:
    Seconds m_now;
    double m_start;
    double m_still = 0;

    static double steadySeconds() {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }
};

}  // namespace vit
