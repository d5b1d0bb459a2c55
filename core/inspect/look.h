// SPDX-License-Identifier: GPL-3.0-or-later
// What a model makes of one photo on its way to the answer, as plain numbers.
#pragma once

#include "core/base/float_array.h"
#include "core/data/images/image.h"

#include <cstdint>
#include <optional>

namespace vit {

class Classifier;

// Notation: L blocks, H heads, N tokens (a class token comes first), D numbers a token, S the image size, C channels.
struct LookWanted {
    bool attention = false;
    bool tokens = false;
    std::optional<std::int64_t> gradientsOf;  // of this class's logit, by all of attention and tokens that is wanted
};

struct Look {
    Image picture;      // S x S, what the network was given, before normalisation and rounded to 8 bits
    FloatArray input;   // [C, S, S], exactly what the network was given
    FloatArray logits;  // [classes]

    // Empty unless wanted.
    FloatArray attention;           // [L, H, N, N], after the softmax: each row sums to 1
    FloatArray tokens;              // [L + 1, N, D]: those that enter the first block, then those after each block
    FloatArray normed;              // [N, D], after the final norm: what is pooled or flattened; with `tokens`
    FloatArray attentionGradients;  // of the class's logit, in the shape of what it is derived by
    FloatArray tokensGradients;
    FloatArray normedGradients;
};

// In fp32 by the plain layers in evaluation mode, whatever the model trains with; weights and their gradients stay as
// they are. Throws InvalidInput when the photo is empty or there is no such class.
Look lookAt(Classifier& classifier, const Image& photo, const LookWanted& wanted);

// Throws InvalidInput when there is no class of that number.
void requireClass(std::int64_t number, std::int64_t classes);

}  // namespace vit
