// SPDX-License-Identifier: GPL-3.0-or-later
// Memory and threads for the kernels, and their place in autograd.
#include "core/model/fused/fused_pass.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>

namespace vit {

namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::byte* bytesOf(const Tensor& tensor) {
    return reinterpret_cast<std::byte*>(tensor.mutable_data_ptr<std::uint8_t>());
}

// [rows, bytes]; libtorch aligns to cache lines, and so are the kernels' sizes.
Tensor memory(std::int64_t rows, std::size_t bytes) {
    return torch::empty({rows, static_cast<std::int64_t>(bytes)}, torch::kUInt8);
}

kernels::ImageParameters pointers(at::TensorList parameters) {
    kernels::ImageParameters values;
    for (const Tensor& parameter : parameters) values.push_back(parameter.const_data_ptr<float>());
    return values;
}

kernels::ImageCall callOf(const FusedPass& pass, at::TensorList parameters, const Tensor& packed) {
    return {pointers(parameters), bytesOf(packed), pass.dropouts};
}

Tensor packedWeights(const FusedPass& pass, at::TensorList parameters, bool backward) {
    Tensor packed = memory(1, pass.kernel->memory().packed);
    pass.kernel->pack(pointers(parameters), backward, bytesOf(packed));
    return packed;
}

// `saved` has a row for each image, or one for each thread.
Tensor forward(const FusedPass& pass, const Tensor& images, at::TensorList parameters, const Tensor& packed,
               const Tensor& saved) {
    const kernels::ImageKernel& kernel = *pass.kernel;
    const std::int64_t count = images.size(0);
    const auto inputs = static_cast<std::int64_t>(kernel.inputs());
    const auto outputs = static_cast<std::int64_t>(kernel.outputs());
    const bool keep = saved.size(0) == count;
    Tensor out = torch::empty({count, outputs});
    const Tensor scratch = memory(at::get_num_threads(), kernel.memory().scratch);
    const kernels::ImageCall shared = callOf(pass, parameters, packed);
    const float* in = images.const_data_ptr<float>();
    float* to = out.mutable_data_ptr<float>();
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
        const auto thread = static_cast<std::int64_t>(at::get_thread_num());
        std::byte* own = bytesOf(scratch) + thread * scratch.size(1);
        for (std::int64_t i = begin; i < end; ++i) {
            std::byte* kept = bytesOf(saved) + (keep ? i : thread) * saved.size(1);
            kernel.forward(shared, pass.firstImage + i, in + i * inputs, to + i * outputs, kept, own);
        }
    });
    return out;
}

// The gradients of images, undefined where nobody wants them, and parameters.
variable_list backward(const FusedPass& pass, const Tensor& images, at::TensorList parameters, const Tensor& saved,
                       const Tensor& packed, const Tensor& dOut) {
    const kernels::ImageKernel& kernel = *pass.kernel;
    const std::int64_t count = images.size(0);
    const auto inputs = static_cast<std::int64_t>(kernel.inputs());
    const auto outputs = static_cast<std::int64_t>(kernel.outputs());
    const int threads = at::get_num_threads();
    Tensor dIn = pass.wantsInput ? torch::empty_like(images) : Tensor();
    const Tensor scratch = memory(threads, kernel.memory().scratch);
    // Each thread adds up its own; the number of threads and nothing else decides the order of all additions.
    const Tensor sums = torch::zeros({threads, static_cast<std::int64_t>(kernel.memory().gradients())});
    const kernels::ImageCall shared = callOf(pass, parameters, packed);
    const float* in = images.const_data_ptr<float>();
    const float* from = dOut.const_data_ptr<float>();
    float* to = pass.wantsInput ? dIn.mutable_data_ptr<float>() : nullptr;
    float* gradients = sums.mutable_data_ptr<float>();
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
        const auto thread = static_cast<std::int64_t>(at::get_thread_num());
        std::byte* own = bytesOf(scratch) + thread * scratch.size(1);
        for (std::int64_t i = begin; i < end; ++i) {
            kernel.backward(shared, pass.firstImage + i, in + i * inputs, from + i * outputs,
                            bytesOf(saved) + i * saved.size(1), to == nullptr ? nullptr : to + i * inputs,
                            gradients + thread * sums.size(1), own);
        }
    });
    variable_list result{dIn};
    const Tensor total = sums.sum(0);
    std::int64_t place = 0;
    for (const Tensor& parameter : parameters) {
        result.push_back(total.narrow(0, place, parameter.numel()).view(parameter.sizes()));
        place += parameter.numel();
    }
    return result;
}

struct FusedFunction : torch::autograd::Function<FusedFunction> {
    static Tensor forward(AutogradContext* context, const Tensor& images, at::TensorList parameters,
                          const c10::intrusive_ptr<FusedPass>& pass) {
        const Tensor packed = packedWeights(*pass, parameters, true);
        const Tensor saved = pass->pool->take(images.size(0), pass->kernel->memory().saved);
        const Tensor out = vit::forward(*pass, images, parameters, packed, saved);
        variable_list inputs{saved, packed, images};
        inputs.insert(inputs.end(), parameters.begin(), parameters.end());
        context->save_for_backward(inputs);
        context->saved_data["pass"] = torch::IValue::make_capsule(pass);
        if (pass->wantsSaved) pass->saved = saved;
        return out;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        TORCH_CHECK(!torch::GradMode::is_enabled(), "The fused kernels have no second derivative: use plain kernels.");
        const auto pass = c10::static_intrusive_pointer_cast<FusedPass>(context->saved_data["pass"].toCapsule());
        const variable_list inputs = context->get_saved_variables();
        variable_list result = vit::backward(*pass, inputs[2], at::TensorList(inputs).slice(3), inputs[0], inputs[1],
                                             gradients[0].contiguous());
        result.emplace_back();  // of the pass
        return result;
    }
};

}  // namespace

Tensor runFused(const c10::intrusive_ptr<FusedPass>& pass, const Tensor& images, std::vector<Tensor> parameters) {
    for (Tensor& parameter : parameters) parameter = parameter.contiguous();
    const Tensor dense = images.contiguous();
    const bool gradients =
        torch::GradMode::is_enabled() &&
        (dense.requires_grad() || std::any_of(parameters.begin(), parameters.end(),
                                              [](const Tensor& parameter) { return parameter.requires_grad(); }));
    if (gradients) return FusedFunction::apply(dense, at::TensorList(parameters), pass);
    const std::int64_t rows = pass->wantsSaved ? dense.size(0) : at::get_num_threads();
    const Tensor saved = memory(rows, pass->kernel->memory().saved);
    if (pass->wantsSaved) pass->saved = saved;
    return forward(*pass, dense, parameters, packedWeights(*pass, parameters, false), saved);
}

}  // namespace vit
