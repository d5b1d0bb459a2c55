// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures whose patches are coloured, covered or moved by what a lens finds: the window shows what the files hold.
#pragma once

#include "core/data/images/image.h"
#include "core/figure/colour_map.h"
#include "core/inspect/layer_answers.h"
#include "core/inspect/token_grid.h"
#include "core/inspect/tokens.h"
#include "core/inspect/what_if.h"

#include <cstdint>
#include <vector>

namespace vit {

// Each patch in its token's colour; the background, where it was told apart, is the picture, dark and grey.
Image tokenPicture(const Image& picture, const TokenColours& colours);

// A filter [patch, patch, C], from its least number, dark, to its greatest.
Image filterPicture(const Filters& filters, std::int64_t index);

// A class, and the colour of the patches that look like it.
struct ClassColour {
    std::int32_t index = 0;
    Rgb colour{};
};
inline constexpr Rgb kOtherClasses = {150, 150, 150};

// The model's answer and the classes that most patches of the last layers are taken for, as many as there are colours:
// the same colours for all layers.
std::vector<ClassColour> classColours(const LayerAnswers& answers);

// How many of the layer's patches are taken for each of the classes, and, last, for another one.
std::vector<std::int64_t> classCounts(const LayerAnswers& answers, std::int64_t layer,
                                      const std::vector<ClassColour>& colours);

// Each patch in the colour of the class that it is taken for after so many blocks.
Image classPicture(const Image& picture, const LayerAnswers& answers, std::int64_t layer,
                   const std::vector<ClassColour>& colours, double opacity);

// As the network gets it: patches moved, and those that are hidden in the picture's mean colour. `picture` is the
// network's input.
Image changedPicture(const Image& picture, const TokenGrid& grid, const WhatIf& change);

}  // namespace vit
