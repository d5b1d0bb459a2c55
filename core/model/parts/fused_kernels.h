// SPDX-License-Identifier: GPL-3.0-or-later
// What of a model runs by fused kernels on the CPU: the stem and whole encoder blocks, every thread taking one image after
// the other through them while it stays in the cache, and the head's GELU with its dropout.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/block.h"
#include "core/model/parts/stem.h"

#include <torch/types.h>

#include <cstdint>
#include <memory>

namespace vit {

// Drops the same elements as the plain layers do. Under autocast the blocks multiply bf16 numbers, if this CPU has
// instructions for that; all else is fp32 always.
class FusedKernels {
public:
    virtual ~FusedKernels() = default;

    struct BlockOutput {
        torch::Tensor attended;  // after the attention and its residual; undefined unless asked for
        torch::Tensor tokens;    // after the block
    };
    // fp32 tokens [B, N, D] on the CPU through block number `index`. No gradient flows
    // through `attended`.
    virtual BlockOutput block(Block& block, std::int64_t index, const torch::Tensor& tokens, const ForwardMode& mode,
                              bool wantAttended) const = 0;

    // fp32 images [B, C, S, S] on the CPU, of which no gradient is asked for, through the stem: [B, O, S', S'].
    virtual torch::Tensor stem(Stem& stem, const torch::Tensor& images) const = 0;

    // dropout(gelu(input)), of any shape, of fp32 or bf16 numbers on the CPU.
    virtual torch::Tensor geluDropout(const torch::Tensor& input, double rate, const ForwardMode& mode,
                                      std::uint32_t site) const = 0;
};

// Throws std::runtime_error, saying why, where the kernels cannot run. Only in builds with VIT_FUSED_KERNELS.
std::shared_ptr<const FusedKernels> makeFusedKernels(const ModelConfig& config, std::int64_t tokens,
                                                     std::int64_t channels = 3);

}  // namespace vit
