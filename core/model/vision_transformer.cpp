// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the layers together.
#include "core/model/vision_transformer.h"

#include "core/config/wave_positions.h"
#include "core/model/parts/fused_kernels.h"

#include <torch/nn/modules/container/modulelist.h>

#include <stdexcept>

namespace vit {

namespace nn = torch::nn;

namespace {

// Of one layer, whose depth it adds.
UnitTap tapOf(const LayerUnitTap& tap, std::int64_t depth) {
    if (!tap) return {};
    return [&tap, depth](const torch::Tensor& units) { tap(depth, units); };
}

}  // namespace

VisionTransformerImpl::VisionTransformerImpl(const ModelConfig& model, const HeadConfig& headConfig,
                                             const ModelInput& input)
    : m_headType(headConfig.type), m_tokens(tokenCount(model, headConfig)), m_plan(parameterPlan(model, headConfig, input)) {
    if (!model.stemWidths.empty()) stem = register_module("stem", Stem(model, input.channels));
    patchEmbed = register_module("patch_embed", PatchEmbedding(cutPatchSize(model), cutChannels(model, input),
                                                               model.projectionDim));
    if (m_headType == HeadType::ClassToken)
        clsToken = register_parameter("cls_token", torch::zeros({model.projectionDim}));
    const std::int64_t dim = model.projectionDim;
    if (model.positions == PositionType::Learned) {
        posEmbed = register_parameter("pos_embed", torch::zeros({m_tokens, dim}));
    } else if (model.positions == PositionType::SineCosine) {
        const std::int64_t side = model.imageSize / model.patchSize;
        const std::vector<float> waves = wavePositions(side, dim, m_tokens - side * side);
        posEmbed = register_buffer("pos_embed", torch::tensor(waves).view({m_tokens, dim}));
    }
    nn::ModuleList list;
    for (std::int64_t i = 0; i < model.layers; ++i) {
        blocks.push_back(Block(model, i));
        list->push_back(blocks.back());
    }
    register_module("blocks", list);
    norm = register_module("norm", LayerNorm(model.projectionDim, model.normEpsilon));
    head = register_module("head", Head(headConfig, headInputs(model, headConfig), input.classes, model.layers));
}

std::vector<Weight> VisionTransformerImpl::weights() const {
    const auto parameters = named_parameters();
    std::vector<Weight> weights;
    for (const ParameterRow& row : m_plan) {
        const torch::Tensor* tensor = parameters.find(row.name);
        if (tensor == nullptr || tensor->sizes() != c10::IntArrayRef(row.shape))
            throw std::logic_error("The network and its plan differ in " + row.name + ".");
        weights.push_back({row, *tensor});
    }
    if (weights.size() != parameters.size()) throw std::logic_error("The network has more parameters than its plan.");
    return weights;
}

torch::Tensor VisionTransformerImpl::encode(const torch::Tensor& images, const FusedKernels* fused) {
    const bool canFuse =
        fused != nullptr && images.is_cpu() && images.scalar_type() == torch::kFloat32 && !images.requires_grad();
    torch::Tensor tokens = patchEmbed(stem.is_empty() ? images
                                      : canFuse       ? fused->stem(stem, images)
                                                      : stem(images));  // [B, N, D]
    if (clsToken.defined()) {
        tokens = torch::cat({clsToken.to(tokens.dtype()).expand({tokens.size(0), 1, -1}), tokens}, 1);  // [B, 1+N, D]
    }
    return posEmbed.defined() ? tokens + posEmbed : tokens;
}

torch::Tensor VisionTransformerImpl::summarize(const torch::Tensor& tokens) {
    switch (m_headType) {
        case HeadType::Flatten: return tokens.flatten(1);
        case HeadType::GlobalAveragePooling: return tokens.mean(1);
        case HeadType::ClassToken: return tokens.select(1, 0);
    }
    return {};
}

torch::Tensor VisionTransformerImpl::runBlocks(torch::Tensor tokens, const ForwardMode& mode, const ForwardTap& tap) {
    const bool fused = m_fused && tokens.is_cpu() && tokens.scalar_type() == torch::kFloat32;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::string name = "blocks." + std::to_string(i);
        if (fused) {
            const FusedKernels::BlockOutput output =
                m_fused->block(blocks[i], static_cast<std::int64_t>(i), tokens, mode, static_cast<bool>(tap));
            if (tap) tap(name + ".attention", output.attended);
            tokens = output.tokens;
        } else {
            tokens = blocks[i]->attend(tokens, mode);
            if (tap) tap(name + ".attention", tokens);
            tokens = blocks[i]->transform(tokens, mode);
        }
        if (tap) tap(name + ".mlp", tokens);
    }
    return tokens;
}

