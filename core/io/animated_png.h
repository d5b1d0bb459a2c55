// SPDX-License-Identifier: GPL-3.0-or-later
// PNG that moves (https://www.w3.org/TR/png-3/#apng-frame-based-animation): browsers play it, other programs show its
// first picture.
#pragma once

#include <span>
#include <string>

namespace vit {

// Of at least one PNG file; each is shown for so many milliseconds, the last one three times as long, over and over.
// Throws Error if one is damaged, or is not of the size and kind of the first.
std::string animatedPng(std::span<const std::string> frames, int milliseconds);

}  // namespace vit
