// SPDX-License-Identifier: GPL-3.0-or-later
// Is a map true? What the class's probability does when patches are taken away in the map's order, and whether the map
// depends on the weights at all.
#pragma once

#include "core/base/float_array.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/relevance.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

struct Faithfulness {
    // Symmetric relevance gain (Blücher et al. 2024): area under `leastFirst` less that under `mostFirst`. From -1 to 1;
    // a random order gives 0 on average.
    double gain = 0;
    std::vector<double> removed;     // the share of patches that are gone, 0 … 1
    std::vector<double> mostFirst;   // the class's probability, most relevant patches taken first: deletion
    std::vector<double> leastFirst;  // least relevant first
    const char* removal = "";        // how patches go, in words
};

// In `steps` steps both ways. Patches of equal relevance go in an order drawn from `seed`. Throws as relevance() does,
// and InvalidInput when the map is not the model's grid.
Faithfulness faithfulness(LoadedModel& model, const Image& photo, const FloatArray& map, std::int64_t classNumber,
                          int steps = 16, std::uint64_t seed = 0);

// The control: a map of random numbers.
FloatArray randomMap(std::int64_t rows, std::int64_t columns, std::uint64_t seed);

// Area under a curve of n + 1 points at equal distances: the trapezoids' sum (RISE, Petsiuk et al. 2018).
double curveArea(const std::vector<double>& points);

// After weights were replaced by freshly drawn ones, from the head down to `from`.
struct SanityStage {
    std::string from;        // "head", "block 8", …, "embedding"
    double correlation = 0;  // Spearman's, of the map with that of the trained model; low is good
};

// Cascading randomisation (Adebayo et al. 2018). The model stays as it is.
std::vector<SanityStage> sanity(LoadedModel& model, const Image& photo, std::int64_t classNumber,
                                const RelevanceMethod& method, const LoadedModel::Progress& progress = {});

// Spearman's rank correlation, ties at their mean rank; 0 when either is constant.
double rankCorrelation(const FloatArray& a, const FloatArray& b);

}  // namespace vit
