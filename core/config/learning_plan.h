// SPDX-License-Identifier: GPL-3.0-or-later
// Which weights of a network learn, and which of them by low-rank adapters (Hu et al., "LoRA: low-rank adaptation of large
// language models", 2021).
#pragma once

#include "core/config/config.h"
#include "core/config/parameter_plan.h"

#include <cstdint>
#include <vector>

namespace vit {

// Neither what is fixed nor what optimizer.frozen_blocks holds back. With optimizer.lora_rank, of the rest only the head, an attention pooling
// among it, and what is adapted.
bool learns(const ParameterRow& row, const OptimizerConfig& config);

// Whether a weight learns by adapters, and stays as it began but for them: of the blocks that learn the kernels of queries,
// keys and values and of the MLP's layers.
bool isAdapted(const ParameterRow& row, const OptimizerConfig& config);

// Two thin matrices, whose product up · down is added to so many rows of a kernel.
struct AdapterPlan {
    ParameterRow down;  // A [rank, inputs], "NAME.lora_A"
    ParameterRow up;    // B [outputs, rank], "NAME.lora_B"
    std::int64_t firstOutput = 0;

    std::int64_t outputs() const { return up.shape[0]; }
    std::int64_t count() const { return down.count() + up.count(); }
};

// Those of a kernel [outputs, inputs] that is adapted. Queries, keys and values lie in one kernel and have adapters of their
// own, as three kernels would; the two halves of a gated MLP's first layer share theirs.
std::vector<AdapterPlan> adapterPlans(const ParameterRow& kernel, std::int64_t rank);

}  // namespace vit
