// SPDX-License-Identifier: GPL-3.0-or-later
// Hugging Face's ViT, DeiT, MAE, DINO, DINOv2 with and without registers, DINOv3 and BEiT, by the names of all its releases.
#include "core/import/families/families.h"

#include "core/base/error.h"

#include <array>
#include <string>

namespace vit::family_parts {

namespace {

constexpr std::array kNames = {
    Renaming{"embeddings.cls_token", "cls_token"},
    Renaming{"embeddings.distillation_token", "dist_token"},
    Renaming{"embeddings.register_tokens", "reg_token"},
    Renaming{"embeddings.position_embeddings", "pos_embed"},
    Renaming{"embeddings.patch_embeddings.projection", "patch_embed.proj"},
    Renaming{"embeddings.patch_embeddings", "patch_embed.proj"},
    Renaming{"layers.#.norm1", "blocks.#.norm1"},
    Renaming{"layers.#.norm2", "blocks.#.norm2"},
    Renaming{"layers.#.layernorm_before", "blocks.#.norm1"},
    Renaming{"layers.#.layernorm_after", "blocks.#.norm2"},
    Renaming{"layers.#.layer_scale1.lambda1", "blocks.#.ls1.gamma"},
    Renaming{"layers.#.layer_scale2.lambda1", "blocks.#.ls2.gamma"},
    Renaming{"layers.#.attention.attention.query", "blocks.#.attn.q"},
    Renaming{"layers.#.attention.attention.key", "blocks.#.attn.k"},
    Renaming{"layers.#.attention.attention.value", "blocks.#.attn.v"},
    Renaming{"layers.#.attention.output.dense", "blocks.#.attn.proj"},
    Renaming{"layers.#.attention.attention.relative_position_bias.relative_position_bias_table",
             "blocks.#.attn.relative_position_bias_table"},
    Renaming{"layers.#.attention.attention.relative_position_bias.relative_position_index", ""},
    Renaming{"layers.#.lambda_1", "blocks.#.ls1.gamma"},
    Renaming{"layers.#.lambda_2", "blocks.#.ls2.gamma"},
    Renaming{"pooler.layernorm", "fc_norm"},
    Renaming{"layers.#.attention.q_proj", "blocks.#.attn.q"},
    Renaming{"layers.#.attention.k_proj", "blocks.#.attn.k"},
    Renaming{"layers.#.attention.v_proj", "blocks.#.attn.v"},
    Renaming{"layers.#.attention.o_proj", "blocks.#.attn.proj"},
    Renaming{"layers.#.intermediate.dense", "blocks.#.mlp.fc1"},
    Renaming{"layers.#.output.dense", "blocks.#.mlp.fc2"},
    Renaming{"layers.#.mlp.fc1", "blocks.#.mlp.fc1"},
    Renaming{"layers.#.mlp.fc2", "blocks.#.mlp.fc2"},
    Renaming{"layers.#.mlp.weights_in", "blocks.#.mlp.fc1"},
    Renaming{"layers.#.mlp.weights_out", "blocks.#.mlp.fc2"},
    Renaming{"layers.#.mlp.gate_proj", "blocks.#.mlp.gate"},
    Renaming{"layers.#.mlp.up_proj", "blocks.#.mlp.up"},
    Renaming{"layers.#.mlp.down_proj", "blocks.#.mlp.fc2"},
    Renaming{"layernorm", "norm"},
    Renaming{"norm", "norm"},
    Renaming{"classifier", "head"},
    Renaming{"cls_classifier", "head"},
    Renaming{"distillation_classifier", "head_dist"},
    Renaming{"embeddings.mask_token", ""},
    Renaming{"pooler.*", ""},
    Renaming{"decoder.*", ""},
};

constexpr std::string_view kPatches = "embeddings.patch_embeddings.";

// What stands before "embeddings": "vit.", "dinov2.", …; nothing in a model without a head.
std::string prefixOf(const SourceWeights& weights) {
    for (const auto& [name, tensor] : weights.tensors)
        if (const std::size_t place = name.find(kPatches); place != std::string::npos) return name.substr(0, place);
    return {};
}

// The blocks' list has had three names.
void nameLists(SourceWeights& weights, const std::string& prefix) {
    for (const std::string list : {"encoder.layer.", "encoder.layers.", "layer.", "model.layer."}) {
        std::vector<std::string> names;
        for (const auto& [name, tensor] : weights.tensors)
            if (name.starts_with(prefix + list)) names.push_back(name);
        for (const std::string& name : names) {
            auto node = weights.tensors.extract(name);
            node.key() = prefix + "layers." + name.substr(prefix.size() + list.size());
            weights.tensors.insert(std::move(node));
        }
    }
}

bool isDinoV3(const SourceWeights& weights) {
    const auto type = textIn(weights.config.get(), "model_type");
    if (type) return type->starts_with("dinov3");
    const std::string prefix = prefixOf(weights);
    return weights.tensors.contains(prefix + "embeddings.patch_embeddings.weight");
}

}  // namespace

bool matchesHuggingFace(const SourceWeights& weights) {
    for (const auto& [name, tensor] : weights.tensors)
        if (name.find(kPatches) != std::string::npos) return true;
    return false;
}

CommonWeights translateHuggingFace(SourceWeights& weights, std::vector<std::string>& leftOut) {
    const std::string prefix = prefixOf(weights);
    nameLists(weights, prefix);
    CommonWeights common = renamed(weights, prefix, kNames, leftOut);
    // DINOv3's up_proj is its first layer where there is no gate.
    for (auto next = common.begin(); next != common.end();) {
        const auto entry = next++;
        const std::size_t place = entry->first.find(".mlp.up.");
        if (place == std::string::npos || common.contains(entry->first.substr(0, place) + ".mlp.gate.weight")) continue;
        auto node = common.extract(entry);
        node.key().replace(place, std::string(".mlp.up.").size(), ".mlp.fc1.");
        common.insert(std::move(node));
    }
    return common;
}

SourceFacts huggingFaceViTFacts(const SourceWeights& weights) {
    SourceFacts facts = huggingFaceFacts(weights, "");
    const nlohmann::ordered_json* config = weights.config.get();
    if (!facts.pooling) facts.pooling = Pooling::ClassToken;
    if (isDinoV3(weights)) {
        facts.positions = PositionType::Rotary;
        constexpr double kTheta = 100;
        if (numberIn(config, "rope_theta").value_or(kTheta) != kTheta)
            throw InvalidInput("The model turns its queries by other angles (rope_theta) than this program does.");
        if (flagIn(config, "use_gated_mlp").value_or(false) && !facts.activation) facts.activation = Activation::Silu;
    }
    // DINOv2's gate is SiLU, whatever hidden_act says.
    if (flagIn(config, "use_swiglu_ffn").value_or(false)) facts.activation = Activation::Silu;
    return facts;
}

}  // namespace vit::family_parts
