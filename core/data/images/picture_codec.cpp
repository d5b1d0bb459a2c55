// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded once.
#include "core/data/images/picture_codec.h"

#include "core/data/images/codec_library.h"

namespace vit {

const PictureCodec& pictureCodec() {
    static const auto& loaded = *static_cast<const PictureCodec*>(
        loadFromCodec(kPictureCodecFile, kPictureCodecSymbol, "reads pictures"));
    return loaded;
}

}  // namespace vit
