// SPDX-License-Identifier: GPL-3.0-or-later
// Libraries of core/codec, loaded when they are needed.
#pragma once

namespace vit {

// What the library exports under this name. The file lies where the program's own search path (RUNPATH) leads: beside
// libtorch, or in the build folder. Throws Error with `purpose` ("reads pictures") if it is not there.
const void* loadFromCodec(const char* file, const char* symbol, const char* purpose);

}  // namespace vit
