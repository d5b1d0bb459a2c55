// SPDX-License-Identifier: GPL-3.0-or-later
// The cross-entropy of the softmax of the logits, in nats.
#pragma once

#include "core/train/objectives/objective.h"

namespace vit {

Objective crossEntropy();

}  // namespace vit
