// SPDX-License-Identifier: GPL-3.0-or-later
// Final norm and head after every block.
#include "core/inspect/layer_answers.h"

#include "core/inspect/tensor_arrays.h"
#include "core/inspect/token_grid.h"
#include "core/model/classifier.h"

#include <torch/utils.h>

#include <algorithm>

namespace vit {

namespace {

void addPatchAnswers(LayerAnswers& answers, VisionTransformer& network, const ForwardTrace& trace,
                     const TokenGrid& grid) {
    std::vector<torch::Tensor> shares;
    for (const torch::Tensor& tokens : trace.tokens) {
        const torch::Tensor patches = network->norm(tokens)[0].slice(0, grid.firstPatch());  // [P, D]
        const torch::Tensor probabilities =
            torch::softmax(network->head->forward(patches, {}).to(torch::kCPU, torch::kFloat64), 1);
        const auto [share, index] = probabilities.max(1);
        shares.push_back(share.view({grid.rows, grid.columns}));
        const torch::Tensor classes = index.contiguous();
        const std::int64_t* first = classes.const_data_ptr<std::int64_t>();
        std::transform(first, first + classes.numel(), std::back_inserter(answers.patchClass),
                       [](std::int64_t number) { return static_cast<std::int32_t>(number); });
    }
    answers.patchProbabilities = toArray(torch::stack(shares));
}

}  // namespace

LayerAnswers layerAnswers(LoadedModel& model, const Image& photo, int top) {
    const torch::NoGradGuard noGrad;
    Classifier& classifier = model.classifier();
    VisionTransformer& network = classifier.network();
    const ForwardTrace trace = network->trace(classifier.prepare(photo));
    LayerAnswers answers;
    std::vector<torch::Tensor> rows;
    for (const torch::Tensor& tokens : trace.tokens) {
        rows.push_back(network->answer(tokens)[0]);
        answers.top.push_back(mostProbable(rows.back(), model.classNames(), top));
    }
    answers.logits = toArray(torch::stack(rows));
    const std::int32_t last = answers.top.back().front().index;
    answers.decidedAt = static_cast<std::int64_t>(answers.top.size()) - 1;
    while (answers.decidedAt > 0 &&
           answers.top[static_cast<std::size_t>(answers.decidedAt) - 1].front().index == last)
        --answers.decidedAt;
    if (readsOneToken(model.config().head)) addPatchAnswers(answers, network, trace, tokenGrid(model.config()));
    return answers;
}

}  // namespace vit
