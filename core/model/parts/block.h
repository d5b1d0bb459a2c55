// SPDX-License-Identifier: GPL-3.0-or-later
// A transformer block.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/attention.h"
#include "core/model/parts/layer_norm.h"
#include "core/model/parts/layer_scale.h"
#include "core/model/parts/mlp.h"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

namespace vit {

// x + attention(norm1(x)), then x + mlp(norm2(x)); with the norms after them (NormPlace::After) x + norm1(attention(x)), then
// x + norm2(mlp(x)) (Liu et al., "Swin Transformer V2", 2022). Each branch is scaled by ls1 and ls2 where there is a
// layerScale, and left out by chance where there is a dropPath: of an image as a whole, by 0 in the first block to dropPath in
// the last.
class BlockImpl : public torch::nn::Module {
public:
    BlockImpl(const ModelConfig& config, std::int64_t index, std::int64_t tokens);
    torch::Tensor attend(const torch::Tensor& tokens, const ForwardMode& mode);
    torch::Tensor transform(const torch::Tensor& tokens, const ForwardMode& mode, const UnitTap& tap = {},
                            const torch::Tensor& hidden = {});
    // The whole block in evaluation mode, and its attention's weights.
    AttentionImpl::Open open(const torch::Tensor& tokens, const AttentionImpl::Without& without = {},
                             const UnitTap& tap = {});

    // Dropout's layers within a block that are those of neither attention nor MLP: of the two branches as a whole.
    static constexpr std::int64_t kAttentionPath = (1 << 12) - 2;
    static constexpr std::int64_t kMlpPath = (1 << 12) - 1;
    double dropPath() const { return m_dropPath; }  // this block's

    LayerNorm norm1{nullptr};
    Attention attn{nullptr};
    LayerScale ls1{nullptr};
    LayerNorm norm2{nullptr};
    Mlp mlp{nullptr};
    LayerScale ls2{nullptr};

private:
    std::int64_t m_index;
    double m_dropPath;
    NormPlace m_normPlace;

    torch::Tensor given(const torch::Tensor& tokens, LayerNorm& norm) const;  // what a branch is given of the tokens
    torch::Tensor added(const torch::Tensor& tokens, torch::Tensor branch, LayerNorm& norm, LayerScale& scale,
                        const ForwardMode& mode, std::int64_t layer) const;
};
TORCH_MODULE(Block);

}  // namespace vit
