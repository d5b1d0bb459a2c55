// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/import/array_shapes.h"

#include <cmath>

namespace vit {

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    return text + "]";
}

std::int64_t valueCount(const std::vector<std::int64_t>& shape) {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
}

std::int64_t squareRoot(std::int64_t square) {
    if (square < 0) return 0;
    const auto root = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(square))));
    return root * root == square ? root : 0;
}

}  // namespace vit
