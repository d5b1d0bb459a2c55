// SPDX-License-Identifier: GPL-3.0-or-later
// How fast a run is, and how long it will take.
#pragma once

#include <chrono>
#include <cstdint>

namespace vit {

class Throughput {
public:
    // `before`: seconds trained in earlier sittings of the same run.
    void start(double before);
    // After each step, with the images of its batch.
    void step(std::int64_t images);
    // Time that belongs to no step (validation, saving) has passed.
    void skip();
    // What an epoch costs beside its steps.
    void epochOverhead(double seconds) { m_overhead = seconds; }

    double imagesPerSecond() const { return m_secondsPerImage > 0 ? 1 / m_secondsPerImage : 0; }
    double elapsedSeconds() const;  // with earlier sittings
    // Below 0 before anything was measured.
    double remainingSeconds(std::int64_t images, std::int64_t epochs) const;

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point m_started = Clock::now();
    Clock::time_point m_last = Clock::now();
    double m_before = 0;
    double m_secondsPerImage = 0;  // exponentially smoothed
    double m_overhead = 0;
    std::int64_t m_steps = 0;
};

}  // namespace vit
