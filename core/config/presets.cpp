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
    return {{"first-steps", "First steps", PresetAim::Beginning,
             "A small model on pictures that are made on this computer: no download, and one sees it learn within a "
             "minute on an ordinary processor."},
            config, kShapeClasses};
}

Preset kerasExample() {
    Config config;  // the defaults are the published set-up
    config.data.name = "cifar-100";
    return {{"keras-example", "Published Keras example", PresetAim::GraphicsCard,
             "Exactly the set-up of the Keras example \"Image classification with Vision Transformer\": 55 % on the "
             "test images of CIFAR-100 after 100 epochs. Half an hour to over an hour on a graphics card; on a "
             "processor one epoch takes many minutes."},
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
    return {{"cifar-compact", "Compact model for CIFAR-100", PresetAim::Laptop,
             "A model of under a million parameters that reads CIFAR-100 at its own size, with average pooling and a "
             "cosine schedule: a quarter of the published example's work for each image, half an hour on two fast cores."},
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
    return {{"laptop-ten-minutes", "Ten minutes on a laptop", PresetAim::Laptop,
             "CIFAR-100 from scratch: 67 % of the test images after ten minutes on two processor cores that multiply bf16; "
             "the published example ends at 55 %."},
            config, 100};
}

Preset laptopHour() {
    Config config = forALaptop();
    config.augmentation.alternatingFlip = true;
    config.loss = {.labelSmoothing = 0.1, .mixup = 0.2, .cutmix = 1};  // or it would learn the images by heart
    config.schedule.warmupEpochs = 1;
    config.run.epochs = 45;
    return {{"laptop-hour", "An hour on a laptop", PresetAim::Laptop,
             "CIFAR-100 from scratch: 74 % of the test images within an hour on two processor cores that multiply bf16. "
             "Images are mixed with each other, or it would learn them by heart."},
            config, 100};
}

// The same net for a hundred epochs and more, in which it would learn the images by heart unless each came in many guises.
Config forManyEpochs() {
    Config config = forALaptop();
    config.augmentation.alternatingFlip = true;
    config.augmentation.policy = AugmentationPolicy::RandAugment;
    config.augmentation.erasing = 0.25;
    config.model.dropPath = 0.1;
    config.loss = {.labelSmoothing = 0.1, .mixup = 0.8, .cutmix = 1};
    config.optimizer.emaDecay = 0.999;
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = 3};
    return config;
}

Preset aNight() {
    Config config = forManyEpochs();
    config.model.projectionDim = 256;
    config.model.heads = 8;
    config.model.mlpUnits = {512, 256};
    config.model.layers = 6;
    config.model.stemWidths = {64, 96, 192, 192};
    config.run.epochs = 120;
    return {{"a-night", "A night on a laptop", PresetAim::Laptop,
             "CIFAR-100 from scratch by a model of three times the work of an hour's, with images that are mixed, changed and "
             "partly erased: reckoned for about eight hours on two processor cores that multiply bf16. It was never trained "
             "to its end, so that nobody knows yet what it reaches."},
            config, 100};
}

// 256 tokens behind a stem that halves the image once: what keeps details of 32 × 32 pixels, at some 50 times the work of
// forALaptop().
Preset cifar100Strong() {
    Config config = forManyEpochs();
    config.model.patchSize = 2;
    config.model.projectionDim = 384;
    config.model.heads = 12;
    config.model.mlpUnits = {1152, 384};
    config.model.layers = 12;
    config.model.stemWidths = {64, 128, 256};
    config.model.stemPools = {2};
    config.schedule.warmupEpochs = 5;
    config.run.epochs = 100;
    config.run.batchSize = 256;
    return {{"cifar100-strong", "As strong as a hundred epochs make it", PresetAim::GraphicsCard,
             "CIFAR-100 from scratch on one graphics card, put together of what is known to help in a hundred epochs: a "
             "convolutional stem, small patches, convolutions in the MLPs, Muon, mixed and changed images. It is meant for "
             "80 % and more; it was never trained to its end, and never on a graphics card, so that this is a hope and no "
             "result."},
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
    return {{"testing", "Testing", PresetAim::Trial,
             "As small as a model can be and still have every part; for trying out the program itself. Takes seconds."},
            config, kShapeClasses};
}

Config tunedWithPatience(Tuning tuning, const Config& model) {
    constexpr std::int64_t kEpochs = 20, kPatience = 5;
    Config config = tuned(tuning, model, kEpochs);
    if (config.data.validationShare > 0) config.run.patience = kPatience;
    config.run.bestBy = BestBy::Loss;  // of few images accuracy makes coarse steps
    return config;
}

std::string needsWeights(const std::string& name) {
    return "The preset " + name + " says how a trained model learns on, not which one: name the run whose weights it begins "
           "with (vit-cli train --preset " + name + " --start-from RUN --set data.name=PHOTOS, where the RUN \"included\" is "
           "the model that comes with the program), or choose it in the window while a trained run is shown.";
}

std::string knownNames() {
    std::string names;
    for (const PresetEntry* known : presetMenu()) names += (names.empty() ? "" : ", ") + known->name;
    return names;
}

template <class Kind>
const Kind* findIn(const std::vector<Kind>& list, std::string_view name) {
    const auto found = std::ranges::find_if(list, [&](const PresetEntry& entry) { return entry.name == name; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

const char* aimTitle(PresetAim aim) {
    switch (aim) {
        case PresetAim::Beginning: return "To begin with";
        case PresetAim::OwnPhotos: return "My own photos";
        case PresetAim::Laptop: return "From scratch on a laptop";
        case PresetAim::GraphicsCard: return "From scratch on a graphics card";
        case PresetAim::Trial: return "To try the program out";
    }
    return "";
}

const std::vector<Preset>& presets() {
    static const std::vector<Preset> list = {firstSteps(), laptopTenMinutes(), cifarCompact(),   laptopHour(),
                                             aNight(),     kerasExample(),     cifar100Strong(), testing()};
    return list;
}

const std::vector<TuningPreset>& tuningPresets() {
    static const std::vector<TuningPreset> list = {
        {{"linear-probe", "My own photos: a new last layer alone", PresetAim::OwnPhotos,
          "A trained model learns classes of your own with a new head alone, all of its blocks frozen: the quickest way, and "
          "often enough for photos like those that it knows. Model and data stay as they are: choose your data set after it."},
         Tuning::Head},
        {{"fine-tune", "My own photos: all of a pretrained model", PresetAim::OwnPhotos,
          "A trained model learns classes of your own with all of its blocks, gently, its first ones the least; it stops when "
          "the validation images no longer gain. Model and data stay as they are: choose your data set after it."},
         Tuning::AllBlocks}};
    return list;
}

std::vector<const PresetEntry*> presetMenu() {
    std::vector<const PresetEntry*> menu;
    for (const Preset& preset : presets()) menu.push_back(&preset);
    for (const TuningPreset& preset : tuningPresets()) menu.push_back(&preset);
    std::ranges::stable_sort(menu, {}, [](const PresetEntry* entry) { return entry->aim; });
    return menu;
}

const Preset& preset(std::string_view name) {
    if (const Preset* found = findIn(presets(), name)) return *found;
    throw InvalidInput(isTuningPreset(name) ? needsWeights(std::string(name))
                                            : "There is no preset \"" + std::string(name) + "\"; there are: " + knownNames() +
                                                  ".");
}

bool isTuningPreset(std::string_view name) { return findIn(tuningPresets(), name) != nullptr; }

const PresetEntry& presetEntry(std::string_view name) {
    if (const TuningPreset* found = findIn(tuningPresets(), name)) return *found;
    return preset(name);
}

Config applied(std::string_view name, const Config& current) {
    if (const TuningPreset* found = findIn(tuningPresets(), name)) return tunedWithPatience(found->tuning, current);
    return preset(name).config;
}

}  // namespace vit
