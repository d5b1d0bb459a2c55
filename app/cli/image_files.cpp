// SPDX-License-Identifier: GPL-3.0-or-later
// Image files named on the command line. What is wrong with them is wrong input: InvalidInput.
#include "app/cli/image_files.h"

#include "core/base/error.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace vit::cli {

Image readImageArgument(const std::string& path) {
    try {
        return loadImage(path);
    } catch (const Error& error) {
        throw InvalidInput(error.what());
    }
}

void checkImageOutput(const std::string& path) {
    std::string ending = std::filesystem::path(path).extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto& known = imageExtensions();
    if (std::find(known.begin(), known.end(), ending) == known.end()) {
        throw InvalidInput("\"" + path + "\" does not end like an image file; use for example .png or .jpg");
    }
}

}  // namespace vit::cli
