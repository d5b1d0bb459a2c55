// SPDX-License-Identifier: GPL-3.0-or-later
// A run's model as an ONNX file that takes pixels: normalisation and resizing are part of it.
//
// Input "pixels": float32 [batch, channels, height, width], values 0–255. Any height and width are brought to the
// model's input size; the training images' own (native_size in the metadata) gives what the model was trained on.
// Outputs: "logits" and "probabilities", float32 [batch, classes].
#pragma once

#include "core/export/trained_weights.h"

#include <string>

namespace vit {

// The whole file. Throws Error for a model beyond 2 GB.
std::string onnxModel(const TrainedWeights& weights);

}  // namespace vit
