// SPDX-License-Identifier: GPL-3.0-or-later
// From the features of an image to the logits of its classes.
#pragma once

#include "core/config/config.h"
#include "core/model/parts/dropout.h"
#include "core/model/parts/unit_tap.h"

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

class FusedKernels;

// Dropout, then dense + GELU + dropout for each hidden layer, then the classifier: head.0, head.1, …
class HeadImpl : public torch::nn::Module {
public:
    HeadImpl(const HeadConfig& config, std::int64_t inputs, std::int64_t classes, std::int64_t part);
    // [B, F] -> logits [B, classes]; by fused kernels if there are any and the tensors are for them.
    torch::Tensor forward(torch::Tensor features, const ForwardMode& mode, const FusedKernels* fused = nullptr,
                          const UnitTap& tap = {});

    std::vector<torch::nn::Linear> layers;

private:
    double m_dropout;
    std::int64_t m_part;
};
TORCH_MODULE(Head);

}  // namespace vit
