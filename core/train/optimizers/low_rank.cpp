// SPDX-License-Identifier: GPL-3.0-or-later
// Two thin products a part on the way down, one on the way back.
#include "core/train/optimizers/low_rank.h"

#include "core/model/random_fill.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace vit {

LowRank::LowRank(const std::vector<Weight>& kernels, const OptimizerConfig& config, std::uint64_t seed)
    : m_scale(config.loraAlpha / static_cast<double>(config.loraRank)) {
    const torch::NoGradGuard noGrad;
    std::uint64_t stream = 0;
    for (const Weight& weight : kernels) {
        Kernel kernel{weight, weight.tensor.detach().clone(), {}};
        for (const AdapterPlan& plan : adapterPlans(weight.row, config.loraRank)) {
            torch::Tensor down = torch::empty(plan.down.shape, kernel.base.options());  // A [rank, inputs]
            fillUniform(down, 1 / std::sqrt(static_cast<double>(down.size(1))),
                        randomKey(seed, stream++, RandomSite::Adapters));
            const torch::Tensor up = torch::zeros(plan.up.shape, kernel.base.options());  // B [outputs, rank]
            kernel.adapters.push_back({plan.firstOutput, plan.outputs(), {plan.down, down}, {plan.up, up}});
        }
        m_kernels.push_back(std::move(kernel));
    }
}

void LowRank::begin() {
    const torch::NoGradGuard noGrad;
    for (Kernel& kernel : m_kernels) kernel.base.copy_(kernel.weight.tensor);
}

std::vector<Weight> LowRank::factorsOf(const torch::Tensor& weight) const {
    const auto found = std::ranges::find_if(
        m_kernels, [&](const Kernel& kernel) { return kernel.weight.tensor.is_same(weight); });
    std::vector<Weight> factors;
    if (found == m_kernels.end()) return factors;
    for (const Adapter& adapter : found->adapters) {
        factors.push_back(adapter.down);
        factors.push_back(adapter.up);
    }
    return factors;
}

void LowRank::takeGradients() {
    const torch::NoGradGuard noGrad;
    for (Kernel& kernel : m_kernels) {
        const torch::Tensor& gradient = kernel.weight.tensor.grad();  // [outputs, inputs]
        for (Adapter& adapter : kernel.adapters) {
            torch::Tensor &down = adapter.down.tensor, &up = adapter.up.tensor;
            if (!gradient.defined()) {
                down.mutable_grad().reset();
                up.mutable_grad().reset();
                continue;
            }
            const torch::Tensor part = gradient.narrow(0, adapter.firstOutput, adapter.outputs);
            down.mutable_grad() = up.t().matmul(part).mul_(m_scale);
            up.mutable_grad() = part.matmul(down.t()).mul_(m_scale);
        }
    }
}

void LowRank::clearGradients() {
    for (Kernel& kernel : m_kernels) kernel.weight.tensor.mutable_grad().reset();
}

void LowRank::merge() {
    const torch::NoGradGuard noGrad;
    for (Kernel& kernel : m_kernels) {
        kernel.weight.tensor.copy_(kernel.base);
        for (const Adapter& adapter : kernel.adapters) {
            kernel.weight.tensor.narrow(0, adapter.firstOutput, adapter.outputs)
                .addmm_(adapter.up.tensor, adapter.down.tensor, /*beta=*/1, m_scale);
        }
    }
}

void LowRank::forEach(const Visit& visit) const {
    for (const Kernel& kernel : m_kernels) {
        visit("base", kernel.weight.row.name, kernel.base);
        for (const Adapter& adapter : kernel.adapters) {
            visit("adapter", adapter.down.row.name, adapter.down.tensor);
            visit("adapter", adapter.up.row.name, adapter.up.tensor);
        }
    }
}

}  // namespace vit
