// SPDX-License-Identifier: GPL-3.0-or-later
// The two kinds of targets.
#include "core/train/objectives/objective.h"

namespace vit {

torch::Tensor labelsOf(const torch::Tensor& targets) { return targets.dim() == 2 ? targets.argmax(1) : targets; }

}  // namespace vit
