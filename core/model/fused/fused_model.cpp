// SPDX-License-Identifier: GPL-3.0-or-later
// Which kernel runs which part of a model.
#include "core/config/parameter_plan.h"
#include "core/device/memory_pool.h"
#include "core/model/fused/fused_gelu.h"
#include "core/model/fused/fused_obstacle.h"
#include "core/model/fused/fused_pass.h"
#include "core/model/parts/fused_kernels.h"

#include "core/kernels/block.h"
#include "core/kernels/stem.h"
#include "core/kernels/support.h"

#include <ATen/autocast_mode.h>

#include <stdexcept>
#include <utility>

namespace vit {

namespace {

using torch::Tensor;

kernels::BlockShape blockShape(const ModelConfig& config, std::int64_t tokens) {
    kernels::BlockShape shape;
    shape.tokens = static_cast<int>(tokens);
    shape.width = static_cast<int>(config.projectionDim);
    shape.heads = static_cast<int>(config.heads);
    shape.headSize = static_cast<int>(config.keyDim);
    for (const std::int64_t unit : config.mlpUnits) shape.units.push_back(static_cast<int>(unit));
    shape.epsilon = static_cast<float>(config.normEpsilon);
    shape.lastGelu = config.mlpLastGelu;
    shape.headNorm = config.qkNorm;
    shape.depthwiseSide = config.mlpDepthwise ? static_cast<int>(config.grid().rows) : 0;
    return shape;
}

kernels::StemShape stemShape(const ModelConfig& config, std::int64_t channels) {
    kernels::StemShape shape;
    shape.side = static_cast<int>(config.imageSize);
    shape.channels = static_cast<int>(channels);
    for (std::size_t i = 0; i < config.stemWidths.size(); ++i)
        shape.layers.push_back({static_cast<int>(config.stemWidths[i]), stemHalvesAfter(config, i)});
    shape.epsilon = static_cast<float>(config.normEpsilon);
    return shape;
}

// One kernel for each kind of numbers that this CPU multiplies.
template <typename Kernel>
struct ByArithmetic {
    std::shared_ptr<const Kernel> fp32;
    std::shared_ptr<const Kernel> bfloat16;  // null where the CPU has no instructions for it

    template <typename Make>
    static ByArithmetic made(const Make& make) {
        ByArithmetic kernels{make(kernels::Arithmetic::Float32), nullptr};
        if (kernels::support().bfloat16()) kernels.bfloat16 = make(kernels::Arithmetic::Bfloat16);
        return kernels;
    }
    const std::shared_ptr<const Kernel>& now() const {
        return bfloat16 && at::autocast::is_autocast_enabled(torch::kCPU) ? bfloat16 : fp32;
    }
};

class KernelsOfModel : public FusedKernels {
public:
    KernelsOfModel(const ModelConfig& config, std::int64_t tokens, std::int64_t channels)
        : m_block(ByArithmetic<kernels::BlockKernel>::made([&](kernels::Arithmetic arithmetic) {
              return kernels::makeBlockKernel(blockShape(config, tokens), arithmetic);
          })),
          m_attentionDropout(config.attentionDropout),
          m_mlpDropout(config.mlpDropout) {
        if (config.stemWidths.empty()) return;
        m_stem = ByArithmetic<kernels::ImageKernel>::made([&](kernels::Arithmetic arithmetic) {
            return kernels::makeStemKernel(stemShape(config, channels), arithmetic);
        });
        const std::int64_t side = config.imageSize / stemFactor(config);
        m_stemOutput = {side, side, config.stemWidths.back()};
    }

    BlockOutput block(Block& block, std::int64_t index, const Tensor& tokens, const ForwardMode& mode,
                      bool wantAttended) const override;
    Tensor stem(Stem& stem, const Tensor& images) const override;
    Tensor geluDropout(const Tensor& input, double rate, const ForwardMode& mode, std::uint32_t site) const override {
        return fusedGeluDropout(input, rate, mode, site);
    }

private:
    ByArithmetic<kernels::BlockKernel> m_block;
    ByArithmetic<kernels::ImageKernel> m_stem;
    std::vector<std::int64_t> m_stemOutput;  // side, side, channels
    std::shared_ptr<MemoryPool> m_pool = std::make_shared<MemoryPool>();
    double m_attentionDropout;
    double m_mlpDropout;

