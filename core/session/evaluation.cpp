// SPDX-License-Identifier: GPL-3.0-or-later
// As vit-cli evaluate measures, and the result is kept.
#include "core/session/evaluation.h"

#include "core/base/error.h"
#include "core/device/device.h"
#include "core/inspect/loaded_model.h"
#include "core/runs/run_files.h"
#include "core/runs/run_lock.h"
#include "core/runs/run_store.h"
#include "core/session/elsewhere.h"

#include <ATen/Parallel.h>

namespace vit {

namespace {

RunFinished resultOf(const RunSummary& run) {
    if (run.result) return *run.result;
    RunFinished result;
    result.reason = StopReason::Stopped;
    result.runName = run.name;
    result.runFolder = run.folder.string();
    result.epochsDone = run.epochsDone;
    result.stepsDone = run.last ? run.last->step : 0;
    result.bestEpoch = run.bestEpoch;
    result.bestValidationAccuracy = run.bestValidationAccuracy;
    result.seconds = run.seconds;
    return result;
}

}  // namespace

RunEvaluated evaluateRun(const std::filesystem::path& folder, DataStore& data, const Progress& progress) {
    const RunSummary run = readRun(folder);
    if (!run.hasModel) throw Error("The run " + run.name + " has no weights yet: train it for an epoch first.");
    const RunLock lock(folder);
    const Config& config = run.config;
    const auto dataset = data.open(config, progress);
    const DatasetView view(dataset, Split::Test, config.data);
    if (view.count() == 0) throw InvalidInput("The data set " + config.data.name + " has no test images.");
    // One that is to be had only elsewhere makes way for what is here.
    const bool cuda = config.run.device == DeviceChoice::Cuda;
    const RunConfig measuring = measuringConfig(run, cuda ? DeviceChoice::Auto : config.run.device);
    const DeviceSelection here = selectDevice(measuring);
    at::set_num_threads(here.threads);
    LoadedModel model = LoadedModel::open(folder, measuring.device, measuring.precision);
    const EvaluationResult measured = model.evaluate(view, [&](std::int64_t done, std::int64_t total) {
        return progress("Testing the best weights", done, total);
    });
    RunEvaluated evaluated;
    evaluated.result = resultOf(run);
    evaluated.result.tested = true;
    evaluated.result.test = measured.metrics;
    evaluated.result.testPrecision = precisionName(here.precision);
    evaluated.result.testViews = viewsText(model.viewsOf(Split::Test));
    run_files::writeResult(folder, evaluated.result);
    if (const std::string text = elsewhereText(folder, here, "was tested"); !text.empty()) evaluated.note = text + ".";
    return evaluated;
}

}  // namespace vit
