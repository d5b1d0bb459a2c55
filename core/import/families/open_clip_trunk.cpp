// SPDX-License-Identifier: GPL-3.0-or-later
// OpenCLIP's models whose vision tower is one of timm's, called "visual.trunk": EVA-02's CLIP, SigLIP and others.
#include "core/import/families/families.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>

namespace vit::family_parts {

namespace {

constexpr std::string_view kTrunk = "visual.trunk.";

// What makes of features what pictures and texts are compared by: the head of timm's model, or a layer after it.
bool isProjection(const std::string& name) {
    return name.starts_with("visual.head.") || name.starts_with("visual.trunk.head.");
}

// The tower as timm would save it, without its arrays' numbers being read.
SourceWeights trunkOf(const SourceWeights& weights) {
    SourceWeights trunk;
    trunk.file = weights.file;
    trunk.format = weights.format;
    for (const auto& [name, tensor] : weights.tensors)
        if (name.starts_with(kTrunk)) trunk.tensors.emplace(name.substr(kTrunk.size()), tensor);
    const nlohmann::ordered_json* config = weights.openClip.get();
    const auto model = textIn(config, "model_cfg.vision_cfg.timm_model_name");
    if (!model) return trunk;
    const std::string pool = textIn(config, "model_cfg.vision_cfg.timm_pool").value_or("");
    trunk.config = std::make_shared<nlohmann::ordered_json>(
        nlohmann::ordered_json{{"architecture", *model}, {"global_pool", pool}});
    return trunk;
}

}  // namespace

bool matchesOpenClipTrunk(const SourceWeights& weights) {
    return weights.tensors.contains("visual.trunk.patch_embed.proj.weight") && matchesTimm(trunkOf(weights));
}

CommonWeights translateOpenClipTrunk(SourceWeights& weights, std::vector<std::string>& leftOut) {
    leaveTextTower(weights, leftOut);
    for (auto next = weights.tensors.begin(); next != weights.tensors.end();) {
        const auto entry = next++;
        if (!isProjection(entry->first)) continue;
        leftOut.push_back(entry->first);
        weights.tensors.erase(entry);
    }
    return translateTimmBelow(kTrunk, weights, leftOut);
}

SourceFacts openClipTrunkFacts(const SourceWeights& weights) {
    SourceFacts facts = timmFacts(trunkOf(weights));
    if (weights.openClip) addOpenClipPhotos(facts, weights);
    return facts;
}

}  // namespace vit::family_parts
