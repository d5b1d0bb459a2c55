// SPDX-License-Identifier: GPL-3.0-or-later
// A small model with weights from a fixed seed, and pictures for it. For tests that see tensors.
#pragma once

#include "core/config/presets.h"
#include "core/inspect/loaded_model.h"
#include "core/model/classifier.h"

#include <cstdint>
#include <memory>
#include <string>

namespace vit::test {

constexpr int kMadeModelClasses = 10;

// Of `side` by `side` patches, or in rows of `columns`, as the preset for testing has them, with one linear layer for a head.
// The heads that came with pretrained models have registers before the patches.
inline LoadedModel modelOf(HeadType head, std::int64_t side = 4, int channels = 3, std::int64_t columns = 0) {
    Config config = preset("testing").config;
    config.head = {head, {}, 0};
    config.model.registers = head > HeadType::ClassToken ? 2 : 0;
    config.model.imageSize = side * config.model.patchSize;
    config.model.imageWidth = columns * config.model.patchSize;
    const ImageSize size = config.model.inputSize();
    DataDescription description;
    description.dataset = "made up";
    description.nativeShape = {static_cast<int>(size.width), static_cast<int>(size.height), channels};
    description.statistics = {{110, 110, 110}, {60, 60, 60}};
    for (int i = 0; i < kMadeModelClasses; ++i) description.classNames.push_back("class " + std::to_string(i));
    auto classifier = std::make_shared<Classifier>(config, description, torch::kCPU);
    const torch::NoGradGuard noGrad;
    torch::manual_seed(5);  // biases and norms that are not 0 and 1, which would hide mistakes
    for (torch::Tensor& parameter : classifier->network()->parameters())
        parameter += 0.1 * torch::randn_like(parameter);
    return {classifier, {"made up", 0, 0, false}};
}

// Another one for each seed.
inline Image photo(int width, int height, int seed = 0) {
    Image image{width, height, 3, {}};
    for (int i = 0; i < width * height * 3; ++i)
        image.pixels.push_back(static_cast<std::uint8_t>((i + seed * 13) * 37 % 251));
    return image;
}

}  // namespace vit::test
