// SPDX-License-Identifier: GPL-3.0-or-later
// Colours of tokens that hold still from one kept map to the next. A run keeps each map as it is found, so that it
// keeps the same ones however often it was interrupted; they are turned when they are read.
#pragma once

#include "core/events/kept_map.h"

namespace vit {

// A map of colours shows three components, whose signs, and whose order where two are about as strong, are arbitrary.
// Gives them turned, mirrored where need be, to lie as near to those of `before` as they can (orthogonal Procrustes
// over the patches, each component centred and of length 1), and each stretched to all levels again. As it is if it is
// no map of colours, or the other one is none of its size.
KeptMap heldLike(const KeptMap& map, const KeptMap& before);

}  // namespace vit
