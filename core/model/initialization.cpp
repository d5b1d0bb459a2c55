// SPDX-License-Identifier: GPL-3.0-or-later
// Initial weights as the published example's layers draw them.
#include "core/model/vision_transformer.h"

#include <torch/utils.h>

#include <cmath>

namespace vit {

namespace {

constexpr double kPositionLimit = 0.05;  // of Keras's Embedding layer

// Fills a float tensor on the CPU with uniform numbers in ±limit.
void fillUniform(torch::Tensor& tensor, double limit, const RandomKey& key) {
    torch::Tensor values = torch::empty(tensor.sizes(), torch::kFloat32);
    float* out = values.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i) {
        const std::uint32_t bits = philox(key, static_cast<std::uint32_t>(i / 4))[static_cast<std::size_t>(i % 4)];
        out[i] = static_cast<float>((2 * toUnit(bits) - 1) * limit);
    }
    tensor.copy_(values);
}

double glorotLimit(const ParameterRow& kernel) { return std::sqrt(6 / (kernel.fanIn + kernel.fanOut)); }

}  // namespace

// Each tensor that is drawn has a stream of its own, numbered in the order of the plan.
void VisionTransformerImpl::initialize(std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    std::uint64_t stream = 0;
    const auto next = [&] { return randomKey(seed, stream++, RandomSite::Initialization); };
    for (auto& [row, tensor] : weights()) {
        switch (row.role) {
            case ParameterRole::Kernel: fillUniform(tensor, glorotLimit(row), next()); break;
            case ParameterRole::Position: fillUniform(tensor, kPositionLimit, next()); break;
            case ParameterRole::NormScale: tensor.fill_(1); break;
            case ParameterRole::Bias:
            case ParameterRole::NormShift:
            case ParameterRole::ClassToken: tensor.zero_(); break;
        }
    }
}

}  // namespace vit
