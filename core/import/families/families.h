// SPDX-License-Identifier: GPL-3.0-or-later
// A function for each file of this folder.
#pragma once

#include "core/import/family.h"

namespace vit {

namespace family_parts {

bool matchesTimm(const SourceWeights& weights);
CommonWeights translateTimm(SourceWeights& weights, std::vector<std::string>& leftOut);
SourceFacts timmFacts(const SourceWeights& weights);
// The same of a model whose names begin with `prefix`.
CommonWeights translateTimmBelow(std::string_view prefix, SourceWeights& weights, std::vector<std::string>& leftOut);
// What timm's names do not show of EVA and EVA-02; throws InvalidInput for relatives that this program does not compute.
void addEvaFacts(SourceFacts& facts, const SourceWeights& weights, const std::string& architecture);

bool matchesHuggingFace(const SourceWeights& weights);
CommonWeights translateHuggingFace(SourceWeights& weights, std::vector<std::string>& leftOut);
SourceFacts huggingFaceViTFacts(const SourceWeights& weights);

bool matchesClip(const SourceWeights& weights);
CommonWeights translateClip(SourceWeights& weights, std::vector<std::string>& leftOut);
SourceFacts clipFacts(const SourceWeights& weights);

bool matchesOpenClip(const SourceWeights& weights);
CommonWeights translateOpenClip(SourceWeights& weights, std::vector<std::string>& leftOut);
SourceFacts openClipFacts(const SourceWeights& weights);
// Leaves out what is not the vision tower's of a model under OpenCLIP's names.
void leaveTextTower(SourceWeights& weights, std::vector<std::string>& leftOut);
// How OpenCLIP's configuration wants its photos; what it does not say, as OpenAI's CLIP.
void addOpenClipPhotos(SourceFacts& facts, const SourceWeights& weights);

bool matchesOpenClipTrunk(const SourceWeights& weights);
CommonWeights translateOpenClipTrunk(SourceWeights& weights, std::vector<std::string>& leftOut);
SourceFacts openClipTrunkFacts(const SourceWeights& weights);

bool matchesTorchvision(const SourceWeights& weights);
CommonWeights translateTorchvision(SourceWeights& weights, std::vector<std::string>& leftOut);
SourceFacts torchvisionFacts(const SourceWeights& weights);

}  // namespace family_parts

}  // namespace vit
