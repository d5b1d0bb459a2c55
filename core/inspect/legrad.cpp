// SPDX-License-Identifier: GPL-3.0-or-later
// LeGrad (Bousselham et al. 2024): the answer read off every block, and the attention of that block which raises it.
#include "core/inspect/relevance_methods.h"

#include <torch/autograd.h>
#include <torch/utils.h>

namespace vit {

namespace {

// The logit that the mean token of a block would get; a head that reads more than one token answers as ever.
torch::Tensor logitAfter(const RelevanceSubject& subject, const torch::Tensor& tokens) {
    VisionTransformer& network = subject.network();
    if (!readsOneToken(subject.classifier.config().head))
        return network->answer(tokens)[0][subject.classNumber];
    return network->head->forward(network->norm(tokens).mean(1), {})[0][subject.classNumber];
}

}  // namespace

torch::Tensor leGrad(const RelevanceSubject& subject, std::string&) {
    const torch::AutoGradMode gradients(true);
    const ForwardTrace trace = subject.network()->trace(subject.input);
    torch::Tensor sum = torch::zeros({subject.grid.patches()}, torch::kFloat64);
    for (std::size_t i = 0; i < trace.attention.size(); ++i) {
        const torch::Tensor slope = torch::autograd::grad({logitAfter(subject, trace.tokens[i + 1])},
                                                          {trace.attention[i]}, {}, true)[0][0];  // [H, N, N]
        const torch::Tensor raising = slope.relu().to(torch::kCPU, torch::kFloat64);
        sum += raising.mean(c10::IntArrayRef({0, 1})).slice(0, subject.grid.firstPatch());  // so libtorch 2.11 knows which
    }
    return sum / static_cast<double>(trace.attention.size());
}

}  // namespace vit
