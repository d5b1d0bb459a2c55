// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/tuning.h"

#include "core/config/parameter_plan.h"

#include <algorithm>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kBatch = 32;

OptimizerConfig tuningOptimizer(Tuning what, const ModelConfig& model) {
    OptimizerConfig optimizer;
    optimizer.learningRate = 0.0005;
    optimizer.weightDecay = 0.05;
    optimizer.decayConvention = DecayConvention::PyTorch;
    optimizer.decayAll = false;
    optimizer.epsilon = 1e-8;
    if (what == Tuning::AllBlocks) optimizer.layerDecay = 0.75;
    if (what == Tuning::LowRank) {
        optimizer.learningRate = 0.003;
        optimizer.weightDecay = 0;
        optimizer.loraRank = 8;
        optimizer.loraAlpha = 16;
    }
    if (what == Tuning::LastBlocks) optimizer.frozenBlocks = model.layers - std::max<std::int64_t>(1, model.layers / 3);
    if (what == Tuning::Head) {
        optimizer.learningRate = 0.01;  // it begins with random weights, and nothing that is known can be lost
        optimizer.frozenBlocks = model.layers;
    }
    return optimizer;
}

std::vector<ParameterRow> planWithoutHead(const Config& config) {
    std::vector<ParameterRow> plan = parameterPlan(config.model, config.head, {});
    std::erase_if(plan, [](const ParameterRow& row) { return row.name.starts_with("head."); });
    return plan;
}

}  // namespace

Config tuned(Tuning what, const Config& model, std::int64_t epochs) {
    Config config = model;
    config.augmentation = {.horizontalFlip = true, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0};
    config.loss = {.labelSmoothing = 0.1};
    config.optimizer = tuningOptimizer(what, model.model);
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = epochs > 1 ? 0.5 : 0};
    config.run.epochs = epochs;
    config.run.batchSize = kBatch;
    config.run.accumulate = 1;
    config.run.keepEpochs = 0;
    config.run.patience = 0;
    return config;
}

bool sharesWeights(const Config& a, const Config& b) {
    const std::vector<ParameterRow> ours = planWithoutHead(a), theirs = planWithoutHead(b);
    return std::ranges::equal(ours, theirs, [](const ParameterRow& one, const ParameterRow& other) {
        return one.name == other.name && one.shape == other.shape;
    });
}

}  // namespace vit
