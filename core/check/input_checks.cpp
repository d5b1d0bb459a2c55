// SPDX-License-Identifier: GPL-3.0-or-later
// What the steps of an epoch learn from: made on the device from images that lie there, beside those that the CPU makes
// from its own memory.
#include "core/check/check_groups.h"

#include "core/input/epoch_batches.h"

#include <torch/utils.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kImages = 45;  // five whole batches of 8 and a smaller one
constexpr std::int64_t kBatches = 6;
constexpr int kSide = 8;
// Bilinear weights in single precision, at a pixel's border.
constexpr double kPixels = 1e-4;
// Where whole numbers are cut, as posterising does, a last bit decides about a pixel's whole step.
constexpr double kPixelSteps = 0.01;

struct Sides {
    Config config;
    DatasetView view;
    InputPipeline cpu;
    InputPipeline device;
    ResidentImages resident;

    Sides(const CheckBench& bench, const Config& changed)
        : config(changed),
          view(CheckBench::images(kImages, 1, kSide), Split::Train, 0),
          cpu(config.model.inputSize(), view.dataset().statistics(), 3, torch::kCPU),
          device(config.model.inputSize(), view.dataset().statistics(), 3, bench.device()),
          resident(view, bench.device()) {}

    EpochBatches expected() const { return EpochBatches({config, view, cpu}, 1, 0); }
    EpochBatches computed() const { return EpochBatches({config, view, device, &resident}, 1, 0); }
};

double worstOf(const CheckBench& bench, const Config& config) {
    const Sides sides(bench, config);
    EpochBatches expected = sides.expected();
    EpochBatches computed = sides.computed();
    Worst worst;
    for (std::int64_t i = 0; i < kBatches; ++i) {
        const torch::Tensor one = expected.next().images.to(torch::kFloat64);
        worst.see(relativeDifference(bench.back(computed.next().images), one));
    }
    return worst.value;
}

Config unchangedImages(const CheckBench& bench) {
    Config config = bench.small();
    config.augmentation = {.horizontalFlip = false, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0};
    return config;
}

Findings pictures(CheckBench& bench) { return {within(worstOf(bench, unchangedImages(bench)), kPixels)}; }

Findings labels(CheckBench& bench) {
    const Sides sides(bench, bench.small());
    EpochBatches expected = sides.expected();
    EpochBatches computed = sides.computed();
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < kBatches; ++i) {
        const torch::Tensor one = expected.next().labels;
        const torch::Tensor other = bench.back(computed.next().labels);
        wrong += one.sizes() == other.sizes() ? one.ne(other).sum().item<std::int64_t>() : kImages;
    }
    return {within(static_cast<double>(wrong), 0, "of " + std::to_string(kImages))};
}

Findings augmentation(CheckBench& bench) { return {within(worstOf(bench, bench.small()), kPixels)}; }

// Images and the shares of their classes.
Findings mixed(CheckBench& bench) {
    Findings findings;
    for (const bool cut : {false, true}) {
        Config config = unchangedImages(bench);
        (cut ? config.loss.cutmix : config.loss.mixup) = 1;
        const Sides sides(bench, config);
        EpochBatches expected = sides.expected();
        EpochBatches computed = sides.computed();
        Worst worst;
        for (std::int64_t i = 0; i < kBatches; ++i) {
            const PreparedBatch one = expected.next(), other = computed.next();
            worst.see(relativeDifference(bench.back(other.images), one.images.to(torch::kFloat64)), "images");
            worst.see(relativeDifference(bench.back(other.labels), one.labels.to(torch::kFloat64)), "labels");
        }
        findings.push_back(within(worst.value, kPixels, worst.where));
        findings.back().of = cut ? "CutMix" : "mixup";
    }
    return findings;
}

// Settings that between them switch on every augmentation there is.
std::vector<AugmentationConfig> allSettings() {
    AugmentationConfig all;
    all.horizontalFlip = all.alternatingFlip = true;
    all.rotation = all.zoomHeight = all.zoomWidth = 0.1;
    all.shift = 2;
    all.brightness = all.contrast = all.saturation = 0.3;
    all.erasing = 0.5;
    all.cutout = 3;
    all.randomOperations = 4;
    std::vector<AugmentationConfig> settings(4, all);
    settings[0].alternatingFlip = false;
    settings[1].policy = AugmentationPolicy::RandAugment;
    settings[2].policy = AugmentationPolicy::TrivialAugment;
    settings[3].policy = AugmentationPolicy::AutoAugment;
    return settings;
}

// Each alone.
Findings eachAugmentation(CheckBench& bench) {
    const Sides sides(bench, unchangedImages(bench));
    const BatchPlaces places{.seed = 5, .step = 3, .first = 0, .count = kImages};
    std::vector<std::int64_t> positions(kImages);
    std::iota(positions.begin(), positions.end(), 0);
    const torch::Tensor stored = gather(sides.view, positions).images;
    const std::vector<AugmentationConfig> settings = allSettings();
    Findings findings;
    for (const Augmentation& row : augmentations()) {
        const auto on = std::ranges::find_if(settings, row.isOn);
        if (on == settings.end()) {
            findings.push_back({CheckState::Failed, "no settings of this check switch it on", {}, row.name});
            continue;
        }
        const std::span<const Augmentation> table(&row, 1);
        const DrawnNumbers drawn = drawNumbers(*on, {&places, 1}, table);
        const torch::Tensor expected =
            augment(sides.cpu.prepare(stored), drawn, table, sides.cpu.scale()).to(torch::kFloat64);
        const torch::Tensor computed = augment(sides.device.prepare(stored.to(bench.device())),
                                               copyTo(drawn, bench.device()), table, sides.device.scale());
        findings.push_back(within(relativeDifference(bench.back(computed), expected),
                                  row.ofPixels ? kPixelSteps : kPixels));
        findings.back().of = row.name;
    }
    return findings;
}

constexpr Check kInputChecks[] = {
    {"input.pictures", "Pictures of an epoch: gathered, normalised, resized", false, pictures},
    {"input.labels", "Their labels: wrong ones", false, labels},
    {"input.augmentation", "The same, augmented", false, augmentation},
    {"input.mixed", "Images mixed with each other", false, mixed},
    {"input.each", "One augmentation", false, eachAugmentation},
};

}  // namespace

std::span<const Check> inputChecks() { return kInputChecks; }

}  // namespace vit
