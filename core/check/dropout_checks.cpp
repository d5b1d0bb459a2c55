// SPDX-License-Identifier: GPL-3.0-or-later
// Whether dropout drops as much as it should, and nothing twice the same.
#include "core/check/check_groups.h"

#include "core/train/train_step.h"

#include <ATen/Context.h>
#include <torch/utils.h>

#include <cmath>
#include <initializer_list>
#include <mutex>
#include <string>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kRows = 256;
constexpr std::int64_t kColumns = 1024;
constexpr double kRates[] = {0.1, 0.5};
constexpr double kSigmas = 5;  // chance goes past them in one check of two million
constexpr std::uint32_t kSite = 4097;

// As a step sets the device's generator, from which a GPU draws.
void seed(torch::Device device, std::uint64_t number) {
    if (device.is_cpu()) return;
    at::Generator generator = at::globalContext().defaultGenerator(device);
    const std::lock_guard lock(generator.mutex());
    generator.set_current_seed(number);
}

// What dropout makes of ones: 0, or 1 / (1 - rate); float64 [rows, columns] on the CPU.
torch::Tensor dropped(const CheckBench& bench, double rate, std::uint64_t step, std::uint32_t site = kSite) {
    const torch::Tensor ones = torch::ones({kRows, kColumns}, torch::device(bench.device()));
    return bench.back(dropout(ones, rate, {true, 1, step}, site));
}

// Of what is kept, from -1 to 1; of independent masks nearly 0.
double correlation(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor x = a.ne(0).to(torch::kFloat64);
    const torch::Tensor y = b.ne(0).to(torch::kFloat64);
    const torch::Tensor dx = x - x.mean();
    const torch::Tensor dy = y - y.mean();
    return ((dx * dy).mean() / (dx.square().mean() * dy.square().mean()).sqrt()).item<double>();
}

Findings rate(CheckBench& bench) {
    Findings findings;
    for (const double rate : kRates) {
        seed(bench.device(), 11);
        const torch::Tensor result = dropped(bench, rate, 0);
        const double share = result.eq(0).to(torch::kFloat64).mean().item<double>();
        const double slack = kSigmas * std::sqrt(rate * (1 - rate) / static_cast<double>(kRows * kColumns));
        findings.push_back(between(share, rate - slack, rate + slack));
        findings.back().of = "share of " + std::string(rate < 0.3 ? "0.1" : "0.5");
        const torch::Tensor kept = result.masked_select(result.ne(0));
        findings.push_back(within((kept - 1 / (1 - rate)).abs().max().item<double>(), 1e-6));
        findings.back().of = "size of what is kept";
    }
    return findings;
}

// Neighbours, pictures, layers and steps; NaN, where nothing or all was dropped, is no small number.
Findings independence(CheckBench& bench) {
    Worst worst;
    const auto see = [&worst](double found) { worst.see(std::abs(found)); };
    for (const double rate : kRates) {
        seed(bench.device(), 12);
        const torch::Tensor first = dropped(bench, rate, 0);
        const torch::Tensor otherSite = dropped(bench, rate, 0, kSite + 1);
        seed(bench.device(), 13);
        const torch::Tensor otherStep = dropped(bench, rate, 1);
        see(correlation(first, otherSite));
        see(correlation(first, otherStep));
        for (const std::int64_t lag : {1, 2, 4, 8, 32, 256})
            see(correlation(first.narrow(1, 0, kColumns - lag), first.narrow(1, lag, kColumns - lag)));
        for (const std::int64_t lag : {1, 2, 128})
            see(correlation(first.narrow(0, 0, kRows - lag), first.narrow(0, lag, kRows - lag)));
    }
    // Half as many pairs at the longest lag.
    return {within(worst.value, kSigmas / std::sqrt(static_cast<double>(kRows * kColumns) / 2))};
}

// The losses of one batch as steps of these numbers of a run, with weights that stay as they are.
std::vector<double> losses(const CheckBench& bench, std::initializer_list<std::int64_t> steps) {
    Config config = bench.small();
    config.optimizer.weightDecay = 0;
    const auto classifier = bench.model(config, CheckBench::kClasses);
    const auto optimizer = makeOptimizer(classifier->network()->weights(), config.optimizer);
    TrainStep step(*classifier, *optimizer, config.run.seed, [](const Message&) {});
    const PreparedBatch batch{madeUpBatch(config, config.run.batchSize, 0).to(bench.device()),
                              madeUpLabels(config.run.batchSize, CheckBench::kClasses).to(bench.device())};
    constexpr double kNoRate = 1e-30;
    std::vector<double> found;
    for (const std::int64_t number : steps) found.push_back(step.run(batch, number, kNoRate)[0].item<double>());
    return found;
}

Findings steps(CheckBench& bench) {
    constexpr std::int64_t kNextEpoch = 176;
    const std::vector<double> found = losses(bench, {0, kNextEpoch, 0});
    Finding same = within(std::abs(bench.back(found[2]) - found[0]) / found[0], 1e-6);
    same.of = "a step drops the same again";
    // Losses of unlike masks agree to some percent at best.
    const double apart = std::abs(found[1] - found[0]) / found[0];
    Finding differs = between(bench.back(apart), 1e-5, 10);
    differs.of = "and another epoch's step something else";
    return {same, differs};
}

// The kernels' masks beside the plain layers', on the same images.
Findings fusedMasks(CheckBench& bench) {
    if (!bench.isCpu()) return {skipped("a GPU's masks are those of its own generator")};
    const torch::NoGradGuard noGrad;
    const Config config = bench.small();
    const torch::Tensor images = madeUpBatch(config, config.run.batchSize, 0);
    const ForwardMode mode{true, 1, 7};
    const torch::Tensor computed = bench.model(config, CheckBench::kClasses)->logits(images, mode);
    const auto plain = bench.reference(config, CheckBench::kClasses);
    const torch::Tensor expected = plain->network()->forward(images.to(torch::kFloat64), mode);
    return {within(relativeDifference(bench.back(computed), expected), 1e-4)};
}

constexpr Check kDropoutChecks[] = {
    {"dropout.rate", "Dropout", false, rate},
    {"dropout.independence", "Largest correlation of its masks: neighbours, pictures, layers, steps", false,
     independence},
    {"dropout.steps", "Loss of a batch with dropout", false, steps},
    {"dropout.kernels", "Logits in training, masks and all", false, fusedMasks},
};

}  // namespace

std::span<const Check> dropoutChecks() { return kDropoutChecks; }

}  // namespace vit
