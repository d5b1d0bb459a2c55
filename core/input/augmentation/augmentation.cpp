// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the augmentations.
#include "core/input/augmentation/augmentation.h"

#include "core/input/augmentation/alternating_flip.h"
#include "core/input/augmentation/auto_augment.h"
#include "core/input/augmentation/colour_jitter.h"
#include "core/input/augmentation/cutout.h"
#include "core/input/augmentation/erasing.h"
#include "core/input/augmentation/flip.h"
#include "core/input/augmentation/rand_augment.h"
#include "core/input/augmentation/rotation.h"
#include "core/input/augmentation/shift.h"
#include "core/input/augmentation/trivial_augment.h"
#include "core/input/augmentation/zoom.h"
#include "core/input/queued_copy.h"

#include <algorithm>

namespace vit {

namespace {

// First the published example's, in its order. What paints over comes last.
constexpr std::array kTable = {kFlip, kRotation, kZoom, kAlternatingFlip, kShift, kTrivialAugment, kAutoAugment,
                               kRandAugment1, kRandAugment2, kRandAugment3, kRandAugment4, kColourJitter, kCutout,
                               kErasing};

RandomUnits unitsOf(const BatchPlaces& batch, std::uint32_t site, std::int64_t image) {
    const auto words = philox({batch.seed, batch.step, site}, static_cast<std::uint32_t>(batch.first + image));
    RandomUnits units;
    std::transform(words.begin(), words.end(), units.begin(), toUnit);
    return units;
}

std::vector<torch::Tensor> drawRow(const Augmentation& row, const AugmentationConfig& config,
                                   std::span<const BatchPlaces> batches, std::int64_t images) {
    std::vector<torch::Tensor> columns;
    std::vector<double*> places;
    for (std::size_t i = 0; i < row.numbers; ++i) {
        columns.push_back(torch::empty({images}, torch::kFloat64));
        places.push_back(columns.back().mutable_data_ptr<double>());
    }
    std::vector<double> numbers(row.numbers);
    for (const BatchPlaces& batch : batches)
        for (std::int64_t image = 0; image < batch.count; ++image) {
            if (row.drawOfImage != nullptr) row.drawOfImage(config, batch.shown(image), numbers);
            else row.draw(config, unitsOf(batch, row.site, image), numbers);
            for (std::size_t i = 0; i < row.numbers; ++i) *places[i]++ = numbers[i];
        }
    return columns;
}

DrawnNumbers mapped(const DrawnNumbers& drawn, const auto& change) {
    DrawnNumbers result = drawn;
    for (std::vector<torch::Tensor>& columns : result)
        for (torch::Tensor& column : columns) column = change(column);
    return result;
}

}  // namespace

std::span<const Augmentation> augmentations() { return kTable; }

DrawnNumbers drawNumbers(const AugmentationConfig& config, std::span<const BatchPlaces> batches,
                         std::span<const Augmentation> table) {
    std::int64_t images = 0;
    for (const BatchPlaces& batch : batches) images += batch.count;
    DrawnNumbers drawn;
    for (const Augmentation& row : table)
        drawn.push_back(row.isOn(config) ? drawRow(row, config, batches, images) : std::vector<torch::Tensor>{});
    return drawn;
}

DrawnNumbers narrow(const DrawnNumbers& drawn, std::int64_t first, std::int64_t count) {
    return mapped(drawn, [&](const torch::Tensor& column) { return column.narrow(0, first, count); });
}

DrawnNumbers copyTo(const DrawnNumbers& drawn, torch::Device device) {
    return mapped(drawn, [&](const torch::Tensor& column) { return queuedCopy(column, device); });
}

torch::Tensor augment(torch::Tensor images, const DrawnNumbers& drawn, std::span<const Augmentation> table,
                      const PixelScale& scale) {
    TORCH_CHECK(drawn.size() == table.size(), "numbers drawn for another table of augmentations");
    if (images.size(0) == 0) return images;  // a rank's share may be empty
    bool arePixels = false;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (drawn[i].empty()) continue;
        if (table[i].ofPixels != arePixels) images = arePixels ? scale.fromPixels(images) : scale.toPixels(images);
        arePixels = table[i].ofPixels;
        images = table[i].apply(images, drawn[i]);
    }
    return arePixels ? scale.fromPixels(images) : images;
}

}  // namespace vit
