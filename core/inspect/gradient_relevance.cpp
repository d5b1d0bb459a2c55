// SPDX-License-Identifier: GPL-3.0-or-later
// Attention weighted by the class's gradient, of the last block alone and followed through all blocks. Relevance of a
// class token is Chefer, Gur and Wolf's (ICCV 2021, eq. 5 and 6). A head that pools or flattens all tokens has none, so
// what the tokens take from each other is weighed here by what each of them gives to the logit (ARCHITECTURE.md).
#include "core/inspect/relevance_methods.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>

namespace vit {

namespace {

struct Gradients {
    ForwardTrace trace;
    std::vector<torch::Tensor> raising;  // of each block [N, N]: mean over heads of relu(gradient * attention)
    torch::Tensor normed;                // [N, D]: by the tokens that are pooled or flattened
};

Gradients gradientsOf(const RelevanceSubject& subject) {
    const torch::AutoGradMode gradients(true);
    Gradients result{subject.network()->trace(subject.input), {}, {}};
    std::vector<torch::Tensor> by = result.trace.attention;
    by.push_back(result.trace.normed);
    // Not backward(): a run that is being trained keeps the gradients of its weights.
    std::vector<torch::Tensor> slopes = torch::autograd::grad({result.trace.logits[0][subject.classNumber]}, by);
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i + 1 < slopes.size(); ++i) {
        result.raising.push_back((slopes[i][0] * result.trace.attention[i].detach()[0])
                                     .relu()
                                     .to(torch::kCPU, torch::kFloat64)
                                     .mean(0));
    }
    result.normed = slopes.back()[0];
    return result;
}

// [P] on the CPU: what each token gives to the logit where it helps, as shares of their sum.
torch::Tensor gifts(const Gradients& gradients) {
    const torch::Tensor own =
        (gradients.trace.normed.detach()[0] * gradients.normed).to(torch::kCPU, torch::kFloat64).sum(1).relu();  // [N]
    return own / own.sum().clamp_min(1e-30);
}

// With the paper's R = (I + A_L) ... (I + A_1), A what a block adds: `row` * (R - I), and the sums of R - I's rows,
// without products of whole matrices, which would take a while where there are many patches.
torch::Tensor carried(const torch::Tensor& row, const std::vector<torch::Tensor>& raising) {
    torch::Tensor added = torch::zeros_like(row);
    for (auto block = raising.rbegin(); block != raising.rend(); ++block)
        added = added + torch::matmul(row + added, *block);
    return added;
}

torch::Tensor rowSums(const std::vector<torch::Tensor>& raising) {
    torch::Tensor sums = torch::zeros(raising.front().size(0), torch::kFloat64);
    for (const torch::Tensor& block : raising) sums = sums + torch::matmul(block, 1 + sums);
    return sums;
}

}  // namespace

torch::Tensor gradientRelevance(const RelevanceSubject& subject, std::string&) {
    const Gradients gradients = gradientsOf(subject);
    const torch::NoGradGuard noGrad;
    if (subject.grid.classToken) {
        torch::Tensor classToken = torch::zeros(subject.grid.tokens(), torch::kFloat64);
        classToken[0] = 1;
        return carried(classToken, gradients.raising).slice(0, subject.grid.firstPatch());
    }
    const torch::Tensor given = gifts(gradients);
    const torch::Tensor all = given + carried(given / rowSums(gradients.raising).clamp_min(1e-30), gradients.raising);
    return all.slice(0, subject.grid.firstPatch());
}

torch::Tensor attentionGradient(const RelevanceSubject& subject, std::string&) {
    const Gradients gradients = gradientsOf(subject);
    const torch::NoGradGuard noGrad;
    const torch::Tensor& raising = gradients.raising.back();
    return (subject.grid.classToken ? raising[0] : raising.mean(0)).slice(0, subject.grid.firstPatch());
}

}  // namespace vit
