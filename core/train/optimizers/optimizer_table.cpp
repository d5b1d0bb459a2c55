// SPDX-License-Identifier: GPL-3.0-or-later
// The optimizers there are, a row each.
#include "core/base/error.h"
#include "core/train/optimizers/adamw.h"
#include "core/train/optimizers/optimizer.h"

#include <algorithm>

namespace vit {

namespace {

template <typename T>
std::unique_ptr<Optimizer> make(const torch::nn::Module& module, const OptimizerConfig& config) {
    return std::make_unique<T>(module, config);
}

constexpr OptimizerRow kOptimizers[] = {
    {"adamw", "AdamW", "Adam's update with a weight decay beside it, not through its moments.", &make<AdamW>},
};

}  // namespace

std::span<const OptimizerRow> optimizerTable() { return kOptimizers; }

std::unique_ptr<Optimizer> makeOptimizer(const torch::nn::Module& module, const OptimizerConfig& config,
                                         const std::string& type) {
    const auto row = std::find_if(std::begin(kOptimizers), std::end(kOptimizers),
                                  [&](const OptimizerRow& known) { return type == known.value; });
    if (row == std::end(kOptimizers)) {
        std::string known;
        for (const OptimizerRow& other : kOptimizers) known += (known.empty() ? "" : ", ") + std::string(other.value);
        throw InvalidInput(Issues{
            {"optimizer.type", "There is no optimizer \"" + type + "\". Choose one of these: " + known + "."}});
    }
    return row->make(module, config);
}

}  // namespace vit
