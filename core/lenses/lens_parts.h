// SPDX-License-Identifier: GPL-3.0-or-later
// The lenses' own functions, and what they have in common.
#pragma once

#include "core/inspect/look.h"
#include "core/inspect/relevance.h"
#include "core/inspect/token_grid.h"
#include "core/lenses/lens.h"

#include <string>
#include <vector>

namespace vit {

LensResult attentionLens(const LensQuestion& question);
LensResult distanceLens(const LensQuestion& question);
LensResult relevanceLens(const LensQuestion& question, const RelevanceMethod& method);
LensResult tokensLens(const LensQuestion& question);
LensResult normsLens(const LensQuestion& question);
LensResult positionsLens(const LensQuestion& question);
LensResult filtersLens(const LensQuestion& question);
LensResult layersLens(const LensQuestion& question);
LensResult headsLens(const LensQuestion& question);
LensResult compareLens(const LensQuestion& question);
LensResult neighboursLens(const LensQuestion& question);
LensResult patchClassesLens(const LensQuestion& question);
LensResult whatIfLens(const LensQuestion& question);

// The run, and the epoch or the step.
std::vector<Fact> modelFacts(const LoadedModel& model);

// The class asked for or else the predicted one, with its probability.
ClassProbability chosenClass(const LensQuestion& question);

// "3, 5": row and column of a patch, from 0.
std::vector<std::vector<std::string>> mapTable(const FloatArray& map, const std::string& quantity);

// A map over the picture that the network got.
MapPanel mapPanel(const LensQuestion& question, const Image& picture, const FloatArray& map, bool isSigned,
                  const std::string& quantity);

}  // namespace vit
