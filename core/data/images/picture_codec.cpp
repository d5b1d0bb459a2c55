// SPDX-License-Identifier: GPL-3.0-or-later
// The file lies where the program's own search path (RUNPATH) leads: beside libtorch, or in the build folder.
#include "core/data/images/picture_codec.h"

#include "core/base/error.h"

#include <dlfcn.h>

namespace vit {

namespace {

const PictureCodec& load() {
    void* library = dlopen(kPictureCodecFile, RTLD_NOW | RTLD_LOCAL);
    const void* codec = library == nullptr ? nullptr : dlsym(library, kPictureCodecSymbol);
    if (codec == nullptr)
        throw Error("the part of this program that reads pictures is missing (" + std::string(dlerror()) +
                    "); install the program again");
    return *static_cast<const PictureCodec*>(codec);
}

}  // namespace

const PictureCodec& pictureCodec() {
    static const PictureCodec& loaded = load();
    return loaded;
}

}  // namespace vit
