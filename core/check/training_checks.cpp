// SPDX-License-Identifier: GPL-3.0-or-later
// Steps of training, one after the other: forward and backward pass and update together, whole batches and an epoch's
// last one, recorded and unrecorded.
#include "core/check/check_groups.h"

#include "core/train/train_step.h"

#include <torch/utils.h>

#include <cmath>
#include <string>
#include <vector>

namespace vit {

namespace {

constexpr double kRate = 1e-3;
// Where a gradient is nearly 0 an update by its sign goes either way: some of the way that the weights went in all.
constexpr double kMovement = 0.02;
constexpr double kLoss = 1e-4;

// What some steps came to.
struct Steps {
    std::vector<double> losses;  // means over their batches
    torch::Tensor moved;         // how far each weight went, float64 on the CPU
    std::string warning;         // the steps were not run as they could be
};

PreparedBatch batchOf(const Config& config, std::int64_t images, std::uint64_t number, torch::Device device) {
    return {madeUpBatch(config, images, number).to(device), madeUpLabels(images, CheckBench::kClasses).to(device)};
}

// Batches of these sizes. Whole ones, of the configuration's size, are recorded where that is possible.
Steps stepsOfDevice(const CheckBench& bench, const Config& config, const std::vector<std::int64_t>& sizes) {
    const auto classifier = bench.model(config, CheckBench::kClasses);
    const auto optimizer = makeOptimizer(classifier->network()->weights(), config.optimizer);
    Steps result;
    TrainStep step(*classifier, *optimizer, config.run.seed, [&result](const Message& message) {
        if (message.severity == Severity::Warning) result.warning = message.text;
    });
    const torch::Tensor before = flatWeights(*classifier->network());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i);
        const torch::Tensor metrics = step.run(batchOf(config, sizes[i], i, bench.device()), number, kRate);
        result.losses.push_back(metrics[0].item<double>() / static_cast<double>(sizes[i]));
    }
    result.moved = flatWeights(*classifier->network()) - before;
    return result;
}

// The same by the network, the objective and the optimizer alone, with nothing dropped.
Steps stepsOfReference(const CheckBench& bench, const Config& config, const std::vector<std::int64_t>& sizes) {
    const auto classifier = bench.reference(config, CheckBench::kClasses);
    const auto optimizer = makeOptimizer(classifier->network()->weights(), config.optimizer);
    const torch::Tensor before = flatWeights(*classifier->network());
    Steps result;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const PreparedBatch batch = batchOf(config, sizes[i], i, torch::kCPU);
        optimizer->clearGradients();
        const torch::Tensor loss =
            crossEntropy()(classifier->network()->forward(batch.images.to(torch::kFloat64)), batch.labels);
        loss.backward();
        optimizer->takeGradients();
        optimizer->step(kRate);
        result.losses.push_back(loss.item<double>());
    }
    result.moved = flatWeights(*classifier->network()) - before;
    return result;
}

Findings compared(const CheckBench& bench, const Steps& computed, const Steps& expected, double loss,
                  double movement) {
    Worst worst;
    for (std::size_t i = 0; i < expected.losses.size(); ++i)
        worst.see(std::abs(bench.back(computed.losses[i]) - expected.losses[i]) / expected.losses[i]);
    Findings findings = {within(worst.value, loss),
                         within(relativeDifference(bench.back(computed.moved), expected.moved), movement)};
    findings[0].of = "losses";
    findings[1].of = "way of the weights";
    return findings;
}

Findings wholeBatches(CheckBench& bench) {
    const Config config = CheckBench::withoutDropout(bench.small());
    const std::vector<std::int64_t> sizes(5, config.run.batchSize);
    return compared(bench, stepsOfDevice(bench, config, sizes), stepsOfReference(bench, config, sizes), kLoss, kMovement);
}

Findings smallerBatch(CheckBench& bench) {
    const Config config = CheckBench::withoutDropout(bench.small());
    const std::int64_t whole = config.run.batchSize;
    const std::vector<std::int64_t> sizes = {whole, whole, 3, whole, 1};
    return compared(bench, stepsOfDevice(bench, config, sizes), stepsOfReference(bench, config, sizes), kLoss, kMovement);
}

Findings adapters(CheckBench& bench) {
    Config config = CheckBench::withoutDropout(bench.small());
    config.optimizer.loraRank = 4;
    const std::vector<std::int64_t> sizes(5, config.run.batchSize);
    return compared(bench, stepsOfDevice(bench, config, sizes), stepsOfReference(bench, config, sizes), kLoss, kMovement);
}

// With dropout, whose masks must be the same too. Batches of another size than planned are not recorded.
Findings recorded(CheckBench& bench) {
    if (bench.isCpu()) return {skipped("a CPU's steps are not recorded")};
    if (!StepGraph::isPossible(bench.device()))
        return {skipped("this program was built without the CUDA toolkit's headers")};
    Config config = bench.small();
    const std::int64_t whole = config.run.batchSize;
    const std::vector<std::int64_t> sizes = {whole, whole, 3, whole, whole, whole};
    const Steps recorded = stepsOfDevice(bench, config, sizes);
    if (!recorded.warning.empty()) return {{CheckState::Failed, recorded.warning, {}, {}}};
    config.run.batchSize = whole + 1;
    return compared(bench, recorded, stepsOfDevice(bench, config, sizes), 1e-5, 1e-3);
}

constexpr Check kTrainingChecks[] = {
    {"training.steps", "Five steps", false, wholeBatches},
    {"training.last_batch", "Steps with smaller batches between", false, smallerBatch},
    {"training.adapters", "Five steps by low-rank adapters", false, adapters},
    {"training.recorded", "Steps of a recorded CUDA graph, beside unrecorded ones", false, recorded},
};

}  // namespace

std::span<const Check> trainingChecks() { return kTrainingChecks; }

}  // namespace vit
