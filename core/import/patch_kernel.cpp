// SPDX-License-Identifier: GPL-3.0-or-later
// Resizing goes by rows and columns alike, and so does its pseudo-inverse.
#include "core/import/patch_kernel.h"

#include "core/data/images/resample.h"

#include <opencv2/core.hpp>

#include <cstddef>

namespace vit {

namespace {

// [to, from]: the pseudo-inverse of what turns a line of `to` numbers into one of `from` by the resizing's transpose.
cv::Mat1d inverseOfTranspose(std::int64_t from, std::int64_t to) {
    const int inputs = static_cast<int>(from), outputs = static_cast<int>(to);
    const auto rows = resampleRows(ResampleFilter::Bicubic, inputs, outputs, 0, outputs);
    cv::Mat1d transposed(inputs, outputs, 0.0);
    for (int y = 0; y < outputs; ++y) {
        const ResampleRow& row = rows[static_cast<std::size_t>(y)];
        for (std::size_t i = 0; i < row.weights.size(); ++i) transposed(row.first + static_cast<int>(i), y) = row.weights[i];
    }
    cv::Mat1d inverse;
    cv::invert(transposed, inverse, cv::DECOMP_SVD);
    return inverse;
}

}  // namespace

FloatArray resampledKernel(const FloatArray& kernel, std::int64_t from, std::int64_t to) {
    const cv::Mat1d inverse = inverseOfTranspose(from, to);
    const std::int64_t outputs = kernel.shape.front(), channels = kernel.shape.back() / (from * from);
    FloatArray result{{outputs, to * to * channels}, std::vector<float>(static_cast<std::size_t>(outputs * to * to * channels))};
    cv::Mat1d plane(static_cast<int>(from), static_cast<int>(from));
    for (std::int64_t d = 0; d < outputs; ++d) {
        for (std::int64_t c = 0; c < channels; ++c) {
            const auto place = [&](std::int64_t side, std::int64_t pixel) {
                return static_cast<std::size_t>((d * side * side + pixel) * channels + c);
            };
            for (std::int64_t i = 0; i < from * from; ++i)
                plane(static_cast<int>(i / from), static_cast<int>(i % from)) = static_cast<double>(kernel.values[place(from, i)]);
            const cv::Mat1d resized = inverse * plane * inverse.t();
            for (std::int64_t i = 0; i < to * to; ++i)
                result.values[place(to, i)] = static_cast<float>(resized(static_cast<int>(i / to), static_cast<int>(i % to)));
        }
    }
    return result;
}

}  // namespace vit
