// SPDX-License-Identifier: GPL-3.0-or-later
// How often each class comes and is told while a split is gone through: enough for its F1, and to be added up over
// ranks.
#pragma once

#include "core/ranks/rank_group.h"

#include <torch/types.h>

#include <cstdint>

namespace vit {

class ClassTally {
public:
    ClassTally(std::int64_t classes, torch::Device device);

    // logits [B, classes], labels int64 [B], on the device, which is not waited for.
    void add(const torch::Tensor& logits, const torch::Tensor& labels);
    // Becomes that of all ranks' images.
    void sumOver(RankGroup& ranks);

    // The mean F1 of all classes, as an evaluation has it: one that neither comes nor is told counts as 0.
    double macroF1() const;

private:
    torch::Tensor m_counts;  // float64 [3, classes], exact: right, of the class, taken for it
};

}  // namespace vit
