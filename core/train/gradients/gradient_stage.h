// SPDX-License-Identifier: GPL-3.0-or-later
// What may happen to gradients between the backward pass and the update.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vit {

class GradientStage {
public:
    enum class Next { GoOn, Wait };  // Wait: the later stages and the update are left out of this step

    virtual ~GradientStage() = default;

    // Changes the gradients of the parameters in place, which are the means over the `images` of this step's batch. A
    // parameter may have none. The next step overwrites them: a stage that waits keeps what it needs of them.
    virtual Next apply(std::span<const torch::Tensor> parameters, std::int64_t images) = 0;
};

// In the order in which they are applied: accumulation over steps, reduction over processes, clipping.
using GradientStages = std::vector<std::unique_ptr<GradientStage>>;

// Runs them until one waits, and says whether to update.
GradientStage::Next applyStages(const GradientStages& stages, std::span<const torch::Tensor> parameters,
                                std::int64_t images);

}  // namespace vit
