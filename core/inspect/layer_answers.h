// SPDX-License-Identifier: GPL-3.0-or-later
// The answer as it forms: what the head would say if the network ended earlier (the "logit lens"; nostalgebraist 2020).
// Early blocks were not trained to be read off, and need not make sense.
#pragma once

#include "core/base/float_array.h"
#include "core/events/prediction.h"
#include "core/inspect/loaded_model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

inline constexpr const char* kNoPatchAnswers =
    "A flatten head reads all tokens at once, each in its own place: a patch by itself has no answer. Models with "
    "average pooling or a class token have one.";

struct LayerAnswers {
    FloatArray logits;  // [L + 1, classes]: before the first block, then after each; the last row is the model's answer
    std::vector<std::vector<ClassProbability>> top;  // of each of these, most probable first
    std::int64_t decidedAt = 0;  // the least of 0 … L from which on the first class stays the model's answer

    // Per patch, where the head takes one token's width; else empty: a flatten head has no answer of a single token.
    FloatArray patchProbabilities;         // [L + 1, rows, columns], of the patch's most probable class
    std::vector<std::int32_t> patchClass;  // the same places

    std::span<const std::int32_t> patchClasses(std::int64_t layer) const {  // of one row
        const std::size_t count = patchClass.size() / top.size();
        return std::span(patchClass).subspan(static_cast<std::size_t>(layer) * count, count);
    }
};

// In fp32 by the plain layers. Throws InvalidInput when the photo is empty.
LayerAnswers layerAnswers(LoadedModel& model, const Image& photo, int top = 5);

}  // namespace vit
