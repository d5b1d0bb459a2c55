// SPDX-License-Identifier: GPL-3.0-or-later
// By the dynamic linker; never unloaded.
#include "core/data/images/codec_library.h"

#include "core/base/error.h"

#include <dlfcn.h>

namespace vit {

const void* loadFromCodec(const char* file, const char* symbol, const char* purpose) {
    void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    const void* codec = library == nullptr ? nullptr : dlsym(library, symbol);
    if (codec == nullptr) {
        throw Error("the part of this program that " + std::string(purpose) + " is missing (" + dlerror() +
                    "); install the program again");
    }
    return codec;
}

}  // namespace vit
