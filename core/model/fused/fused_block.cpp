// SPDX-License-Identifier: GPL-3.0-or-later
// Memory and threads for the kernels, and their place in autograd.
#include "core/device/memory_pool.h"
#include "core/model/fused/fused_gelu.h"
#include "core/model/fused/fused_obstacle.h"
#include "core/model/parts/fused_kernels.h"

#include "core/kernels/block.h"
#include "core/kernels/support.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/autograd.h>

#include <algorithm>
#include <stdexcept>

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

// One block's forward pass over a batch, and what its backward pass needs besides tensors.
struct Pass : torch::CustomClassHolder {
    std::shared_ptr<const kernels::BlockKernel> kernel;
    std::shared_ptr<MemoryPool> pool;
    kernels::BlockDropouts dropouts;
    std::int64_t firstImage = 0;  // see ForwardMode
    Tensor packed;  // these two only until autograd, which frees them after their use, has taken them over
    Tensor saved;   // [B, bytes], or one row for each thread where no backward pass follows

    kernels::BlockCall call(at::TensorList parameters, const Tensor& packedWeights) const {
        kernels::BlockCall call{{}, bytesOf(packedWeights), dropouts};
        for (const Tensor& parameter : parameters) call.parameters.push_back(parameter.const_data_ptr<float>());
        return call;
    }

    void pack(at::TensorList parameters, bool backward) {
        packed = memory(1, kernel->memory().packed);
        kernel->pack(call(parameters, packed).parameters, backward, bytesOf(packed));
    }

