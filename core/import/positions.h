// SPDX-License-Identifier: GPL-3.0-or-later
// Learned positions for another number of patches.
#pragma once

#include "core/base/float_array.h"
#include "core/config/image_size.h"

namespace vit {

// [places of `from`, D] -> [places of `to`, D]: bicubic (a = -0.5) with antialias, as timm's resample_abs_pos_embed.
FloatArray resampledPositions(const FloatArray& grid, const GridSize& from, const GridSize& to);

}  // namespace vit
