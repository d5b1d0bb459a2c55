// SPDX-License-Identifier: GPL-3.0-or-later
// From stored 8-bit images to the model's input: normalise, resize, and augment as the published example does.
#pragma once

#include "core/base/philox.h"
#include "core/config/config.h"
#include "core/data/dataset.h"

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// How one image is changed in one step.
struct Augmentation {
    bool flip = false;    // left–right
    double angle = 0;     // radians; the sampled point turns by +angle about the centre
    double zoomHeight = 1;  // above 1 zooms out
    double zoomWidth = 1;
};

// What image `index` of a step's batch gets, drawn uniformly from the configured ranges.
Augmentation drawAugmentation(const AugmentationConfig& config, std::uint64_t seed, std::uint64_t step,
                              std::int64_t index);

// Each changes a batch [B, C, H, W]; bilinear, the border reflected about the pixel edge (d c b a | a b c d | d c b a).
torch::Tensor flipImages(const torch::Tensor& images, const torch::Tensor& which);     // which: bool [B]
torch::Tensor rotateImages(const torch::Tensor& images, const torch::Tensor& angles);  // radians, [B]
torch::Tensor zoomImages(const torch::Tensor& images, const torch::Tensor& zoomHeight, const torch::Tensor& zoomWidth);

// The Augmentations of many images as tensors [B], which a device can hold before they are needed.
struct AugmentationTable {
    torch::Tensor flip;   // bool
    torch::Tensor angle;  // float64, as the others
    torch::Tensor zoomHeight;
    torch::Tensor zoomWidth;
    bool flips = false;  // whether any image is flipped, turned, zoomed
    bool turns = false;
    bool zooms = false;

    AugmentationTable slice(std::int64_t first, std::int64_t count) const;
};
AugmentationTable tabulate(std::span<const Augmentation> augmentations, torch::Device device = torch::kCPU);

// Flip, then rotation, then zoom, one row of the table an image.
torch::Tensor augmentImages(torch::Tensor images, const AugmentationTable& table);

class InputPipeline {
public:
    InputPipeline(std::int64_t imageSize, const ChannelStatistics& statistics, std::int64_t channels,
                  torch::Device device);

    // uint8 [B, H, W, C], any device -> normalised float [B, C, S, S] on the device. Resizing is bilinear with
    // half-pixel centres, without antialiasing.
    torch::Tensor prepare(const torch::Tensor& images) const;

    // What stood in them before they were normalised: [B, C, S, S], of 0–255.
    torch::Tensor restore(const torch::Tensor& prepared) const { return prepared * m_deviation + m_mean; }

    torch::Device device() const { return m_device; }

private:
    std::int64_t m_imageSize;
    torch::Tensor m_mean;       // [1, C, 1, 1], of 0–255 values
    torch::Tensor m_deviation;  // [1, C, 1, 1]
    torch::Device m_device;
};

// Images of one split by position, as uint8 [B, H, W, C] and labels int64 [B] on the CPU.
struct Batch {
    torch::Tensor images;
    torch::Tensor labels;
};
Batch gather(const DatasetView& view, std::span<const std::int64_t> positions);

// The order in which an epoch shows the images: a permutation of 0 … count-1.
std::vector<std::int64_t> epochOrder(std::int64_t count, std::uint64_t seed, std::uint64_t epoch);

}  // namespace vit
