// SPDX-License-Identifier: GPL-3.0-or-later
// What patches are projected with, for patches of another size.
#pragma once

#include "core/base/float_array.h"

#include <cstdint>

namespace vit {

// [D, from * from * C] -> [D, to * to * C], each in the order row, column, channel: the kernel whose answer to patches that
// were resized (bicubic, a = -0.5, with antialias) is closest to what the old one gave for them before (Beyer et al.,
// "FlexiViT", 2023), as timm's resample_patch_embed.
FloatArray resampledKernel(const FloatArray& kernel, std::int64_t from, std::int64_t to);

}  // namespace vit
