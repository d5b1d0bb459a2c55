// SPDX-License-Identifier: GPL-3.0-or-later
// Words for layers and for what is measured of them.
#include "core/events/layers.h"

#include "core/base/number_text.h"

#include <cmath>

namespace vit {

std::string LayerStatistic::label() const { return capitalized(name); }

std::string LayerStatistic::text(double number) const { return share ? percentText(number) : roundedText(number, 4); }

bool isHeldBack(const LayerStatistics& layer) {
    return std::isnan(layer.gradientNorm) && std::isnan(layer.updateRatio) && std::isfinite(layer.outputDeviation);
}

std::string layerName(std::size_t index, std::size_t count) {
    if (index == 0) return "Embedding";
    return index + 1 == count ? "Head" : "Block " + std::to_string(index);
}

}  // namespace vit