    c10::intrusive_ptr<FusedPass> newPass(std::shared_ptr<const kernels::ImageKernel> kernel) const {
        auto pass = c10::make_intrusive<FusedPass>();
        pass->kernel = std::move(kernel);
        pass->pool = m_pool;
        return pass;
    }
};

// In the kernel's order, which is that of the plan (fusedObstacle() has made sure of it). The factors of a layer scale go
// into the weights before them, which makes the same of the branch; autograd takes their gradients apart again.
std::vector<Tensor> kernelParameters(Block& block) {
    if (block->ls1.is_empty()) return block->parameters();
    const std::string last = "mlp.fc" + std::to_string(block->mlp->layers.size());
    std::vector<Tensor> parameters;
    for (const auto& parameter : block->named_parameters()) {
        const std::string& name = parameter.key();
        Tensor value = parameter.value();
        if (name == "ls1.gamma" || name == "ls2.gamma") continue;
        for (const auto& [layer, scale] : {std::pair("attn.proj", block->ls1), std::pair(last.c_str(), block->ls2)}) {
            if (name == std::string(layer) + ".weight") value = value * scale->gamma.unsqueeze(1);
            if (name == std::string(layer) + ".bias") value = value * scale->gamma;
        }
        parameters.push_back(value);
    }
    return parameters;
}

FusedKernels::BlockOutput KernelsOfModel::block(Block& block, std::int64_t index, const Tensor& tokens,
                                                const ForwardMode& mode, bool wantAttended) const {
    const std::shared_ptr<const kernels::BlockKernel>& kernel = m_block.now();
    const auto pass = newPass(kernel);
    pass->firstImage = mode.firstImage;
    pass->wantsSaved = wantAttended;
    const auto dropout = [&](double rate, std::int64_t layer) {
        return kernels::Dropout{mode.training ? rate : 0, mode.key(dropoutSite(index, layer))};
    };
    pass->dropouts.push_back(dropout(m_attentionDropout, 0));
    for (std::size_t i = 0; i < block->mlp->layers.size(); ++i)
        pass->dropouts.push_back(dropout(m_mlpDropout, static_cast<std::int64_t>(i) + 1));
    for (const std::int64_t path : {BlockImpl::kAttentionPath, BlockImpl::kMlpPath})
        pass->dropouts.push_back(dropout(block->dropPath(), path));
    BlockOutput output;
    output.tokens = runFused(pass, tokens, kernelParameters(block)).view(tokens.sizes());
    if (wantAttended) {
        // A copy: what is saved lives no longer than the gradients need it.
        const auto place = static_cast<std::int64_t>(kernel->attended());
        const std::int64_t elements = tokens.size(1) * tokens.size(2);
        output.attended = pass->saved.narrow(1, place, elements * static_cast<std::int64_t>(sizeof(float)))
                              .contiguous()
                              .view(torch::kFloat32)
                              .view(tokens.sizes());  // [B, N, D]
        pass->saved.reset();
    }
    return output;
}

Tensor KernelsOfModel::stem(Stem& stem, const Tensor& images) const {
    const auto pass = newPass(m_stem.now());
    pass->wantsInput = false;
    const Tensor pixels = runFused(pass, images, stem->parameters());  // [B, side' * side' * O]
    return pixels.view({images.size(0), m_stemOutput[0], m_stemOutput[1], m_stemOutput[2]}).permute({0, 3, 1, 2});
}

}  // namespace

std::shared_ptr<const FusedKernels> makeFusedKernels(const ModelConfig& config, std::int64_t tokens,
                                                     std::int64_t channels) {
    if (const std::string obstacle = fusedObstacle(config); !obstacle.empty()) throw std::runtime_error(obstacle);
    return std::make_shared<const KernelsOfModel>(config, tokens, channels);
}

}  // namespace vit
