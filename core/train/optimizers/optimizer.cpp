// SPDX-License-Identifier: GPL-3.0-or-later
// All three conventions through libtorch's fused kernel, which speaks PyTorch's.
#include "core/train/optimizers/optimizer.h"

#include "core/base/error.h"
#include "core/model/weights.h"

#include <cmath>

namespace vit {

bool isKernel(const std::string& name) {
    return name.ends_with(".weight") && name.find("norm") == std::string::npos;
}

AdamW::AdamW(const torch::nn::Module& module, const OptimizerConfig& config) : m_config(config) {
    for (const auto& item : module.named_parameters()) {
        const torch::Tensor& parameter = item.value();
        m_slots.push_back({item.key(), parameter, torch::zeros_like(parameter), torch::zeros_like(parameter),
                           config.decayAll || isKernel(item.key())});
    }
}

void AdamW::clearGradients() {
    for (Slot& slot : m_slots) slot.parameter.mutable_grad().reset();
}

void AdamW::step(double learningRate) {
    const torch::NoGradGuard noGrad;
    ++m_steps;
    // The kernel multiplies the decay by the learning rate and adds epsilon to sqrt(v / (1 - b2^t)). Where a convention
    // does otherwise, its constants are changed so that the same update results.
    double decay = m_config.weightDecay;
    double epsilon = m_config.epsilon;
    if (m_config.decayConvention == DecayConvention::Decoupled) decay /= learningRate;
    if (m_config.decayConvention != DecayConvention::PyTorch)
        epsilon /= std::sqrt(1 - std::pow(m_config.beta2, static_cast<double>(m_steps)));
    update(true, learningRate, decay, epsilon);
    update(false, learningRate, 0, epsilon);
}

void AdamW::update(bool decayed, double learningRate, double weightDecay, double epsilon) {
    std::vector<torch::Tensor> parameters, gradients, m, v;
    for (Slot& slot : m_slots) {
        if (slot.decayed != decayed || !slot.parameter.grad().defined()) continue;
        parameters.push_back(slot.parameter);
        gradients.push_back(slot.parameter.grad());
        m.push_back(slot.m);
        v.push_back(slot.v);
    }
    if (parameters.empty()) return;
    const torch::Tensor count = torch::full({}, static_cast<double>(m_steps),
                                            torch::dtype(torch::kFloat32).device(parameters.front().device()));
    const std::vector<torch::Tensor> steps(parameters.size(), count);  // the kernel only reads it
    at::_fused_adamw_(parameters, gradients, m, v, {}, steps, learningRate, m_config.beta1, m_config.beta2, weightDecay,
                      epsilon, /*amsgrad=*/false, /*maximize=*/false);
}

void AdamW::store(TensorFile& file) const {
    for (const Slot& slot : m_slots) {
        file.tensors["optimizer.m." + slot.name] = toTensorData(slot.m);
        file.tensors["optimizer.v." + slot.name] = toTensorData(slot.v);
    }
    file.metadata["optimizer.steps"] = std::to_string(m_steps);
}

void AdamW::load(const TensorFile& file) {
    const torch::NoGradGuard noGrad;
    const auto read = [&file](const std::string& name, torch::Tensor& target) {
        const auto found = file.tensors.find(name);
        if (found == file.tensors.end()) throw Error("The checkpoint lacks " + name + ".");
        const torch::Tensor stored = toTensor(found->second);
        if (stored.sizes() != target.sizes()) throw Error("The checkpoint's " + name + " has another shape.");
        target.copy_(stored);
    };
    for (Slot& slot : m_slots) {
        read("optimizer.m." + slot.name, slot.m);
        read("optimizer.v." + slot.name, slot.v);
    }
    const auto steps = file.metadata.find("optimizer.steps");
    if (steps == file.metadata.end()) throw Error("The checkpoint lacks the optimizer's count of steps.");
    m_steps = std::stoll(steps->second);
}

}  // namespace vit
