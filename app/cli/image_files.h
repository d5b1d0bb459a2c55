// SPDX-License-Identifier: GPL-3.0-or-later
// Image files named on the command line. What is wrong with them is wrong input: InvalidInput.
#pragma once

#include "core/data/images/image.h"

#include <string>

namespace vit::cli {

Image readImageArgument(const std::string& path);     // throws if there is no such file or it is no image
void checkImageOutput(const std::string& path);       // throws if the ending names no format that can be written

}  // namespace vit::cli
