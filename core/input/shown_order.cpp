// SPDX-License-Identifier: GPL-3.0-or-later
// The order of an epoch without repeats, as far as it is wanted.
#include "core/input/shown_order.h"

#include "core/input/balanced_order.h"
#include "core/input/input_pipeline.h"

#include <cstddef>

namespace vit {

std::vector<std::int64_t> shownOrder(const DatasetView& view, const Config& config, std::uint64_t epoch) {
    const auto seed = static_cast<std::uint64_t>(config.run.seed);
    const std::int64_t count = view.count(), repeats = config.augmentation.repeats;
    const std::int64_t different = (count + repeats - 1) / repeats;
    std::vector<std::int64_t> order = config.data.balanced ? balancedOrder(view, seed, epoch, different)
                                                           : epochOrder(count, seed, epoch);
    if (repeats == 1) return order;
    std::vector<std::int64_t> repeated;
    for (std::int64_t i = 0; i < count; ++i) repeated.push_back(order[static_cast<std::size_t>(i / repeats)]);
    return repeated;
}

}  // namespace vit
