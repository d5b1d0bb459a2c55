// SPDX-License-Identifier: GPL-3.0-or-later
// torchvision's Vision Transformers, by the names of its newer and its older releases.
#include "core/import/families/families.h"

#include <array>

namespace vit::family_parts {

namespace {

constexpr std::array kNames = {
    Renaming{"class_token", "cls_token"},
    Renaming{"encoder.pos_embedding", "pos_embed"},
    Renaming{"conv_proj", "patch_embed.proj"},
    Renaming{"encoder.layers.encoder_layer_#.ln_1", "blocks.#.norm1"},
    Renaming{"encoder.layers.encoder_layer_#.ln_2", "blocks.#.norm2"},
    Renaming{"encoder.layers.encoder_layer_#.self_attention.in_proj_weight", "blocks.#.attn.qkv.weight"},
    Renaming{"encoder.layers.encoder_layer_#.self_attention.in_proj_bias", "blocks.#.attn.qkv.bias"},
    Renaming{"encoder.layers.encoder_layer_#.self_attention.out_proj", "blocks.#.attn.proj"},
    Renaming{"encoder.layers.encoder_layer_#.mlp.0", "blocks.#.mlp.fc1"},
    Renaming{"encoder.layers.encoder_layer_#.mlp.3", "blocks.#.mlp.fc2"},
    Renaming{"encoder.layers.encoder_layer_#.mlp.linear_1", "blocks.#.mlp.fc1"},
    Renaming{"encoder.layers.encoder_layer_#.mlp.linear_2", "blocks.#.mlp.fc2"},
    Renaming{"encoder.ln", "norm"},
    Renaming{"heads.head", "head"},
};

}  // namespace

bool matchesTorchvision(const SourceWeights& weights) {
    return weights.tensors.contains("conv_proj.weight") && weights.tensors.contains("encoder.ln.weight");
}

CommonWeights translateTorchvision(SourceWeights& weights, std::vector<std::string>& leftOut) {
    return renamed(weights, "", kNames, leftOut);
}

// These files come without a configuration; all of torchvision's weights share these numbers.
SourceFacts torchvisionFacts(const SourceWeights& weights) {
    SourceFacts facts;
    const auto& shape = weights.tensors.at("conv_proj.weight").shape;
    if (!shape.empty()) {
        const std::int64_t dim = shape.front();
        constexpr std::int64_t kHuge = 1280, kPerHead = 64;
        if (dim == kHuge) facts.heads = 16;
        else if (dim % kPerHead == 0) facts.heads = dim / kPerHead;
        if (facts.heads) facts.assumed.push_back("the heads of torchvision's model of this width");
    }
    facts.activation = Activation::Gelu;
    facts.epsilon = 1e-6;
    facts.pooling = Pooling::ClassToken;
    facts.mean = {0.485, 0.456, 0.406};
    facts.deviation = {0.229, 0.224, 0.225};
    facts.fit = PhotoFit::Crop;
    facts.share = 0.875;
    facts.filter = PhotoFilter::Bilinear;
    facts.imageNet = true;
    facts.assumed.push_back("mean, deviation and bilinear photos, as torchvision's weights want them");
    return facts;
}

}  // namespace vit::family_parts
