// SPDX-License-Identifier: GPL-3.0-or-later
// Two models on one picture: their answers, and the same map of both.
#pragma once

#include "core/base/float_array.h"
#include "core/inspect/loaded_model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

// A map that can be made of any model: each method of relevance, and those that are no matter of class.
struct ComparedMap {
    std::string key;       // where a person types it: "relevance", "attention"
    std::string name;      // "Mean attention of a block"
    std::string quantity;  // what its numbers are: "relevance"
    bool diverging;
    bool ofClass;
    bool ofLayer;
};

// In the order in which they are offered.
const std::vector<ComparedMap>& comparedMaps();
// Throws InvalidInput with the maps that there are.
const ComparedMap& comparedMap(std::string_view key);

struct ComparisonSettings {
    std::string map = "relevance";
    std::string className;              // of a map that is of one; empty, or not the model's: its own answer
    std::optional<std::int64_t> layer;  // of one that is of a block, from 0; empty: the last
};

struct ComparedSide {
    LoadedModel::State state;
    Image picture;                          // what the network was given
    std::vector<ClassProbability> answers;  // of all classes, most probable first
    std::string about;                      // the class whose map it is; empty: of none
    FloatArray map;                         // [rows, columns] of patches
};

// Throws InvalidInput when the picture is empty or there is no such map or layer, and Cancelled.
ComparedSide comparedSide(LoadedModel& model, const Image& photo, const ComparisonSettings& settings,
                          const LoadedModel::Progress& progress = {});

// The second less the first. None where the grids of patches differ.
std::optional<FloatArray> mapDifference(const FloatArray& first, const FloatArray& second);

// The patch of a grid of `to` that lies where the middle of `patch` of a grid of `from` does. -1 stays -1.
int samePlace(int patch, const std::vector<std::int64_t>& from, const std::vector<std::int64_t>& to);

struct AnswerPair {
    std::string name;
    std::optional<double> first;  // the class's probability; none: the model has no such class
    std::optional<double> second;
};

// The most probable classes of both, `top` of each, by the larger of their probabilities.
std::vector<AnswerPair> pairedAnswers(const ComparedSide& first, const ComparedSide& second, int top = 5);

// The epochs whose weights both runs have kept, in their order.
std::vector<std::int64_t> sharedEpochs(const std::filesystem::path& first, const std::filesystem::path& second);

struct Disagreement {
    bool pinned = false;        // by what both have kept of the picture while it was pinned; else by kept weights
    std::int64_t compared = 0;  // epochs that could be looked at; 0: nothing was kept by both
    std::int64_t epoch = 0;     // the first at which they differ in their answer; 0: none of those
    std::string first, second;  // their answers then
};

// By what both have kept of the picture while it was pinned.
Disagreement pinnedDisagreement(const std::filesystem::path& first, const std::filesystem::path& second,
                                const std::shared_ptr<const Image>& photo);
// By that, or else by the weights that both have kept. Throws Cancelled when `progress` says so.
Disagreement firstDisagreement(const std::filesystem::path& first, const std::filesystem::path& second,
                               const std::shared_ptr<const Image>& photo, const LoadedModel::Progress& progress = {});

}  // namespace vit
