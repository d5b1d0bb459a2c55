// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluation and prediction with a network.
#include "core/model/classifier.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/device/autocast.h"
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "core/model/fused/kernel_choice.h"
#include "core/model/weights.h"

#include <chrono>
#include <numeric>

namespace vit {

torch::Tensor batchMetrics(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& meanLoss) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor own = logits.gather(1, labels.unsqueeze(1));  // [B, 1]
    const torch::Tensor right = logits.argmax(1).eq(labels).sum();
    const torch::Tensor among = logits.gt(own).sum(1).lt(5).sum();
    const torch::Tensor loss = meanLoss.detach().to(torch::kFloat64) * logits.size(0);
    return torch::stack({loss, right.to(torch::kFloat64), among.to(torch::kFloat64)});  // [3]
}

Classifier::Classifier(const Config& config, DataDescription description, torch::Device device, bool bfloat16,
                       KernelChoice kernels)
    : m_config(config),
      m_description(std::move(description)),
      m_pipeline(config.model.imageSize, m_description.statistics, m_description.nativeShape.channels, device),
      m_bfloat16(bfloat16),
      m_network(config.model, config.head, m_description.input()) {
    m_network->initialize(static_cast<std::uint64_t>(config.run.seed));
    m_network->to(device);
    KernelSelection selection = selectKernels(kernels, config.model, m_network->tokens(), device, bfloat16);
    m_network->useFusedKernels(std::move(selection.fused));
    m_kernels = std::move(selection.text);
}

torch::Tensor Classifier::logits(const torch::Tensor& prepared, const ForwardMode& mode) {
    const Autocast autocast(m_bfloat16, device());
    return m_network(prepared, mode).to(torch::kFloat32);
}

MetricSums Classifier::evaluate(const DatasetView& view, std::int64_t batchSize, const EvaluationProgress& progress) {
    const torch::NoGradGuard noGrad;
    torch::Tensor sums = torch::zeros({3}, torch::dtype(torch::kFloat64).device(device()));
    std::vector<std::int64_t> positions;
    for (std::int64_t begin = 0; begin < view.count(); begin += batchSize) {
        if (progress && !progress(begin, view.count())) throw Cancelled();
        positions.resize(static_cast<std::size_t>(std::min(batchSize, view.count() - begin)));
        std::iota(positions.begin(), positions.end(), begin);
        const Batch batch = gather(view, positions);
        const torch::Tensor labels = batch.labels.to(device());
        const torch::Tensor scores = logits(m_pipeline.prepare(batch.images), {});
        sums += batchMetrics(scores, labels, torch::nn::functional::cross_entropy(scores, labels));
    }
    const torch::Tensor read = sums.to(torch::kCPU);
    return {read[0].item<double>(), read[1].item<double>(), read[2].item<double>(), view.count()};
}

Prediction Classifier::predict(const Image& photo, int top) {
    const torch::NoGradGuard noGrad;
    const auto start = std::chrono::steady_clock::now();
    const Image image = prepareForModel(photo, m_description.nativeShape);
    const torch::Tensor stored = torch::from_blob(const_cast<std::uint8_t*>(image.pixels.data()),
                                                  {1, image.height, image.width, image.channels}, torch::kUInt8);
    const torch::Tensor scores = m_network(m_pipeline.prepare(stored)).to(torch::kFloat64);       // [1, classes]
    const torch::Tensor probabilities = torch::softmax(scores, 1).to(torch::kCPU).contiguous();
    const double* values = probabilities.const_data_ptr<double>();

    std::vector<std::int32_t> order(m_description.classNames.size());
    std::iota(order.begin(), order.end(), 0);
    const auto count = std::min<std::size_t>(order.size(), static_cast<std::size_t>(std::max(top, 0)));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [values](std::int32_t a, std::int32_t b) {
                          return values[a] != values[b] ? values[a] > values[b] : a < b;
                      });
    Prediction prediction;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int32_t index = order[i];
        prediction.top.push_back({index, m_description.classNames[static_cast<std::size_t>(index)], values[index]});
    }
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    prediction.milliseconds = elapsed.count();
    return prediction;
}

OpenedModel openModelFolder(const std::filesystem::path& runFolder, torch::Device device, bool bfloat16) {
    const std::filesystem::path weights = runFolder / "best.safetensors";
    if (!std::filesystem::exists(weights)) {
        throw Error(runFolder.string() +
                    " holds no trained model (best.safetensors): a run saves one at the end of its "
                    "first epoch.");
    }
    const Config config = loadConfig((runFolder / "config.json").string());
    OpenedModel opened;
    opened.runName = runFolder.filename().string();
    opened.classifier = std::make_unique<Classifier>(
        config, dataDescriptionFromJson(readTextFile(runFolder / "environment.json")), device, bfloat16);
    const TensorFile file = readSafetensors(weights);
    try {
        loadWeights(*opened.classifier->network(), file);
    } catch (const Error& fault) {
        throw Error(weights.string() + ": " + fault.what());
    }
    const auto number = [&file](const char* key) {
        const auto found = file.metadata.find(key);
        return found == file.metadata.end() ? std::int64_t{0} : std::strtoll(found->second.c_str(), nullptr, 10);
    };
    opened.epoch = number("epoch");
    opened.step = number("step");
    return opened;
}

}  // namespace vit
