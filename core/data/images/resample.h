// SPDX-License-Identifier: GPL-3.0-or-later
// Resizing as most pretrained models' pictures were resized: by Pillow, whose filters widen where a picture shrinks.
#pragma once

#include "core/data/images/image.h"

#include <cstdint>
#include <vector>

namespace vit {

enum class ResampleFilter { Bilinear, Bicubic };  // bicubic with a = -0.5

// What one output number is made of: weights, which add up to 1, of the inputs from `first` on.
struct ResampleRow {
    int first = 0;
    std::vector<double> weights;
};

// Of `outputs` numbers from `inputs`, those from `begin` on, `count` of them. Half-pixel centres; the filter is as wide as
// it is in pixels of the coarser of the two sides.
std::vector<ResampleRow> resampleRows(ResampleFilter filter, int inputs, int outputs, int begin, int count);

// A part of an image that is yet to be resized.
struct ResampleWindow {
    int left = 0;
    int top = 0;
    int width = 0;
    int height = 0;
};

// The window of the image brought to width x height, to the bit as Pillow's resize() gives it: rows first, then columns,
// rounded to 8 bits after each, with weights of 22 bits. Throws Error if the image is empty or the window is not within.
Image resample(const Image& image, int width, int height, const ResampleWindow& window, ResampleFilter filter);

}  // namespace vit
