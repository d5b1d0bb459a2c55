// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the grid first, then columns, in double precision.
#include "core/import/positions.h"

#include "core/data/images/resample.h"

#include <cstddef>

namespace vit {

FloatArray resampledPositions(const FloatArray& grid, const GridSize& from, const GridSize& to) {
    const auto dim = static_cast<std::size_t>(grid.shape.back());
    const auto lines = static_cast<std::size_t>(from.rows), stored = static_cast<std::size_t>(from.columns);
    const auto height = static_cast<std::size_t>(to.rows), width = static_cast<std::size_t>(to.columns);
    const auto along = [](std::int64_t inputs, std::int64_t outputs) {
        return resampleRows(ResampleFilter::Bicubic, static_cast<int>(inputs), static_cast<int>(outputs), 0,
                            static_cast<int>(outputs));
    };
    const auto columns = along(from.columns, to.columns), rows = along(from.rows, to.rows);
    std::vector<double> wide(lines * width * dim, 0.0);  // [rows of from, columns of to, D]
    for (std::size_t y = 0; y < lines; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            const auto first = static_cast<std::size_t>(columns[x].first);
            for (std::size_t i = 0; i < columns[x].weights.size(); ++i)
                for (std::size_t d = 0; d < dim; ++d)
                    wide[(y * width + x) * dim + d] +=
                        columns[x].weights[i] * static_cast<double>(grid.values[(y * stored + first + i) * dim + d]);
        }
    }
    FloatArray result{{to.count(), grid.shape.back()}, {}};
    result.values.reserve(height * width * dim);
    for (std::size_t y = 0; y < height; ++y) {
        const auto first = static_cast<std::size_t>(rows[y].first);
        for (std::size_t x = 0; x < width; ++x) {
            for (std::size_t d = 0; d < dim; ++d) {
                double sum = 0;
                for (std::size_t i = 0; i < rows[y].weights.size(); ++i)
                    sum += rows[y].weights[i] * wide[((first + i) * width + x) * dim + d];
                result.values.push_back(static_cast<float>(sum));
            }
        }
    }
    return result;
}

}  // namespace vit
