// SPDX-License-Identifier: GPL-3.0-or-later
// By the rows' names, roles and depths.
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

bool learns(const ParameterRow& row, const OptimizerConfig& config) {
    if (row.fixed) return false;
    if (config.frozenBlocks > 0 && row.depth <= config.frozenBlocks) return false;
    return config.loraRank == 0 || isOfTheHead(row) || canBeAdapted(row);
}

bool isAdapted(const ParameterRow& row, const OptimizerConfig& config) {
    return config.loraRank > 0 && canBeAdapted(row) && learns(row, config);
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
