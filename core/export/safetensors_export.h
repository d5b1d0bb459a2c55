// SPDX-License-Identifier: GPL-3.0-or-later
// Weights for PyTorch: as timm's VisionTransformer names them where it can hold the model, else by our own names.
#pragma once

#include "core/export/trained_weights.h"
#include "core/io/safetensors.h"

#include <string>
#include <vector>

namespace vit {

// Why timm's VisionTransformer cannot hold the model, each a clause; empty if it can. It lacks the GELU after the last
// dense layer of a block's MLP, which its parameter mlp_layer adds: resources/pytorch/vit_workbench.py does so.
std::vector<std::string> reasonsAgainstTimm(const Config& config);

// Names and shapes are timm's; else the network's own; what is a convolution has a convolution's kernel in both.
TensorFile stateDict(const TrainedWeights& weights);

}  // namespace vit
