// SPDX-License-Identifier: GPL-3.0-or-later
// The cross-entropy of the softmax of the logits, in nats.
#pragma once

#include "core/train/objectives/objective.h"

namespace vit {

// `smoothing` (0 to 1) of each target is spread evenly over all classes (Szegedy et al., "Rethinking the Inception
// architecture", 2016). Of weights float [classes], on the logits' device, each class's share of a target counts by its
// own; the mean stays that over the images, so that the parts of a batch add up to it.
Objective crossEntropy(double smoothing = 0, const torch::Tensor& weights = {});

}  // namespace vit
