// SPDX-License-Identifier: GPL-3.0-or-later
// From the counts of a split's labels.
#include "core/train/class_weights.h"

#include "core/input/balanced_order.h"

#include <algorithm>

namespace vit {

torch::Tensor classWeights(const DatasetView& view, ClassWeights weights, torch::Device device) {
    if (weights == ClassWeights::None) return {};
    const std::vector<std::int64_t> counts = classCounts(view);
    const auto classes = static_cast<double>(std::ranges::count_if(counts, [](std::int64_t n) { return n > 0; }));
    const auto images = static_cast<double>(view.count());
    torch::Tensor result = torch::zeros({static_cast<std::int64_t>(counts.size())}, torch::kFloat32);
    auto* values = result.mutable_data_ptr<float>();
    for (std::size_t c = 0; c < counts.size(); ++c)
        if (counts[c] > 0) values[c] = static_cast<float>(images / (classes * static_cast<double>(counts[c])));
    return result.to(device);
}

}  // namespace vit
