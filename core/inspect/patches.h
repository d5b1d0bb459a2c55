// SPDX-License-Identifier: GPL-3.0-or-later
// A picture cut into the patches that become the model's tokens.
#pragma once

#include "core/config/image_size.h"
#include "core/data/images/image.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace vit {

struct PatchGrid {
    int patchSize = 0;
    int rows = 0;
    int columns = 0;
    int channels = 3;
    Image image;              // as large as its patches, as the model gets it before normalisation

    int patchCount() const { return rows * columns; }
    int elementsPerPatch() const { return patchSize * patchSize * channels; }
    Image patch(int index) const;                             // row by row; 0 … patchCount()-1
    std::vector<std::uint8_t> elements(int index) const;      // row, column, channel (channel fastest)
    std::array<double, 3> meanColour(int index) const;        // 0–255; grey repeats its value
};

// Resizes (bilinear, half-pixel centres) and cuts. Throws InvalidInput if a side of `size` is no multiple of patchSize.
PatchGrid cutPatches(const Image& image, const ImageSize& size, int patchSize);

// The grid as one picture, `spacing` pixels between patches, each pixel drawn `scale` times as large.
Image drawPatchGrid(const PatchGrid& grid, int spacing, int scale, std::array<std::uint8_t, 3> background);

// The four facts of the published example, a line each: image size, patch size, patches per image, elements per patch.
std::string patchFacts(const PatchGrid& grid);

}  // namespace vit
