// SPDX-License-Identifier: GPL-3.0-or-later
// From stored 8-bit images to the model's input: gather, normalise, resize.
#pragma once

#include "core/base/philox.h"
#include "core/config/image_size.h"
#include "core/data/dataset.h"
#include "core/input/pixel_scale.h"

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

class InputPipeline {
public:
    InputPipeline(const ImageSize& size, const ChannelStatistics& statistics, std::int64_t channels,
                  torch::Device device);

    // uint8 [B, H, W, C], any device -> normalised float [B, C, H, W] of `size` on the device. Resizing is bilinear with
    // half-pixel centres, without antialiasing.
    torch::Tensor prepare(const torch::Tensor& images) const;

    // What stood in them before they were normalised: [B, C, H, W], of 0–255.
    torch::Tensor restore(const torch::Tensor& prepared) const { return prepared * m_deviation + m_mean; }
    PixelScale scale() const { return {m_mean, m_deviation}; }

    torch::Device device() const { return m_device; }

private:
    ImageSize m_size;
    torch::Tensor m_mean;       // [1, C, 1, 1], of 0–255 values
    torch::Tensor m_deviation;  // [1, C, 1, 1]
    torch::Device m_device;
};

// Images of one split by position, as uint8 [B, H, W, C] and labels int64 [B] on the CPU. Those that are not at hand are
// read by `readers` threads beside each other, 0 for as many as libtorch computes with here. Throws Error if one cannot
// be read.
struct Batch {
    torch::Tensor images;
    torch::Tensor labels;
};
Batch gather(const DatasetView& view, std::span<const std::int64_t> positions, int readers = 0);

// 0 … count-1 in an order that is drawn.
std::vector<std::int64_t> permutation(std::int64_t count, const RandomKey& key);

// The order in which an epoch shows the images: a permutation of 0 … count-1.
std::vector<std::int64_t> epochOrder(std::int64_t count, std::uint64_t seed, std::uint64_t epoch);

}  // namespace vit
