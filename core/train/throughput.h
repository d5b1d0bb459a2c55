// SPDX-License-Identifier: GPL-3.0-or-later
// How fast a run is, and how long it will take.
#pragma once

#include "core/train/run_clock.h"

#include <cstdint>

namespace vit {

// By a clock that outlives it.
class Throughput {
public:
    explicit Throughput(const RunClock& clock) : m_clock(&clock) {}

    // `before`: seconds trained in earlier sittings of the same run.
    void start(double before);
    // After each step, with the images of its batch.
    void step(std::int64_t images);
    // Time that belongs to no step (validation, saving) has passed.
    void skip() { m_last = m_clock->seconds(); }
    // What an epoch costs beside its steps.
    void epochOverhead(double seconds) { m_overhead = seconds; }

    double imagesPerSecond() const { return m_secondsPerImage > 0 ? 1 / m_secondsPerImage : 0; }
    double elapsedSeconds() const { return m_before + m_clock->seconds() - m_started; }  // with earlier sittings
    // Below 0 before anything was measured.
    double remainingSeconds(std::int64_t images, std::int64_t epochs) const;

private:
    const RunClock* m_clock;
    double m_started = 0;
    double m_last = 0;
    double m_before = 0;
    double m_secondsPerImage = 0;  // exponentially smoothed
    double m_overhead = 0;
    std::int64_t m_steps = 0;
};

}  // namespace vit
