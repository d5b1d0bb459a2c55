// SPDX-License-Identifier: GPL-3.0-or-later
// By libtorch's own function, which knows both kinds of targets.
#include "core/train/objectives/cross_entropy.h"

#include <ATen/core/Reduction.h>

namespace vit {

Objective crossEntropy(double smoothing, const torch::Tensor& weights) {
    return [smoothing, weights](const torch::Tensor& logits, const torch::Tensor& targets) {
        constexpr std::int64_t kNone = -100;  // no label is left out
        if (!weights.defined())
            return torch::cross_entropy_loss(logits, targets, {}, at::Reduction::Mean, kNone, smoothing);
        // libtorch's own mean of labels is over their weights.
        return torch::cross_entropy_loss(logits, targets, weights, at::Reduction::None, kNone, smoothing).mean();
    };
}

}  // namespace vit
