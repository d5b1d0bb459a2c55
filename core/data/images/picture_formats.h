// SPDX-License-Identifier: GPL-3.0-or-later
// Which formats of pictures can be opened on this computer: what OpenCV was built for differs from system to system.
#pragma once

#include "core/data/images/encoded_image.h"

#include <string>

namespace vit {

// The first use loads OpenCV's codecs (picture_codec.h) and throws Error if they are not there. The endings of the names
// are imageExtensions() in image.h.
bool canOpen(PictureFormat format);
std::string openableFormats();  // "JPEG, PNG, WebP and TIFF"

// Whether the name ends, in any case, like one of a picture in a format that cannot be opened here: "IMG_0815.HEIC".
bool isUnopenableName(const std::string& fileName);

std::string formatName(PictureFormat format);  // "JPEG 2000"

}  // namespace vit
