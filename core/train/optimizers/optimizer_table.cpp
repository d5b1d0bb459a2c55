// SPDX-License-Identifier: GPL-3.0-or-later
// The optimizers there are, a row each.
#include "core/train/optimizers/adamw.h"
#include "core/train/optimizers/lion.h"
#include "core/train/optimizers/muon.h"
#include "core/train/optimizers/sgd.h"

#include <algorithm>

namespace vit {

namespace {

template <typename T>
std::unique_ptr<Optimizer> make(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed) {
    return std::make_unique<T>(weights, config, seed);
}

constexpr OptimizerRow kOptimizers[] = {
    {OptimizerType::AdamW, "adamw", &make<AdamW>},
    {OptimizerType::Sgd, "sgd", &make<Sgd>},
    {OptimizerType::Lion, "lion", &make<Lion>},
    {OptimizerType::Muon, "muon", &make<Muon>},
};

}  // namespace

std::span<const OptimizerRow> optimizerTable() { return kOptimizers; }

std::unique_ptr<Optimizer> makeOptimizer(const std::vector<Weight>& weights, const OptimizerConfig& config,
                                         std::uint64_t seed) {
    const auto* row = std::ranges::find(kOptimizers, config.type, &OptimizerRow::type);
    return row->make(weights, config, seed);  // tests hold that there is one for each
}

}  // namespace vit
