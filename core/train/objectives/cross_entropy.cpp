// SPDX-License-Identifier: GPL-3.0-or-later
// By libtorch's own function, which knows both kinds of targets.
#include "core/train/objectives/cross_entropy.h"

namespace vit {

Objective crossEntropy() {
    return [](const torch::Tensor& logits, const torch::Tensor& targets) {
        return torch::cross_entropy_loss(logits, targets);
    };
}

}  // namespace vit
