// SPDX-License-Identifier: GPL-3.0-or-later
// A transformer's encoder block over the tokens of one image.
#pragma once

#include "core/kernels/image_kernel.h"

#include <memory>
#include <vector>

namespace vit::kernels {

// x + attention(norm(x)), then x + mlp(norm(x)); the MLP is dense + GELU + dropout for each of its units, the
// last one without GELU if so chosen.
struct BlockShape {
    int tokens;              // N
    int width;               // D
    int heads;               // H
    int headSize;            // K
    std::vector<int> units;  // at least one; the last one equals D
    float epsilon;           // of all norms
    bool lastGelu = true;    // GELU follows the MLP's last layer too
    bool headNorm = false;   // queries and keys are normalised, each head's by itself
    int depthwiseSide = 0;   // the side of the tokens' grid where the MLP's first layer is followed by a 3×3 convolution
                             // of each unit by itself; 0: it is not
};

// Its parameters: norm1 scale and shift [D], qkv weight [3HK, D] and bias [3HK], of headNorm scale and shift [K] for
// the queries and then for the keys, projection weight [D, HK] and bias [D], norm2 scale and shift [D], then weight
// [U, inputs] and bias [U] for each of the units, after the first ones with depthwiseSide [3, 3, U] and [U].
// Its dropouts: of the attention weights [B, H, N, N], then of each MLP layer [B, N, U], then of the two branches [B] as a
// whole: first attention, then MLP.
class BlockKernel : public ImageKernel {
public:
    // Where in what is saved x + attention(norm(x)) is: float [N, D].
    virtual std::size_t attended() const = 0;
};

// Throws std::runtime_error where generated code cannot run.
std::unique_ptr<BlockKernel> makeBlockKernel(const BlockShape& shape, Arithmetic arithmetic);

}  // namespace vit::kernels
