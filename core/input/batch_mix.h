// SPDX-License-Identifier: GPL-3.0-or-later
// Images of a batch mixed in pairs, and their targets with them: mixup (Zhang et al., 2018) and CutMix (Yun et al.,
// 2019).
#pragma once

#include "core/config/config.h"

#include <torch/types.h>

#include <cstdint>

namespace vit {

// How the images of a step's whole batch are mixed, drawn once for all of them as timm does it; the partner of an
// image is that at the mirrored place of the batch.
struct BatchMix {
    enum class Kind { Mixup, Cutmix };
    Kind kind = Kind::Mixup;
    double share = 1;  // of the image itself, the rest is its partner's; of CutMix by the rectangle that there is
    std::int64_t top = 0, bottom = 0, left = 0, right = 0;  // CutMix: the pixels that come from the partner
};

bool mixes(const LossConfig& loss);

// For one step of the run; mixes(loss). The images are of `size`; a rectangle of CutMix has their shape.
BatchMix drawMix(const LossConfig& loss, std::uint64_t seed, std::uint64_t step, const ImageSize& size);

// images [B, C, H, W] with their partners in the same order -> mixed, of the same shape.
torch::Tensor mixedImages(const BatchMix& mix, const torch::Tensor& images, const torch::Tensor& partners);
// labels int64 [B] likewise -> shares of the classes, float [B, classes].
torch::Tensor mixedTargets(const BatchMix& mix, const torch::Tensor& labels, const torch::Tensor& partners,
                           std::int64_t classes);

}  // namespace vit
