// SPDX-License-Identifier: GPL-3.0-or-later
// By the rows' names, roles and depths, and the epoch's number.
#include "core/config/learning_plan.h"

namespace vit {

namespace {

constexpr const char* kQueriesKeysValues = ".attn.qkv.weight";

bool isOfTheHead(const ParameterRow& row) { return row.name.starts_with("head.") || row.name.starts_with("attn_pool."); }

bool canBeAdapted(const ParameterRow& row) {
    return row.role == ParameterRole::Kernel && row.name.starts_with("blocks.") && !row.name.ends_with(".attn.proj.weight");
}

AdapterPlan adapterPlan(const ParameterRow& kernel, const std::string& part, std::int64_t first, std::int64_t outputs,
                        std::int64_t rank) {
    const std::string name = kernel.name + part;
    return {{name + ".lora_A", {rank, kernel.shape[1]}, ParameterRole::Kernel, kernel.depth},
            {name + ".lora_B", {outputs, rank}, ParameterRole::Kernel, kernel.depth},
            first};
}

}  // namespace

std::int64_t firstLearningEpoch(std::int64_t depth, const OptimizerConfig& config) {
    if (config.frozenBlocks <= 0 || depth > config.frozenBlocks) return 1;
    switch (config.thaw) {
        case Thaw::Never: return kNeverLearns;
        case Thaw::BlockByBlock: return (config.frozenBlocks - depth + 1) * config.thawEpochs + 1;
        case Thaw::AllAtOnce: return config.thawEpochs + 1;
    }
    return kNeverLearns;
}

bool learns(const ParameterRow& row, const OptimizerConfig& config, std::int64_t epoch) {
    return everLearns(row, config) && firstLearningEpoch(row.depth, config) <= epoch;
}

bool everLearns(const ParameterRow& row, const OptimizerConfig& config) {
    if (row.fixed || firstLearningEpoch(row.depth, config) == kNeverLearns) return false;
    return config.loraRank == 0 || isOfTheHead(row) || canBeAdapted(row);
}

std::string thawText(const OptimizerConfig& config, std::int64_t epoch) {
    if (epoch == 1) return {};
    const auto thaws = [&](std::int64_t depth) { return firstLearningEpoch(depth, config) == epoch; };
    std::int64_t first = 1, last = config.frozenBlocks;
    while (first <= last && !thaws(first)) ++first;
    while (first <= last && !thaws(last)) --last;
    const bool embedding = config.loraRank == 0 && thaws(0);
    if (first > last && !embedding) return {};
    std::string text = embedding ? "The embedding" : "";
    if (first <= last) text += embedding ? " and block" : "Block";
    if (first == last) text += ' ' + std::to_string(first);
    if (first < last) text += "s " + std::to_string(first) + " to " + std::to_string(last);
    const bool several = first < last || (embedding && first == last);
    return text + (several ? " learn" : " learns") + " from epoch " + std::to_string(epoch) + " on.";
}

bool isAdapted(const ParameterRow& row, const OptimizerConfig& config) {
    return config.loraRank > 0 && canBeAdapted(row) && everLearns(row, config);
}

std::vector<AdapterPlan> adapterPlans(const ParameterRow& kernel, std::int64_t rank) {
    const std::int64_t outputs = kernel.shape[0];
    if (!kernel.name.ends_with(kQueriesKeysValues)) return {adapterPlan(kernel, "", 0, outputs, rank)};
    std::vector<AdapterPlan> plans;
    for (const char* part : {".q", ".k", ".v"})
        plans.push_back(adapterPlan(kernel, part, std::ssize(plans) * outputs / 3, outputs / 3, rank));
    return plans;
}

}  // namespace vit
