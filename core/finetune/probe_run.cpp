// SPDX-License-Identifier: GPL-3.0-or-later
// Exchanges two tensors and writes the rest as it is.
#include "core/finetune/probe_run.h"

#include "core/base/error.h"
#include "core/config/parameter_plan.h"
#include "core/finetune/answer_figures.h"
#include "core/finetune/rungs.h"
#include "core/import/imported_model.h"
#include "core/runs/run_about.h"
#include "core/runs/run_files.h"
#include "core/runs/trained_model.h"
#include "core/session/imported_run.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace vit {

namespace {

TensorData dataOf(const std::vector<double>& numbers, std::vector<std::int64_t> shape) {
    const std::vector<float> values(numbers.begin(), numbers.end());
    const auto bytes = std::as_bytes(std::span(values));
    return {"F32", std::move(shape), {bytes.begin(), bytes.end()}};
}

RunFinished resultOf(const ImageAnswers& answers, const std::filesystem::path& folder) {
    RunFinished result;
    result.runName = runName(folder);
    result.runFolder = folder.string();
    result.tested = true;
    result.test = figuresOf(answers).metrics;
    result.testPrecision = "fp32";
    return result;
}

}  // namespace

void writeProbeRun(const std::filesystem::path& modelFolder, const Dataset& data, const LinearProbe& probe,
                   const ImageAnswers& answers, const std::filesystem::path& folder) {
    TrainedModel base = readTrainedModel(modelFolder);
    ImportedModel model;
    model.config = configFor(base.config, data);
    model.description = describe(data);
    model.description.statistics = base.description.statistics;
    model.weights.tensors = std::move(base.weights.tensors);
    const std::string layer = "head." + std::to_string(model.config.head.units.size());
    model.weights.tensors[layer + ".weight"] = dataOf(probe.weight, {probe.classes, probe.features});
    model.weights.tensors[layer + ".bias"] = dataOf(probe.bias, {probe.classes});
    model.origin = "the model " + runName(modelFolder) + ", with a linear probe on " + data.name() + " for its head";
    writeImportedRun(model, folder);
    if (answers.images() > 0) run_files::writeResult(folder, resultOf(answers, folder));
}

}  // namespace vit
