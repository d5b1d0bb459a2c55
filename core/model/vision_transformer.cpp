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
    : m_headType(headConfig.type), m_tokens(tokenCount(model, headConfig)), m_prefix(prefixCount(model, headConfig)),
      m_plan(parameterPlan(model, headConfig, input)) {
    if (!model.stemWidths.empty()) stem = register_module("stem", Stem(model, input.channels));
    patchEmbed = register_module("patch_embed", PatchEmbedding(model, cutChannels(model, input)));
    if (hasClassToken(headConfig)) clsToken = register_parameter("cls_token", torch::zeros({model.projectionDim}));
    if (model.registers > 0)
        regToken = register_parameter("reg_token", torch::zeros({model.registers, model.projectionDim}));
    const std::int64_t dim = model.projectionDim;
    if (learnsPositions(model)) {
        posEmbed = register_parameter("pos_embed", torch::zeros({positionCount(model, headConfig), dim}));
    } else if (model.positions == PositionType::SineCosine) {
        const GridSize grid = model.grid();
        const std::vector<float> waves = wavePositions(grid, dim, m_tokens - grid.count());
        posEmbed = register_buffer("pos_embed", torch::tensor(waves).view({m_tokens, dim}));
    }
    if (model.preNorm) normPre = register_module("norm_pre", LayerNorm(dim, model.normEpsilon, model.norm));
    nn::ModuleList list;
    for (std::int64_t i = 0; i < model.layers; ++i) {
        blocks.push_back(Block(model, i, m_tokens));
        list->push_back(blocks.back());
    }
    register_module("blocks", list);
    norm = register_module("norm", LayerNorm(dim, model.normEpsilon, model.norm));
    if (m_headType == HeadType::AttentionPooling) attnPool = register_module("attn_pool", AttentionPooling(model));
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
    if (m_prefix > 0) {
        std::vector<torch::Tensor> all;
        if (clsToken.defined()) all.push_back(clsToken.to(tokens.dtype()).expand({tokens.size(0), 1, -1}));
        if (regToken.defined()) all.push_back(regToken.to(tokens.dtype()).expand({tokens.size(0), -1, -1}));
        all.push_back(tokens);
        tokens = torch::cat(all, 1);  // [B, N, D]
    }
    if (posEmbed.defined()) tokens = tokens + positions();
    return normPre.is_empty() ? tokens : normPre(tokens);
}

torch::Tensor VisionTransformerImpl::positions() const {
    const std::int64_t without = m_tokens - posEmbed.size(0);  // the registers
    if (without == 0) return posEmbed;
    const std::int64_t before = m_prefix - without;
    return torch::cat({posEmbed.slice(0, 0, before), torch::zeros({without, posEmbed.size(1)}, posEmbed.options()),
                       posEmbed.slice(0, before)});
}

torch::Tensor VisionTransformerImpl::closed(const torch::Tensor& tokens) {
    return m_headType == HeadType::NormedAverage ? tokens : norm(tokens);
}

torch::Tensor VisionTransformerImpl::average(const torch::Tensor& tokens, const torch::Tensor& hidden) const {
    const torch::Tensor patches = tokens.slice(1, m_prefix);
    if (!hidden.defined()) return patches.mean(1);
    // Over those that are left; of none, zeros.
    const torch::Tensor left = hidden.slice(1, m_prefix).logical_not().to(tokens.dtype()).unsqueeze(2);  // [B, P, 1]
    return (patches * left).sum(1) / left.sum(1).clamp_min(1);
}

torch::Tensor VisionTransformerImpl::summarize(const torch::Tensor& tokens, const torch::Tensor& hidden) {
    switch (m_headType) {
        case HeadType::Flatten: return tokens.slice(1, m_prefix).flatten(1);
        case HeadType::GlobalAveragePooling: return average(tokens, hidden);
        case HeadType::ClassToken: return tokens.select(1, 0);
        case HeadType::NormedAverage: return norm(average(tokens, hidden));
        case HeadType::ClassTokenAndAverage: return torch::cat({tokens.select(1, 0), average(tokens, hidden)}, 1);
        case HeadType::PrefixTokens: return tokens.slice(1, 0, m_prefix).flatten(1);
        case HeadType::AttentionPooling: return attnPool(tokens, hidden);
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
    return head->forward(summarize(closed(tokens)), {});
}

torch::Tensor VisionTransformerImpl::without(const torch::Tensor& images, const Ablation& ablation) {
    torch::Tensor tokens = encode(images);
    if (ablation.tokens.defined() && m_headType == HeadType::Flatten)
        throw std::logic_error("A flatten head cannot do without tokens.");
    tokens = openBlocks(std::move(tokens), ablation, {});
    return head->forward(summarize(closed(tokens), ablation.tokens), {});
}

ForwardTrace VisionTransformerImpl::trace(const torch::Tensor& images, const LayerUnitTap& tap) {
    ForwardTrace trace;
    trace.tokens.push_back(encode(images));
    openBlocks(trace.tokens.front(), {}, [&trace](AttentionImpl::Open& opened) {
        trace.attention.push_back(std::move(opened.weights));
        trace.tokens.push_back(std::move(opened.output));
    }, tap);
    trace.normed = closed(trace.tokens.back());
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
    tokens = closed(runBlocks(tokens, mode, tap));
    show("norm", tokens);
    const torch::Tensor features = summarize(tokens);
    show("head_input", features);
    const torch::Tensor logits = head->forward(features, mode, m_fused.get());
    show("logits", logits);
    return logits;
}

}  // namespace vit
