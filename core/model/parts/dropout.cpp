// SPDX-License-Identifier: GPL-3.0-or-later
// Masks from the counter-based generator on the CPU, from the device's own generator on a GPU.
#include "core/model/parts/dropout.h"

#include "core/kernels/keep_mask.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <cmath>

namespace vit {

namespace {

constexpr std::int64_t kGrain = 1 << 15;  // elements a thread takes at least; a multiple of kMaskBlock

void applyMask(const torch::Tensor& input, const torch::Tensor& mask, double scale, torch::Tensor& output) {
    const float* in = input.const_data_ptr<float>();
    const std::uint8_t* keep = mask.const_data_ptr<std::uint8_t>();
    float* out = output.mutable_data_ptr<float>();
    const auto factor = static_cast<float>(scale);
    at::parallel_for(0, input.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) out[i] = in[i] * (factor * static_cast<float>(keep[i]));
    });
}

torch::Tensor masked(const torch::Tensor& input, const torch::Tensor& mask, double scale) {
    const bool plainFloats = input.device().is_cpu() && input.scalar_type() == torch::kFloat32;
    if (!plainFloats) return at::mul(input, mask).mul_(scale);
    const torch::Tensor dense = input.contiguous();
    torch::Tensor output = torch::empty_like(dense);
    applyMask(dense, mask, scale, output);
    return output;
}

struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& input,
                                 const torch::Tensor& mask, double scale) {
        context->save_for_backward({mask});
        context->saved_data["scale"] = scale;
        return masked(input, mask, scale);
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const torch::Tensor mask = context->get_saved_variables()[0];
        return {masked(gradients[0], mask, context->saved_data["scale"].toDouble()), {}, {}};
    }
};

}  // namespace

std::uint32_t dropoutSite(std::int64_t part, std::int64_t layer) {
    return static_cast<std::uint32_t>(((part + 1) << 12) + layer);
}

torch::Tensor keepMask(const torch::Tensor& like, double rate, const RandomKey& key, std::int64_t first) {
    // Made from the start of a block, of which the first elements may belong to another part.
    const std::int64_t lead = first % kMaskBlock;
    const std::int64_t count = lead + like.numel();
    const torch::Tensor made = torch::empty({count}, like.options().dtype(torch::kUInt8).requires_grad(false));
    const auto threshold = keepThreshold(rate);
    std::uint8_t* out = made.mutable_data_ptr<std::uint8_t>();
    const std::int64_t blocks = (count + kMaskBlock - 1) / kMaskBlock;
    at::parallel_for(0, blocks, kGrain / kMaskBlock, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t place = begin * kMaskBlock;
        fillKeepMask(out + place, first - lead + place, std::min(end * kMaskBlock, count) - place, threshold, key);
    });
    return made.narrow(0, lead, like.numel()).view(like.sizes());
}

torch::Tensor dropout(const torch::Tensor& input, double rate, const ForwardMode& mode, std::uint32_t site) {
    if (!mode.training || rate <= 0) return input;
    // In one kernel, from the generator that TrainStep sets for each step: a recorded step can draw from no other.
    if (!input.is_cpu()) return std::get<0>(at::native_dropout(input, rate, true));
    const torch::Tensor mask = keepMask(input, rate, mode.key(site), mode.firstElement(input));
    return DropoutFunction::apply(input, mask, 1 / (1 - rate));
}

}  // namespace vit
