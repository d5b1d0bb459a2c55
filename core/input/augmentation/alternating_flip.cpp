// SPDX-License-Identifier: GPL-3.0-or-later
// A coin for each image, turned over with each epoch and each repeat within it.
#include "core/input/augmentation/alternating_flip.h"

namespace vit {

void drawAlternatingFlip(const AugmentationConfig&, const ShownImage& shown, std::span<double> numbers) {
    const auto words = philox({shown.seed, 0, kAlternatingFlip.site}, static_cast<std::uint32_t>(shown.image));
    numbers[0] = static_cast<double>((words[0] >> 31 ^ (shown.epoch + shown.repeat)) & 1);
}

}  // namespace vit
