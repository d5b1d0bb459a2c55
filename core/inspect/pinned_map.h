// SPDX-License-Identifier: GPL-3.0-or-later
// The map that a run keeps with what it says of a pinned picture.
#pragma once

#include "core/events/kept_map.h"
#include "core/inspect/loaded_model.h"

namespace vit {

// The colours of its tokens after the final norm (tokens.h), or the relevance of the class that comes first in
// `prediction`, by the method of that name (relevance.h). Throws Error if the picture has too many patches for a map
// beside a training, or the map is not finite.
KeptMap pinnedMap(LoadedModel& model, const Image& picture, const Prediction& prediction, PinnedMap wanted);

}  // namespace vit
