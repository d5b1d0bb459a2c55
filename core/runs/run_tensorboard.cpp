// SPDX-License-Identifier: GPL-3.0-or-later
// Which scalars a run has, and when each happened.
#include "core/runs/run_tensorboard.h"

#include "core/config/schema.h"
#include "core/io/atomic_file.h"
#include "core/io/plain_file.h"
#include "core/io/system_fault.h"
#include "core/io/tensorboard.h"
#include "core/runs/run_files.h"
#include "core/runs/run_probe.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>

namespace vit {

namespace fs = std::filesystem;

namespace {

using tensorboard::Scalar;

constexpr const char* kFileStart = "events.out.tfevents.";

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// When the run began, in seconds since 1970; 0 for a time that is not understood.
double beginning(const RunSummary& run) {
    return static_cast<double>(run_files::timeFrom(run.created).value_or(0));
}

tensorboard::HyperparameterValue pluginValue(const Field& field, const Config& config) {
    const Value value = field.get(config);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return toText(field, value);
}

std::vector<tensorboard::Hyperparameter> hyperparameters(const Config& config) {
    std::vector<tensorboard::Hyperparameter> list;
    for (const Field& field : schema())
        list.push_back({field.key, field.label, field.help, pluginValue(field, config)});
    return list;
}

std::vector<tensorboard::Metric> shownMetrics() {
    std::vector<tensorboard::Metric> list = {{"accuracy/best_validation", "Validation accuracy, best epoch", true}};
    const auto add = [&](const char* part, const char* title, bool ofValidation) {
        for (const Metric& metric : kMetrics)
            list.push_back(
                {metric.key + std::string("/") + part, std::string(title) + " " + metric.name, ofValidation});
    };
    add("validation", "Validation", true);
    add("train", "Training", false);
    add("test", "Test", false);
    return list;
}

void addMetrics(std::vector<Scalar>& scalars, const EpochMetrics& metrics, const std::string& part) {
    for (const Metric& metric : kMetrics) scalars.push_back({metric.key + ("/" + part), metrics.*metric.value});
}

std::string record(const StepDone& step, double time) {
    std::vector<Scalar> scalars;
    addMetrics(scalars, step, "step");
    scalars.push_back({"learning_rate/step", step.learningRate});
    scalars.push_back({"images_per_second/step", step.imagesPerSecond});
    return tensorboard::scalarsRecord(time, step.step, scalars);
}

std::string record(const LayersMeasured& measured, double time) {
    std::vector<Scalar> scalars;
    for (const LayerStatistic& statistic : kLayerStatistics) {
        for (std::size_t i = 0; i < measured.layers.size(); ++i) {
            const double value = measured.layers[i].*statistic.value;
            if (!std::isfinite(value)) continue;
            std::string layer = layerName(i, measured.layers.size());
            std::replace(layer.begin(), layer.end(), ' ', '_');
            layer[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(layer[0])));
            scalars.push_back({std::string("layers/") + statistic.key + "/" + layer, value});
        }
    }
    return tensorboard::scalarsRecord(time, measured.step, scalars);
}

std::string record(const EpochDone& epoch, double time) {
    std::vector<Scalar> scalars;
    addMetrics(scalars, epoch.train, "train");
    if (!std::isnan(epoch.validation.loss)) addMetrics(scalars, epoch.validation, "validation");
    scalars.push_back({"learning_rate/epoch", epoch.learningRate});
    scalars.push_back({"images_per_second/epoch", epoch.imagesPerSecond});
    scalars.push_back({"seconds/epoch", epoch.seconds});
    return tensorboard::scalarsRecord(time, epoch.epoch, scalars);
}

std::string records(const RunFinished& result, double time) {
    std::vector<Scalar> scalars;
    if (result.bestEpoch > 0) scalars.push_back({"accuracy/best_validation", result.bestValidationAccuracy});
    if (result.tested) addMetrics(scalars, result.test, "test");
    const std::string values =
        scalars.empty() ? std::string() : tensorboard::scalarsRecord(time, result.bestEpoch, scalars);
    return values + tensorboard::sessionEndRecord(time);
}

void removeOldFiles(const fs::path& folder) {
    std::error_code fault;
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, fault)) {
        if (entry.path().filename().string().starts_with(kFileStart)) old.push_back(entry.path());
    }
    for (const fs::path& path : old) {
        fs::remove(path, fault);
        if (fault) throwSystemFault("Cannot remove", path, fault.value());
    }
}

}  // namespace

