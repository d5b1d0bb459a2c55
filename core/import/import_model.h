// SPDX-License-Identifier: GPL-3.0-or-later
// A model from whatever file of weights a person has.
#pragma once

#include "core/import/imported_model.h"

#include <filesystem>

namespace vit {

// importKeras() for Keras's .h5 files, importPretrained() for all else.
ImportedModel importModel(const std::filesystem::path& path, const ImportHints& hints = {});

bool isKerasFile(const std::filesystem::path& path);  // by its name's ending: .h5, .hdf5, .keras

// How an imported model is trained on unless a person says otherwise: gently, since it knows much already.
Config fineTuningConfig();

}  // namespace vit
