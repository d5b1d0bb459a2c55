// SPDX-License-Identifier: GPL-3.0-or-later
// The table of methods.
#include "core/inspect/relevance.h"

#include "core/base/error.h"
#include "core/inspect/look.h"
#include "core/inspect/relevance_methods.h"
#include "core/inspect/tensor_arrays.h"

#include <array>

namespace vit {

namespace {

using Compute = torch::Tensor (*)(const RelevanceSubject&, std::string&);

constexpr std::array kMethods = {
    RelevanceMethod{"relevance", "Gradient-weighted relevance", "Chefer, Gur and Wolf, ICCV 2021",
                    "Attention that raises the class's logit, followed through all blocks.", false, true},
    RelevanceMethod{"legrad", "LeGrad", "Bousselham et al. 2024",
                    "Of every block: attention that would raise the class if the answer were read off there.", false,
                    true},
    RelevanceMethod{"attention-gradient", "Gradient × attention", "Last block of Chefer, Gur and Wolf, ICCV 2021",
                    "Attention of the last block that raises the class's logit.", false, true},
    RelevanceMethod{"gradients", "Integrated gradients", "Sundararajan, Taly and Yan, ICML 2017",
                    "What each patch adds to the logit on the way from the training images' mean colour to the picture.",
                    true, true},
    RelevanceMethod{"occlusion", "Occlusion", "Zeiler and Fergus, ECCV 2014",
                    "How much the logit falls when the patch takes the picture's mean colour.", true, true},
    RelevanceMethod{"rollout", "Attention rollout", "Abnar and Zuidema, ACL 2020",
                    "Where attention flows through all blocks; the same for every class.", false, false},
};
constexpr std::array<Compute, kMethods.size()> kComputes = {gradientRelevance,   leGrad,    attentionGradient,
                                                            integratedGradients, occlusion, rolloutRelevance};

}  // namespace

std::span<const RelevanceMethod> relevanceMethods() { return kMethods; }

const RelevanceMethod& relevanceMethod(std::string_view key) {
    std::string known;
    for (const RelevanceMethod& method : kMethods) {
        if (key == method.key) return method;
        known += (known.empty() ? "" : ", ") + std::string(method.key);
    }
    throw InvalidInput("There is no method " + std::string(key) + "; there are: " + known + ".");
}

RelevanceMap relevance(LoadedModel& model, const Image& photo, std::int64_t classNumber, const RelevanceMethod& method,
                       const LoadedModel::Progress& progress) {
    Classifier& classifier = model.classifier();
    requireClass(classNumber, static_cast<std::int64_t>(model.classNames().size()));
    const RelevanceSubject subject{classifier, classifier.prepare(photo), classNumber, tokenGrid(model.config()),
                                   progress};
    const auto row = static_cast<std::size_t>(&relevanceMethod(method.key) - kMethods.data());
    RelevanceMap result;
    const torch::Tensor patches = kComputes[row](subject, result.note);  // [P]
    result.map = toArray(patches.view({subject.grid.rows, subject.grid.columns}));
    return result;
}

}  // namespace vit
