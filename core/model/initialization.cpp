// SPDX-License-Identifier: GPL-3.0-or-later
// Initial weights: as the published example's layers draw them, or as most Vision Transformers'.
#include "core/model/vision_transformer.h"

#include <torch/utils.h>

#include <cmath>
#include <numbers>

namespace vit {

namespace {

constexpr double kPositionLimit = 0.05;  // of Keras's Embedding layer

constexpr double kDeviation = 0.02;      // of the truncated normal distribution, cut at two of them

// Fills a float tensor on the CPU with a function of uniform numbers in 0 … 1.
template <typename Shape>
void fill(torch::Tensor& tensor, const RandomKey& key, const Shape& shape) {
    torch::Tensor values = torch::empty(tensor.sizes(), torch::kFloat32);
    float* out = values.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i) {
        const std::uint32_t bits = philox(key, static_cast<std::uint32_t>(i / 4))[static_cast<std::size_t>(i % 4)];
        out[i] = static_cast<float>(shape(toUnit(bits)));
    }
    tensor.copy_(values);
}

void fillUniform(torch::Tensor& tensor, double limit, const RandomKey& key) {
    fill(tensor, key, [limit](double unit) { return (2 * unit - 1) * limit; });
}

// Of uniform numbers by the inverse of the distribution, so that none has to be drawn again.
void fillNormal(torch::Tensor& tensor, const RandomKey& key) {
    const double inside = std::erf(std::numbers::sqrt2);  // the share of a normal distribution within two deviations
    fill(tensor, key, [inside](double unit) { return (2 * unit - 1) * inside; });
    tensor.erfinv_().mul_(std::numbers::sqrt2 * kDeviation);
}

bool isOutputOfABlock(const ParameterRow& row, std::size_t mlpLayers) {
    return row.name.ends_with(".attn.proj.weight") || row.name.ends_with(".fc" + std::to_string(mlpLayers) + ".weight");
}

double glorotLimit(const ParameterRow& kernel) { return std::sqrt(6 / (kernel.fanIn + kernel.fanOut)); }

}  // namespace

// Each tensor that is drawn has a stream of its own, numbered in the order of the plan.
void VisionTransformerImpl::initialize(std::uint64_t seed, const ModelConfig& model) {
    const bool normal = model.initialWeights == InitialWeights::TruncatedNormal;
    const torch::NoGradGuard noGrad;
    std::uint64_t stream = 0;
    const auto next = [&] { return randomKey(seed, stream++, RandomSite::Initialization); };
    for (auto& [row, tensor] : weights()) {
        switch (row.role) {
            case ParameterRole::Kernel:
            case ParameterRole::StemKernel: {
                const RandomKey key = next();
                if (model.zeroOutputs && isOutputOfABlock(row, model.mlpUnits.size())) tensor.zero_();
                else if (normal) fillNormal(tensor, key);
                else fillUniform(tensor, glorotLimit(row), key);
                break;
            }
            case ParameterRole::Position:
                if (normal) fillNormal(tensor, next());
                else fillUniform(tensor, kPositionLimit, next());
                break;
            case ParameterRole::Register: fillNormal(tensor, next()); break;  // each another one: nothing else tells them apart
            case ParameterRole::TapKernel:  // the identity
                tensor.zero_();
                tensor[1][1].fill_(1);
                break;
            case ParameterRole::NormScale: tensor.fill_(1); break;
            case ParameterRole::LayerScale: tensor.fill_(model.layerScale); break;
            case ParameterRole::Bias:
            case ParameterRole::NormShift:
            case ParameterRole::ClassToken: tensor.zero_(); break;
        }
    }
}

}  // namespace vit
