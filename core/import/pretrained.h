// SPDX-License-Identifier: GPL-3.0-or-later
// Pretrained Vision Transformers as other libraries save them.
#pragma once

#include "core/import/imported_model.h"

#include <filesystem>

namespace vit {

// Reads weights of any family (family.h) from what readSourceWeights() takes. Sizes follow from names and shapes, the rest
// from the files beside them or from the hints, whose assigned values go before all. Another model.image_size than the
// weights' own gets its positions interpolated as timm does it (bicubic with antialias).
// Every array finds its place: throws InvalidInput with those that are left over or missing, with what must be told because
// no file says it, or when the hints do not fit; Error or DamagedWeights if a file cannot be read.
ImportedModel importPretrained(const std::filesystem::path& path, const ImportHints& hints = {});

}  // namespace vit
