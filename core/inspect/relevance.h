// SPDX-License-Identifier: GPL-3.0-or-later
// Why a class: how much each patch speaks for it, by several methods. A method is a file of its own and a row of the
// table in relevance.cpp.
#pragma once

#include "core/base/float_array.h"
#include "core/inspect/loaded_model.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vit {

struct RelevanceMethod {
    const char* key;      // where a person types it: "relevance"
    const char* name;     // "Gradient-weighted relevance"
    const char* source;   // the paper
    const char* help;     // what its numbers are, one sentence
    bool diverging;       // patches may also speak against the class: negative numbers
    bool ofClass;         // false: the same map for every class
};

std::span<const RelevanceMethod> relevanceMethods();
// Throws InvalidInput with the methods that there are.
const RelevanceMethod& relevanceMethod(std::string_view key);

struct RelevanceMap {
    FloatArray map;    // [rows, columns] of patches
    std::string note;  // what else is to be said of it ("completeness error 0.002"); may be empty
};

// Of the class's logit for this photo, in fp32 by the plain layers; weights and their gradients stay as they are.
// Throws InvalidInput when the photo is empty or there is no such class, and Cancelled when `progress` says so.
RelevanceMap relevance(LoadedModel& model, const Image& photo, std::int64_t classNumber, const RelevanceMethod& method,
                       const LoadedModel::Progress& progress = {});

}  // namespace vit
