// SPDX-License-Identifier: GPL-3.0-or-later
// Smoothed speed from the times between steps.
#include "core/train/throughput.h"

#include <algorithm>

namespace vit {

void Throughput::start(double before) {
    *this = Throughput(*m_clock);
    m_before = before;
    m_started = m_last = m_clock->seconds();
}

void Throughput::step(std::int64_t images) {
    const double now = m_clock->seconds();
    const double perImage = (now - m_last) / static_cast<double>(std::max<std::int64_t>(images, 1));
    m_last = now;
    ++m_steps;
    // The first step pays for warming up: the second one's time replaces it. Later ones are averaged over about ten.
    const double weight = m_steps <= 2 ? 1 : std::max(0.1, 1.0 / static_cast<double>(m_steps - 1));
    m_secondsPerImage += weight * (perImage - m_secondsPerImage);
}

double Throughput::remainingSeconds(std::int64_t images, std::int64_t epochs) const {
    if (m_steps == 0) return -1;
    return static_cast<double>(images) * m_secondsPerImage + static_cast<double>(epochs) * m_overhead;
}

}  // namespace vit
