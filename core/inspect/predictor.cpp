// SPDX-License-Identifier: GPL-3.0-or-later
// A trained model behind a border without tensors.
#include "core/inspect/predictor.h"

#include "core/base/error.h"
#include "core/device/torch_device.h"
#include "core/model/classifier.h"

#include <chrono>

namespace vit {

struct Predictor::Impl {
    OpenedModel model;
};

Predictor::Predictor(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Predictor Predictor::open(const std::filesystem::path& runFolder, DeviceChoice device, Precision precision) {
    RunConfig run;
    run.device = device;
    run.precision = precision;
    const DeviceSelection selection = selectDevice(run);
    auto impl = std::make_unique<Impl>();
    impl->model = openModelFolder(runFolder, torchDevice(selection), selection.precision == Precision::BFloat16);
    return Predictor(std::move(impl));
}

const Config& Predictor::config() const { return m_impl->model.classifier->config(); }

const std::vector<std::string>& Predictor::classNames() const {
    return m_impl->model.classifier->description().classNames;
}

Dataset::Shape Predictor::nativeShape() const { return m_impl->model.classifier->description().nativeShape; }

Prediction Predictor::predict(const Image& image, int top) {
    Prediction prediction = m_impl->model.classifier->predict(image, top);
    prediction.model = m_impl->model.runName;
    prediction.epoch = m_impl->model.epoch;
    prediction.step = m_impl->model.step;
    return prediction;
}

EvaluationResult Predictor::evaluate(const DatasetView& view,
                                     const std::function<bool(std::int64_t, std::int64_t)>& progress) {
    Classifier& classifier = *m_impl->model.classifier;
    if (view.dataset().classNames() != classifier.description().classNames) {
        throw InvalidInput("The model tells " + std::to_string(classNames().size()) + " classes of " +
                           classifier.description().dataset + " apart, the data set " + view.dataset().name() +
                           " has others: evaluate it on the data set it was trained on.");
    }
    const auto start = std::chrono::steady_clock::now();
    const EpochMetrics mean = classifier.evaluate(view, classifier.config().run.batchSize, progress).mean();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    return {view.count(), mean, elapsed.count()};
}

}  // namespace vit
