// SPDX-License-Identifier: GPL-3.0-or-later
// Initial weights: as the published example's layers draw them, or as most Vision Transformers'.
#include "core/model/random_fill.h"
#include "core/model/vision_transformer.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

namespace vit {

namespace {

constexpr double kPositionLimit = 0.05;  // of Keras's Embedding layer

constexpr double kDeviation = 0.02;      // of the truncated normal distribution, cut at two of them

// Of uniform numbers by the inverse of the distribution, so that none has to be drawn again.
void fillNormal(torch::Tensor& tensor, const RandomKey& key) {
    const double inside = std::erf(std::numbers::sqrt2);  // the share of a normal distribution within two deviations
    fill(tensor, key, [inside](double unit) { return (2 * unit - 1) * inside; });
    tensor.erfinv_().mul_(std::numbers::sqrt2 * kDeviation);
}

// A kernel or a norm's scale that zeroes a block's output if it is zero itself. A norm after the branch has to be that one: it
// would make large gradients of a branch that gives zeros.
bool isOutputOfABlock(const ParameterRow& row, const ModelConfig& model) {
    if (model.normPlace == NormPlace::After)
        return row.name.ends_with(".norm1.weight") || row.name.ends_with(".norm2.weight");
    return row.name.ends_with(".attn.proj.weight") ||
           row.name.ends_with(".fc" + std::to_string(model.mlpUnits.size()) + ".weight");
}

// [rows, rows], normal of variance 1 / rows.
torch::Tensor noise(std::int64_t rows, const RandomKey& key) {
    torch::Tensor unit = torch::empty({rows, rows}, torch::kFloat32);
    fill(unit, key, [](double value) { return value; });
    constexpr double kInside = 1 - 1e-7;  // of -1 … 1, whose ends lie at infinity
    return unit.to(torch::kFloat64).mul_(2).sub_(1).mul_(kInside).erfinv_().mul_(std::sqrt(2.0 / static_cast<double>(rows)));
}

// A product of [rows, inner] and [inner, rows] that comes as close to a matrix as it can, each of the two as large.
std::array<torch::Tensor, 2> factors(const torch::Tensor& matrix, std::int64_t inner) {
    const auto [left, values, right] = at::linalg_svd(matrix, false);
    const std::int64_t kept = std::min(inner, values.size(0));
    const torch::Tensor root = values.slice(0, 0, kept).sqrt();
    const auto padded = [&](const torch::Tensor& columns) {
        return torch::constant_pad_nd(columns, {0, inner - kept});
    };
    return {padded(left.slice(1, 0, kept) * root), padded(right.slice(0, 0, kept).t() * root).t()};
}

// Trockman & Kolter, "Mimetic initialization of self-attention layers", 2023: of each head, queries times keys are near
// 0.7 noise + 0.7 identity; of the layer, values times outputs near 0.4 noise - 0.4 identity.
void mimic(Attention& attention, const ModelConfig& model, const std::function<RandomKey()>& next) {
    const std::int64_t dim = model.projectionDim, inner = model.heads * model.keyDim;
    const torch::Tensor identity = torch::eye(dim, torch::kFloat64);
    const std::vector<torch::Tensor> parts = attention->qkv->weight.chunk(3);  // [H * K, D] each
    for (std::int64_t head = 0; head < model.heads; ++head) {
        const auto [query, key] = factors(0.7 * noise(dim, next()) + 0.7 * identity, model.keyDim);
        parts[0].slice(0, head * model.keyDim, (head + 1) * model.keyDim).copy_(query.t());
        parts[1].slice(0, head * model.keyDim, (head + 1) * model.keyDim).copy_(key);
    }
    const auto [value, output] = factors(0.4 * noise(dim, next()) - 0.4 * identity, inner);
    parts[2].copy_(value.t());
    attention->proj->weight.copy_(output.t());
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
                if (model.zeroOutputs && isOutputOfABlock(row, model)) tensor.zero_();
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
            case ParameterRole::NormScale: tensor.fill_(model.zeroOutputs && isOutputOfABlock(row, model) ? 0 : 1); break;
            case ParameterRole::LayerScale: tensor.fill_(model.layerScale); break;
            case ParameterRole::Sharpness: tensor.fill_(1 / std::sqrt(static_cast<double>(model.keyDim))); break;
            case ParameterRole::Bias:
            case ParameterRole::NormShift:
            case ParameterRole::ClassToken: tensor.zero_(); break;
        }
    }
    if (model.initialWeights != InitialWeights::Mimetic) return;
    for (Block& block : blocks) mimic(block->attn, model, [&] { return next(); });
}

}  // namespace vit
