// SPDX-License-Identifier: GPL-3.0-or-later
// Runs passes and compares them.
#include "core/check/pass.h"

#include "core/train/objectives/cross_entropy.h"

#include <torch/utils.h>

#include <algorithm>

namespace vit {

namespace {

template <typename Forward>
Pass passOf(const VisionTransformer& network, const torch::Tensor& labels, const Forward& forward) {
    Pass pass{forward(), {}};
    crossEntropy()(pass.logits, labels).backward();
    for (const torch::Tensor& parameter : network->parameters()) pass.gradients.push_back(parameter.grad());
    return pass;
}

}  // namespace

Pass passOfDevice(const CheckBench& bench, const Config& config, PassSize size, bool bfloat16) {
    const auto classifier = bench.model(config, size.classes, bfloat16);
    const torch::Tensor images = madeUpBatch(config, size.images, 0).to(bench.device());
    const torch::Tensor labels = madeUpLabels(size.images, size.classes).to(bench.device());
    const ForwardMode mode{true, 1, 0};  // as in training, though nothing is dropped
    return passOf(classifier->network(), labels, [&] { return classifier->logits(images, mode); });
}

Pass passOfReference(const CheckBench& bench, const Config& config, PassSize size) {
    const auto classifier = bench.reference(config, size.classes);
    const torch::Tensor images = madeUpBatch(config, size.images, 0).to(torch::kFloat64);
    return passOf(classifier->network(), madeUpLabels(size.images, size.classes),
                  [&] { return classifier->network()->forward(images, {true, 1, 0}); });
}

Finding worstGradient(const CheckBench& bench, const Pass& computed, const Pass& expected, const Config& config,
                      double allowed) {
    const auto weights = bench.reference(config, expected.logits.size(1))->network()->named_parameters();
    // What is nothing but rounding, as the gradient of the keys' bias is, is held against the others.
    double largest = 0;
    for (const torch::Tensor& gradient : expected.gradients)
        largest = std::max(largest, gradient.norm().item<double>());
    Worst worst;
    for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
        const torch::Tensor difference = bench.back(computed.gradients[i]) - expected.gradients[i];
        const double size = std::max(expected.gradients[i].norm().item<double>(), 1e-3 * largest);
        worst.see(difference.norm().item<double>() / size, weights[i].key());
    }
    return within(worst.value, allowed, worst.where);
}

}  // namespace vit
