// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the published model trains, is evaluated and asked here, and how near that comes to what the device can do.
#include "core/check/check_groups.h"

#include "core/base/number_text.h"
#include "core/config/derived.h"
#include "core/io/temporary_folder.h"
#include "core/train/benchmark.h"
#include "core/train/trainer.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace vit {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kLabels = 100;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The least of some tries, when all that was asked of the device is done.
double secondsOf(const CheckBench& bench, const std::function<void()>& work) {
    constexpr int kTries = 5;
    double best = std::numeric_limits<double>::infinity();
    for (int i = -1; i < kTries; ++i) {
        if (!bench.isCpu()) torch::cuda::synchronize();
        const auto start = Clock::now();
        work();
        if (!bench.isCpu()) torch::cuda::synchronize();
        if (i >= 0) best = std::min(best, secondsSince(start));
        bench.goOn();
    }
    return best;
}

// Operations a second in a product of two square matrices.
double matmulFlops(const CheckBench& bench, Precision precision) {
    const torch::NoGradGuard noGrad;
    const std::int64_t size = bench.isCpu() ? 1024 : 8192;
    const auto type = precision == Precision::BFloat16 ? torch::kBFloat16 : torch::kFloat32;
    const torch::Tensor a = torch::ones({size, size}, torch::dtype(type).device(bench.device()));
    torch::Tensor product = torch::empty_like(a);
    const auto side = static_cast<double>(size);
    return 2 * side * side * side / secondsOf(bench, [&] { at::mm_out(product, a, a); });
}

// Bytes a second, read and written, in a copy from the device's memory to itself.
double copyBytes(const CheckBench& bench) {
    const std::int64_t count = bench.isCpu() ? 1 << 24 : 1 << 28;
    const torch::Tensor from = torch::ones({count}, torch::device(bench.device()));
    torch::Tensor to = torch::empty_like(from);
    return 2.0 * static_cast<double>(from.nbytes()) / secondsOf(bench, [&] { to.copy_(from); });
}

// In turn those that a run may choose; of a CPU's the one it would take.
std::vector<Precision> precisions(const CheckBench& bench) {
    if (bench.isCpu()) return {bench.selection().precision};
    std::vector<Precision> all = {Precision::Float32};
    if (bench.selection().device.bfloat16) all.push_back(Precision::BFloat16);
    return all;
}

Config configOf(const CheckBench& bench, Precision precision) {
    Config config = bench.published();
    config.run.precision = precision;
    if (bench.isCpu()) config.run.batchSize = 16;
    return config;
}

// What a step of separate layers moves at least, in bytes: an activation is written forwards and read backwards, its
// gradient likewise; the update reads and writes weights and both moments, whose gradients were written and are read.
// Attention's weights stay on the chip. See docs/gpu-budget.md.
double leastTraffic(const Config& config, Precision precision) {
    const DerivedFacts facts = derive(config, {.channels = 3, .classes = kLabels});
    const auto parameters = static_cast<double>(facts.parameters);
    const auto batch = static_cast<double>(config.run.batchSize);
    const auto tokens = static_cast<double>(facts.tokens);
    const double attention = static_cast<double>(config.model.layers * config.model.heads) * tokens * tokens *
                             (config.model.attentionDropout > 0 ? 2 : 1);
    const double activations = (facts.trainingMemoryBytes / 4 - 4 * parameters) / batch - attention;
    const double bytes = precision == Precision::BFloat16 ? 2 : 4;
    return 4 * bytes * activations * batch + 8 * 4 * parameters;
}

Findings device(CheckBench& bench) {
    Findings findings;
    for (const Precision precision : precisions(bench)) {
        findings.push_back(told(prefixedText(matmulFlops(bench, precision), "FLOP/s")));
        findings.back().of = "product of matrices, " + precisionName(precision);
    }
    findings.push_back(told(prefixedText(copyBytes(bench), "B/s")));
    findings.back().of = "copy, read and written";
    return findings;
}

