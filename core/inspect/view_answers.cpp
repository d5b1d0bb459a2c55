// SPDX-License-Identifier: GPL-3.0-or-later
// Collects batches.
#include "core/inspect/view_answers.h"

#include "core/device/device.h"
#include "core/model/classifier.h"

namespace vit {

namespace {

std::string nameOf(DeviceChoice choice) {
    for (const DeviceInfo& device : availableDevices())
        if (device.choice == choice) return device.name;
    return {};
}

}  // namespace

ImageAnswers answersOf(LoadedModel& model, const DatasetView& view, const LoadedModel::Progress& progress) {
    ImageAnswers answers;
    answers.classes = static_cast<std::int64_t>(model.classNames().size());
    answers.labels.reserve(static_cast<std::size_t>(view.count()));
    answers.logits.reserve(static_cast<std::size_t>(view.count() * answers.classes));
    const auto add = [&answers](const BatchView& batch) {
        for (const std::int64_t label : batch.labels) answers.labels.push_back(static_cast<std::int32_t>(label));
        answers.logits.insert(answers.logits.end(), batch.logits.begin(), batch.logits.end());
    };
    model.forEachBatch(view, add, progress);
    return answers;
}

EvaluationSubject subjectOf(LoadedModel& model, const DatasetView& view) {
    const Classifier& classifier = model.classifier();
    const LoadedModel::State& state = model.state();
    return {.run = state.name,
            .epoch = state.epoch,
            .step = state.step,
            .data = view.dataset().name(),
            .split = splitName(view.split()),
            .device = nameOf(classifier.device().is_cuda() ? DeviceChoice::Cuda : DeviceChoice::Cpu),
            .precision = precisionName(classifier.bfloat16() ? Precision::BFloat16 : Precision::Float32),
            .views = viewsText(model.viewsOf(view.split()))};
}

}  // namespace vit
