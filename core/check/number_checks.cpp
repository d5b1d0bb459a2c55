// SPDX-License-Identifier: GPL-3.0-or-later
// What one pass and one update compute, beside the same in double precision by plain layers on the CPU.
#include "core/check/check_groups.h"

#include "core/train/objectives/cross_entropy.h"
#include "core/train/optimizers/optimizer.h"

#include <torch/utils.h>

#include <string>
#include <utility>

namespace vit {

namespace {

constexpr std::int64_t kImages = 3;
constexpr std::int64_t kLabels = 100;

// Rounding in single precision, which grows with the depth and on the way back. TF32 products, which have 10 bits
// instead of 23, do not pass.
constexpr double kForward = 1e-4;
constexpr double kGradient = 1e-3;
// 8 bits in the products: some four times of what PyTorch's autocast differs on a CPU, 0.007 and 0.016.
constexpr double kForwardBfloat16 = 0.03;
constexpr double kGradientBfloat16 = 0.06;

Config model(const CheckBench& bench) { return CheckBench::withoutDropout(bench.published()); }

// Logits and gradients of a batch's mean cross-entropy.
struct Answer {
    torch::Tensor logits;
    std::vector<torch::Tensor> gradients;
};

template <typename Forward>
Answer answer(const VisionTransformer& network, const torch::Tensor& labels, const Forward& forward) {
    Answer result{forward(), {}};
    crossEntropy()(result.logits, labels).backward();
    for (const torch::Tensor& parameter : network->parameters()) result.gradients.push_back(parameter.grad());
    return result;
}

Answer answerOfDevice(const CheckBench& bench, bool bfloat16) {
    const Config config = model(bench);
    const auto classifier = bench.model(config, kLabels, bfloat16);
    const torch::Tensor images = madeUpBatch(config, kImages, 0).to(bench.device());
    const torch::Tensor labels = madeUpLabels(kImages, kLabels).to(bench.device());
    const ForwardMode mode{true, 1, 0};  // as in training, though nothing is dropped
    return answer(classifier->network(), labels, [&] { return classifier->logits(images, mode); });
}

Answer answerOfReference(const CheckBench& bench) {
    const Config config = model(bench);
    const auto classifier = bench.reference(config, kLabels);
    const torch::Tensor images = madeUpBatch(config, kImages, 0).to(torch::kFloat64);
    return answer(classifier->network(), madeUpLabels(kImages, kLabels),
                  [&] { return classifier->network()->forward(images, {true, 1, 0}); });
}

// The gradient that is farthest off, and its name.
Finding worstGradient(const CheckBench& bench, const Answer& computed, const Answer& expected, double allowed) {
    const auto weights = bench.reference(model(bench), kLabels)->network()->named_parameters();
    Worst worst;
    for (std::size_t i = 0; i < expected.gradients.size(); ++i)
        worst.see(relativeDifference(bench.back(computed.gradients[i]), expected.gradients[i]), weights[i].key());
    return within(worst.value, allowed, worst.where);
}

Findings forward(CheckBench& bench) {
    const torch::NoGradGuard noGrad;
    const Config config = model(bench);
    const torch::Tensor images = madeUpBatch(config, kImages, 0);
    const torch::Tensor logits = bench.model(config, kLabels)->logits(images.to(bench.device()), {});
    const torch::Tensor expected = bench.reference(config, kLabels)->network()->forward(images.to(torch::kFloat64));
    return {within(relativeDifference(bench.back(logits), expected), kForward)};
}

// By what a model is looked into, which never goes by fused kernels.
Findings trace(CheckBench& bench) {
    const torch::NoGradGuard noGrad;
    const Config config = model(bench);
    const torch::Tensor images = madeUpBatch(config, kImages, 0);
    const ForwardTrace computed = bench.model(config, kLabels)->network()->trace(images.to(bench.device()));
    const ForwardTrace expected = bench.reference(config, kLabels)->network()->trace(images.to(torch::kFloat64));
    Worst worst;
    worst.see(relativeDifference(bench.back(computed.logits), expected.logits), "logits");
    for (std::size_t i = 0; i < expected.attention.size(); ++i) {
        worst.see(relativeDifference(bench.back(computed.attention[i]), expected.attention[i]),
                  "attention of block " + std::to_string(i + 1));
    }
    return {within(worst.value, kForward, worst.where)};
}

Findings gradients(CheckBench& bench) {
    return {worstGradient(bench, answerOfDevice(bench, false), answerOfReference(bench), kGradient)};
}

Findings bfloat16(CheckBench& bench) {
    if (!bench.selection().device.bfloat16) return {skipped("this device has no bf16 arithmetic")};
    const Answer computed = answerOfDevice(bench, true);
    const Answer expected = answerOfReference(bench);
    Finding logits = within(relativeDifference(bench.back(computed.logits), expected.logits), kForwardBfloat16);
    logits.of = "logits";
    Finding worst = worstGradient(bench, computed, expected, kGradientBfloat16);
    worst.of = "gradients";
    return {logits, worst};
}

// Gradients that both sides are given, so that the update alone is compared.
torch::Tensor movement(const CheckBench& bench, const OptimizerRow& row, const OptimizerConfig& config,
                       Classifier& classifier) {
    constexpr int kSteps = 5;
    constexpr double kRate = 1e-2;
    const torch::NoGradGuard noGrad;
    const auto optimizer = row.make(classifier.network()->weights(), config);
    const torch::Tensor before = flatWeights(*classifier.network());
    std::uint64_t number = 0;
    for (int step = 0; step < kSteps; ++step) {
        for (const torch::Tensor& parameter : classifier.network()->parameters()) {
            const torch::Tensor drawn = torch::sin(torch::arange(parameter.numel(), torch::kFloat64).square() * 0.7 +
                                                   static_cast<double>(++number));  // as good as random here
            parameter.mutable_grad() = drawn.view(parameter.sizes()).to(parameter.options().requires_grad(false));
        }
        optimizer->step(kRate);
        bench.goOn();
    }
    return flatWeights(*classifier.network()) - before;
}

Findings updates(CheckBench& bench) {
    constexpr double kAllowed = 1e-4;
    constexpr std::pair<DecayConvention, const char*> kConventions[] = {
        {DecayConvention::Decoupled, "decoupled"}, {DecayConvention::Keras, "keras"}, {DecayConvention::PyTorch, "pytorch"}};
    Findings findings;
    for (const OptimizerRow& row : optimizerTable()) {
        for (const auto& [convention, name] : kConventions) {
            Config config = bench.small();
            config.optimizer.decayConvention = convention;
            config.optimizer.weightDecay = 0.01;
            const torch::Tensor moved =
                movement(bench, row, config.optimizer, *bench.model(config, CheckBench::kClasses));
            const torch::Tensor expected =
                movement(bench, row, config.optimizer, *bench.reference(config, CheckBench::kClasses));
            findings.push_back(within(relativeDifference(bench.back(moved), expected), kAllowed));
            findings.back().of = std::string(row.value) + ", decay as " + name;
        }
    }
    return findings;
}

constexpr Check kChecks[] = {
    {"numbers.forward", "Logits of the published model", false, forward},
    {"numbers.plain", "Its plain layers: logits and attention", false, trace},
    {"numbers.gradients", "Its gradients, the worst of all", false, gradients},
    {"numbers.bf16", "The same in bf16", false, bfloat16},
    {"numbers.optimizer", "Five updates", false, updates},
};

}  // namespace

std::span<const Check> numberChecks() { return kChecks; }

}  // namespace vit
