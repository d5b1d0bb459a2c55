// SPDX-License-Identifier: GPL-3.0-or-later
// What a 3×3 convolution sees of an image, laid out for a product.
#pragma once

#include <cstddef>

namespace vit::kernels {

// The neighbourhoods of some rows of in [side, side, width], with zeros beyond the border: columns
// [rows * side, 3 * 3 * width], so that a convolution is a product with them.
template <typename E>
void neighbourhoods(const E* in, std::size_t side, std::size_t width, std::size_t firstRow, std::size_t rows,
                    E* columns);

}  // namespace vit::kernels