std::string tensorBoardFileName(const RunSummary& run) {
    return kFileStart + std::to_string(static_cast<std::int64_t>(beginning(run))) + "." +
           run.folder.filename().string();  // a name may hold what no file name can
}

namespace {

std::string eventsOf(const RunSummary& run, const RunCurves& curves, ProbeRecords& probes) {
    const double start = beginning(run);
    std::string events = tensorboard::versionRecord(start);
    events += tensorboard::restartRecord(start);
    events += tensorboard::experimentRecord(start, hyperparameters(run.config), shownMetrics());
    events += tensorboard::sessionStartRecord(start, run.name, hyperparameters(run.config));
    auto epoch = curves.epochs.begin();
    auto layers = curves.layers.begin();
    auto probe = curves.probes.begin();
    double time = start;
    const auto addEpoch = [&] {
        events += record(*epoch, time);
        for (; probe != curves.probes.end() && probe->prediction.epoch <= epoch->epoch; ++probe)
            events += probes.of(*probe, time);
        ++epoch;
    };
    for (const StepDone& step : curves.steps) {
        time = start + step.elapsedSeconds;
        events += record(step, time);
        for (; layers != curves.layers.end() && layers->step <= step.step; ++layers) events += record(*layers, time);
        while (epoch != curves.epochs.end() && epoch->step <= step.step) addEpoch();
    }
    while (epoch != curves.epochs.end()) addEpoch();
    if (run.result) events += records(*run.result, start + run.result->seconds);
    return events;
}

}  // namespace

std::string tensorBoardEvents(const RunSummary& run, const RunCurves& curves) {
    ProbeRecords probes(run.folder);
    return eventsOf(run, curves, probes);
}

std::string ProbeRecords::of(const ProbePredicted& probe, double time) {
    if (probe.prediction.top.empty()) return {};
    const std::string tag = probe.image.empty() ? "probe" : fs::path(probe.image).stem().string();
    std::string records;
    const auto [shown, isNew] = m_shown.try_emplace(probe.image, probe.prediction.epoch);
    if (!isNew && shown->second == probe.prediction.epoch) return {};
    shown->second = probe.prediction.epoch;
    if (isNew) {
        if (const auto picture = readProbePicture(m_folder, probe.image)) {
            records = tensorboard::pictureRecord(time, probe.prediction.epoch, tag,
                                                 {picture->width, picture->height, picture->png});
        }
    }
    const ClassProbability& first = probe.prediction.top.front();
    return records +
           tensorboard::scalarsRecord(time, probe.prediction.epoch, {{tag + "/" + first.name, first.probability}});
}

TensorBoardLog::TensorBoardLog(const fs::path& runFolder) : m_probes(runFolder) {
    const fs::path folder = runFolder / run_files::kTensorBoard;
    refuseLink(folder);  // files are removed and made in it
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) throwSystemFault("Cannot make the folder", folder, fault.value());
    removeOldFiles(folder);

    const RunSummary run = readRun(runFolder);
    // A new name, so that a TensorBoard that is open takes notice.
    const fs::path path = folder / (kFileStart + std::to_string(static_cast<std::int64_t>(now())) + "." +
                                    run.folder.filename().string());
    writeFileAtomically(path, eventsOf(run, readCurves(runFolder), m_probes));
    m_file.emplace(path);
}

void TensorBoardLog::add(const StepDone& step) { m_file->appendRecord(record(step, now())); }
void TensorBoardLog::add(const LayersMeasured& measured) { m_file->appendRecord(record(measured, now())); }
void TensorBoardLog::add(const EpochDone& epoch) { m_file->appendRecord(record(epoch, now())); }
void TensorBoardLog::add(const ProbePredicted& probe) { m_file->appendRecord(m_probes.of(probe, now())); }
void TensorBoardLog::add(const RunFinished& result) { m_file->appendRecord(records(result, now())); }

void TensorBoardLog::flush() { m_file->flush(); }

}  // namespace vit
