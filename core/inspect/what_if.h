// SPDX-License-Identifier: GPL-3.0-or-later
// Another picture or another network: the answer without some patches, with the patches in another order, without heads
// or blocks.
#pragma once

#include "core/base/float_array.h"
#include "core/inspect/loaded_model.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vit {

struct WhatIf {
    std::vector<std::int64_t> hidden;                         // patches
    std::vector<std::int64_t> order;                          // which patch stands at each place; empty: its own
    std::vector<std::pair<std::int64_t, std::int64_t>> heads; // switched off: layer and head
    std::vector<std::int64_t> blocks;                         // switched off: they pass their input on

    bool changesNothing() const { return hidden.empty() && order.empty() && heads.empty() && blocks.empty(); }
    bool operator==(const WhatIf&) const = default;
};

struct WhatIfAnswer {
    std::vector<double> before;  // [classes], probabilities of the picture and the network as they are
    std::vector<double> after;
    std::string hiding;          // how hidden patches go, in words
    double milliseconds = 0;
};

// Hidden patches are dropped where the head allows it, else they take the picture's mean colour. In fp32 by the plain
// layers, in one pass; `before` is not computed again where it is known. Throws InvalidInput when the photo is empty or
// there is no such patch, head or block.
WhatIfAnswer whatIf(LoadedModel& model, const Image& photo, const WhatIf& change, std::vector<double> before = {});

// All patches in an order drawn from `seed`.
std::vector<std::int64_t> shuffledPatches(std::int64_t patches, std::uint64_t seed);

struct HeadEffects {
    FloatArray logit;        // [L, H]: the class's logit without the head, less that with it
    FloatArray probability;  // the same of its probability
};

// Of switching each head off, one at a time.
HeadEffects headEffects(LoadedModel& model, const Image& photo, std::int64_t classNumber,
                        const LoadedModel::Progress& progress = {});

}  // namespace vit
