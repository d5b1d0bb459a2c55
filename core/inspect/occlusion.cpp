// SPDX-License-Identifier: GPL-3.0-or-later
// One patch after the other covered by the picture's mean colour (Zeiler and Fergus, ECCV 2014).
#include "core/inspect/relevance_methods.h"
#include "core/inspect/removal.h"

namespace vit {

torch::Tensor occlusion(const RelevanceSubject& subject, std::string&) {
    const std::int64_t patches = subject.grid.patches();
    // The last row is the picture as it is.
    const torch::Tensor removed = torch::cat({torch::eye(patches), torch::zeros({1, patches})}).to(torch::kBool);
    const torch::Tensor logits = logitsWithout(subject.classifier, subject.input, removed, Removal::MeanColour,
                                               subject.progress)
                                     .select(1, subject.classNumber);
    return logits[patches] - logits.slice(0, 0, patches);
}

}  // namespace vit
