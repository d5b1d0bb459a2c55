// SPDX-License-Identifier: GPL-3.0-or-later
// The trainer's step with a clock between its phases.
#include "train/benchmark.h"

#include "model/classifier.h"
#include "train/device.h"
#include "train/optimizer.h"
#include "train/torch_device.h"

#if VIT_FUSED_KERNELS
#include "kernels/peak.h"
#endif

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kWarmUp = 3;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Time since the last call, when all that was asked of the device is done.
class PhaseClock {
public:
    explicit PhaseClock(torch::Device device) : m_device(device) { lap(); }
    double lap() {
        if (m_device.is_cuda()) torch::cuda::synchronize();
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::milli> passed = now - m_last;
        m_last = now;
        return passed.count();
    }

private:
    torch::Device m_device;
    std::chrono::steady_clock::time_point m_last;
};

ModelDescription describeMadeUp(const ModelConfig& model, const ModelInput& input) {
    ModelDescription description;
    description.dataset = "benchmark";
    const auto side = static_cast<int>(model.imageSize);
    description.nativeShape = {side, side, static_cast<int>(input.channels)};
    description.statistics = {{0, 0, 0}, {1, 1, 1}};
    for (std::int64_t i = 0; i < input.classes; ++i) description.classNames.push_back("class " + std::to_string(i));
    return description;
}

// Of all threads at once, as they share what the CPU has of power and heat.
double peakFlopsOf(int threads, bool bfloat16) {
#if VIT_FUSED_KERNELS
    std::vector<double> rates(static_cast<std::size_t>(threads), 0);
    at::parallel_for(0, threads, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            rates[static_cast<std::size_t>(i)] =
                kernels::measurePeak(bfloat16 ? kernels::Arithmetic::Bfloat16 : kernels::Arithmetic::Float32);
        }
    });
    double sum = 0;
    for (const double rate : rates) sum += rate;
    return sum;
#else
    static_cast<void>(threads);
    static_cast<void>(bfloat16);
    return 0;
#endif
}

struct Laps {
    std::vector<double> forward, backward, optimizer, whole;

    StepTimes medians() const { return {median(forward), median(backward), median(optimizer), median(whole)}; }
};

}  // namespace

BenchmarkResult benchmark(const Config& config, const ModelInput& input, std::int64_t steps,
                          const std::function<void(std::int64_t done)>& progress) {
    const DeviceSelection selection = selectDevice(config.run);
    at::set_num_threads(selection.threads);
    const torch::Device device = torchDevice(selection);
    const bool bfloat16 = selection.precision == Precision::BFloat16;
    Classifier classifier(config, describeMadeUp(config.model, input), device, bfloat16, config.run.kernels);
    AdamW optimizer(*classifier.network(), config.optimizer);

    const std::int64_t size = config.model.imageSize;
    const torch::Tensor images = torch::randn({config.run.batchSize, input.channels, size, size}).to(device);
    const torch::Tensor labels = torch::randint(input.classes, {config.run.batchSize}, torch::kInt64).to(device);
    Laps laps;
    for (std::int64_t step = 0; step < kWarmUp + steps; ++step) {
        PhaseClock clock(device);
        optimizer.clearGradients();
        const torch::Tensor logits = classifier.logits(images, {true, 1, static_cast<std::uint64_t>(step)});
        const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, labels);
        const double forward = clock.lap();
        loss.backward();
        const double backward = clock.lap();
        optimizer.step(config.optimizer.learningRate);
        const double update = clock.lap();
        if (step < kWarmUp) continue;
        laps.forward.push_back(forward);
        laps.backward.push_back(backward);
        laps.optimizer.push_back(update);
        laps.whole.push_back(forward + backward + update);
        if (progress) progress(step - kWarmUp + 1);
    }

    BenchmarkResult result;
    result.device = selection.deviceText;
    result.precision = selection.precisionText;
    result.kernels = classifier.kernels();
    const DerivedFacts facts = derive(config, input);
    result.parameters = facts.parameters;
    result.batchSize = config.run.batchSize;
    result.steps = steps;
    result.threads = selection.threads;
    result.milliseconds = laps.medians();
    result.imagesPerSecond = 1000.0 * static_cast<double>(config.run.batchSize) / result.milliseconds.whole;
    result.peakMemoryBytes = peakMemoryBytes(device);
    result.flops = result.imagesPerSecond * facts.trainingFlopsPerImage;
    if (device.is_cpu()) result.peakFlops = peakFlopsOf(selection.threads, bfloat16);
    return result;
}

}  // namespace vit
