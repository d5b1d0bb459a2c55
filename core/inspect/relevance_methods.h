// SPDX-License-Identifier: GPL-3.0-or-later
// The methods' own functions. Each is of one prepared picture and one class, and gives [P], a number a patch.
#pragma once

#include "core/inspect/token_grid.h"
#include "core/model/classifier.h"

#include <torch/types.h>

#include <string>

namespace vit {

struct RelevanceSubject {
    Classifier& classifier;
    torch::Tensor input;  // [1, C, S, S] on the classifier's device
    std::int64_t classNumber;
    TokenGrid grid;
    EvaluationProgress progress;

    VisionTransformer& network() const { return classifier.network(); }
};

torch::Tensor gradientRelevance(const RelevanceSubject& subject, std::string& note);
torch::Tensor attentionGradient(const RelevanceSubject& subject, std::string& note);
torch::Tensor leGrad(const RelevanceSubject& subject, std::string& note);
torch::Tensor integratedGradients(const RelevanceSubject& subject, std::string& note);
torch::Tensor occlusion(const RelevanceSubject& subject, std::string& note);
torch::Tensor rolloutRelevance(const RelevanceSubject& subject, std::string& note);

}  // namespace vit
