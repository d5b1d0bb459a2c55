// SPDX-License-Identifier: GPL-3.0-or-later
// Notices layers that do not learn, are saturated or explode, and names them.
#pragma once

#include "core/events/event.h"

#include <cstddef>
#include <string>
#include <vector>

namespace vit {

enum class LayerFault { NotLearning, Exploding, DeadUnits, CollapsedAttention };

struct LayerFinding {
    std::size_t layer = 0;  // index into LayersMeasured::layers
    LayerFault fault{};
    const LayerStatistic* statistic = nullptr;  // by which it was found
    std::string text;       // "Block 3: gradient norm 0: it does not learn"
};

// The rules, with their bounds, stand in layer_watch.cpp. A finding stands while its rule is broken.
class LayerWatch {
public:
    void see(const LayersMeasured& measured);
    // Those that stand now, the first layer's first; one for each layer and fault.
    const std::vector<LayerFinding>& findings() const { return m_findings; }
    // Those of them that this has not returned before.
    std::vector<LayerFinding> news();

private:
    std::vector<std::vector<int>> m_inARow;     // of each layer, how often each rule has been broken
    std::vector<std::vector<LayerFault>> m_told;  // of each layer
    std::vector<LayerFinding> m_findings;
};

}  // namespace vit
