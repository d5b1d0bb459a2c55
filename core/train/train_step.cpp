// SPDX-License-Identifier: GPL-3.0-or-later
// A step as it is, or as its recording.
#include "core/train/train_step.h"

#include "core/train/gradients/rank_sum.h"

#include <ATen/Context.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace vit {

namespace {

// A GPU's kernels draw from its own generator: set like this, they draw the same in a step of the same number.
void seedGenerator(torch::Device device, const ForwardMode& mode) {
    if (device.is_cpu()) return;
    const auto words = philox(mode.key(dropoutSite(0, 0)), static_cast<std::uint32_t>(mode.firstImage));
    at::Generator generator = at::globalContext().defaultGenerator(device);
    const std::lock_guard lock(generator.mutex());
    generator.set_current_seed((std::uint64_t{words[0]} << 32) | words[1]);
}

// No gradients of these while there is one of it. Between two steps questions are asked that may want them.
class WithoutGradients {
public:
    explicit WithoutGradients(std::vector<torch::Tensor>& weights) : m_weights(weights) { set(false); }
    ~WithoutGradients() { set(true); }
    WithoutGradients(const WithoutGradients&) = delete;
    WithoutGradients& operator=(const WithoutGradients&) = delete;

private:
    std::vector<torch::Tensor>& m_weights;

    void set(bool wanted) {
        for (torch::Tensor& weight : m_weights) weight.set_requires_grad(wanted);
    }
};

}  // namespace

TrainStep::TrainStep(Classifier& classifier, Optimizer& optimizer, std::int64_t seed,
                     std::function<void(const Message&)> say, StepParts parts)
    : m_classifier(classifier),
      m_optimizer(optimizer),
      m_seed(static_cast<std::uint64_t>(seed)),
      m_say(std::move(say)),
      m_parts(std::move(parts)),
      m_batchSize(m_parts.ranks != nullptr ? m_parts.ranks->slice().of(classifier.config().run.batchSize).count
                                           : classifier.config().run.batchSize),
      m_records(StepGraph::isPossible(classifier.device())) {
    beginEpoch(1);
}

void TrainStep::beginEpoch(std::int64_t epoch) {
    const std::vector<Weight> weights = m_classifier.network()->weights();
    std::vector<torch::Tensor> learning, frozen;
    for (const torch::Tensor& parameter : m_classifier.network()->parameters()) {
        const bool isLearning = std::ranges::any_of(weights, [&](const Weight& weight) {
            return weight.tensor.is_same(parameter) && learns(weight.row, m_classifier.config().optimizer, epoch);
        });
        (isLearning ? learning : frozen).push_back(parameter);
    }
    if (learning.size() == m_parameters.size()) return;  // what has thawed stays so: as many are the same
    m_parameters = std::move(learning);
    m_frozen = std::move(frozen);
    m_updated.clear();
    for (const torch::Tensor& parameter : m_parameters)
        for (const torch::Tensor& updated : m_optimizer.updatedFor(parameter)) m_updated.push_back(updated);
    if (!m_graph) return;
    m_optimizer.clearGradients();  // which lie in the recording's own memory
    m_graph.reset();
    m_records = true;
}

torch::Tensor TrainStep::run(const PreparedBatch& batch, std::int64_t step, double learningRate) {
    const ForwardMode mode{true, m_seed, static_cast<std::uint64_t>(step), batch.firstImage};
    const std::int64_t images = batch.count();
    const bool whole = images == m_batchSize && images > 0;
    if (whole && m_records) record(batch, mode);
    seedGenerator(m_classifier.device(), mode);
    torch::Tensor metrics;
    if (whole && m_graph) {
        metrics = m_graph->replay(batch);
    } else {
        metrics = learn(batch, mode, m_ended);
    }
    if (m_parts.ranks != nullptr) {
        const double share = static_cast<double>(images) / static_cast<double>(batch.countOfAll());
        sumOverRanks(*m_parts.ranks, m_parameters, share);
        m_parts.ranks->sum(metrics);
    }
    m_ended(Phase::Backward);
    m_optimizer.takeGradients();
    if (applyStages(m_parts.stages, m_updated, batch.countOfAll()) == GradientStage::Next::GoOn)
        m_optimizer.step(learningRate);
    m_ended(Phase::Update);
    return metrics;
}

torch::Tensor TrainStep::learn(const PreparedBatch& batch, const ForwardMode& mode, const Ended& ended) {
    m_optimizer.clearGradients();
    if (batch.count() == 0) return torch::zeros({3}, torch::dtype(torch::kFloat64).device(m_classifier.device()));
    const WithoutGradients frozen(m_frozen);
    if (m_parts.accumulate > 1) return learnInParts(batch, mode);
    const torch::Tensor logits = m_classifier.logits(batch.images, mode);
    const torch::Tensor loss = m_parts.objective(logits, batch.labels);
    ended(Phase::Forward);
    loss.backward();
    return batchMetrics(logits, labelsOf(batch.labels), loss);
}

// Each part's mean counts by its images, and libtorch adds its gradients to those of the parts before. An image keeps
// its place in the batch, and with it its dropout.
torch::Tensor TrainStep::learnInParts(const PreparedBatch& batch, ForwardMode mode) {
    const std::int64_t firstImage = batch.firstImage;
    torch::Tensor metrics;
    for (std::int64_t i = 0; i < m_parts.accumulate; ++i) {
        const RankSlice::Part part = RankSlice{i, m_parts.accumulate}.of(batch.count());
        if (part.count == 0) continue;
        mode.firstImage = firstImage + part.first;
        const torch::Tensor targets = batch.labels.narrow(0, part.first, part.count);
        const torch::Tensor logits = m_classifier.logits(batch.images.narrow(0, part.first, part.count), mode);
        const torch::Tensor loss = m_parts.objective(logits, targets);
        (loss * (static_cast<double>(part.count) / static_cast<double>(batch.count()))).backward();
        const torch::Tensor own = batchMetrics(logits, labelsOf(targets), loss);
        metrics = metrics.defined() ? metrics + own : own;
    }
    return metrics;
}

void TrainStep::record(const PreparedBatch& batch, const ForwardMode& mode) {
    m_records = false;
    try {
        m_graph = std::make_unique<StepGraph>(*m_classifier.network(), batch,
                                              [&](const PreparedBatch& inputs) {
                                                  return learn(inputs, mode, [](Phase) {});
                                              });
        if (!std::exchange(m_saidSo, true)) m_say({Severity::Info, "The steps run as a recorded CUDA graph."});
    } catch (const c10::Error& fault) {
        m_say({Severity::Warning, std::string("The steps could not be recorded as a CUDA graph and run one call at a "
                                              "time, which is slower: ") + fault.what_without_backtrace()});
    }
}

}  // namespace vit
