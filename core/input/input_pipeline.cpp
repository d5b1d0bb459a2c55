// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering a batch, normalising and resizing it.
#include "core/input/input_pipeline.h"

#include "core/base/parallel.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>

namespace vit {

namespace {

torch::Tensor perChannel(const std::array<double, 3>& values, std::int64_t channels) {
    torch::Tensor result = torch::empty({1, channels, 1, 1}, torch::kFloat32);
    for (std::int64_t c = 0; c < channels; ++c) result[0][c][0][0] = values[static_cast<std::size_t>(c)];
    return result;
}

// An output pixel lies between two input pixels, half-pixel centres, the border repeated.
struct Taps {
    std::int64_t first = 0;
    std::int64_t second = 0;
    float weight = 0;  // of the second
};

std::vector<Taps> tapsOf(std::int64_t from, std::int64_t to) {
    std::vector<Taps> taps;
    const float scale = static_cast<float>(from) / static_cast<float>(to);
    for (std::int64_t i = 0; i < to; ++i) {
        const float place = std::max(0.F, (static_cast<float>(i) + 0.5F) * scale - 0.5F);
        const std::int64_t first = std::min(static_cast<std::int64_t>(place), from - 1);
        taps.push_back({first, std::min(first + 1, from - 1), place - static_cast<float>(first)});
    }
    return taps;
}

// at::upsample_bilinear2d computes each pixel from four others by itself and takes five times as long: first along the
// rows, which are few yet, then whole rows at once.
torch::Tensor resizeOnCpu(const torch::Tensor& pixels, const ImageSize& size) {  // [B, C, H, W], contiguous
    const std::int64_t height = pixels.size(2);
    const std::int64_t width = pixels.size(3);
    const std::vector<Taps> columns = tapsOf(width, size.width);
    const std::vector<Taps> rows = tapsOf(height, size.height);
    torch::Tensor resized = torch::empty({pixels.size(0), pixels.size(1), size.height, size.width}, pixels.options());
    const float* from = pixels.const_data_ptr<float>();
    float* to = resized.mutable_data_ptr<float>();
    constexpr std::int64_t kPlanesAtOnce = 8;
    at::parallel_for(0, pixels.size(0) * pixels.size(1), kPlanesAtOnce, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> wide(static_cast<std::size_t>(height * size.width));
        for (std::int64_t plane = begin; plane < end; ++plane) {
            for (std::int64_t y = 0; y < height; ++y) {
                const float* row = from + (plane * height + y) * width;
                float* out = wide.data() + y * size.width;
                for (const Taps& tap : columns)
                    *out++ = row[tap.first] * (1 - tap.weight) + row[tap.second] * tap.weight;
            }
            for (std::int64_t y = 0; y < size.height; ++y) {
                const Taps& tap = rows[static_cast<std::size_t>(y)];
                const float* upper = wide.data() + tap.first * size.width;
                const float* lower = wide.data() + tap.second * size.width;
                float* out = to + (plane * size.height + y) * size.width;
                for (std::int64_t x = 0; x < size.width; ++x) out[x] = upper[x] * (1 - tap.weight) + lower[x] * tap.weight;
            }
        }
    });
    return resized;
}

}  // namespace

InputPipeline::InputPipeline(const ImageSize& size, const ChannelStatistics& statistics, std::int64_t channels,
                             torch::Device device)
    : m_size(size),
      m_mean(perChannel(statistics.mean, channels).to(device)),
      m_deviation(perChannel(statistics.deviation, channels).clamp_min(1e-7).to(device)),
      m_device(device) {}

torch::Tensor InputPipeline::prepare(const torch::Tensor& images) const {
    torch::Tensor pixels = images.to(m_device).permute({0, 3, 1, 2}).to(torch::kFloat32).contiguous();  // [B, C, H, W]
    pixels = (pixels - m_mean) / m_deviation;
    if (pixels.size(2) == m_size.height && pixels.size(3) == m_size.width) return pixels;
    if (pixels.is_cpu()) return resizeOnCpu(pixels, m_size);
    return at::upsample_bilinear2d(pixels, {m_size.height, m_size.width}, /*align_corners=*/false);
}

Batch gather(const DatasetView& view, std::span<const std::int64_t> positions, int readers) {
    const ImageShape& shape = view.dataset().shape();
    const std::size_t bytes = shape.bytes();
    const auto count = static_cast<std::int64_t>(positions.size());
    Batch batch{torch::empty({count, shape.height, shape.width, shape.channels}, torch::kUInt8),
                torch::empty({count}, torch::kInt64)};
    auto* pixels = batch.images.mutable_data_ptr<std::uint8_t>();
    auto* labels = batch.labels.mutable_data_ptr<std::int64_t>();
    const auto place = [&](std::int64_t i) {
        const std::int64_t position = positions[static_cast<std::size_t>(i)];
        view.fill(position, {pixels + static_cast<std::size_t>(i) * bytes, bytes});
        labels[i] = view.label(position);
    };
    const bool atHand = std::ranges::all_of(positions, [&](std::int64_t position) { return view.isAtHand(position); });
    if (readers == 0) readers = at::get_num_threads();
    if (!atHand && readers > 1) parallelFor(count, place, {}, readers);
    else
        for (std::int64_t i = 0; i < count; ++i) place(i);
    return batch;
}

std::vector<std::int64_t> epochOrder(std::int64_t count, std::uint64_t seed, std::uint64_t epoch) {
    return permutation(count, randomKey(seed, epoch, RandomSite::Shuffle));
}

std::vector<std::int64_t> permutation(std::int64_t count, const RandomKey& key) {
    std::vector<std::pair<std::uint64_t, std::int64_t>> drawn(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        const auto words = philox(key, static_cast<std::uint32_t>(i));
        drawn[static_cast<std::size_t>(i)] = {(std::uint64_t{words[0]} << 32) | words[1], i};
    }
    std::sort(drawn.begin(), drawn.end());
    std::vector<std::int64_t> order(drawn.size());
    std::transform(drawn.begin(), drawn.end(), order.begin(), [](const auto& pair) { return pair.second; });
    return order;
}

}  // namespace vit
