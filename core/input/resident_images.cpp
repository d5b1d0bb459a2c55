// SPDX-License-Identifier: GPL-3.0-or-later
// A copy of a split to a device, piece by piece.
#include "core/input/resident_images.h"

#include <algorithm>
#include <numeric>

namespace vit {

namespace {

constexpr std::int64_t kPieceBytes = std::int64_t{32} << 20;

}  // namespace

double ResidentImages::bytesOf(const DatasetView& view) {
    return static_cast<double>(view.count()) *
           static_cast<double>(view.dataset().shape().bytes() + sizeof(std::int64_t));
}

ResidentImages::ResidentImages(const DatasetView& view, torch::Device device) {
    const ImageShape& shape = view.dataset().shape();
    const std::int64_t all = view.count();
    m_all = {torch::empty({all, shape.height, shape.width, shape.channels}, torch::dtype(torch::kUInt8).device(device)),
             torch::empty({all}, torch::dtype(torch::kInt64).device(device))};
    const std::int64_t most = std::max<std::int64_t>(1, kPieceBytes / static_cast<std::int64_t>(shape.bytes()));
    for (std::int64_t first = 0; first < all; first += most) {
        std::vector<std::int64_t> positions(static_cast<std::size_t>(std::min(most, all - first)));
        std::iota(positions.begin(), positions.end(), first);
        const Batch piece = vit::gather(view, positions);
        m_all.images.narrow(0, first, piece.images.size(0)).copy_(piece.images);
        m_all.labels.narrow(0, first, piece.labels.size(0)).copy_(piece.labels);
    }
}

Batch ResidentImages::gather(const torch::Tensor& positions) const {
    return {m_all.images.index_select(0, positions), m_all.labels.index_select(0, positions)};
}

}  // namespace vit