Findings step(CheckBench& bench) {
    Findings findings;
    for (const Precision precision : precisions(bench)) {
        const Config config = configOf(bench, precision);
        const BenchmarkTask task{BenchmarkMode::Train, bench.isCpu() ? 2 : 30};
        const BenchmarkResult result = benchmark(config, {.channels = 3, .classes = kLabels}, task,
                                                 [&](std::int64_t) { bench.goOn(); });
        const StepTimes& ms = result.milliseconds;
        const std::string forward = ms.forward > 0 ? fixedText(ms.forward, 2) + " + " : "";
        findings.push_back(told(fixedText(ms.whole, 2) + " ms: " + forward + fixedText(ms.backward, 2) + " + " +
                                fixedText(ms.optimizer, 2)));
        findings.back().of = "batch of " + std::to_string(config.run.batchSize) + ", " + precisionName(precision) +
                             (ms.forward > 0 ? ": forward, backward, update" : ": recorded passes, update");
        findings.push_back(told(percentText(result.flops / matmulFlops(bench, precision))));
        findings.back().of = "share of the device's product of matrices, " + precisionName(precision);
        if (!result.warning.empty()) findings.push_back({CheckState::Failed, result.warning, {}, "recording"});
        if (bench.isCpu()) {
            findings.push_back(skipped("a CPU's kernels keep a block in the cache"));
        } else {
            const double rate = leastTraffic(config, precision) / (ms.whole / 1000);
            findings.push_back(told(percentText(rate / copyBytes(bench))));
        }
        findings.back().of = "share of its copy, " + precisionName(precision);
    }
    return findings;
}

// What the second of two epochs tells: nothing of it is done for the first time.
struct EpochTimes {
    EpochDone epoch;
    double validation = 0;
    double checkpoint = 0;
    double photo = 0;  // milliseconds
};

class EpochWatch {
public:
    void see(const Event& event) {
        if (const auto* phase = std::get_if<PhaseChanged>(&event)) {
            if (phase->done == 0) m_mark = Clock::now();
            else if (phase->done == phase->total && !m_ended) m_times.validation = secondsSince(m_mark);
        } else if (const auto* epoch = std::get_if<EpochDone>(&event)) {
            m_times.epoch = *epoch;
            m_ended = epoch->epoch == epoch->epochs;
            m_mark = Clock::now();
        } else if (const auto* saved = std::get_if<CheckpointSaved>(&event); saved && !saved->best) {
            m_times.checkpoint = secondsSince(m_mark);
        }
    }
    const EpochTimes& times() const { return m_times; }

private:
    EpochTimes m_times;
    Clock::time_point m_mark;
    bool m_ended = false;  // what follows is the test
};

EpochTimes measureEpoch(const CheckBench& bench, Precision precision, std::int64_t images) {
    Config config = configOf(bench, precision);
    config.run.epochs = 2;
    DeviceSelection selection = bench.selection();
    selection.precision = precision;
    const TemporaryFolder folder(std::filesystem::temp_directory_path());
    EpochWatch watch;
    Trainer trainer(config, CheckBench::images(images, 1, 32, kLabels), selection, folder.path(),
                    {[&watch](const Event& event) { watch.see(event); },
                     [&bench] {
                         bench.goOn();
                         return Going::On;
                     }});
    trainer.run({});
    EpochTimes times = watch.times();
    const Image photo = trainer.testView().image(0);
    std::vector<double> answers;
    for (int i = 0; i < 21; ++i) answers.push_back(trainer.classifier().predict(photo, 5).milliseconds);
    std::nth_element(answers.begin(), answers.begin() + 10, answers.end());
    times.photo = answers[10];
    return times;
}

Findings epoch(CheckBench& bench) {
    const std::int64_t images = bench.isCpu() ? 54 : 50'000;  // a tenth of them for validation
    Findings findings;
    for (const Precision precision : precisions(bench)) {
        const EpochTimes times = measureEpoch(bench, precision, images);
        const auto add = [&](const std::string& measured, const std::string& of) {
            findings.push_back(told(measured));
            findings.back().of = of + ", " + precisionName(precision);
        };
        const double batch = static_cast<double>(configOf(bench, precision).run.batchSize);
        add(fixedText(times.epoch.imagesPerSecond, 0) + " images/s, " +
                roundedText(times.epoch.imagesPerSecond / batch, 3) + " steps/s",
            "training with augmentation");
        add(fixedText(times.epoch.seconds, 3) + " s",
            "an epoch of " + groupedText(images) + " images, a tenth of them for validation");
        add(fixedText(times.validation, 3) + " s", "of that, the validation");
        add(fixedText(times.checkpoint, 3) + " s", "its checkpoint");
        if (precision != precisions(bench).front()) continue;
        findings.push_back(told(fixedText(times.photo, 2) + " ms"));  // asked in fp32 always
        findings.back().of = "one photo and its five best classes";
    }
    return findings;
}

constexpr Check kSpeedChecks[] = {
    {"speed.device", "The device itself", true, device},
    {"speed.step", "A step", true, step},
    {"speed.epoch", "The published model", true, epoch},
};

}  // namespace

std::span<const Check> speedChecks() { return kSpeedChecks; }

}  // namespace vit
