// SPDX-License-Identifier: GPL-3.0-or-later
// Positions that need not be learned.
#pragma once

#include "core/config/config.h"

#include <cstdint>
#include <vector>

namespace vit {

// Row-major [others + rows * columns, dim]: zeros for the tokens before the grid's, then for each place of the grid the sines of
// its row at dim / 4 frequencies, those of its column, and the cosines of both. The frequencies fall from 1 towards 1/10000
// in equal ratios (Vaswani et al., 2017; for two dimensions Chen, Xie and He, 2021). `dim` is a multiple of 4.
std::vector<float> wavePositions(const GridSize& grid, std::int64_t dim, std::int64_t others);

// Row-major [rows * columns, keyDim]: the angles in radians by which pairs of numbers, `keyDim / 2` apart, are turned at each
// place of the model's grid; empty where its positions turn nothing. The first quarter follows the row, the second the
// column; the second half is the first one again. An angle is
//   rotary: 2π times the place's centre in -1 to 1, of either side by itself, times a frequency that falls from 1 towards
//   1/100 (Siméoni et al., "DINOv3", 2025);
//   learned and rotary: the place from 0, as on a grid of 16, times a frequency that falls from 1 towards 1/10000 (Fang et
//   al., "EVA-02", 2023).
// `keyDim` is a multiple of 4.
std::vector<float> rotaryAngles(const ModelConfig& model);

// How many ways there are in which a patch of the grid can lie to another one, and three more: from the class token to a
// patch, from a patch to it, and from it to itself.
std::int64_t relativePlaces(const GridSize& grid);
// Row-major [others + rows * columns, the same]: which of them it is from a token (row) to another one (column), rows and
// columns apart counted from the most negative; -1 between tokens of which none is the class token, the first of `others`,
// or which have no place (Bao, Dong and Wei, "BEiT", 2022).
std::vector<std::int64_t> relativePlacesOf(const GridSize& grid, std::int64_t others);

}  // namespace vit
