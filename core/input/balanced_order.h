// SPDX-License-Identifier: GPL-3.0-or-later
// An epoch that shows each class equally often.
#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <vector>

namespace vit {

// How many images of a view each class has.
std::vector<std::int64_t> classCounts(const DatasetView& view);

// `length` positions of images, or with 0 as many as the view has, in the order in which the epoch shows them; the classes
// that have images get the same number of them but for one. A class with fewer images shows each of them about equally
// often, one with more shows some of them once. A function of its arguments alone.
std::vector<std::int64_t> balancedOrder(const DatasetView& view, std::uint64_t seed, std::uint64_t epoch,
                                        std::int64_t length = 0);

}  // namespace vit
