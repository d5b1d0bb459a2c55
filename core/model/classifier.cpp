// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluation and prediction with a network.
#include "core/model/classifier.h"

#include "core/base/error.h"
#include "core/config/derived.h"
#include "core/device/autocast.h"
#include "core/input/queued_copy.h"
#include "core/model/fused/kernel_choice.h"

#include <ATen/Parallel.h>
#include <torch/utils.h>

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
      m_pipeline(config.model.inputSize(), m_description.statistics, m_description.nativeShape.channels, device),
      m_bfloat16(bfloat16),
      m_network(config.model, config.head, m_description.input()) {
    m_network->initialize(static_cast<std::uint64_t>(config.run.seed), config.model);
    m_network->to(device);
    KernelSelection selection = selectKernels(kernels, config.model, m_network->tokens(), device, bfloat16,
                                              m_description.input().channels);
    m_network->useFusedKernels(std::move(selection.fused));
    m_kernels = std::move(selection.text);
}

torch::Tensor Classifier::logits(const torch::Tensor& prepared, const ForwardMode& mode) {
    const Autocast autocast(m_bfloat16, device());
    return m_network(prepared, mode).to(torch::kFloat32);
}

torch::Tensor Classifier::logits(const torch::Tensor& prepared, TestViews views) {
    const torch::Tensor own = logits(prepared, ForwardMode{});
    return views == TestViews::One ? own : (own + logits(prepared.flip(3), ForwardMode{})) / 2;
}

void Classifier::forEachBatch(const DatasetView& view, std::int64_t batchSize,
                              const std::function<void(const EvaluatedBatch&)>& visit,
                              const EvaluationProgress& progress, RankSlice slice, TestViews views) {
    const torch::NoGradGuard noGrad;
    std::vector<std::int64_t> positions;
    for (std::int64_t begin = 0; begin < view.count(); begin += batchSize) {
        if (progress && !progress(begin, view.count())) throw Cancelled();
        const RankSlice::Part part = slice.of(std::min(batchSize, view.count() - begin));
        if (part.count == 0) continue;
        positions.resize(static_cast<std::size_t>(part.count));
        std::iota(positions.begin(), positions.end(), begin + part.first);
        const Batch batch = gather(view, positions);  // while the device is at the one before
        visit({begin + part.first, queuedCopy(batch.labels, device()),
               logits(m_pipeline.prepare(queuedCopy(batch.images, device())), views)});
    }
}

MetricSums Classifier::evaluate(const DatasetView& view, std::int64_t batchSize, const EvaluationProgress& progress,
                                RankSlice slice, TestViews views,
                                const std::function<void(const EvaluatedBatch&)>& visitToo) {
    torch::Tensor sums = torch::zeros({3}, torch::dtype(torch::kFloat64).device(device()));
    std::int64_t images = 0;
    const auto add = [&](const EvaluatedBatch& batch) {
        images += batch.labels.size(0);
        sums += batchMetrics(batch.logits, batch.labels,
                             torch::cross_entropy_loss(batch.logits, batch.labels));
        if (visitToo) visitToo(batch);
    };
    forEachBatch(view, batchSize, add, progress, slice, views);
    const torch::Tensor read = sums.to(torch::kCPU);
    return {read[0].item<double>(), read[1].item<double>(), read[2].item<double>(), images};
}

torch::Tensor Classifier::prepare(const Image& photo) const {
    if (photo.empty()) throw InvalidInput("There is no picture to look at.");
    const torch::NoGradGuard noGrad;
    const Image image = prepareForModel(photo, m_description.nativeShape, m_config.data, m_config.model.inputSize());
    const torch::Tensor stored = torch::from_blob(const_cast<std::uint8_t*>(image.pixels.data()),
                                                  {1, image.height, image.width, image.channels}, torch::kUInt8);
    return m_pipeline.prepare(stored);
}

std::vector<ClassProbability> mostProbable(const torch::Tensor& logits, const std::vector<std::string>& classNames,
                                           int count) {
    const torch::Tensor probabilities =
        torch::softmax(logits.detach().to(torch::kFloat64), 0).to(torch::kCPU).contiguous();  // [classes]
    const double* values = probabilities.const_data_ptr<double>();
    std::vector<std::int32_t> order(classNames.size());
    std::iota(order.begin(), order.end(), 0);
    const auto some = std::min<std::size_t>(order.size(), static_cast<std::size_t>(std::max(count, 0)));
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(some), order.end(),
                      [values](std::int32_t a, std::int32_t b) {
                          return values[a] != values[b] ? values[a] > values[b] : a < b;
                      });
    std::vector<ClassProbability> top;
    for (std::size_t i = 0; i < some; ++i)
        top.push_back({order[i], classNames[static_cast<std::size_t>(order[i])], values[order[i]]});
    return top;
}

namespace {

// The fused kernels give a thread whole images, so that a single one has one thread; libtorch's layers share it among all,
// which pays where it is much work.
bool sharesOneImage(const Classifier& classifier) {
    constexpr double kMuchWork = 2e9;  // multiplications and additions
    return classifier.device().is_cpu() && at::get_num_threads() > 1 &&
           derive(classifier.config(), classifier.description().input()).forwardFlopsPerImage > kMuchWork;
}

}  // namespace

Prediction Classifier::predict(const Image& photo, int top, bool inFloat32) {
    const torch::NoGradGuard noGrad;
    const auto start = std::chrono::steady_clock::now();
    Prediction prediction;
    const torch::Tensor input = prepare(photo);
    const Autocast autocast(m_bfloat16 && !inFloat32, device(), KeptCasts::Yes);
    const torch::Tensor logits = sharesOneImage(*this) ? m_network->without(input, {}) : m_network(input);
    prediction.top = mostProbable(logits[0].to(torch::kFloat32), m_description.classNames, top);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    prediction.milliseconds = elapsed.count();
    return prediction;
}

}  // namespace vit
