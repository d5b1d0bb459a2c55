// SPDX-License-Identifier: GPL-3.0-or-later
// OpenAI's own CLIP files and those of OpenCLIP with a vision tower of its own making: whole models, in which it is called
// "visual", and the tower alone.
#include "core/import/families/families.h"

#include <array>
#include <string>

namespace vit::family_parts {

namespace {

constexpr std::array kVision = {
    Renaming{"class_embedding", "cls_token"},
    Renaming{"positional_embedding", "pos_embed"},
    Renaming{"conv1", "patch_embed.proj"},
    Renaming{"ln_pre", "norm_pre"},
    Renaming{"transformer.resblocks.#.ln_1", "blocks.#.norm1"},
    Renaming{"transformer.resblocks.#.ln_2", "blocks.#.norm2"},
    Renaming{"transformer.resblocks.#.ls_1.gamma", "blocks.#.ls1.gamma"},
    Renaming{"transformer.resblocks.#.ls_2.gamma", "blocks.#.ls2.gamma"},
    Renaming{"transformer.resblocks.#.attn.in_proj_weight", "blocks.#.attn.qkv.weight"},
    Renaming{"transformer.resblocks.#.attn.in_proj_bias", "blocks.#.attn.qkv.bias"},
    Renaming{"transformer.resblocks.#.attn.out_proj", "blocks.#.attn.proj"},
    Renaming{"transformer.resblocks.#.mlp.c_fc", "blocks.#.mlp.fc1"},
    Renaming{"transformer.resblocks.#.mlp.c_proj", "blocks.#.mlp.fc2"},
    Renaming{"ln_post", "norm"},
    Renaming{"proj", ""},
};

// What stands beside "visual": the text tower, within the model or by itself, and what compares both.
constexpr std::array kBeside = {
    Renaming{"transformer.*", ""},
    Renaming{"token_embedding.weight", ""},
    Renaming{"positional_embedding", ""},
    Renaming{"ln_final.*", ""},
    Renaming{"text_projection*", ""},
    Renaming{"text.*", ""},
    Renaming{"text_decoder.*", ""},
    Renaming{"attn_mask", ""},
    Renaming{"logit_scale", ""},
    Renaming{"logit_bias", ""},
    Renaming{"input_resolution", ""},
    Renaming{"context_length", ""},
    Renaming{"vocab_size", ""},
};

constexpr std::string_view kWhole = "visual.";

std::string_view prefixOf(const SourceWeights& weights) {
    return weights.tensors.contains("visual.conv1.weight") ? kWhole : std::string_view();
}

const nlohmann::ordered_json* configOf(const SourceWeights& weights) { return weights.openClip.get(); }

std::string visionKey(const char* key) { return std::string("model_cfg.vision_cfg.") + key; }

std::optional<Pooling> poolingNamed(const std::string& name) {
    if (name == "tok") return Pooling::ClassToken;
    if (name == "avg") return Pooling::Average;
    return std::nullopt;
}

std::optional<PhotoFit> fitNamed(const std::string& mode) {
    if (mode == "shortest") return PhotoFit::Crop;
    if (mode == "squash") return PhotoFit::Squash;
    return std::nullopt;
}

void addSaidFacts(SourceFacts& facts, const nlohmann::ordered_json* config, std::int64_t width) {
    const auto perHead = static_cast<std::int64_t>(numberIn(config, visionKey("head_width")).value_or(64));
    if (perHead > 0 && width % perHead == 0) facts.heads = width / perHead;
    const std::string bend = textIn(config, visionKey("act_kwargs.approximate")).value_or("none");
    const std::string gelu = bend == "none" ? "gelu" : "gelu_" + bend;
    const bool quick = flagIn(config, "model_cfg.quick_gelu").value_or(false);
    facts.activation = known("activation", quick ? "quick_gelu" : gelu, activationNamed(quick ? "quick_gelu" : gelu));
    facts.epsilon = numberIn(config, visionKey("norm_kwargs.eps")).value_or(1e-5);
    const std::string pool = textIn(config, visionKey("pool_type")).value_or("tok");
    facts.pooling = known("pool_type", pool, poolingNamed(pool));
}

// Without a configuration: the heads by the width, the rest as all of OpenAI's models, which share these numbers.
void addUsualFacts(SourceFacts& facts, const SourceWeights& weights, std::int64_t width) {
    constexpr std::int64_t kPerHead = 64, kOfLarge = 16;
    const bool large = width == 1280 || width == 1408 || width == 1664 || width == 1792;  // OpenCLIP's H, g, bigG and e
    if (large) facts.heads = kOfLarge;
    else if (width % kPerHead == 0) facts.heads = width / kPerHead;
    if (facts.heads)
        facts.assumed.push_back(large ? "16 heads, as in OpenCLIP's models of this width" : "heads of 64 numbers, as in CLIP");
    facts.epsilon = 1e-5;
    facts.pooling = Pooling::ClassToken;
    facts.assumed.push_back("a norm epsilon of 1e-05, and that the class token is read");
    if (weights.tensors.contains("input_resolution") && weights.tensors.contains("context_length")) {
        facts.activation = Activation::QuickGelu;
        facts.assumed.push_back("quick GELU, as in OpenAI's CLIP");
    } else {
        facts.questions.push_back({"model.activation",
                                   "The file does not say by which GELU the model was trained: give quick-gelu for OpenAI's "
                                   "weights and those of OpenCLIP that have quickgelu in their name, gelu for its others."});
    }
}

}  // namespace

bool matchesOpenClip(const SourceWeights& weights) {
    const std::string prefix(prefixOf(weights));
    return weights.tensors.contains(prefix + "conv1.weight") && weights.tensors.contains(prefix + "class_embedding") &&
           weights.tensors.contains(prefix + "transformer.resblocks.0.ln_1.weight");
}

void leaveTextTower(SourceWeights& weights, std::vector<std::string>& leftOut) { renamed(weights, "", kBeside, leftOut); }

CommonWeights translateOpenClip(SourceWeights& weights, std::vector<std::string>& leftOut) {
    const std::string_view prefix = prefixOf(weights);
    const bool afterPooling = flagIn(configOf(weights), visionKey("final_ln_after_pool")).value_or(false) &&
                              textIn(configOf(weights), visionKey("pool_type")) == "avg";
    if (!prefix.empty()) leaveTextTower(weights, leftOut);
    CommonWeights common = renamed(weights, prefix, kVision, leftOut);
    for (const char* ending : {".weight", ".bias"}) {
        if (!afterPooling) continue;
        auto node = common.extract(std::string("norm") + ending);
        if (node.empty()) continue;
        node.key() = std::string("fc_norm") + ending;
        common.insert(std::move(node));
    }
    return common;
}

void addOpenClipPhotos(SourceFacts& facts, const SourceWeights& weights) {
    const nlohmann::ordered_json* config = configOf(weights);
    facts.mean = numbersIn(config, "preprocess_cfg.mean").value_or(std::vector{0.48145466, 0.4578275, 0.40821073});
    facts.deviation = numbersIn(config, "preprocess_cfg.std").value_or(std::vector{0.26862954, 0.26130258, 0.27577711});
    const std::string fit = textIn(config, "preprocess_cfg.resize_mode").value_or("shortest");
    facts.fit = known("resize_mode", fit, fitNamed(fit));
    facts.share = 1;
    const std::string filter = textIn(config, "preprocess_cfg.interpolation").value_or("bicubic");
    facts.filter = known("interpolation", filter, filterNamed(filter));
}

SourceFacts openClipFacts(const SourceWeights& weights) {
    SourceFacts facts;
    const auto& shape = weights.tensors.at(std::string(prefixOf(weights)) + "conv1.weight").shape;
    const std::int64_t width = shape.empty() ? 0 : shape.front();
    if (numberIn(configOf(weights), visionKey("layers"))) {
        addSaidFacts(facts, configOf(weights), width);
    } else {
        addUsualFacts(facts, weights, width);
        facts.assumed.push_back("mean, deviation and bicubic photos, as in OpenAI's CLIP");
    }
    addOpenClipPhotos(facts, weights);
    return facts;
}

}  // namespace vit::family_parts
