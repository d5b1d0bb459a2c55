// SPDX-License-Identifier: GPL-3.0-or-later
// Learned positions for another number of patches.
#pragma once

#include "core/base/float_array.h"

#include <cstdint>

namespace vit {

// [from * from, D] -> [to * to, D]: bicubic (a = -0.5) with antialias, as timm's resample_abs_pos_embed.
FloatArray resampledPositions(const FloatArray& grid, std::int64_t from, std::int64_t to);

}  // namespace vit
