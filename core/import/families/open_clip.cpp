// SPDX-License-Identifier: GPL-3.0-or-later
// OpenAI's own CLIP files and those of OpenCLIP, whose vision tower is called "visual".
#include "core/import/families/families.h"

#include <array>

namespace vit::family_parts {

namespace {

constexpr std::array kNames = {
    Renaming{"visual.class_embedding", "cls_token"},
    Renaming{"visual.positional_embedding", "pos_embed"},
    Renaming{"visual.conv1", "patch_embed.proj"},
    Renaming{"visual.ln_pre", "norm_pre"},
    Renaming{"visual.transformer.resblocks.#.ln_1", "blocks.#.norm1"},
    Renaming{"visual.transformer.resblocks.#.ln_2", "blocks.#.norm2"},
    Renaming{"visual.transformer.resblocks.#.attn.in_proj_weight", "blocks.#.attn.qkv.weight"},
    Renaming{"visual.transformer.resblocks.#.attn.in_proj_bias", "blocks.#.attn.qkv.bias"},
    Renaming{"visual.transformer.resblocks.#.attn.out_proj", "blocks.#.attn.proj"},
    Renaming{"visual.transformer.resblocks.#.mlp.c_fc", "blocks.#.mlp.fc1"},
    Renaming{"visual.transformer.resblocks.#.mlp.c_proj", "blocks.#.mlp.fc2"},
    Renaming{"visual.ln_post", "norm"},
    Renaming{"visual.proj", ""},
    Renaming{"transformer.*", ""},
    Renaming{"token_embedding.weight", ""},
    Renaming{"positional_embedding", ""},
    Renaming{"ln_final.*", ""},
    Renaming{"text_projection", ""},
    Renaming{"logit_scale", ""},
    Renaming{"logit_bias", ""},
    Renaming{"input_resolution", ""},
    Renaming{"context_length", ""},
    Renaming{"vocab_size", ""},
};

}  // namespace

bool matchesOpenClip(const SourceWeights& weights) {
    return weights.tensors.contains("visual.conv1.weight") &&
           weights.tensors.contains("visual.transformer.resblocks.0.ln_1.weight");
}

CommonWeights translateOpenClip(SourceWeights& weights, std::vector<std::string>& leftOut) {
    return renamed(weights, "", kNames, leftOut);
}

// These files come without a configuration; all models of them share these numbers.
SourceFacts openClipFacts(const SourceWeights& weights) {
    SourceFacts facts;
    const auto& shape = weights.tensors.at("visual.conv1.weight").shape;
    constexpr std::int64_t kPerHead = 64;
    if (!shape.empty() && shape.front() % kPerHead == 0) {
        facts.heads = shape.front() / kPerHead;
        facts.assumed.push_back("heads of 64 numbers, as in OpenAI's CLIP");
    }
    facts.activation = Activation::QuickGelu;
    facts.epsilon = 1e-5;
    facts.pooling = Pooling::ClassToken;
    facts.mean = {0.48145466, 0.4578275, 0.40821073};
    facts.deviation = {0.26862954, 0.26130258, 0.27577711};
    facts.fit = PhotoFit::Crop;
    facts.share = 1;
    facts.filter = PhotoFilter::Bicubic;
    facts.assumed.push_back("quick GELU, mean, deviation and bicubic photos, as in OpenAI's CLIP");
    return facts;
}

}  // namespace vit::family_parts
