// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that needs no file and no network: coloured shapes on textured grounds, drawn from a seed.
#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

struct SyntheticOptions {
    std::int64_t train = 6000;
    std::int64_t test = 1000;
    std::uint64_t seed = 2021;
};

const std::vector<std::string>& syntheticClassNames();

// 32 × 32 RGB; as many images of each class as can be, in random order. The same options give the same bytes, but for
// the borders of shapes, which OpenCV's versions fill differently. An image is drawn when it is first read, so that a
// run begins at once.
LabelledImages makeSyntheticShapes(const SyntheticOptions& options = {});

}  // namespace vit
