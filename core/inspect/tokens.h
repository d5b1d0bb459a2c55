// SPDX-License-Identifier: GPL-3.0-or-later
// What the tokens carry: their main directions as colours, their lengths, and what the model learned of positions and
// patches by itself.
#pragma once

#include "core/base/float_array.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/token_grid.h"

#include <array>
#include <cstdint>
#include <vector>

namespace vit {

// How tokens become colours: can be kept, so that another epoch's or another picture's are comparable.
struct ColourBasis {
    FloatArray directions;  // [3, D], orthonormal
    FloatArray foreground;  // [D], which tells the foreground from the rest; empty where it was not told apart
    bool empty() const { return directions.values.empty(); }
};

struct TokenColours {
    FloatArray colours;  // [rows, columns, 3] in 0–1: each component from its smallest to its largest
    ColourBasis basis;
    std::array<double, 3> variance{};  // the share of the tokens' variance along each direction
    std::vector<bool> foreground;      // of each patch; empty: all of them are coloured
};

// The first three principal components of the patches' tokens [N, D] as red, green and blue. A component's sign is such
// that the middle of the picture has more of it than the border. With `like` the directions are turned within their
// space to lie as near to those as they can (orthogonal Procrustes), so that colours hold still while a model learns.
TokenColours tokenColours(const FloatArray& tokens, const TokenGrid& grid, const ColourBasis& like = {});

// The same of the foreground alone: the patches whose first component, of all patches, is above 0 (Oquab et al. 2023).
// Colours and shares of variance are those of its own components; the others' colours are 0.
TokenColours foregroundColours(const FloatArray& tokens, const TokenGrid& grid, const ColourBasis& like = {});

struct TokenNorms {
    FloatArray norms;              // [rows, columns], Euclidean
    FloatArray deviations;         // [rows, columns], robust z-scores: (norm - median) / (1.4826 * median deviation)
    double classToken = 0;         // its norm; 0 without one
    std::vector<int> outliers;     // patches whose score is above 5
};
TokenNorms tokenNorms(const FloatArray& tokens, const TokenGrid& grid);

// Cosine of the patches' learned positions with each other, [P, P]; its rows are the tiles of Dosovitskiy et al. 2021,
// fig. 7.
FloatArray positionSimilarity(LoadedModel& model);

struct Filters {
    FloatArray filters;            // [count, patch, patch, C]: principal components of the patch projection's rows
    std::vector<double> variance;  // the share of each
};
// At most `count` of them (same figure, left).
Filters projectionFilters(LoadedModel& model, int count = 28);

}  // namespace vit
