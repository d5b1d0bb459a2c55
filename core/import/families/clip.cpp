// SPDX-License-Identifier: GPL-3.0-or-later
// The vision towers of CLIP and SigLIP as Hugging Face saves them, alone or with the text tower, which is left out.
#include "core/import/families/families.h"

#include "core/base/error.h"

#include <array>
#include <cstring>
#include <string>

namespace vit::family_parts {

namespace {

constexpr std::array kNames = {
    Renaming{"embeddings.class_embedding", "cls_token"},
    Renaming{"embeddings.position_embedding.weight", "pos_embed"},
    Renaming{"embeddings.patch_embedding", "patch_embed.proj"},
    Renaming{"pre_layrnorm", "norm_pre"},  // so spelt in all files
    Renaming{"encoder.layers.#.layer_norm1", "blocks.#.norm1"},
    Renaming{"encoder.layers.#.layer_norm2", "blocks.#.norm2"},
    Renaming{"encoder.layers.#.self_attn.q_proj", "blocks.#.attn.q"},
    Renaming{"encoder.layers.#.self_attn.k_proj", "blocks.#.attn.k"},
    Renaming{"encoder.layers.#.self_attn.v_proj", "blocks.#.attn.v"},
    Renaming{"encoder.layers.#.self_attn.out_proj", "blocks.#.attn.proj"},
    Renaming{"encoder.layers.#.mlp.fc1", "blocks.#.mlp.fc1"},
    Renaming{"encoder.layers.#.mlp.fc2", "blocks.#.mlp.fc2"},
    Renaming{"post_layernorm", "norm"},
    Renaming{"head.probe", "attn_pool.latent"},
    Renaming{"head.attention.in_proj_weight", "attn_pool.qkv.weight"},
    Renaming{"head.attention.in_proj_bias", "attn_pool.qkv.bias"},
    Renaming{"head.attention.out_proj", "attn_pool.proj"},
    Renaming{"head.layernorm", "attn_pool.norm"},
    Renaming{"head.mlp.fc1", "attn_pool.mlp.fc1"},
    Renaming{"head.mlp.fc2", "attn_pool.mlp.fc2"},
    Renaming{"classifier", "head"},
    Renaming{"embeddings.position_ids", ""},
    Renaming{"text_model.*", ""},
    Renaming{"text_projection.weight", ""},
    Renaming{"visual_projection.weight", ""},
    Renaming{"logit_scale", ""},
    Renaming{"logit_bias", ""},
};

constexpr const char* kPatches = "embeddings.patch_embedding.weight";

std::string prefixOf(const SourceWeights& weights) {
    return weights.tensors.contains(std::string("vision_model.") + kPatches) ? "vision_model." : "";
}

bool hasClassEmbedding(const SourceWeights& weights) {
    return weights.tensors.contains(prefixOf(weights) + "embeddings.class_embedding");
}

}  // namespace

bool matchesClip(const SourceWeights& weights) { return weights.tensors.contains(prefixOf(weights) + kPatches); }

CommonWeights translateClip(SourceWeights& weights, std::vector<std::string>& leftOut) {
    const bool isClip = hasClassEmbedding(weights);
    CommonWeights common = renamed(weights, prefixOf(weights), kNames, leftOut);
    if (!common.contains("head.weight")) return common;
    // Both libraries' classifiers read the mean of the tokens, CLIP's before the final norm, which this program cannot.
    const auto leave = [&](const char* part) {
        for (auto next = common.begin(); next != common.end();) {
            const auto entry = next++;
            if (!entry->first.starts_with(part)) continue;
            leftOut.push_back(entry->first);
            common.erase(entry);
        }
    };
    leave(isClip ? "head." : "attn_pool.");
    return common;
}

SourceFacts clipFacts(const SourceWeights& weights) {
    const bool nested = numberIn(weights.config.get(), "vision_config.hidden_size").has_value();
    SourceFacts facts = huggingFaceFacts(weights, nested ? "vision_config." : "");
    const bool isClip = hasClassEmbedding(weights);
    facts.pooling = isClip ? Pooling::ClassToken : Pooling::Average;
    if (isClip) facts.classNames.clear();
    if (!facts.activation) {
        facts.activation = isClip ? Activation::QuickGelu : Activation::GeluTanh;
        facts.assumed.push_back(isClip ? "quick GELU, as in CLIP" : "GELU by tanh, as in SigLIP");
    }
    if (!facts.epsilon) facts.epsilon = isClip ? 1e-5 : 1e-6;
    return facts;
}

}  // namespace vit::family_parts
