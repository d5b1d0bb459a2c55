// SPDX-License-Identifier: GPL-3.0-or-later
// Gathering a batch, normalising and resizing it.
#include "data/input_pipeline.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace vit {

namespace {

torch::Tensor perChannel(const std::array<double, 3>& values, std::int64_t channels) {
    torch::Tensor result = torch::empty({1, channels, 1, 1}, torch::kFloat32);
    for (std::int64_t c = 0; c < channels; ++c) result[0][c][0][0] = values[static_cast<std::size_t>(c)];
    return result;
}

}  // namespace

InputPipeline::InputPipeline(std::int64_t imageSize, const ChannelStatistics& statistics, std::int64_t channels,
                             torch::Device device)
    : m_imageSize(imageSize),
      m_mean(perChannel(statistics.mean, channels).to(device)),
      m_deviation(perChannel(statistics.deviation, channels).clamp_min(1e-7).to(device)),
      m_device(device) {}

torch::Tensor InputPipeline::prepare(const torch::Tensor& images) const {
    torch::Tensor pixels = images.to(m_device).permute({0, 3, 1, 2}).to(torch::kFloat32).contiguous();  // [B, C, H, W]
    pixels = (pixels - m_mean) / m_deviation;
    if (pixels.size(2) == m_imageSize && pixels.size(3) == m_imageSize) return pixels;
    return at::upsample_bilinear2d(pixels, {m_imageSize, m_imageSize}, /*align_corners=*/false);  // [B, C, S, S]
}

Batch gather(const DatasetView& view, std::span<const std::int64_t> positions) {
    const Dataset::Shape& shape = view.dataset().shape();
    const auto count = static_cast<std::int64_t>(positions.size());
    Batch batch{torch::empty({count, shape.height, shape.width, shape.channels}, torch::kUInt8),
                torch::empty({count}, torch::kInt64)};
    auto* pixels = batch.images.mutable_data_ptr<std::uint8_t>();
    auto* labels = batch.labels.mutable_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t position = positions[static_cast<std::size_t>(i)];
        const auto source = view.pixels(position);
        std::memcpy(pixels + i * static_cast<std::int64_t>(source.size()), source.data(), source.size());
        labels[i] = view.label(position);
    }
    return batch;
}

std::vector<std::int64_t> epochOrder(std::int64_t count, std::uint64_t seed, std::uint64_t epoch) {
    const RandomKey key = randomKey(seed, epoch, RandomSite::Shuffle);
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
