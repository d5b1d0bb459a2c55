// SPDX-License-Identifier: GPL-3.0-or-later
// A module's parameters to and from named arrays.
#pragma once

#include "core/io/safetensors.h"

#include <torch/nn/module.h>
#include <torch/types.h>

#include <string>

namespace vit {

TensorData toTensorData(const torch::Tensor& tensor);
// A tensor on the CPU with its own memory, in the stored type.
torch::Tensor toTensor(const TensorData& data);

// Every parameter under `prefix` + its name.
void storeWeights(const torch::nn::Module& module, TensorFile& file, const std::string& prefix = "");

// Copies the arrays into the parameters. All must be there with the right shape, none may be left over (under the
// prefix); else Error lists what does not fit.
void loadWeights(torch::nn::Module& module, const TensorFile& file, const std::string& prefix = "");

}  // namespace vit
