// SPDX-License-Identifier: GPL-3.0-or-later
// A copy of an image, made only if the source has not made it itself.
#include "core/data/image_source.h"

#include <algorithm>

namespace vit {

void ImageSource::fill(std::int64_t index, std::span<std::uint8_t> into) const {
    const std::span<const std::uint8_t> bytes = read(index, into);
    if (bytes.data() != into.data()) std::copy(bytes.begin(), bytes.end(), into.begin());
}

}  // namespace vit
