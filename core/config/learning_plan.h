// SPDX-License-Identifier: GPL-3.0-or-later
// Which weights of a network learn, and which of them by low-rank adapters (Hu et al., "LoRA: low-rank adaptation of large
// language models", 2021).
#pragma once

#include "core/config/config.h"
#include "core/config/parameter_plan.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace vit {

// The epoch, from 1, with which a depth (ParameterRow::depth) begins to learn. 1, unless optimizer.frozen_blocks holds it back;
// then, with E = optimizer.thaw_epochs, one by one from the last frozen block down: N · E + 1 for the N-th of them, the
// embedding being the last (Howard & Ruder, "Universal language model fine-tuning for text classification", 2018), or E + 1 for
// all (Kumar et al., "Fine-tuning can distort pretrained features and underperform out-of-distribution", 2022).
inline constexpr std::int64_t kNeverLearns = std::numeric_limits<std::int64_t>::max();
std::int64_t firstLearningEpoch(std::int64_t depth, const OptimizerConfig& config);

// Whether a weight learns in an epoch, from 1: a matter of configuration and epoch alone, so that a run that was resumed, and
// every rank, has the same. What is fixed never does. With optimizer.lora_rank, of what is not frozen only the head, an
// attention pooling among it, and what is adapted.
bool learns(const ParameterRow& row, const OptimizerConfig& config, std::int64_t epoch);
bool everLearns(const ParameterRow& row, const OptimizerConfig& config);  // however many epochs the run has

// What begins to learn with this epoch after others have learned without it, such as "Block 7 learns from epoch 3 on.";
// empty: nothing.
std::string thawText(const OptimizerConfig& config, std::int64_t epoch);

// Whether a weight learns by adapters, and stays as it began but for them: of the blocks that ever learn the kernels of
// queries, keys and values and of the MLP's layers.
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
