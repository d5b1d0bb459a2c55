// SPDX-License-Identifier: GPL-3.0-or-later
// By copies of three pixels at once.
#include "core/kernels/neighbourhoods.h"

#include "core/kernels/bfloat16.h"

#include <algorithm>

namespace vit::kernels {

template <typename E>
void neighbourhoods(const E* in, std::size_t side, std::size_t width, std::size_t firstRow, std::size_t rows,
                    E* columns) {
    for (std::size_t row = firstRow; row < firstRow + rows; ++row) {
        for (std::size_t i = 0; i < 3; ++i) {
            E* out = columns + ((row - firstRow) * side * 3 + i) * 3 * width;
            const bool within = row + i >= 1 && row + i <= side;
            const E* line = within ? in + (row + i - 1) * side * width : nullptr;
            for (std::size_t column = 0; column < side; ++column, out += 9 * width) {
                const bool left = within && column > 0;
                const bool right = within && column + 1 < side;
                if (!left) std::fill_n(out, width, E{});
                if (!within) std::fill_n(out + width, width, E{});
                if (!right) std::fill_n(out + 2 * width, width, E{});
                if (!within) continue;
                const std::size_t from = left ? column - 1 : column;
                const std::size_t pixels = 1 + (left ? 1 : 0) + (right ? 1 : 0);
                std::copy_n(line + from * width, pixels * width, out + (left ? 0 : width));
            }
        }
    }
}
template void neighbourhoods(const float*, std::size_t, std::size_t, std::size_t, std::size_t, float*);
template void neighbourhoods(const Bfloat16*, std::size_t, std::size_t, std::size_t, std::size_t, Bfloat16*);

}  // namespace vit::kernels
