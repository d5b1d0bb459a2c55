// SPDX-License-Identifier: GPL-3.0-or-later
// How training images are changed at random: a table of augmentations, what they draw for a batch, and its application.
//
// To add one, say brightness:
//
// 1. Write brightness.h and brightness.cpp beside this file, with one row:
//
//        constexpr Augmentation kBrightness = {
//            .name = "brightness",
//            .site = augmentationSite(3),  // a number that no other row has
//            .numbers = 1,
//            .isOn = [](const AugmentationConfig& config) { return config.brightness != 0; },
//            .draw = [](const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers) {
//                numbers[0] = (2 * random[0] - 1) * config.brightness;
//            },
//            .apply = [](const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
//                return images + numbers[0].to(images.dtype()).view({-1, 1, 1, 1});  // [B, C, S, S]
//            },
//        };
//
// 2. Put it into the table in augmentation.cpp, where it is to come in turn.
// 3. Give it its hyperparameter, as any other: a member of AugmentationConfig and a row in core/config/schema_data.cpp.
//
// What goes by colours, rather than by places, says `.ofPixels = true` and gets them as pixels of 0–255.
//
// Its site is its own, so the others go on drawing the numbers they drew before, and it draws the same ones whatever is
// added later. Training on every device, resumed runs, several ranks and the Data page follow from the row.
#pragma once

#include "core/base/philox.h"
#include "core/config/config.h"
#include "core/input/pixel_scale.h"

#include <torch/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// The random numbers of one image in one step for one site, uniform in [0, 1).
using RandomUnits = std::array<double, 4>;

// The random site (RandomKey::site) of an augmentation: above those of dropout, which end below 2^24.
constexpr std::uint32_t augmentationSite(std::uint32_t number) { return (std::uint32_t{1} << 24) + number; }

// An image of the view, the epoch that shows it, and how often it has just done so before.
struct ShownImage {
    std::uint64_t seed = 0;
    std::uint64_t epoch = 0;  // from 1
    std::int64_t image = 0;
    std::uint64_t repeat = 0;  // 0 … AugmentationConfig::repeats - 1
};

struct Augmentation {
    const char* name;
    std::uint32_t site;   // where its random numbers come from
    std::size_t numbers;  // how many it draws for an image
    // Whether it changes anything at all with this configuration. Nothing else may decide it: neither the images nor
    // what was drawn for a batch, which another rank has another part of.
    bool (*isOn)(const AugmentationConfig& config);
    // Fills `numbers` for one image; a function of its arguments alone.
    void (*draw)(const AugmentationConfig& config, const RandomUnits& random, std::span<double> numbers);
    // images [B, C, S, S], normalised, on any device; each of the numbers as a float64 tensor [B] on that device.
    torch::Tensor (*apply)(const torch::Tensor& images, std::span<const torch::Tensor> numbers);
    bool ofPixels = false;  // it gets and gives pixels instead: of 0–255, though not whole numbers
    // Draws instead where it is the image that matters, wherever in the epoch it comes.
    void (*drawOfImage)(const AugmentationConfig& config, const ShownImage& shown, std::span<double> numbers) = nullptr;
};

// All there are, in the order in which they are applied.
std::span<const Augmentation> augmentations();

// Some images of a step by their places in its batch: of all ranks together, so that each image is changed in the same
// way whoever trains on it.
struct BatchPlaces {
    std::uint64_t seed = 0;  // of the run
    std::uint64_t step = 0;  // of the run
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::uint64_t epoch = 1;
    std::span<const std::int64_t> images{};  // which of the view they are; empty: their places stand for them
    std::int64_t shownBefore = 0;            // images of the epoch before this batch
    std::int64_t repeats = 1;                // so many of the epoch's images, from its first on, are the same one

    ShownImage shown(std::int64_t i) const {
        return {seed, epoch, images.empty() ? first + i : images[static_cast<std::size_t>(i)],
                static_cast<std::uint64_t>((shownBefore + first + i) % repeats)};
    }
};

// What was drawn for some images: for each row of a table its numbers as float64 tensors [images], none if it is off.
using DrawnNumbers = std::vector<std::vector<torch::Tensor>>;

// For the images of one batch after the other; on the CPU.
DrawnNumbers drawNumbers(const AugmentationConfig& config, std::span<const BatchPlaces> batches,
                         std::span<const Augmentation> table = augmentations());

// Those of images first … first + count - 1 of what was drawn.
DrawnNumbers narrow(const DrawnNumbers& drawn, std::int64_t first, std::int64_t count);

// To a device, without waiting for the work that is queued there.
DrawnNumbers copyTo(const DrawnNumbers& drawn, torch::Device device);

// Applies every row that has numbers, in turn; images [B, C, S, S], the numbers on their device. `scale`: how the
// images were normalised.
torch::Tensor augment(torch::Tensor images, const DrawnNumbers& drawn,
                      std::span<const Augmentation> table = augmentations(), const PixelScale& scale = {});

}  // namespace vit
