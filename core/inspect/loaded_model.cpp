// SPDX-License-Identifier: GPL-3.0-or-later
// Turns tensors into plain numbers.
#include "core/inspect/loaded_model.h"

#include "core/base/error.h"
#include "core/device/device.h"
#include "core/device/torch_device.h"
#include "core/model/classifier.h"
#include "core/model/weights.h"
#include "core/runs/run_about.h"
#include "core/runs/run_files.h"
#include "core/runs/trained_model.h"

#include <chrono>

namespace vit {

LoadedModel LoadedModel::open(const std::filesystem::path& runFolder, DeviceChoice device, Precision precision,
                              std::int64_t epoch) {
    RunConfig run;
    run.device = device;
    run.precision = precision;
    const DeviceSelection selection = selectDevice(run);
    TrainedModel stored = readTrainedModel(runFolder, epoch);
    auto classifier = std::make_shared<Classifier>(stored.config, std::move(stored.description), torchDevice(selection),
                                                   selection.precision == Precision::BFloat16);
    try {
        loadWeights(*classifier->network(), stored.weights);
    } catch (const Error& fault) {
        throw Error(stored.weightsPath.string() + ": " + fault.what() + " They are of another model than " +
                    run_files::kConfig + " beside them describes: copy the run's folder anew, or train it again.");
    }
    return {std::move(classifier), {runName(runFolder), stored.epoch, stored.step, false}};
}

LoadedModel::LoadedModel(std::shared_ptr<Classifier> classifier, State state)
    : m_classifier(std::move(classifier)), m_state(std::move(state)) {}

const Config& LoadedModel::config() const { return m_classifier->config(); }
const DataDescription& LoadedModel::description() const { return m_classifier->description(); }

TestViews LoadedModel::viewsOf(Split split) const {
    return split == Split::Test ? config().run.testViews : TestViews::One;
}

Prediction LoadedModel::predict(const Image& photo, int top, bool inFloat32) {
    Prediction prediction = m_classifier->predict(photo, top, inFloat32);
    prediction.model = m_state.name;
    prediction.epoch = m_state.epoch;
    prediction.step = m_state.step;
    prediction.training = m_state.training;
    return prediction;
}

Look LoadedModel::look(const Image& photo, const LookWanted& wanted) { return lookAt(*m_classifier, photo, wanted); }

void LoadedModel::requireSameClasses(const DatasetView& view) const {
    if (view.dataset().classNames() == classNames()) return;
    throw InvalidInput("The model tells " + std::to_string(classNames().size()) + " classes of " +
                       description().dataset + " apart, the data set " + view.dataset().name() +
                       " has others: bring its labels to the model's first.");
}

void LoadedModel::forEachBatch(const DatasetView& view, const std::function<void(const BatchView&)>& visit,
                               const Progress& progress) {
    requireSameClasses(view);
    m_classifier->forEachBatch(view, config().run.imagesAtOnce(), [&](const EvaluatedBatch& batch) {
        const torch::Tensor logits = batch.logits.to(torch::kCPU).contiguous();  // [B, classes]
        const torch::Tensor labels = batch.labels.to(torch::kCPU).contiguous();  // [B]
        visit({batch.first, {labels.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.numel())},
               {logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel())}});
    }, progress, {}, viewsOf(view.split()));
}

EvaluationResult LoadedModel::evaluate(const DatasetView& view, const Progress& progress) {
    requireSameClasses(view);
    const auto start = std::chrono::steady_clock::now();
    const EpochMetrics mean =
        m_classifier->evaluate(view, config().run.imagesAtOnce(), progress, {}, viewsOf(view.split())).mean();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    return {view.count(), mean, elapsed.count()};
}

}  // namespace vit
