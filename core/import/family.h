// SPDX-License-Identifier: GPL-3.0-or-later
// The families of pretrained models that can be read. Each turns the names of one library's arrays into those of timm's
// Vision Transformer, of which a configuration and the engine's weights are then made (pretrained.h).
//
// To add a family: one file in core/import/families, its row in families.cpp, and its model in tests/parity.
#pragma once

#include "core/base/error.h"
#include "core/config/config.h"
#include "core/import/source_weights.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vit {

// The common names, of arrays as they are stored:
//   cls_token, dist_token, reg_token, pos_embed, patch_embed.proj.{weight,bias}, norm_pre.{weight,bias}
//   blocks.N.{norm1,norm2}.{weight,bias}, blocks.N.{ls1,ls2}.gamma
//   blocks.N.attn.{qkv,q,k,v,proj}.{weight,bias}, blocks.N.attn.{q_norm,k_norm,norm}.{weight,bias}
//   blocks.N.attn.relative_position_bias_table
//   blocks.N.mlp.{fc1,fc2,gate,up,norm}.{weight,bias}
//   norm.{weight,bias}, fc_norm.{weight,bias}, head.{weight,bias}, head_dist.{weight,bias}
//   attn_pool.{latent, q.*, k.*, v.*, kv.*, qkv.*, proj.*, norm.*, mlp.fc1.*, mlp.fc2.*}
using CommonWeights = std::map<std::string, SourceTensor>;

enum class Pooling { ClassToken, Average };

// What the names and shapes do not tell. Where nothing is said it is not known.
struct SourceFacts {
    std::optional<std::int64_t> heads;
    std::optional<ImageSize> imageSize;
    std::optional<Activation> activation;
    std::optional<double> epsilon;
    std::optional<Pooling> pooling;
    // Rotary turns numbers half a head apart, LearnedRotary those beside each other, as either one's library does.
    std::optional<PositionType> positions;
    std::optional<NormPlace> normPlace = NormPlace::Before;  // names and shapes are the same in both places
    std::vector<double> mean;  // of pixels 0 to 1; empty: not known
    std::vector<double> deviation;
    std::optional<PhotoFit> fit;
    std::optional<double> share;
    std::optional<PhotoFilter> filter;
    std::vector<std::string> classNames;  // empty: not known
    bool imageNet = false;                // a head of a thousand classes tells ImageNet's
    std::vector<std::string> assumed;     // sentences on what was taken as it usually is
    // On hyperparameters, by their keys, with which such models were made in more than one way: a person has to say.
    Issues questions;
};

struct Family {
    const char* name;  // "timm", "CLIP and SigLIP"
    bool (*matches)(const SourceWeights& weights);
    // Moves the arrays over, by their common names. What is for pretraining alone is left and its names are added to
    // `leftOut`; whatever else is not known stays in `weights` and leads to a refusal.
    CommonWeights (*translate)(SourceWeights& weights, std::vector<std::string>& leftOut);
    SourceFacts (*facts)(const SourceWeights& weights);  // before translate()
};

std::span<const Family> families();

// A part of a name and what it becomes; '#' stands for a number, the same on both sides.
struct Renaming {
    const char* from;
    const char* to;  // empty: for pretraining alone
};

// Moves over every array whose whole name, without `prefix`, is in the table, a trailing ".weight" or ".bias" aside.
CommonWeights renamed(SourceWeights& weights, std::string_view prefix, std::span<const Renaming> table,
                      std::vector<std::string>& leftOut);

// By the names that configurations use: "gelu", "gelu_pytorch_tanh", "quick_gelu", …; none for any other.
std::optional<Activation> activationNamed(std::string_view name);
std::optional<PhotoFilter> filterNamed(std::string_view name);

// What a configuration says by a name, which must not be passed over: throws InvalidInput, with the key and the name, for one
// that is none of this program's.
template <typename Value>
Value known(std::string_view key, const std::string& name, const std::optional<Value>& value) {
    if (value) return *value;
    throw InvalidInput("The model's configuration says " + std::string(key) + " = " + name +
                       ", which is not among the parts that this program has.");
}

// Of a configuration and a preprocessor as Hugging Face writes them, where `model` is the path of the object with the
// model's sizes, with a dot at its end, or empty.
SourceFacts huggingFaceFacts(const SourceWeights& weights, const std::string& model);

}  // namespace vit
