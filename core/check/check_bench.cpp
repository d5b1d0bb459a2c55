// SPDX-License-Identifier: GPL-3.0-or-later
// Makes models and data, compares tensors.
#include "core/check/check_bench.h"

#include "core/base/number_text.h"
#include "core/base/philox.h"
#include "core/config/presets.h"
#include "core/data/memory_images.h"
#include "core/device/torch_device.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vit {

namespace {

constexpr int kDigits = 2;
constexpr std::uint64_t kSeed = 2021;

// Noise that does not depend on what was drawn before, nor on any other generator.
torch::Tensor noise(c10::IntArrayRef sizes, std::uint64_t number) {
    return torch::randn(sizes, at::detail::createCPUGenerator(number), torch::dtype(torch::kFloat32));
}

ImageTable noiseTable(std::int64_t count, int side, std::int64_t classes, std::uint64_t number) {
    const std::size_t bytes = static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3;
    ImageTable table;
    table.pixels.resize(static_cast<std::size_t>(count) * bytes);
    for (std::int64_t i = 0; i < count; ++i) {
        table.labels.push_back(static_cast<std::int32_t>(i % classes));
        const auto brighter = static_cast<std::uint8_t>(table.labels.back() % 16 * 8);
        std::uint8_t* pixels = table.pixels.data() + static_cast<std::size_t>(i) * bytes;
        for (std::size_t p = 0; p < bytes; p += 16) {
            const auto words = philox({kSeed, number, static_cast<std::uint32_t>(i)}, static_cast<std::uint32_t>(p));
            for (std::size_t b = 0; b < std::min<std::size_t>(16, bytes - p); ++b)
                pixels[p + b] = static_cast<std::uint8_t>((words[b / 4] >> (b % 4 * 8) & 0x7F) + brighter);
        }
    }
    return table;
}

std::vector<std::string> numberedClasses(std::int64_t classes) {
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < classes; ++i) names.push_back("class " + std::to_string(i));
    return names;
}

// Biases and positions that are 0 at first would hide that they are forgotten.
void stir(VisionTransformer& network) {
    const torch::NoGradGuard noGrad;
    std::uint64_t number = 0;
    for (const torch::Tensor& parameter : network->parameters()) {
        const torch::Tensor some = noise(parameter.sizes(), ++number).mul_(0.02);
        parameter.add_(some.to(parameter.options()));
    }
}

}  // namespace

Finding within(double difference, double allowed, const std::string& where) {
    const std::string measured = roundedText(difference, kDigits) + (where.empty() ? "" : " (" + where + ")");
    return {difference <= allowed ? CheckState::Held : CheckState::Failed, measured,
            "≤ " + roundedText(allowed, kDigits), {}};
}

Finding between(double value, double least, double most) {
    const bool holds = value >= least && value <= most;
    return {holds ? CheckState::Held : CheckState::Failed, roundedText(value, 4),
            roundedText(least, 4) + " to " + roundedText(most, 4), {}};
}

Finding told(const std::string& measured) { return {CheckState::Measured, measured, {}, {}}; }
Finding skipped(const std::string& why) { return {CheckState::Skipped, why, {}, {}}; }

CheckBench::CheckBench(const DeviceSelection& selection, Progress progress)
    : m_selection(selection), m_device(torchDevice(selection)), m_progress(std::move(progress)) {}

torch::Tensor CheckBench::back(const torch::Tensor& computed) const {
    const bool whole = !computed.is_floating_point();
    torch::Tensor result = computed.detach().to(torch::kCPU).to(whole ? torch::kInt64 : torch::kFloat64);
    if (m_spoils) result = whole ? result + 1 : result * 1.5 + 0.5;
    return result;
}

void CheckBench::setStage(const std::string& what, std::int64_t done, std::int64_t total) {
    m_what = what;
    m_done = done;
    m_total = total;
    goOn();
}

Config CheckBench::published() const {
    Config config = preset("keras-example").config;
    config.run.device = m_selection.device.choice;
    config.run.threads = m_selection.threads;
    return config;
}

Config CheckBench::small() const {
    Config config = preset("testing").config;
    config.run.device = m_selection.device.choice;
    config.run.threads = m_selection.threads;
    config.run.batchSize = 8;
    config.run.epochs = 2;
    return config;
}

Config CheckBench::withoutDropout(Config config) {
    config.model.attentionDropout = 0;
    config.model.mlpDropout = 0;
    config.head.dropout = 0;
    return config;
}

DataDescription CheckBench::described(int side, std::int64_t classes) {
    DataDescription description;
    description.dataset = "check";
    description.classNames = numberedClasses(classes);
    description.nativeShape = {side, side, 3};
    description.statistics = {{128, 128, 128}, {64, 64, 64}};
    return description;
}

std::shared_ptr<Classifier> CheckBench::model(const Config& config, std::int64_t classes, bool bfloat16) const {
    const auto side = static_cast<int>(config.model.imageSize);
    auto classifier = std::make_shared<Classifier>(config, described(side, classes), m_device, bfloat16);
    stir(classifier->network());
    return classifier;
}

std::shared_ptr<Classifier> CheckBench::reference(const Config& config, std::int64_t classes) const {
    const auto side = static_cast<int>(config.model.imageSize);
    auto classifier =
        std::make_shared<Classifier>(config, described(side, classes), torch::kCPU, false, KernelChoice::Plain);
    stir(classifier->network());
    const torch::NoGradGuard noGrad;
    for (torch::Tensor& parameter : classifier->network()->parameters())
        parameter.set_data(parameter.to(torch::kFloat64));
    for (torch::Tensor& buffer : classifier->network()->buffers())
        if (buffer.is_floating_point()) buffer.set_data(buffer.to(torch::kFloat64));  // others are indices
    return classifier;
}

std::shared_ptr<const Dataset> CheckBench::images(std::int64_t train, std::int64_t test, int side,
                                                  std::int64_t classes) {
    const ImageShape shape{side, side, 3};
    LabelledImages images{numberedClasses(classes),
                          std::make_shared<const MemoryImages>(shape, noiseTable(train, side, classes, 1)),
                          std::make_shared<const MemoryImages>(shape, noiseTable(test, side, classes, 2))};
    return std::make_shared<const Dataset>("check", std::move(images), described(side, classes).statistics);
}

double relativeDifference(const torch::Tensor& a, const torch::Tensor& b) {
    const double size = b.norm().item<double>();
    const double difference = (a - b).norm().item<double>();
    if (size > 0) return difference / size;
    return difference > 0 ? std::numeric_limits<double>::infinity() : difference;
}

torch::Tensor flatWeights(const torch::nn::Module& network) {
    std::vector<torch::Tensor> flat;
    for (const torch::Tensor& parameter : network.parameters())
        flat.push_back(parameter.detach().to(torch::kCPU).to(torch::kFloat64).flatten());
    return torch::cat(flat);
}

torch::Tensor madeUpBatch(const Config& config, std::int64_t images, std::uint64_t number) {
    const ImageSize size = config.model.inputSize();
    return noise({images, 3, size.height, size.width}, 1000 + number);
}

torch::Tensor madeUpLabels(std::int64_t images, std::int64_t classes) {
    return torch::arange(images, torch::kInt64).remainder(classes);
}

}  // namespace vit
