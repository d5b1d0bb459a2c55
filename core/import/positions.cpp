// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the grid first, then columns, in double precision.
#include "core/import/positions.h"

#include "core/data/images/resample.h"

#include <cstddef>

namespace vit {

FloatArray resampledPositions(const FloatArray& grid, std::int64_t from, std::int64_t to) {
    const auto dim = static_cast<std::size_t>(grid.shape.back());
    const auto inputs = static_cast<std::size_t>(from), outputs = static_cast<std::size_t>(to);
    const auto rows = resampleRows(ResampleFilter::Bicubic, static_cast<int>(from), static_cast<int>(to), 0,
                                   static_cast<int>(to));
    std::vector<double> wide(inputs * outputs * dim, 0.0);  // [from, to, D]
    for (std::size_t y = 0; y < inputs; ++y) {
        for (std::size_t x = 0; x < outputs; ++x) {
            const auto first = static_cast<std::size_t>(rows[x].first);
            for (std::size_t i = 0; i < rows[x].weights.size(); ++i)
                for (std::size_t d = 0; d < dim; ++d)
                    wide[(y * outputs + x) * dim + d] +=
                        rows[x].weights[i] * static_cast<double>(grid.values[(y * inputs + first + i) * dim + d]);
        }
    }
    FloatArray result{{to * to, grid.shape.back()}, {}};
    result.values.reserve(outputs * outputs * dim);
    for (std::size_t y = 0; y < outputs; ++y) {
        const auto first = static_cast<std::size_t>(rows[y].first);
        for (std::size_t x = 0; x < outputs; ++x) {
            for (std::size_t d = 0; d < dim; ++d) {
                double sum = 0;
                for (std::size_t i = 0; i < rows[y].weights.size(); ++i)
                    sum += rows[y].weights[i] * wide[((first + i) * outputs + x) * dim + d];
                result.values.push_back(static_cast<float>(sum));
            }
        }
    }
    return result;
}

}  // namespace vit
