// SPDX-License-Identifier: GPL-3.0-or-later
// Which images an epoch shows, in its order: each once or, of some, each several times (Hoffer et al., "Augment your
// batch: improving generalization through instance repetition", 2020).
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"

#include <cstdint>
#include <vector>

namespace vit {

// As many positions as the view has images, so that an epoch has the same steps with repeats as without; the repeats of
// an image are beside each other, the last one's perhaps cut off. A function of its arguments alone.
std::vector<std::int64_t> shownOrder(const DatasetView& view, const Config& config, std::uint64_t epoch);

}  // namespace vit
