// SPDX-License-Identifier: GPL-3.0-or-later
// The model: a stem if there is one, patch embedding, positions, blocks, what makes features of the tokens, head.
#pragma once

#include "core/config/config.h"
#include "core/config/parameter_plan.h"
#include "core/model/parts/attention_pooling.h"
#include "core/model/parts/block.h"
#include "core/model/parts/head.h"
#include "core/model/parts/patch_embedding.h"
#include "core/model/parts/stem.h"

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vit {

class FusedKernels;

// Called with each intermediate of a forward pass: "encoding", "blocks.0.attention", "blocks.0.mlp" (both with their
// residual), …, "norm" [B, N, D], "head_input" [B, F], "logits".
using ForwardTap = std::function<void(const std::string& name, const torch::Tensor& value)>;

// A parameter of the network, and what it is.
struct Weight {
    ParameterRow row;
    torch::Tensor tensor;
};

// What a forward pass in evaluation mode makes on its way.
struct ForwardTrace {
    std::vector<torch::Tensor> attention;  // of each block, [B, H, N, N]
    std::vector<torch::Tensor> tokens;     // [B, N, D]: those that enter the first block, then those after each block
    torch::Tensor normed;                  // [B, N, D], after the final norm, where that comes before the pooling
    torch::Tensor logits;                  // [B, classes]
};

// Called with what each activation gives, [B, …, units], and the depth of its layer (see ParameterRow::depth).
using LayerUnitTap = std::function<void(std::int64_t depth, const torch::Tensor& units)>;

// What a pass is made without, for each image of a batch by itself. Undefined: nothing.
struct Ablation {
    torch::Tensor tokens;  // [B, N] bool: neither attended to nor pooled; not for a flatten head, which needs all
    torch::Tensor heads;   // [B, L, H] bool: give zeros to their projection
    torch::Tensor blocks;  // [B, L] bool: pass their input on
};

class VisionTransformerImpl : public torch::nn::Module {
public:
    VisionTransformerImpl(const ModelConfig& model, const HeadConfig& head, const ModelInput& input);

    // Normalised images [B, C, S, S] -> logits [B, classes].
    torch::Tensor forward(const torch::Tensor& images, const ForwardMode& mode = {}, const ForwardTap& tap = {});

    // The same in evaluation mode by the plain layers, keeping what is made on the way. With gradients switched on all
    // of it can be derived by.
    ForwardTrace trace(const torch::Tensor& images, const LayerUnitTap& tap = {});
    // Only the logits of that, [B, classes], of a network without some of its parts.
    torch::Tensor without(const torch::Tensor& images, const Ablation& ablation);
    // The head's answer if tokens [B, N, D] were those after the last block: [B, classes].
    torch::Tensor answer(const torch::Tensor& tokens);

    // As the model's initialWeights and zeroOutputs want them: Glorot-uniform kernels with Keras's fans and positions
    // uniform ±0.05, or both truncated normal; zero biases. Norms after the branches begin at zero in the outputs' place. A
    // function of the arguments alone.
    void initialize(std::uint64_t seed, const ModelConfig& model = {});

    // Runs blocks and head by fused kernels wherever tensors are fp32 on the CPU; null: by the layers themselves.
    // Weights and, but for rounding, results are the same.
    void useFusedKernels(std::shared_ptr<const FusedKernels> fused) { m_fused = std::move(fused); }

    std::int64_t tokens() const { return m_tokens; }
    // All parameters, in the order of the plan.
    std::vector<Weight> weights() const;

    Stem stem{nullptr};  // empty without stemWidths
    PatchEmbedding patchEmbed{nullptr};
    torch::Tensor clsToken;  // [D]; undefined without a class token
    torch::Tensor regToken;  // [R, D]; undefined without registers
    torch::Tensor posEmbed;  // [N, D], the class token first, then registers; undefined where none are added
    LayerNorm normPre{nullptr};  // empty without preNorm
    std::vector<Block> blocks;
    LayerNorm norm{nullptr};
    AttentionPooling attnPool{nullptr};  // empty but with such a head
    Head head{nullptr};

private:
    HeadType m_headType;
    std::int64_t m_tokens;
    std::int64_t m_prefix;  // of which so many stand for no patch
    std::vector<ParameterRow> m_plan;
    std::shared_ptr<const FusedKernels> m_fused;

    torch::Tensor encode(const torch::Tensor& images, const FusedKernels* fused = nullptr);  // [B, N, D]
    // By the plain layers in evaluation mode; `visit` sees each block's attention and output.
    using Visitor = std::function<void(AttentionImpl::Open& opened)>;
    torch::Tensor openBlocks(torch::Tensor tokens, const Ablation& ablation, const Visitor& visit,
                             const LayerUnitTap& tap = {});
    torch::Tensor runBlocks(torch::Tensor tokens, const ForwardMode& mode, const ForwardTap& tap);  // [B, N, D]
    torch::Tensor closed(const torch::Tensor& tokens);  // after the final norm, unless that follows the pooling; [B, N, D]
    // Those to the head's features, [B, F]; without the tokens `hidden` [B, N], undefined: with all.
    torch::Tensor summarize(const torch::Tensor& tokens, const torch::Tensor& hidden = {});
    torch::Tensor average(const torch::Tensor& tokens, const torch::Tensor& hidden) const;  // of the patches, [B, D]
    torch::Tensor positions() const;  // of all tokens
};
TORCH_MODULE(VisionTransformer);

}  // namespace vit
