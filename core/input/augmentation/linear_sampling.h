// SPDX-License-Identifier: GPL-3.0-or-later
// Images resampled by a linear map of their own, as rotation and zoom are.
#pragma once

#include <torch/types.h>

namespace vit {

// Output pixel (x, y) takes the input at m·(x, y), coordinates relative to the centre of a picture of size H × W, or at
// m·(x, y, 1). images [B, C, H, W]; matrices [B, 2, 2] or [B, 2, 3] in pixel units, rows (x, y). Bilinear, the border
// reflected about the pixels' edges.
torch::Tensor sampleLinear(const torch::Tensor& images, const torch::Tensor& matrices);

}  // namespace vit
