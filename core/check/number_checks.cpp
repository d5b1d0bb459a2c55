// SPDX-License-Identifier: GPL-3.0-or-later
// What one pass and one update compute, beside the same in double precision by plain layers on the CPU.
#include "core/check/check_groups.h"

#include "core/check/pass.h"
#include "core/train/optimizers/optimizer.h"

#include <torch/utils.h>

#include <string>
#include <utility>

namespace vit {

namespace {

constexpr PassSize kSize{3, 100};

Config model(const CheckBench& bench) { return CheckBench::withoutDropout(bench.published()); }

Findings forward(CheckBench& bench) {
    const torch::NoGradGuard noGrad;
    const Config config = model(bench);
    const torch::Tensor images = madeUpBatch(config, kSize.images, 0);
    const torch::Tensor logits = bench.model(config, kSize.classes)->logits(images.to(bench.device()), {});
    const auto reference = bench.reference(config, kSize.classes);
    const torch::Tensor expected = reference->network()->forward(images.to(torch::kFloat64));
    return {within(relativeDifference(bench.back(logits), expected), kForward)};
}

// By what a model is looked into, which never goes by fused kernels.
Findings trace(CheckBench& bench) {
    const torch::NoGradGuard noGrad;
    const Config config = model(bench);
    const torch::Tensor images = madeUpBatch(config, kSize.images, 0);
    const ForwardTrace computed = bench.model(config, kSize.classes)->network()->trace(images.to(bench.device()));
    const ForwardTrace expected = bench.reference(config, kSize.classes)->network()->trace(images.to(torch::kFloat64));
    Worst worst;
    worst.see(relativeDifference(bench.back(computed.logits), expected.logits), "logits");
    for (std::size_t i = 0; i < expected.attention.size(); ++i) {
        worst.see(relativeDifference(bench.back(computed.attention[i]), expected.attention[i]),
                  "attention of block " + std::to_string(i + 1));
    }
    return {within(worst.value, kForward, worst.where)};
}

Findings gradients(CheckBench& bench) {
    const Config config = model(bench);
    return {worstGradient(bench, passOfDevice(bench, config, kSize), passOfReference(bench, config, kSize), config,
                          kGradient)};
}

Findings bfloat16(CheckBench& bench) {
    if (!bench.selection().device.bfloat16) return {skipped("this device has no bf16 arithmetic")};
    const Config config = model(bench);
    const Pass computed = passOfDevice(bench, config, kSize, true);
    const Pass expected = passOfReference(bench, config, kSize);
    Finding logits = within(relativeDifference(bench.back(computed.logits), expected.logits), kForwardBfloat16);
    logits.of = "logits";
    Finding worst = worstGradient(bench, computed, expected, config, kGradientBfloat16);
    worst.of = "gradients";
    return {logits, worst};
}

// Gradients that both sides are given, so that the update alone is compared.
torch::Tensor movement(const CheckBench& bench, const OptimizerRow& row, const OptimizerConfig& config,
                       Classifier& classifier) {
    constexpr int kSteps = 5;
    constexpr double kRate = 1e-2;
    const torch::NoGradGuard noGrad;
    const auto optimizer = row.make(classifier.network()->weights(), config, 0);
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

constexpr Check kNumberChecks[] = {
    {"numbers.forward", "Logits of the published model", false, forward},
    {"numbers.plain", "Its plain layers: logits and attention", false, trace},
    {"numbers.gradients", "Its gradients, the worst of all", false, gradients},
    {"numbers.bf16", "The same in bf16", false, bfloat16},
    {"numbers.optimizer", "Five updates", false, updates},
};

}  // namespace

std::span<const Check> numberChecks() { return kNumberChecks; }

}  // namespace vit
