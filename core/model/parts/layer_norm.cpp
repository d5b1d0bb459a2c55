// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parts/layer_norm.h"

namespace vit {

LayerNormImpl::LayerNormImpl(std::int64_t width, double epsilon) : m_epsilon(epsilon) {
    weight = register_parameter("weight", torch::ones({width}));
    bias = register_parameter("bias", torch::zeros({width}));
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& tokens) {
    return torch::layer_norm(tokens, weight.sizes(), weight, bias, m_epsilon);
}

}  // namespace vit
