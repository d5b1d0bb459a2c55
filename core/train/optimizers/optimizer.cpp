// SPDX-License-Identifier: GPL-3.0-or-later
// What optimizers have in common: their parameters, and the way to a checkpoint and back.
#include "core/train/optimizers/optimizer.h"

#include "core/base/error.h"
#include "core/model/weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

constexpr const char* kStepsKey = "optimizer.steps";
constexpr const char* kAverage = "average";

std::string fileName(const std::string& state, const std::string& parameter) {
    return "optimizer." + state + "." + parameter;
}

std::string stepsKeyOf(const ParameterRow& row) { return std::string(kStepsKey) + '.' + row.name; }

void read(const TensorFile& file, const std::string& name, const torch::Tensor& into) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) throw Error("The checkpoint lacks " + name + ".");
    const torch::Tensor stored = toTensor(found->second);
    if (stored.sizes() != into.sizes()) throw Error("The checkpoint's " + name + " has another shape.");
    into.copy_(stored);
}

}  // namespace

Optimizer::Optimizer(const std::vector<Weight>& weights, const OptimizerConfig& config, std::uint64_t seed)
    : m_config(config) {
    std::int64_t deepest = 0;
    std::vector<Weight> learning, adapted;
    for (const Weight& weight : weights) {
        deepest = std::max(deepest, weight.row.depth);
        if (everLearns(weight.row, config)) learning.push_back(weight);
        if (isAdapted(weight.row, config)) adapted.push_back(weight);
    }
    if (!adapted.empty()) m_lowRank = std::make_unique<LowRank>(adapted, config, seed);
    for (const Weight& weight : learning) {
        std::vector<Weight> updated = m_lowRank ? m_lowRank->factorsOf(weight.tensor) : std::vector<Weight>();
        if (updated.empty()) updated.push_back(weight);
        for (const auto& [row, parameter] : updated) {
            const bool decayed = config.decayAll || isKernel(row.role);
            const double share = std::pow(config.layerDecay, static_cast<double>(deepest - row.depth));
            m_slots.push_back({row, parameter, decayed, share});
        }
    }
    if (config.emaDecay > 0) m_average = std::make_unique<WeightAverage>(learning, config.emaDecay);
}

std::vector<torch::Tensor> Optimizer::updatedFor(const torch::Tensor& weight) const {
    std::vector<torch::Tensor> updated;
    if (m_lowRank)
        for (const Weight& factor : m_lowRank->factorsOf(weight)) updated.push_back(factor.tensor);
    if (updated.empty()) updated.push_back(weight);
    return updated;
}

std::vector<Optimizer::Group> Optimizer::groups() {
    std::vector<Group> groups;
    for (Slot& slot : m_slots) {
        if (!slot.parameter.grad().defined()) continue;
        auto found = std::ranges::find_if(groups, [&](const Group& group) {
            return group.decayed == slot.decayed && group.rateShare == slot.rateShare && group.steps == slot.steps;
        });
        if (found == groups.end()) found = groups.insert(found, Group{slot.decayed, slot.rateShare, slot.steps});
        found->slots.push_back(&slot);
    }
    return groups;
}

double Optimizer::decayOf(double learningRate) const {
    return m_config.weightDecay * (m_config.decayConvention == DecayConvention::Decoupled ? 1 : learningRate);
}

void Optimizer::takeGradients() {
    if (m_lowRank) m_lowRank->takeGradients();
}

void Optimizer::step(double learningRate) {
    const torch::NoGradGuard noGrad;
    if (m_steps == 0) {  // other weights may have been taken meanwhile
        if (m_lowRank) m_lowRank->begin();
        if (m_average) m_average->begin();
    }
    ++m_steps;
    for (Slot& slot : m_slots)
        if (slot.parameter.grad().defined()) ++slot.steps;
    update(learningRate);
    if (m_lowRank) m_lowRank->merge();
    if (m_average) m_average->follow(m_steps);
}

void Optimizer::clearGradients() {
    for (Slot& slot : m_slots) slot.parameter.mutable_grad().reset();
    if (m_lowRank) m_lowRank->clearGradients();
}

void Optimizer::store(TensorFile& file) const {
    for (const Slot& slot : m_slots) {
        for (const State& state : slot.states)
            file.tensors[fileName(state.name, slot.row.name)] = toTensorData(state.value);
    }
    if (m_lowRank) m_lowRank->forEach([&file](const char* what, const std::string& name, const torch::Tensor& value) {
        file.tensors[fileName(what, name)] = toTensorData(value);
    });
    if (m_average) m_average->forEach([&file](const std::string& name, const torch::Tensor& value) {
        file.tensors[fileName(kAverage, name)] = toTensorData(value);
    });
    file.metadata[kStepsKey] = std::to_string(m_steps);
    for (const Slot& slot : m_slots)
        if (slot.steps != m_steps) file.metadata[stepsKeyOf(slot.row)] = std::to_string(slot.steps);
}

void Optimizer::load(const TensorFile& file) {
    const torch::NoGradGuard noGrad;
    for (Slot& slot : m_slots)
        for (State& state : slot.states) read(file, fileName(state.name, slot.row.name), state.value);
    if (m_lowRank) m_lowRank->forEach([&file](const char* what, const std::string& name, const torch::Tensor& value) {
        read(file, fileName(what, name), value);
    });
    if (m_average) m_average->forEach([&file](const std::string& name, const torch::Tensor& value) {
        read(file, fileName(kAverage, name), value);
    });
    const auto steps = file.metadata.find(kStepsKey);
    if (steps == file.metadata.end()) throw Error("The checkpoint lacks the optimizer's count of steps.");
    m_steps = std::stoll(steps->second);
    for (Slot& slot : m_slots) {
        const auto own = file.metadata.find(stepsKeyOf(slot.row));
        slot.steps = own == file.metadata.end() ? m_steps : std::stoll(own->second);
    }
}

}  // namespace vit
