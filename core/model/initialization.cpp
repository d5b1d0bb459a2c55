// SPDX-License-Identifier: GPL-3.0-or-later
// Initial weights as the published example's layers draw them.
#include "core/model/vision_transformer.h"

#include <cmath>

namespace vit {

namespace {

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

double glorotLimit(double fanIn, double fanOut) { return std::sqrt(6 / (fanIn + fanOut)); }

}  // namespace

void VisionTransformerImpl::initialize(std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    std::uint64_t stream = 0;
    const auto next = [&] { return randomKey(seed, stream++, RandomSite::Initialization); };
    const auto dense = [&](torch::nn::Linear& linear, double fanIn, double fanOut) {
        fillUniform(linear->weight, glorotLimit(fanIn, fanOut), next());
        linear->bias.zero_();
    };
    const auto plainDense = [&](torch::nn::Linear& linear) {
        dense(linear, static_cast<double>(linear->options.in_features()),
              static_cast<double>(linear->options.out_features()));
    };

    plainDense(patchEmbed->proj);
    fillUniform(posEmbed, 0.05, next());
    if (clsToken.defined()) clsToken.zero_();
    const double dim = static_cast<double>(posEmbed.size(1));
    const double heads = static_cast<double>(m_heads);
    const double keyDim = static_cast<double>(m_keyDim);
    for (Block& block : blocks) {
        // Keras's attention kernels are three-dimensional, and its fans take all but the last two axes for a receptive
        // field: [D, H, K] for q, k and v, [H, K, D] for the output.
        dense(block->attn->qkv, dim * heads, dim * keyDim);
        dense(block->attn->proj, heads * keyDim, heads * dim);
        for (torch::nn::Linear& linear : block->mlp->layers) plainDense(linear);
    }
    for (torch::nn::Linear& linear : head->layers) plainDense(linear);
}

}  // namespace vit
