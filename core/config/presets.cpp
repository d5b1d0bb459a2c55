// SPDX-License-Identifier: GPL-3.0-or-later
// The configurations that come with the program.
#include "core/config/presets.h"

#include "core/base/error.h"

#include <algorithm>

namespace vit {

namespace {

constexpr std::int64_t kShapeClasses = 10;  // of synthetic-shapes

// AdamW as most recent work uses it: PyTorch's convention, decay on the matrices only.
OptimizerConfig usualAdamW(double learningRate, double weightDecay) {
    OptimizerConfig optimizer;
    optimizer.learningRate = learningRate;
    optimizer.weightDecay = weightDecay;
    optimizer.decayConvention = DecayConvention::PyTorch;
    optimizer.decayAll = false;
    optimizer.epsilon = 1e-8;
    return optimizer;
}

Preset firstSteps() {
    Config config;
    config.data.name = "synthetic-shapes";
    config.augmentation = {.horizontalFlip = true, .rotation = 0.02, .zoomHeight = 0.1, .zoomWidth = 0.1};
    config.model = {.imageSize = 32, .patchSize = 4, .projectionDim = 64, .heads = 4, .keyDim = 16,
                    .mlpUnits = {128, 64}, .layers = 4, .attentionDropout = 0, .mlpDropout = 0};
    config.head = {.type = HeadType::GlobalAveragePooling, .units = {}, .dropout = 0};
    config.optimizer = usualAdamW(0.003, 0.05);
    config.optimizer.type = OptimizerType::Muon;
    config.optimizer.momentum = 0.95;
    config.optimizer.matrixRate = 0.01;
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = 0.5};
    config.run.epochs = 18;
    config.run.batchSize = 64;
    config.run.precision = Precision::Auto;
    return {"first-steps", "First steps",
            "A small model on pictures that are made on this computer: no download, and one sees it learn within a "
            "minute on an ordinary processor.",
            config, kShapeClasses};
}

Preset kerasExample() {
    Config config;  // the defaults are the published set-up
    config.data.name = "cifar-100";
    return {"keras-example", "Published Keras example",
            "Exactly the set-up of the Keras example \"Image classification with Vision Transformer\": 55 % on the "
            "test images of CIFAR-100 after 100 epochs. Half an hour to over an hour on a graphics card; on a "
            "processor one epoch takes many minutes.",
            config, 100};
}

Preset cifarCompact() {
    Config config;
    config.data.name = "cifar-100";
    config.augmentation = {.horizontalFlip = true, .rotation = 0.02, .zoomHeight = 0.2, .zoomWidth = 0.2};
    config.model = {.imageSize = 32, .patchSize = 4, .projectionDim = 128, .heads = 4, .keyDim = 32,
                    .mlpUnits = {256, 128}, .layers = 6, .attentionDropout = 0, .mlpDropout = 0.1};
    config.head = {.type = HeadType::GlobalAveragePooling, .units = {}, .dropout = 0.1};
    config.optimizer = usualAdamW(0.001, 0.05);
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = 3, .finalFactor = 0.01};
    config.run.epochs = 50;
    config.run.batchSize = 128;
    config.run.precision = Precision::Auto;
    return {
        "cifar-compact", "Compact model for CIFAR-100",
        "A model of under a million parameters that reads CIFAR-100 at its own size, with average pooling and a "
        "cosine schedule: a quarter of the published example's work for each image, half an hour on two fast cores.",
        config, 100};
}

// A small convolutional stem and a few blocks whose MLPs see their neighbours, by Muon: what learns most from 45,000
// images in the time of two processor cores.
Config forALaptop() {
    Config config;
    config.data.name = "cifar-100";
    config.augmentation = {.horizontalFlip = true, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0, .shift = 4};
    config.model = {.imageSize = 32, .patchSize = 4, .projectionDim = 192, .heads = 6, .keyDim = 32,
                    .mlpUnits = {384, 192}, .layers = 3, .attentionDropout = 0, .mlpDropout = 0,
                    .stemWidths = {64, 64, 128, 128}, .stemPools = {1, 3}, .qkNorm = true, .mlpDepthwise = true,
                    .mlpLastGelu = false, .zeroOutputs = true};
    config.head = {.type = HeadType::GlobalAveragePooling, .units = {}, .dropout = 0};
    config.loss.labelSmoothing = 0.15;
    config.optimizer = usualAdamW(0.002, 0.05);
    config.optimizer.type = OptimizerType::Muon;
    config.optimizer.momentum = 0.95;
    config.schedule = {.type = ScheduleType::Linear, .warmupEpochs = 0.3};
    config.run.batchSize = 512;
    config.run.precision = Precision::Auto;
    return config;
}

Preset laptopTenMinutes() {
    Config config = forALaptop();
    config.run.epochs = 11;
    return {"laptop-ten-minutes", "Ten minutes on a laptop",
            "CIFAR-100 from scratch: 67 % of the test images after ten minutes on two processor cores that multiply bf16; "
            "the published example ends at 55 %.",
            config, 100};
}

Preset laptopHour() {
    Config config = forALaptop();
    config.augmentation.alternatingFlip = true;
    config.loss = {.labelSmoothing = 0.1, .mixup = 0.2, .cutmix = 1};  // or it would learn the images by heart
    config.schedule.warmupEpochs = 1;
    config.run.epochs = 45;
    return {"laptop-hour", "An hour on a laptop",
            "CIFAR-100 from scratch: 74 % of the test images within an hour on two processor cores that multiply bf16. "
            "Images are mixed with each other, or it would learn them by heart.",
            config, 100};
}

Preset testing() {
    Config config;
    config.data.name = "synthetic-shapes";
    config.data.trainLimit = 256;
    config.model = {.imageSize = 16, .patchSize = 4, .projectionDim = 16, .heads = 2, .keyDim = 8,
                    .mlpUnits = {32, 16}, .layers = 2};
    config.head = {.type = HeadType::Flatten, .units = {32}, .dropout = 0.1};
    config.run.epochs = 2;
    config.run.batchSize = 32;
    return {"testing", "Testing",
            "As small as a model can be and still have every part; for trying out the program itself. Takes seconds.",
            config, kShapeClasses};
}

}  // namespace

const std::vector<Preset>& presets() {
    static const std::vector<Preset> list = {firstSteps(),       kerasExample(), cifarCompact(),
                                             laptopTenMinutes(), laptopHour(),   testing()};
    return list;
}

const Preset& preset(std::string_view name) {
    const auto found = std::find_if(presets().begin(), presets().end(),
                                    [&](const Preset& preset) { return preset.name == name; });
    if (found != presets().end()) return *found;
    std::string names;
    for (const Preset& known : presets()) names += (names.empty() ? "" : ", ") + known.name;
    throw InvalidInput("There is no preset \"" + std::string(name) + "\"; there are: " + names + ".");
}

}  // namespace vit
