// SPDX-License-Identifier: GPL-3.0-or-later
// What was measured of a run's layers, and where it lies on the scale of its statistic.
#pragma once

#include "core/events/event.h"
#include "core/events/layer_watch.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace vit::ui {

// The values that the axis of a statistic spans.
struct StatisticRange {
    double lower = 0;
    double upper = 1;
    bool logarithmic = false;

    // 0 at the lower end, 1 at the upper one. What a logarithmic axis has no place for lies at its lower end, so that
    // a layer whose gradient is 0 is seen there; NaN lies nowhere.
    std::optional<double> place(double value) const;
};

class LayerHistory {
public:
    // Measurements come in the order of their steps; one of a step that is known, or of another number of layers, is
    // left out.
    void add(const LayersMeasured& measured);
    void clear();

    bool empty() const { return m_measured.empty(); }
    const std::vector<LayersMeasured>& measured() const { return m_measured; }
    std::size_t layers() const { return empty() ? 0 : m_measured.front().layers.size(); }
    std::int64_t lastStep() const { return empty() ? 0 : m_measured.back().step; }

    const std::vector<LayerFinding>& findings() const { return m_watch.findings(); }
    const LayerFinding* findingOf(std::size_t layer) const;  // the first one, or null

    // Over all layers and steps, the same for all layers, so that they can be compared.
    StatisticRange range(const LayerStatistic& statistic) const;

private:
    std::vector<LayersMeasured> m_measured;
    LayerWatch m_watch;
    struct Extent {
        double lower, upper, leastPositive;
    };
    std::vector<Extent> m_extents;  // of each statistic
};

}  // namespace vit::ui
