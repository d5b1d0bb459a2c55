// SPDX-License-Identifier: GPL-3.0-or-later
// Both answers by the same layers.
#include "core/inspect/what_if.h"

#include "core/base/error.h"
#include "core/base/split_mix.h"
#include "core/inspect/look.h"
#include "core/inspect/removal.h"
#include "core/inspect/tensor_arrays.h"
#include "core/inspect/token_grid.h"

#include <torch/utils.h>

#include <chrono>
#include <numeric>

namespace vit {

namespace {

// Patches are told apart by numbers from 0, as tokens are; blocks and heads, `from` 1.
void require(std::int64_t number, std::int64_t count, const char* all, std::int64_t from = 0) {
    if (number >= 0 && number < count) return;
    throw InvalidInput(std::string("The model has ") + all + " " + std::to_string(from) + " to " +
                       std::to_string(count - 1 + from) + ", not " + std::to_string(number + from) + ".");
}

// The picture with its patches in that order.
torch::Tensor reordered(const torch::Tensor& input, const std::vector<std::int64_t>& order, const TokenGrid& grid) {
    if (static_cast<std::int64_t>(order.size()) != grid.patches())
        throw InvalidInput("An order of the patches names each of the " + std::to_string(grid.patches()) + " once.");
    for (const std::int64_t patch : order) require(patch, grid.patches(), "patches");
    const std::int64_t size = grid.patchSize, channels = input.size(1);
    const torch::Tensor patches = patchesOf(input, size)[0].index_select(0, torch::tensor(order).to(input.device()));
    return patches.view({1, grid.rows, grid.columns, size, size, channels})
        .permute({0, 5, 1, 3, 2, 4})
        .reshape(input.sizes());
}

// [1, P] bool
torch::Tensor hiddenMask(const std::vector<std::int64_t>& hidden, const TokenGrid& grid) {
    torch::Tensor mask = torch::zeros({1, grid.patches()}, torch::kBool);
    for (const std::int64_t patch : hidden) {
        require(patch, grid.patches(), "patches");
        mask[0][patch] = true;
    }
    return mask;
}

Ablation switchedOff(const WhatIf& change, const ModelConfig& model) {
    Ablation ablation;
    if (!change.heads.empty()) ablation.heads = torch::zeros({1, model.layers, model.heads}, torch::kBool);
    for (const auto& [layer, head] : change.heads) {
        require(layer, model.layers, "blocks", 1);
        require(head, model.heads, "heads", 1);
        ablation.heads[0][layer][head] = true;
    }
    if (!change.blocks.empty()) ablation.blocks = torch::zeros({1, model.layers}, torch::kBool);
    for (const std::int64_t block : change.blocks) {
        require(block, model.layers, "blocks", 1);
        ablation.blocks[0][block] = true;
    }
    return ablation;
}

// Below a row of nothing, which stands for the network as it is.
torch::Tensor belowNothing(const torch::Tensor& mask) {
    return mask.defined() ? torch::cat({torch::zeros_like(mask), mask}) : mask;
}

// Of each image [B, C, S, S], with its row of the ablation.
std::vector<std::vector<double>> probabilities(Classifier& classifier, const torch::Tensor& images,
                                               const Ablation& ablation) {
    const torch::NoGradGuard noGrad;
    const auto own = [&](const torch::Tensor& mask) { return mask.defined() ? mask.to(classifier.device()) : mask; };
    const torch::Tensor logits =
        classifier.network()->without(images, {own(ablation.tokens), own(ablation.heads), own(ablation.blocks)});
    const torch::Tensor shares = torch::softmax(logits.to(torch::kCPU, torch::kFloat64), 1).contiguous();
    std::vector<std::vector<double>> answers;
    for (std::int64_t row = 0; row < shares.size(0); ++row) {
        const double* first = shares.const_data_ptr<double>() + row * shares.size(1);
        answers.emplace_back(first, first + shares.size(1));
    }
    return answers;
}

}  // namespace

WhatIfAnswer whatIf(LoadedModel& model, const Image& photo, const WhatIf& change, std::vector<double> before) {
    const auto start = std::chrono::steady_clock::now();
    Classifier& classifier = model.classifier();
    const TokenGrid grid = tokenGrid(model.config());
    const torch::Tensor input = classifier.prepare(photo);
    const Removal removal = bestRemoval(model.config().head.type);
    torch::Tensor changed = input;
    if (!change.order.empty()) changed = reordered(input, change.order, grid);
    Ablation ablation = switchedOff(change, model.config().model);
    if (!change.hidden.empty()) {
        const torch::Tensor hidden = hiddenMask(change.hidden, grid);
        if (removal == Removal::Drop)
            ablation.tokens = torch::constant_pad_nd(hidden, {grid.firstPatch(), 0}, 0);
        else
            changed = withoutPatches(changed, hidden, grid.patchSize);
    }
    WhatIfAnswer answer;
    answer.before = std::move(before);
    if (change.changesNothing()) {
        if (answer.before.empty()) answer.before = probabilities(classifier, input, {}).front();
        answer.after = answer.before;
    } else if (!answer.before.empty()) {
        answer.after = probabilities(classifier, changed, ablation).front();
    } else {
        const auto both = probabilities(
            classifier, torch::cat({input, changed}),
            {belowNothing(ablation.tokens), belowNothing(ablation.heads), belowNothing(ablation.blocks)});
        answer.before = both.front();
        answer.after = both.back();
    }
    answer.hiding = removalText(removal);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    answer.milliseconds = elapsed.count();
    return answer;
}

std::vector<std::int64_t> shuffledPatches(std::int64_t patches, std::uint64_t seed) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(patches));
    std::iota(order.begin(), order.end(), 0);
    seededShuffle(order, seed);
    return order;
}

HeadEffects headEffects(LoadedModel& model, const Image& photo, std::int64_t classNumber,
                        const LoadedModel::Progress& progress) {
    requireClass(classNumber, static_cast<std::int64_t>(model.classNames().size()));
    const ModelConfig& config = model.config().model;
    const std::int64_t heads = config.layers * config.heads;
    Ablation ablation;  // the last row is the network as it is
    ablation.heads = torch::cat({torch::eye(heads), torch::zeros({1, heads})})
                         .to(torch::kBool)
                         .view({heads + 1, config.layers, config.heads});
    const torch::Tensor logits = logitsWithout(model.classifier(), model.classifier().prepare(photo), heads + 1,
                                               ablation, progress);
    const auto effect = [&](const torch::Tensor& values) {  // [heads + 1]
        return toArray((values.slice(0, 0, heads) - values[heads]).view({config.layers, config.heads}));
    };
    return {effect(logits.select(1, classNumber)), effect(torch::softmax(logits, 1).select(1, classNumber))};
}

}  // namespace vit
