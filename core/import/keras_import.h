// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that the published example's program saved in Keras.
#pragma once

#include "core/import/imported_model.h"

#include <filesystem>

namespace vit {

// Reads `model.save_weights("x.weights.h5")` of Keras 3, and `.h5` weights of Keras 2. The sizes, the head and the
// number of classes follow from the arrays' shapes; patches and images are taken to be square and of three channels.
// Throws Error if the file cannot be read or holds no such weights, InvalidInput with every reason if they are not
// those of the example's model or the hints do not fit them.
ImportedModel importKeras(const std::filesystem::path& file, const ImportHints& hints = {});

}  // namespace vit
