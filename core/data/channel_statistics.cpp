// SPDX-License-Identifier: GPL-3.0-or-later
// Adds up pixels and their squares as whole numbers.
#include "core/data/channel_statistics.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kImagesAtOnce = 256;

struct Sums {
    std::array<std::uint64_t, 3> values{};
    std::array<std::uint64_t, 3> squares{};

    void add(std::span<const std::uint8_t> pixels, std::size_t channels) {
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t i = c; i < pixels.size(); i += channels) {
                const std::uint64_t value = pixels[i];
                values[c] += value;
                squares[c] += value * value;
            }
    }
    void add(const Sums& other) {
        for (std::size_t c = 0; c < values.size(); ++c) {
            values[c] += other.values[c];
            squares[c] += other.squares[c];
        }
    }
};

Sums sumsOf(const ImageSource& images, const Progress& progress) {
    Sums sums;
    std::mutex mutex;
    const auto channels = static_cast<std::size_t>(images.shape().channels);
    parallelFor(
        (images.count() + kImagesAtOnce - 1) / kImagesAtOnce,
        [&](std::int64_t part) {
            Sums own;
            std::vector<std::uint8_t> room(images.shape().bytes());
            const std::int64_t end = std::min((part + 1) * kImagesAtOnce, images.count());
            for (std::int64_t i = part * kImagesAtOnce; i < end; ++i) own.add(images.read(i, room), channels);
            const std::lock_guard lock(mutex);
            sums.add(own);
        },
        [&](std::int64_t parts) {
            const auto bytes = static_cast<std::int64_t>(images.shape().bytes());
            report(progress, "Measuring the images", parts * kImagesAtOnce * bytes, images.count() * bytes);
        });
    return sums;
}

}  // namespace

ChannelStatistics measureChannels(const ImageSource& images, const Progress& progress) {
    const Sums sums = sumsOf(images, progress);
    const ImageShape& shape = images.shape();
    const double count = static_cast<double>(images.count()) * shape.width * shape.height;
    ChannelStatistics result;
    for (std::size_t c = 0; c < static_cast<std::size_t>(shape.channels); ++c) {
        result.mean[c] = static_cast<double>(sums.values[c]) / count;
        const double variance = static_cast<double>(sums.squares[c]) / count - result.mean[c] * result.mean[c];
        result.deviation[c] = std::sqrt(std::max(0.0, variance));
    }
    return result;
}

}  // namespace vit
