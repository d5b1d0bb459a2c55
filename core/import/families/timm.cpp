// SPDX-License-Identifier: GPL-3.0-or-later
// timm's Vision Transformers and what was published with the same names: ViT, AugReg, DeiT, DeiT III, MAE, DINO, DINOv2,
// BEiT, EVA, EVA-02.
#include "core/import/families/families.h"

#include <array>
#include <string_view>

namespace vit::family_parts {

namespace {

// The names that others gave to the same parts stand beside timm's own.
constexpr std::array kNames = {
    Renaming{"cls_token", "cls_token"},
    Renaming{"dist_token", "dist_token"},
    Renaming{"reg_token", "reg_token"},
    Renaming{"register_tokens", "reg_token"},
    Renaming{"pos_embed", "pos_embed"},
    Renaming{"patch_embed.proj", "patch_embed.proj"},
    Renaming{"norm_pre", "norm_pre"},
    Renaming{"blocks.#.norm1", "blocks.#.norm1"},
    Renaming{"blocks.#.norm2", "blocks.#.norm2"},
    Renaming{"blocks.#.ls1.gamma", "blocks.#.ls1.gamma"},
    Renaming{"blocks.#.ls2.gamma", "blocks.#.ls2.gamma"},
    Renaming{"blocks.#.gamma_1", "blocks.#.ls1.gamma"},
    Renaming{"blocks.#.gamma_2", "blocks.#.ls2.gamma"},
    Renaming{"blocks.#.attn.qkv", "blocks.#.attn.qkv"},
    Renaming{"blocks.#.attn.q_bias", "blocks.#.attn.q.bias"},  // BEiT's and EVA's, whose keys have none
    Renaming{"blocks.#.attn.v_bias", "blocks.#.attn.v.bias"},
    Renaming{"blocks.#.attn.q_proj", "blocks.#.attn.q"},
    Renaming{"blocks.#.attn.k_proj", "blocks.#.attn.k"},
    Renaming{"blocks.#.attn.v_proj", "blocks.#.attn.v"},
    Renaming{"blocks.#.attn.norm", "blocks.#.attn.norm"},
    Renaming{"blocks.#.attn.relative_position_bias_table", "blocks.#.attn.relative_position_bias_table"},
    Renaming{"blocks.#.attn.relative_position_index", ""},
    Renaming{"blocks.#.attn.q_norm", "blocks.#.attn.q_norm"},
    Renaming{"blocks.#.attn.k_norm", "blocks.#.attn.k_norm"},
    Renaming{"blocks.#.attn.proj", "blocks.#.attn.proj"},
    Renaming{"blocks.#.mlp.fc1", "blocks.#.mlp.fc1"},
    Renaming{"blocks.#.mlp.fc2", "blocks.#.mlp.fc2"},
    Renaming{"blocks.#.mlp.fc1_g", "blocks.#.mlp.gate"},
    Renaming{"blocks.#.mlp.fc1_x", "blocks.#.mlp.up"},
    Renaming{"blocks.#.mlp.norm", "blocks.#.mlp.norm"},
    Renaming{"blocks.#.mlp.w12", "blocks.#.mlp.fc1"},
    Renaming{"blocks.#.mlp.w3", "blocks.#.mlp.fc2"},
    Renaming{"norm", "norm"},
    Renaming{"fc_norm", "fc_norm"},
    Renaming{"attn_pool.latent", "attn_pool.latent"},
    Renaming{"attn_pool.q", "attn_pool.q"},
    Renaming{"attn_pool.kv", "attn_pool.kv"},
    Renaming{"attn_pool.proj", "attn_pool.proj"},
    Renaming{"attn_pool.norm", "attn_pool.norm"},
    Renaming{"attn_pool.mlp.fc1", "attn_pool.mlp.fc1"},
    Renaming{"attn_pool.mlp.fc2", "attn_pool.mlp.fc2"},
    Renaming{"head", "head"},
    Renaming{"head_dist", "head_dist"},
    Renaming{"mask_token", ""},
    Renaming{"decoder_*", ""},
};

std::optional<PhotoFit> fitNamed(const std::string& mode) {
    if (mode == "center") return PhotoFit::Crop;
    if (mode == "squash") return PhotoFit::Squash;
    return std::nullopt;
}

std::optional<Pooling> poolingNamed(const std::string& name) {
    if (name == "token") return Pooling::ClassToken;
    if (name == "avg") return Pooling::Average;
    return std::nullopt;
}

// Of the models that timm has under names; those of one width differ in nothing else that matters here.
std::int64_t headsOf(const std::string& architecture, std::int64_t dim) {
    constexpr std::int64_t kUsual = 64;  // numbers a head
    if (architecture.starts_with("vit_base_patch16_gap_224")) return 16;
    if (dim == 1536) return architecture.starts_with("vit_giantopt") ? 16 : 24;
    if (dim == 1152 || dim == 1280 || dim == 1408 || dim == 1664 || dim == 1792) return 16;
    return dim / kUsual;
}

void addArchitecture(SourceFacts& facts, const std::string& name, std::int64_t dim) {
    const auto has = [&](const char* word) { return name.find(word) != std::string::npos; };
    for (const char* known : {"vit_", "deit", "beit", "flexivit", "eva"})
        if (!facts.heads && name.starts_with(known)) facts.heads = headsOf(name, dim);
    if (facts.activation || name.starts_with("eva")) return;
    if (has("quickgelu")) facts.activation = Activation::QuickGelu;
    if (has("siglip")) facts.activation = Activation::GeluTanh;
    if (has("clip") && !has("siglip")) facts.epsilon = 1e-5;
}

// Of timm's models with residual post-norm; none: no configuration says.
std::optional<NormPlace> normPlaceOf(const SourceWeights& weights, const std::string& architecture) {
    if (const auto after = flagIn(weights.config.get(), "model_args.use_post_norm"))
        return *after ? NormPlace::After : NormPlace::Before;
    if (architecture.empty()) return std::nullopt;
    for (const char* word : {"_rpn_", "respost", "eva02_enormous"})
        if (architecture.find(word) != std::string::npos) return NormPlace::After;
    return NormPlace::Before;
}

}  // namespace

bool matchesTimm(const SourceWeights& weights) {
    return weights.tensors.contains("patch_embed.proj.weight") &&
           (weights.tensors.contains("blocks.0.attn.qkv.weight") || weights.tensors.contains("blocks.0.attn.q_proj.weight"));
}

CommonWeights translateTimm(SourceWeights& weights, std::vector<std::string>& leftOut) {
    return translateTimmBelow("", weights, leftOut);
}

CommonWeights translateTimmBelow(std::string_view prefix, SourceWeights& weights, std::vector<std::string>& leftOut) {
    return renamed(weights, prefix, kNames, leftOut);
}

SourceFacts timmFacts(const SourceWeights& weights) {
    SourceFacts facts;
    const nlohmann::ordered_json* config = weights.config.get();
    // Older files have what belongs to the pictures beside the rest.
    const bool nested = numbersIn(config, "pretrained_cfg.input_size").has_value();
    const std::string photos = nested ? "pretrained_cfg." : "";
    const auto whole = [](double number) { return static_cast<std::int64_t>(number); };
    if (const auto size = numbersIn(config, photos + "input_size"); size && size->size() == 3)
        facts.imageSize = ImageSize(whole((*size)[1]), whole((*size)[2]));
    // Of a model that was made for another size than its pretrained weights were.
    if (const auto side = numberIn(config, "model_args.img_size")) facts.imageSize = whole(*side);
    if (const auto sides = numbersIn(config, "model_args.img_size"); sides && sides->size() == 2)
        facts.imageSize = ImageSize(whole(sides->front()), whole(sides->back()));
    facts.mean = numbersIn(config, photos + "mean").value_or(std::vector<double>());
    facts.deviation = numbersIn(config, photos + "std").value_or(std::vector<double>());
    facts.share = numberIn(config, photos + "crop_pct");
    if (const auto mode = textIn(config, photos + "crop_mode")) facts.fit = known("crop_mode", *mode, fitNamed(*mode));
    if (const auto name = textIn(config, photos + "interpolation"))
        facts.filter = known("interpolation", *name, filterNamed(*name));
    if (const auto heads = numberIn(config, "model_args.num_heads")) facts.heads = static_cast<std::int64_t>(*heads);
    if (const auto name = textIn(config, "model_args.act_layer"))
        facts.activation = known("act_layer", *name, activationNamed(*name));
    if (const auto pool = textIn(config, "global_pool"); pool && !pool->empty() && *pool != "map")
        facts.pooling = known("global_pool", *pool, poolingNamed(*pool));
    const auto& shape = weights.tensors.at("patch_embed.proj.weight").shape;
    const auto architecture = textIn(config, "architecture");
    if (architecture && !shape.empty()) addArchitecture(facts, *architecture, shape.front());
    facts.normPlace = normPlaceOf(weights, architecture.value_or(""));
    addEvaFacts(facts, weights, architecture.value_or(""));
    // The thousand are known by what the weights were last trained on, not by their number.
    const std::string tag = textIn(config, photos + "tag").value_or("");
    if (tag.ends_with("in1k") || tag == "fb_in1k" || tag.ends_with("ft_in1k")) facts.imageNet = true;
    return facts;
}

}  // namespace vit::family_parts
