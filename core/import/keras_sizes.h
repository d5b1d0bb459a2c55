// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration that the shapes of a Keras model's arrays tell.
#pragma once

#include "core/config/config.h"
#include "core/import/keras_layers.h"

namespace vit {

// `base` with the sizes of the model, its head and MLP units overwritten. Throws InvalidInput with every reason if the
// arrays are not those of the published example's model, or make a model that this program cannot hold.
Config configOf(const KerasLayers& layers, const Config& base);

}  // namespace vit
