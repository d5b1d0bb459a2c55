// SPDX-License-Identifier: GPL-3.0-or-later
// Extents grow with each measurement; ranges are made of them.
#include "ui/pages/train/layer_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit::ui {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The smallest of a few round ends that holds the data.
double shareEnd(double largest) {
    for (const double end : {0.1, 0.2, 0.5})
        if (largest <= end * 0.95) return end;
    return 1;
}

}  // namespace

std::optional<double> StatisticRange::place(double value) const {
    if (std::isnan(value)) return std::nullopt;
    double place = 0;
    if (!logarithmic) place = (value - lower) / (upper - lower);
    else if (value > 0) place = std::log(value / lower) / std::log(upper / lower);
    return std::clamp(place, 0.0, 1.0);
}

void LayerHistory::add(const LayersMeasured& measured) {
    if (measured.layers.empty()) return;
    if (!empty() && (measured.layers.size() != layers() || measured.step <= lastStep())) return;
    m_measured.push_back(measured);
    m_watch.see(measured);
    m_extents.resize(kLayerStatistics.size(), {kInfinity, -kInfinity, kInfinity});
    for (std::size_t i = 0; i < kLayerStatistics.size(); ++i) {
        for (const LayerStatistics& layer : measured.layers) {
            const double value = layer.*kLayerStatistics[i].value;
            if (!std::isfinite(value)) continue;
            Extent& extent = m_extents[i];
            extent.lower = std::min(extent.lower, value);
            extent.upper = std::max(extent.upper, value);
            if (value > 0) extent.leastPositive = std::min(extent.leastPositive, value);
        }
    }
}

void LayerHistory::clear() { *this = {}; }

const LayerFinding* LayerHistory::findingOf(std::size_t layer) const {
    const auto found = std::find_if(findings().begin(), findings().end(),
                                    [&](const LayerFinding& finding) { return finding.layer == layer; });
    return found == findings().end() ? nullptr : &*found;
}

StatisticRange LayerHistory::range(const LayerStatistic& statistic) const {
    const auto index = static_cast<std::size_t>(
        std::find_if(kLayerStatistics.begin(), kLayerStatistics.end(),
                     [&](const LayerStatistic& each) { return each.value == statistic.value; }) -
        kLayerStatistics.begin());
    const Extent none{kInfinity, -kInfinity, kInfinity};
    const Extent& extent = empty() ? none : m_extents[index];
    const bool known = extent.upper >= extent.lower;
    if (statistic.share) return {0, known ? shareEnd(extent.upper) : 1, false};
    if (statistic.logarithmic) {
        if (!std::isfinite(extent.leastPositive)) return {0.1, 1, true};
        return {extent.leastPositive / 1.5, extent.upper * 1.5, true};
    }
    if (!known) return {-1, 1, false};
    const double lower = std::min(extent.lower, 0.0);
    const double upper = std::max(extent.upper, 0.0);
    const double padding = std::max((upper - lower) * 0.08, 1e-9);
    return {lower - padding, upper + padding, false};
}

}  // namespace vit::ui
