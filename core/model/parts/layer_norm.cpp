// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parts/layer_norm.h"

namespace vit {

LayerNormImpl::LayerNormImpl(std::int64_t width, double epsilon, NormType type) : m_epsilon(epsilon) {
    weight = register_parameter("weight", torch::ones({width}));
    if (type == NormType::LayerNorm) bias = register_parameter("bias", torch::zeros({width}));
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& tokens) {
    if (bias.defined()) return torch::layer_norm(tokens, weight.sizes(), weight, bias, m_epsilon);
    // In 32 bits at least, as autocast makes the other one.
    const torch::Tensor wide = tokens.scalar_type() == torch::kBFloat16 ? tokens.to(torch::kFloat32) : tokens;
    return wide * torch::rsqrt(wide.square().mean(-1, true) + m_epsilon) * weight;
}

}  // namespace vit
