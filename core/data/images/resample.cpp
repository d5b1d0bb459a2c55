// SPDX-License-Identifier: GPL-3.0-or-later
// Separable: a pass along each axis.
#include "core/data/images/resample.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vit {

namespace {

constexpr int kBits = 22;

double bilinear(double x) { return std::max(0.0, 1 - std::abs(x)); }

double bicubic(double x) {
    constexpr double kA = -0.5;
    x = std::abs(x);
    if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * kA;
    return 0;
}

struct FixedRow {
    int first;
    std::vector<std::int32_t> weights;
};

std::vector<FixedRow> fixedRows(const std::vector<ResampleRow>& rows) {
    std::vector<FixedRow> fixed;
    for (const ResampleRow& row : rows) {
        FixedRow own{row.first, {}};
        for (const double weight : row.weights)
            own.weights.push_back(static_cast<std::int32_t>(std::trunc(weight * (1 << kBits) + (weight < 0 ? -0.5 : 0.5))));
        fixed.push_back(std::move(own));
    }
    return fixed;
}

std::uint8_t rounded(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255)); }

// Lines of `from` of which each becomes one of `to`: number i of a line lies `step` after the one before.
void pass(const std::uint8_t* from, std::uint8_t* to, const std::vector<FixedRow>& rows, std::size_t fromStep,
          std::size_t toStep) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::int32_t sum = 1 << (kBits - 1);
        const std::uint8_t* first = from + static_cast<std::size_t>(rows[i].first) * fromStep;
        for (const std::int32_t weight : rows[i].weights) {
            sum += *first * weight;
            first += fromStep;
        }
        to[i * toStep] = rounded(sum);
    }
}

Image sized(int width, int height, int channels) {
    Image image;
    image.width = width;
    image.height = height;
    image.channels = channels;
    image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                        static_cast<std::size_t>(channels));
    return image;
}

Image acrossColumns(const Image& image, const std::vector<FixedRow>& rows) {
    Image result = sized(static_cast<int>(rows.size()), image.height, image.channels);
    const auto channels = static_cast<std::size_t>(image.channels);
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
        for (std::size_t c = 0; c < channels; ++c) {
            pass(&image.pixels[y * static_cast<std::size_t>(image.width) * channels + c],
                 &result.pixels[y * rows.size() * channels + c], rows, channels, channels);
        }
    }
    return result;
}

Image acrossRows(const Image& image, const std::vector<FixedRow>& rows) {
    Image result = sized(image.width, static_cast<int>(rows.size()), image.channels);
    const std::size_t line = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
    for (std::size_t x = 0; x < line; ++x) pass(&image.pixels[x], &result.pixels[x], rows, line, line);
    return result;
}

}  // namespace

std::vector<ResampleRow> resampleRows(ResampleFilter filter, int inputs, int outputs, int begin, int count) {
    const auto weightAt = filter == ResampleFilter::Bicubic ? bicubic : bilinear;
    const double scale = static_cast<double>(inputs) / outputs;
    const double stretch = std::max(scale, 1.0);
    const double reach = (filter == ResampleFilter::Bicubic ? 2 : 1) * stretch;
    std::vector<ResampleRow> rows;
    for (int i = begin; i < begin + count; ++i) {
        const double centre = (i + 0.5) * scale;
        ResampleRow row;
        const auto pixelAt = [](double place) { return static_cast<int>(std::floor(place + 0.5)); };
        row.first = std::max(0, pixelAt(centre - reach));
        const int end = std::min(inputs, pixelAt(centre + reach));
        double sum = 0;
        for (int x = row.first; x < end; ++x) {
            row.weights.push_back(weightAt((x - centre + 0.5) * (1 / stretch)));
            sum += row.weights.back();
        }
        for (double& weight : row.weights) weight /= sum;
        rows.push_back(std::move(row));
    }
    return rows;
}

Image resample(const Image& image, int width, int height, const ResampleWindow& window, ResampleFilter filter) {
    if (image.empty() || window.left < 0 || window.top < 0 || window.width < 1 || window.height < 1 ||
        window.left + window.width > width || window.top + window.height > height)
        throw Error("A picture cannot be resized to nothing.");
    const auto columns = fixedRows(resampleRows(filter, image.width, width, window.left, window.width));
    const auto rows = fixedRows(resampleRows(filter, image.height, height, window.top, window.height));
    return acrossRows(acrossColumns(image, columns), rows);
}

}  // namespace vit
