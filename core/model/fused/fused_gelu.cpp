// SPDX-License-Identifier: GPL-3.0-or-later
// Threads and autograd around the GELU kernels.
#include "core/model/fused/fused_gelu.h"

#include "core/kernels/activation.h"
#include "core/kernels/keep_mask.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>

namespace vit {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kGrain = 64;  // blocks of kMaskBlock elements that a thread takes at least

// The dropout of one call, and its mask's bits.
struct Mask : torch::CustomClassHolder {
    kernels::Dropout dropout;
    std::int64_t first = 0;  // the place of element 0 in the tensor of the whole batch
    Tensor bits;  // 8 bytes for each block of elements, and some to read beyond

    std::byte* ofBlock(std::int64_t block) const {
        return reinterpret_cast<std::byte*>(bits.mutable_data_ptr<std::uint8_t>()) + block * (kMaskBlock / 8);
    }
};

// Calls body(first element, count, block) for ranges that begin with a block of the mask, but for the first one, which
// may begin within.
template <typename Body>
void forBlocks(std::int64_t elements, const Mask& mask, const Body& body) {
    const std::int64_t lead = mask.first % kMaskBlock;
    const std::int64_t blocks = (lead + elements + kMaskBlock - 1) / kMaskBlock;
    at::parallel_for(0, blocks, kGrain, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t first = std::max<std::int64_t>(begin * kMaskBlock - lead, 0);
        body(first, std::min(end * kMaskBlock - lead, elements) - first, begin);
    });
}

template <typename E>
E* dataOf(const Tensor& tensor) {
    return static_cast<E*>(tensor.mutable_data_ptr());
}

template <typename E>
Tensor forwardOf(const Tensor& input, const Mask& mask) {
    Tensor out = torch::empty_like(input);
    const auto kernels = kernels::activationKernels<E>(kernels::Activation::Gelu);
    forBlocks(input.numel(), mask, [&](std::int64_t first, std::int64_t count, std::int64_t block) {
        const kernels::KeepBits bits =
            kernels::makeKeepBits(mask.dropout, mask.first + first, count, mask.ofBlock(block));
        kernels.forward(dataOf<E>(input) + first, static_cast<std::size_t>(count), bits, mask.dropout.factor(),
                        dataOf<E>(out) + first);
    });
    return out;
}

template <typename E>
Tensor backwardOf(const Tensor& input, const Tensor& dOut, const Mask& mask) {
    Tensor dIn = torch::empty_like(input);
    const auto kernels = kernels::activationKernels<E>(kernels::Activation::Gelu);
    forBlocks(input.numel(), mask, [&](std::int64_t first, std::int64_t count, std::int64_t block) {
        const kernels::KeepBits bits = kernels::madeKeepBits(mask.dropout, mask.first + first, mask.ofBlock(block));
        kernels.backward(dataOf<E>(input) + first, dOut.const_data_ptr<float>() + first,
                         static_cast<std::size_t>(count), bits, mask.dropout.factor(), dataOf<E>(dIn) + first, nullptr);
    });
    return dIn;
}

struct GeluDropout : torch::autograd::Function<GeluDropout> {
    static Tensor forward(AutogradContext* context, const Tensor& input, const c10::intrusive_ptr<Mask>& mask) {
        context->save_for_backward({input});
        context->saved_data["mask"] = torch::IValue::make_capsule(mask);
        return input.scalar_type() == torch::kBFloat16 ? forwardOf<kernels::Bfloat16>(input, *mask)
                                                       : forwardOf<float>(input, *mask);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        TORCH_CHECK(!torch::GradMode::is_enabled(), "The fused kernels have no second derivative: use plain kernels.");
        const auto mask = c10::static_intrusive_pointer_cast<Mask>(context->saved_data["mask"].toCapsule());
        const Tensor input = context->get_saved_variables()[0];
        const Tensor dOut = gradients[0].to(torch::kFloat32).contiguous();
        return {input.scalar_type() == torch::kBFloat16 ? backwardOf<kernels::Bfloat16>(input, dOut, *mask)
                                                        : backwardOf<float>(input, dOut, *mask),
                Tensor()};
    }
};

}  // namespace

Tensor fusedGeluDropout(const Tensor& input, double rate, const ForwardMode& mode, std::uint32_t site) {
    const Tensor dense = input.contiguous();
    auto mask = c10::make_intrusive<Mask>();
    mask->dropout = {mode.training ? rate : 0, mode.key(site)};
    mask->first = mode.firstElement(dense);
    const std::size_t bytes = mask->dropout.drops() ? kernels::keepBitsBytes(dense.numel()) : 0;
    mask->bits = torch::empty({static_cast<std::int64_t>(bytes)}, torch::kUInt8);
    return GeluDropout::apply(dense, mask);
}

}  // namespace vit
