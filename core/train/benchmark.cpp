// SPDX-License-Identifier: GPL-3.0-or-later
// The trainer's step, watched by a clock, and the forward pass of a prediction.
#include "core/train/benchmark.h"

#include "core/device/device.h"
#include "core/device/torch_device.h"
#include "core/model/classifier.h"
#include "core/train/optimizers/optimizer.h"
#include "core/train/train_step.h"

#if VIT_FUSED_KERNELS
#include "core/kernels/peak.h"
#endif

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace vit {

namespace {

constexpr std::int64_t kWarmUp = 3;
constexpr int kPhotos = 50;
constexpr int kPhotoWidth = 640;
constexpr int kPhotoHeight = 480;
constexpr int kTop = 5;

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

DataDescription describeMadeUp(const ModelConfig& model, const ModelInput& input) {
    DataDescription description;
    description.dataset = "benchmark";
    const ImageSize size = model.inputSize();
    description.nativeShape = {static_cast<int>(size.width), static_cast<int>(size.height), static_cast<int>(input.channels)};
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

// Of every phase as often as there was one.
struct Laps {
    std::vector<double> forward, backward, optimizer, whole;

    StepTimes medians() const {
        const auto of = [](const std::vector<double>& laps) { return laps.empty() ? 0 : median(laps); };
        return {of(forward), of(backward), of(optimizer), of(whole)};
    }
};

using Progress = std::function<void(std::int64_t done)>;

// Runs a step (its number → `laps` get those of its phases) until so many count; memory is watched from the first of
// these on.
template <typename Step>
void measure(torch::Device device, std::int64_t steps, const Progress& progress, Laps& laps, const Step& step) {
    for (std::int64_t i = 0; i < kWarmUp; ++i) step(i);
    resetPeakMemory(device);
    laps = {};
    for (std::int64_t i = 0; i < steps; ++i) {
        PhaseClock clock(device);
        step(kWarmUp + i);
        laps.whole.push_back(clock.lap());
        if (progress) progress(i + 1);
    }
}

torch::Tensor madeUpImages(const Config& config, const ModelInput& input, torch::Device device) {
    const ImageSize size = config.model.inputSize();
    return torch::randn({config.run.batchSize, input.channels, size.height, size.width}).to(device);  // [B, C, H, W]
}

void measureTraining(Classifier& classifier, const ModelInput& input, std::int64_t steps, const Progress& progress,
                     BenchmarkResult& result) {
    const Config& config = classifier.config();
    const auto optimizer = makeOptimizer(classifier.network()->weights(), config.optimizer);
    const torch::Tensor images = madeUpImages(config, input, classifier.device());
    const torch::Tensor labels =
        torch::randint(input.classes, {config.run.batchSize}, torch::kInt64).to(classifier.device());  // [B]
    Laps laps;
    PhaseClock clock(classifier.device());
    TrainStep step(classifier, *optimizer, config.run.seed, [&](const Message& message) {
        if (message.severity == Severity::Warning) result.warning = message.text;
    }, stepParts(config));
    step.beginEpoch(config.run.epochs);  // all that ever thaws
    step.watch([&](TrainStep::Phase phase) {
        std::vector<double>* const phases[] = {&laps.forward, &laps.backward, &laps.optimizer};
        phases[static_cast<int>(phase)]->push_back(clock.lap());
    });
    torch::Tensor metrics;
    measure(classifier.device(), steps, progress, laps, [&](std::int64_t number) {
        clock.lap();
        metrics = step.run({images, labels}, number, config.optimizer.learningRate);
    });
    result.milliseconds = laps.medians();
    result.peakMemoryBytes = peakMemoryBytes(classifier.device());
    result.loss = metrics[0].item<double>() / static_cast<double>(config.run.batchSize);
}

Image madeUpPhoto() {
    Image photo{kPhotoWidth, kPhotoHeight, 3, {}};
    photo.pixels.resize(static_cast<std::size_t>(kPhotoWidth) * kPhotoHeight * 3);
    for (std::size_t i = 0; i < photo.pixels.size(); ++i) photo.pixels[i] = static_cast<std::uint8_t>(i * 7919 >> 5);
    return photo;
}

void measurePrediction(Classifier& classifier, const ModelInput& input, std::int64_t steps, const Progress& progress,
                       BenchmarkResult& result) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor images = madeUpImages(classifier.config(), input, classifier.device());
    Laps laps;
    measure(classifier.device(), steps, progress, laps, [&](std::int64_t) { classifier.logits(images, {}); });
    result.milliseconds = laps.medians();
    result.peakMemoryBytes = peakMemoryBytes(classifier.device());

    const Image photo = madeUpPhoto();
    std::vector<double> photos;
    for (int i = 0; i < kPhotos + kWarmUp; ++i) {
        const double milliseconds = classifier.predict(photo, kTop, false).milliseconds;
        if (i >= kWarmUp) photos.push_back(milliseconds);
    }
    result.photoMilliseconds = median(photos);
}

}  // namespace

BenchmarkResult benchmark(const Config& config, const ModelInput& input, const BenchmarkTask& task,
                          const std::function<void(std::int64_t done)>& progress) {
    const DeviceSelection selection = selectDevice(config.run);
    at::set_num_threads(selection.threads);
    const torch::Device device = torchDevice(selection);
    const bool bfloat16 = selection.precision == Precision::BFloat16;
    Classifier classifier(config, describeMadeUp(config.model, input), device, bfloat16, config.run.kernels);

    BenchmarkResult result;
    result.device = selection.deviceText;
    result.precision = selection.precisionText;
    result.kernels = classifier.kernels();
    const DerivedFacts facts = derive(config, input);
    result.parameters = facts.parameters;
    result.batchSize = config.run.batchSize;
    result.steps = task.steps;
    result.threads = selection.threads;
    const bool trains = task.mode == BenchmarkMode::Train;
    const auto measureMode = trains ? measureTraining : measurePrediction;
    measureMode(classifier, input, task.steps, progress, result);
    result.imagesPerSecond = 1000.0 * static_cast<double>(config.run.batchSize) / result.milliseconds.whole;
    const std::int64_t last = config.run.epochs;
    result.flops = result.imagesPerSecond * (trains ? trainingFlops(config, input, last, last) : facts.forwardFlopsPerImage);
    if (device.is_cpu()) result.peakFlops = peakFlopsOf(selection.threads, bfloat16);
    return result;
}

}  // namespace vit
