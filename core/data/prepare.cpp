// SPDX-License-Identifier: GPL-3.0-or-later
// Brings any photo to the form of a data set's images.
#include "core/data/dataset.h"

namespace vit {

Image prepareForModel(const Image& photo, const Dataset::Shape& nativeShape) {
    const Image image = convertChannels(photo, nativeShape.channels);
    if (image.width == nativeShape.width && image.height == nativeShape.height) return image;
    return resizeArea(cropCentreSquare(image), nativeShape.width, nativeShape.height);
}

}  // namespace vit
