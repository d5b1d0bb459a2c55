// SPDX-License-Identifier: GPL-3.0-or-later
// The part of each batch that one of several processes trains on.
#pragma once

#include <cstdint>

namespace vit {

// All ranks together train on each batch once, in the order of a single one. Parts may differ by an image, and some are
// empty where a batch has fewer images than there are ranks; that of rank 0 never is.
struct RankSlice {
    std::int64_t rank = 0;  // 0 … ranks-1
    std::int64_t ranks = 1;

    struct Part {
        std::int64_t first = 0;  // the place of its first image in the batch
        std::int64_t count = 0;
    };
    Part of(std::int64_t batchSize) const {
        const std::int64_t first = begin(batchSize, rank);
        return {first, begin(batchSize, rank + 1) - first};
    }

private:
    std::int64_t begin(std::int64_t batchSize, std::int64_t r) const { return (batchSize * r + ranks - 1) / ranks; }
};

}  // namespace vit
