// SPDX-License-Identifier: GPL-3.0-or-later
// All gradients as one tensor: one message instead of a hundred.
#include "core/train/gradients/rank_sum.h"

#include <torch/utils.h>

#include <vector>

namespace vit {

void sumOverRanks(RankGroup& ranks, std::span<const torch::Tensor> parameters, double share) {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> gradients;
    for (const torch::Tensor& parameter : parameters) {
        if (!parameter.requires_grad()) continue;
        if (!parameter.grad().defined()) parameter.mutable_grad() = torch::zeros_like(parameter);
        gradients.push_back(parameter.grad().flatten());
    }
    torch::Tensor all = torch::cat(gradients);
    // Means of parts that differ in size do not add up to the mean of the whole: each counts by its images.
    all.mul_(share);
    ranks.sum(all);
    std::int64_t begin = 0;
    for (const torch::Tensor& parameter : parameters) {
        if (!parameter.requires_grad()) continue;
        parameter.mutable_grad().copy_(all.narrow(0, begin, parameter.numel()).view_as(parameter));
        begin += parameter.numel();
    }
}

}  // namespace vit
