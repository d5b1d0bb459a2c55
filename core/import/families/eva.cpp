// SPDX-License-Identifier: GPL-3.0-or-later
// EVA and EVA-02 (Fang et al., 2023) under timm's names. Whether queries and keys are turned leaves no trace in the weights,
// nor does the place of a block's norms: it goes by the configuration, and a relative that was made in another way is
// refused, as it would answer, but wrongly.
#include "core/import/families/families.h"

#include "core/base/error.h"

#include <string>
#include <utility>
#include <vector>

namespace vit::family_parts {

namespace {

constexpr double kTemperature = 10000, kReferenceSide = 16;  // of the angles, in all models of EVA-02

bool hasGate(const SourceWeights& weights) {
    if (weights.tensors.contains("blocks.0.mlp.fc1_g.weight")) return true;
    const auto first = weights.tensors.find("blocks.0.mlp.fc1.weight");
    const auto second = weights.tensors.find("blocks.0.mlp.fc2.weight");
    if (first == weights.tensors.end() || second == weights.tensors.end()) return false;
    const auto &wide = first->second.shape, &narrow = second->second.shape;
    return wide.size() == 2 && narrow.size() == 2 && wide[0] == 2 * narrow[1];
}

// Keys without a bias, as BEiT's, but without BEiT's positions.
bool looksLikeEva(const SourceWeights& weights) {
    const auto has = [&](const char* name) { return weights.tensors.contains(name); };
    return (has("blocks.0.attn.q_bias") || has("blocks.0.attn.q_proj.weight")) &&
           !has("blocks.0.attn.relative_position_bias_table");
}

[[noreturn]] void refuse(const std::string& option) {
    throw InvalidInput("The model's configuration says " + option + ", which this program does not compute so.");
}

void refuseOtherBlocks(const std::string& architecture) {
    for (const char* word : {"_rope_", "vit_pe_", "dinov3", "lingbot", "sapiens2"})
        if (architecture.find(word) != std::string::npos) refuse("architecture = " + architecture);
}

// The one width of which there are models with norms after attention and MLP.
void askForNormPlace(SourceFacts& facts, const SourceWeights& weights) {
    constexpr std::int64_t kEnormous = 1792;
    const auto& shape = weights.tensors.at("patch_embed.proj.weight").shape;
    if (facts.normPlace || shape.empty() || shape.front() != kEnormous) return;
    facts.questions.push_back({"model.norm_place",
                               "The file does not say whether its blocks normalise before attention and MLP or after them: "
                               "give \"after\" for EVA-02's enormous model, which is as wide, else \"before\"."});
}

void refuseOtherAngles(const SourceWeights& weights, bool sideIsKnown) {
    const nlohmann::ordered_json* config = weights.config.get();
    const auto key = [](const char* name) { return std::string("model_args.") + name; };
    if (!weights.tensors.contains("pos_embed")) refuse("rotary positions without learned ones");
    for (const auto& [name, usual] : {std::pair{"rope_type", "cat"}, std::pair{"rope_grid_indexing", "ij"}})
        if (const auto text = textIn(config, key(name)); text && *text != usual) refuse(std::string(name) + " = " + *text);
    for (const auto& [name, usual] : {std::pair{"rope_temperature", kTemperature}, std::pair{"rope_grid_offset", 0.0}})
        if (numberIn(config, key(name)).value_or(usual) != usual) refuse(std::string("another ") + name);
    if (flagIn(config, key("rope_rotate_half")).value_or(false)) refuse("rope_rotate_half = true");
    const auto side = numberIn(config, key("ref_feat_shape"));
    const auto sides = numbersIn(config, key("ref_feat_shape"));
    const bool said = side || sides;
    const bool isUsual = said && side.value_or(kReferenceSide) == kReferenceSide &&
                         (!sides || *sides == std::vector<double>{kReferenceSide, kReferenceSide});
    if (said ? !isUsual : !sideIsKnown) refuse("another ref_feat_shape than 16 × 16, or none");
}

}  // namespace

void addEvaFacts(SourceFacts& facts, const SourceWeights& weights, const std::string& architecture) {
    refuseOtherBlocks(architecture);
    const bool gated = hasGate(weights), looks = looksLikeEva(weights);
    if (looks) askForNormPlace(facts, weights);
    const bool named = architecture.starts_with("eva");
    // The enormous model alone of EVA-02 does not turn.
    const bool secondNamed = architecture.starts_with("eva02_") && !architecture.starts_with("eva02_enormous");
    if (named || looks) {
        if (!facts.activation) facts.activation = gated ? Activation::Silu : Activation::Gelu;
        if (!facts.epsilon) facts.epsilon = 1e-6;
    }
    const auto said = flagIn(weights.config.get(), "model_args.use_rot_pos_emb");
    if (!said.value_or(named ? secondNamed : looks && gated)) return;
    refuseOtherAngles(weights, secondNamed || !said);
    facts.positions = PositionType::LearnedRotary;
    if (!said && !named) facts.assumed.push_back("rotary positions beside the learned ones, as in EVA-02");
}

}  // namespace vit::family_parts
