// SPDX-License-Identifier: GPL-3.0-or-later
// Attention rollout beside the methods that know of classes.
#include "core/inspect/attention.h"
#include "core/inspect/relevance_methods.h"
#include "core/inspect/tensor_arrays.h"

#include <torch/utils.h>

namespace vit {

torch::Tensor rolloutRelevance(const RelevanceSubject& subject, std::string& note) {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> layers;
    for (const torch::Tensor& attention : subject.network()->trace(subject.input).attention)
        layers.push_back(attention[0]);
    const FloatArray flow = rollout(toArray(torch::stack(layers)));
    note = "the same for every class";
    return asTensor(attentionMap(flow, subject.grid)).flatten().clone();
}

}  // namespace vit
