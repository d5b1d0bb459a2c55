// SPDX-License-Identifier: GPL-3.0-or-later
// One image as a batch of its own versions.
#include "core/input/augmented_samples.h"

#include "core/input/augmentation/augmentation.h"
#include "core/input/input_pipeline.h"

#include <torch/utils.h>

namespace vit {

namespace {

Image toImage(const torch::Tensor& pixels) {  // [C, H, W], 0–255
    const torch::Tensor bytes =
        pixels.round().clamp(0, 255).to(torch::kUInt8).permute({1, 2, 0}).contiguous();  // [H, W, C]
    Image image{static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(2)), {}};
    const auto* data = bytes.const_data_ptr<std::uint8_t>();
    image.pixels.assign(data, data + bytes.numel());
    return image;
}

}  // namespace

std::vector<Image> augmentedSamples(const Image& image, const Config& config, int count, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    const ChannelStatistics unchanged{{0, 0, 0}, {1, 1, 1}};
    const InputPipeline pipeline(config.model.inputSize(), unchanged, image.channels, torch::kCPU);
    const torch::Tensor stored = torch::from_blob(const_cast<std::uint8_t*>(image.pixels.data()),
                                                  {1, image.height, image.width, image.channels}, torch::kUInt8);
    const BatchPlaces places{.seed = seed, .step = 0, .first = 0, .count = count};
    const torch::Tensor views = augment(pipeline.prepare(stored).repeat({count, 1, 1, 1}),
                                        drawNumbers(config.augmentation, {&places, 1}), augmentations(),
                                        pipeline.scale());
    std::vector<Image> images;
    for (int i = 0; i < count; ++i) images.push_back(toImage(views[i]));
    return images;
}

}  // namespace vit
