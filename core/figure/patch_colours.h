// SPDX-License-Identifier: GPL-3.0-or-later
// A picture whose patches have colours that stand for something else than a number: for a kind, or for three numbers.
#pragma once

#include "core/data/images/image.h"
#include "core/figure/colour_map.h"

#include <optional>
#include <span>

namespace vit {

// Colours that are told apart by colour-blind people too, on paper and on a screen, for kinds. Grey is none of them.
std::span<const Rgb> kindColours();

// The picture in patches that stay sharp when it is drawn larger, each covered by its colour [rows * columns], 0 … 1
// opaque. What has no colour is dark and grey. RGB.
Image paintPatches(const Image& picture, int rows, int columns, std::span<const std::optional<Rgb>> colours,
                   double opacity);

}  // namespace vit
