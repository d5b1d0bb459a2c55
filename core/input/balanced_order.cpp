// SPDX-License-Identifier: GPL-3.0-or-later
// Each class goes through its images in the epoch's order, and from the beginning again, until it has its share.
#include "core/input/balanced_order.h"

#include "core/base/philox.h"
#include "core/input/input_pipeline.h"

namespace vit {

std::vector<std::int64_t> classCounts(const DatasetView& view) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(view.dataset().classes()));
    for (std::int64_t i = 0; i < view.count(); ++i) ++counts[static_cast<std::size_t>(view.label(i))];
    return counts;
}

std::vector<std::int64_t> balancedOrder(const DatasetView& view, std::uint64_t seed, std::uint64_t epoch,
                                        std::int64_t length) {
    const std::int64_t count = length > 0 ? length : view.count();
    std::vector<std::vector<std::int64_t>> images(static_cast<std::size_t>(view.dataset().classes()));
    std::vector<std::size_t> classes;  // that have any, in an order that is the epoch's own
    for (const std::int64_t position : epochOrder(view.count(), seed, epoch)) {
        const auto label = static_cast<std::size_t>(view.label(position));
        if (images[label].empty()) classes.push_back(label);
        images[label].push_back(position);
    }
    // One image of each class in turn: the first classes get one more where they do not share evenly.
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto round = static_cast<std::size_t>(i) / classes.size();
        const std::vector<std::int64_t>& own = images[classes[static_cast<std::size_t>(i) % classes.size()]];
        chosen.push_back(own[round % own.size()]);
    }
    std::vector<std::int64_t> order;
    for (const std::int64_t place : permutation(count, randomKey(seed, epoch, RandomSite::Balance)))
        order.push_back(chosen[static_cast<std::size_t>(place)]);
    return order;
}

}  // namespace vit
