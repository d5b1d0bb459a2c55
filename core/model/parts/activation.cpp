// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parts/activation.h"

#include <torch/utils.h>

namespace vit {

torch::Tensor activate(Activation activation, const torch::Tensor& sums) {
    switch (activation) {
        case Activation::Gelu: return torch::gelu(sums);
        case Activation::GeluTanh: return torch::gelu(sums, "tanh");
        case Activation::QuickGelu: return sums * torch::sigmoid(sums * 1.702);
        case Activation::Silu: return torch::silu(sums);
    }
    return {};
}

}  // namespace vit
