// SPDX-License-Identifier: GPL-3.0-or-later
// What importers ask of the shapes that they find.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

std::string shapeText(const std::vector<std::int64_t>& shape);  // "[768, 3, 16, 16]"
std::int64_t valueCount(const std::vector<std::int64_t>& shape);     // the product; 1 for a scalar

// The number whose square it is, or 0.
std::int64_t squareRoot(std::int64_t square);

}  // namespace vit
