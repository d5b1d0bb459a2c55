// SPDX-License-Identifier: GPL-3.0-or-later
// A model's answers when patches of its input are taken away.
#pragma once

#include "core/model/classifier.h"

#include <torch/types.h>

namespace vit {

enum class Removal {
    Drop,        // their tokens are not there: not for a flatten head
    MeanColour,  // they become the picture's mean colour
};

// Dropping where the head allows it: nothing has to be made up then.
Removal bestRemoval(HeadType head);
const char* removalText(Removal removal);  // "their tokens are dropped"

// `input` [1, C, S, S] with the patches `removed` [B, P] bool in the picture's mean colour: [B, C, S, S].
torch::Tensor withoutPatches(const torch::Tensor& input, const torch::Tensor& removed, std::int64_t patchSize);

// Logits [B, classes], float64 on the CPU, without gradients, in fp32 by the plain layers; in as many passes as memory
// asks for. `progress` is called before each with rows done and in all; false ends it with Cancelled.
torch::Tensor logitsWithout(Classifier& classifier, const torch::Tensor& input, const torch::Tensor& removed,
                            Removal removal, const EvaluationProgress& progress = {});

// The same for any ablation of B rows and one input.
torch::Tensor logitsWithout(Classifier& classifier, const torch::Tensor& input, std::int64_t rows,
                            const Ablation& ablation, const EvaluationProgress& progress = {});

// How many images may go through a pass that opens the attention without taking more than about 256 MB for it.
std::int64_t rowsAtOnce(const Config& config);

}  // namespace vit