    Tensor forward(const Tensor& tokens, at::TensorList parameters, bool keep) {
        const std::int64_t images = tokens.size(0);
        const std::int64_t elements = tokens.size(1) * tokens.size(2);
        const int threads = at::get_num_threads();
        Tensor out = torch::empty_like(tokens);  // [B, N, D]
        const Tensor scratch = memory(threads, kernel->memory().scratch);
        saved = keep ? pool->take(images, kernel->memory().saved) : memory(threads, kernel->memory().saved);
        const kernels::BlockCall shared = call(parameters, packed);
        const float* in = tokens.const_data_ptr<float>();
        float* to = out.mutable_data_ptr<float>();
        at::parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
            const auto thread = static_cast<std::int64_t>(at::get_thread_num());
            std::byte* own = bytesOf(scratch) + thread * scratch.size(1);
            for (std::int64_t i = begin; i < end; ++i) {
                std::byte* kept = bytesOf(saved) + (keep ? i : thread) * saved.size(1);
                kernel->forward(shared, firstImage + i, in + i * elements, to + i * elements, kept, own);
            }
        });
        return out;
    }

    // The gradients of tokens and parameters.
    variable_list backward(const Tensor& tokens, at::TensorList parameters, const Tensor& kept,
                           const Tensor& packedWeights, const Tensor& dOut) const {
        const std::int64_t images = tokens.size(0);
        const std::int64_t elements = tokens.size(1) * tokens.size(2);
        const int threads = at::get_num_threads();
        Tensor dIn = torch::empty_like(tokens);  // [B, N, D]
        const Tensor scratch = memory(threads, kernel->memory().scratch);
        // Each thread adds up its own; the number of threads and nothing else decides the order of all additions.
        const Tensor sums = torch::zeros({threads, static_cast<std::int64_t>(kernel->memory().gradients())});
        const kernels::BlockCall shared = call(parameters, packedWeights);
        const float* in = tokens.const_data_ptr<float>();
        const float* from = dOut.const_data_ptr<float>();
        float* to = dIn.mutable_data_ptr<float>();
        float* gradients = sums.mutable_data_ptr<float>();
        at::parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
            const auto thread = static_cast<std::int64_t>(at::get_thread_num());
            std::byte* own = bytesOf(scratch) + thread * scratch.size(1);
            for (std::int64_t i = begin; i < end; ++i) {
                kernel->backward(shared, firstImage + i, in + i * elements, from + i * elements,
                                 bytesOf(kept) + i * kept.size(1), to + i * elements,
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
};

struct BlockFunction : torch::autograd::Function<BlockFunction> {
    static Tensor forward(AutogradContext* context, const Tensor& tokens, at::TensorList parameters,
                          const c10::intrusive_ptr<Pass>& pass) {
        const Tensor out = pass->forward(tokens, parameters, true);
        variable_list inputs{pass->saved, pass->packed, tokens};
        inputs.insert(inputs.end(), parameters.begin(), parameters.end());
        context->save_for_backward(inputs);
        context->saved_data["pass"] = torch::IValue::make_capsule(pass);
        return out;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        TORCH_CHECK(!torch::GradMode::is_enabled(), "The fused kernels have no second derivative: use plain kernels.");
        const auto pass = c10::static_intrusive_pointer_cast<Pass>(context->saved_data["pass"].toCapsule());
        const variable_list inputs = context->get_saved_variables();
        variable_list result = pass->backward(inputs[2], at::TensorList(inputs).slice(3), inputs[0], inputs[1],
                                              gradients[0].contiguous());
        result.emplace_back();  // of the pass
        return result;
    }
};

// In the kernels' order, which is that of the plan (fusedObstacle() has made sure of it).
variable_list parametersOf(Block& block) {
    variable_list parameters = block->parameters();
    for (Tensor& parameter : parameters) parameter = parameter.contiguous();
    return parameters;
}

kernels::BlockShape shapeOf(const ModelConfig& config, std::int64_t tokens) {
    kernels::BlockShape shape;
    shape.tokens = static_cast<int>(tokens);
    shape.width = static_cast<int>(config.projectionDim);
    shape.heads = static_cast<int>(config.heads);
    shape.headSize = static_cast<int>(config.keyDim);
    for (const std::int64_t unit : config.mlpUnits) shape.units.push_back(static_cast<int>(unit));
    shape.epsilon = static_cast<float>(config.normEpsilon);
    shape.lastGelu = config.mlpLastGelu;
    return shape;
}

class KernelsOfModel : public FusedKernels {
public:
    KernelsOfModel(const ModelConfig& config, std::int64_t tokens)
        : m_fp32(kernels::makeBlockKernel(shapeOf(config, tokens), kernels::Arithmetic::Float32)),
          m_attentionDropout(config.attentionDropout),
          m_mlpDropout(config.mlpDropout) {
        if (kernels::support().bfloat16())
            m_bfloat16 = kernels::makeBlockKernel(shapeOf(config, tokens), kernels::Arithmetic::Bfloat16);
    }

    BlockOutput block(Block& block, std::int64_t index, const Tensor& tokens, const ForwardMode& mode,
                      bool wantAttended) const override;
    Tensor geluDropout(const Tensor& input, double rate, const ForwardMode& mode, std::uint32_t site) const override {
        return fusedGeluDropout(input, rate, mode, site);
    }

private:
    std::shared_ptr<const kernels::BlockKernel> m_fp32;
    std::shared_ptr<const kernels::BlockKernel> m_bfloat16;  // null where the CPU has no instructions for it
    std::shared_ptr<MemoryPool> m_pool = std::make_shared<MemoryPool>();
    double m_attentionDropout;
    double m_mlpDropout;

    c10::intrusive_ptr<Pass> newPass(std::size_t mlpLayers, std::int64_t index, const ForwardMode& mode) const;
};

c10::intrusive_ptr<Pass> KernelsOfModel::newPass(std::size_t mlpLayers, std::int64_t index,
                                                 const ForwardMode& mode) const {
    auto pass = c10::make_intrusive<Pass>();
    pass->kernel = m_bfloat16 && at::autocast::is_autocast_enabled(torch::kCPU) ? m_bfloat16 : m_fp32;
    pass->pool = m_pool;
    pass->firstImage = mode.firstImage;
    const auto dropout = [&](double rate, std::int64_t layer) {
        return kernels::Dropout{mode.training ? rate : 0, mode.key(dropoutSite(index, layer))};
    };
    pass->dropouts.attention = dropout(m_attentionDropout, 0);
    for (std::size_t i = 0; i < mlpLayers; ++i)
        pass->dropouts.mlp.push_back(dropout(m_mlpDropout, static_cast<std::int64_t>(i) + 1));
    return pass;
}

FusedKernels::BlockOutput KernelsOfModel::block(Block& block, std::int64_t index, const Tensor& tokens,
                                                const ForwardMode& mode, bool wantAttended) const {
    const auto pass = newPass(block->mlp->layers.size(), index, mode);
    const variable_list parameters = parametersOf(block);
    const Tensor dense = tokens.contiguous();
    const bool gradients =
        torch::GradMode::is_enabled() &&
        (dense.requires_grad() || std::any_of(parameters.begin(), parameters.end(),
                                              [](const Tensor& parameter) { return parameter.requires_grad(); }));
    pass->pack(parameters, gradients);
    BlockOutput output;
    output.tokens = gradients ? BlockFunction::apply(dense, at::TensorList(parameters), pass)
                              : pass->forward(dense, parameters, wantAttended);
    if (wantAttended) {
        // A copy: what is saved lives no longer than the gradients need it.
        const auto bytes = static_cast<std::int64_t>(pass->kernel->attended());
        const std::int64_t elements = dense.size(1) * dense.size(2);
        output.attended = pass->saved.narrow(1, bytes, elements * static_cast<std::int64_t>(sizeof(float)))
                              .contiguous()
                              .view(torch::kFloat32)
                              .view(dense.sizes());  // [B, N, D]
    }
    pass->saved.reset();
    pass->packed.reset();
    return output;
}

}  // namespace

std::shared_ptr<const FusedKernels> makeFusedKernels(const ModelConfig& config, std::int64_t tokens) {
    if (const std::string obstacle = fusedObstacle(config); !obstacle.empty()) throw std::runtime_error(obstacle);
    return std::make_shared<const KernelsOfModel>(config, tokens);
}

}  // namespace vit
