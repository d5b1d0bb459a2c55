// SPDX-License-Identifier: GPL-3.0-or-later
// One copy of a split to a device.
#include "core/input/resident_images.h"

#include <numeric>

namespace vit {

ResidentImages::ResidentImages(const DatasetView& view, torch::Device device) {
    std::vector<std::int64_t> positions(static_cast<std::size_t>(view.count()));
    std::iota(positions.begin(), positions.end(), 0);
    const Batch stored = vit::gather(view, positions);
    m_all = {stored.images.to(device), stored.labels.to(device)};
}

Batch ResidentImages::gather(const torch::Tensor& positions) const {
    return {m_all.images.index_select(0, positions), m_all.labels.index_select(0, positions)};
}

}  // namespace vit