torch::Tensor VisionTransformerImpl::openBlocks(torch::Tensor tokens, const Ablation& ablation, const Visitor& visit,
                                                const LayerUnitTap& tap) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto index = static_cast<std::int64_t>(i);
        AttentionImpl::Without without{ablation.tokens, {}};
        if (ablation.heads.defined()) without.heads = ablation.heads.select(1, index);
        AttentionImpl::Open opened = blocks[i]->open(tokens, without, tapOf(tap, index + 1));
        if (ablation.blocks.defined())
            opened.output = torch::where(ablation.blocks.select(1, index).view({-1, 1, 1}), tokens, opened.output);
        tokens = opened.output;
        if (visit) visit(opened);
    }
    return tokens;
}

torch::Tensor VisionTransformerImpl::answer(const torch::Tensor& tokens) {
    return head->forward(summarize(norm(tokens)), {});
}

torch::Tensor VisionTransformerImpl::without(const torch::Tensor& images, const Ablation& ablation) {
    torch::Tensor tokens = encode(images);
    const bool poolsAll = !ablation.tokens.defined() || m_headType == HeadType::ClassToken;
    if (!poolsAll && m_headType == HeadType::Flatten)
        throw std::logic_error("A flatten head cannot do without tokens.");
    tokens = openBlocks(std::move(tokens), ablation, {});
    if (poolsAll) return answer(tokens);
    // The mean over the tokens that are left; of none, zeros.
    const torch::Tensor left = ablation.tokens.logical_not().to(tokens.dtype()).unsqueeze(2);  // [B, N, 1]
    return head->forward((norm(tokens) * left).sum(1) / left.sum(1).clamp_min(1), {});
}

ForwardTrace VisionTransformerImpl::trace(const torch::Tensor& images, const LayerUnitTap& tap) {
    ForwardTrace trace;
    trace.tokens.push_back(encode(images));
    openBlocks(trace.tokens.front(), {}, [&trace](AttentionImpl::Open& opened) {
        trace.attention.push_back(std::move(opened.weights));
        trace.tokens.push_back(std::move(opened.output));
    }, tap);
    trace.normed = norm(trace.tokens.back());
    const auto headDepth = static_cast<std::int64_t>(blocks.size()) + 1;
    trace.logits = head->forward(summarize(trace.normed), {}, nullptr, tapOf(tap, headDepth));
    return trace;
}

torch::Tensor VisionTransformerImpl::forward(const torch::Tensor& images, const ForwardMode& mode,
                                             const ForwardTap& tap) {
    const auto show = [&tap](const std::string& name, const torch::Tensor& value) {
        if (tap) tap(name, value);
    };
    torch::Tensor tokens = encode(images, m_fused.get());
    show("encoding", tokens);
    tokens = norm(runBlocks(tokens, mode, tap));
    show("norm", tokens);
    const torch::Tensor features = summarize(tokens);
    show("head_input", features);
    const torch::Tensor logits = head->forward(features, mode, m_fused.get());
    show("logits", logits);
    return logits;
}

}  // namespace vit
