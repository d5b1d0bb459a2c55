// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of a batch that differ in what is missing.
#include "core/inspect/removal.h"

#include "core/base/error.h"
#include "core/inspect/token_grid.h"

#include <torch/utils.h>

#include <algorithm>

namespace vit {

namespace {

torch::Tensor part(const torch::Tensor& rows, std::int64_t begin, std::int64_t end) {
    return rows.defined() ? rows.slice(0, begin, end) : rows;
}

// `answer(begin, end)` gives the logits of those rows.
template <class Answer>
torch::Tensor inParts(const Classifier& classifier, std::int64_t rows, const EvaluationProgress& progress,
                      const Answer& answer) {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> logits;
    const std::int64_t atOnce = rowsAtOnce(classifier.config());
    for (std::int64_t begin = 0; begin < rows; begin += atOnce) {
        if (progress && !progress(begin, rows)) throw Cancelled();
        logits.push_back(answer(begin, std::min(begin + atOnce, rows)).to(torch::kCPU, torch::kFloat64));
    }
    return torch::cat(logits);
}

}  // namespace

Removal bestRemoval(HeadType head) { return head == HeadType::Flatten ? Removal::MeanColour : Removal::Drop; }

const char* removalText(Removal removal) {
    return removal == Removal::Drop ? "their tokens are dropped" : "they take the picture's mean colour";
}

std::int64_t rowsAtOnce(const Config& config) {
    constexpr std::int64_t kWeights = std::int64_t{256} * 1024 * 1024 / 4;
    const std::int64_t tokens = tokenGrid(config).tokens();
    // Scores and weights of one block at a time.
    return std::clamp<std::int64_t>(kWeights / (2 * config.model.heads * tokens * tokens), 1, 256);
}

torch::Tensor withoutPatches(const torch::Tensor& input, const torch::Tensor& removed, std::int64_t patchSize) {
    const std::int64_t rows = input.size(2) / patchSize, columns = input.size(3) / patchSize;
    const torch::Tensor pixels = removed.view({-1, 1, rows, columns})
                                     .repeat_interleave(patchSize, 2)
                                     .repeat_interleave(patchSize, 3)
                                     .to(input.device());  // [B, 1, H, W]
    return torch::where(pixels, input.mean({2, 3}, true), input);
}

torch::Tensor logitsWithout(Classifier& classifier, const torch::Tensor& input, const torch::Tensor& removed,
                            Removal removal, const EvaluationProgress& progress) {
    const TokenGrid grid = tokenGrid(classifier.config());
    if (removal == Removal::Drop) {
        Ablation ablation;
        ablation.tokens = torch::constant_pad_nd(removed, {grid.firstPatch(), 0}, 0);
        return logitsWithout(classifier, input, removed.size(0), ablation, progress);
    }
    return inParts(classifier, removed.size(0), progress, [&](std::int64_t begin, std::int64_t end) {
        const torch::Tensor images = withoutPatches(input, removed.slice(0, begin, end), grid.patchSize);
        return classifier.network()->without(images, {});
    });
}

torch::Tensor logitsWithout(Classifier& classifier, const torch::Tensor& input, std::int64_t rows,
                            const Ablation& ablation, const EvaluationProgress& progress) {
    return inParts(classifier, rows, progress, [&](std::int64_t begin, std::int64_t end) {
        const auto own = [&](const torch::Tensor& all) {
            const torch::Tensor some = part(all, begin, end);
            return some.defined() ? some.to(classifier.device()) : some;
        };
        return classifier.network()->without(input.expand({end - begin, -1, -1, -1}),
                                             {own(ablation.tokens), own(ablation.heads), own(ablation.blocks)});
    });
}

}  // namespace vit
