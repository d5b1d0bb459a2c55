// SPDX-License-Identifier: GPL-3.0-or-later
// Prepares a run, trains it, keeps its events and turns every fault into one.
#include "core/session/experiment.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/data/data_description.h"
#include "core/device/torch_device.h"
#include "core/inspect/pinned_map.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/runs/run_about.h"
#include "core/runs/run_files.h"
#include "core/session/elsewhere.h"
#include "core/session/environment.h"
#include "core/session/fault_words.h"
#include "core/session/resume.h"
#include "core/train/training_images.h"

#include <utility>
#include <variant>

namespace vit {

namespace {

// A disk that is full or a rank that is gone must not hide the fault that ended the run.
template <typename Write>
void tryTo(Write write) {
    try {
        write();
    } catch (const Error&) {
        return;
    }
}

// The last step of an epoch is followed by the epoch's own end.
bool asksAfter(const StepDone& step, const RunConfig& run) {
    return run.pinnedSteps > 0 && step.step % run.pinnedSteps == 0 && step.stepInEpoch < step.stepsPerEpoch;
}

}  // namespace

Experiment::Experiment(const TrainRequest& request, const ExperimentHost& host, DataStore& data, const RunStore& runs,
                       std::shared_ptr<LoadedModel>& model)
    : m_request(request), m_host(host), m_data(data), m_runs(runs), m_model(model), m_others(host.ranks) {}

Event Experiment::run() {
    Event last = terminalEvent();
    tryTo([&] { m_others.sendHome(); });
    if (m_model) m_model->state().training = false;
    if (auto* failed = std::get_if<RunFailed>(&last); failed && m_writer) {
        failed->runName = runName(m_writer->folder());
        tryTo([&] { m_writer->log(Message{Severity::Warning, failed->text}); });
    }
    m_writer.reset();
    m_lock.reset();
    return last;
}

Event Experiment::terminalEvent() {
    try {
        return train();
    } catch (const InvalidInput& fault) {
        RunFailed failed{"", fault.what(), {}};
        for (const Issue& issue : fault.issues()) failed.keys.push_back(issue.key);
        return failed;
    } catch (const Cancelled&) {
        RunFinished stopped;
        stopped.reason = StopReason::Stopped;
        return stopped;
    } catch (const std::exception& fault) {
        return RunFailed{"", faultText(fault), {}};
    }
}

RunFinished Experiment::train() {
    if (resumes() && run_files::isThere(m_request.resumeFrom / run_files::kConfig))
        m_lock.emplace(m_request.resumeFrom);
    const Config config = resumes() ? extended(readRun(m_request.resumeFrom), m_request.extension) : m_request.config;
    if (Issues issues = validate(config); !issues.empty()) throw InvalidInput(std::move(issues));
    RunConfig where = config.run;
    where.device = m_request.device.value_or(where.device);
    if (resumes()) requireDeviceToGoOn(m_request.resumeFrom, where);
    const DeviceSelection device =
        selectDevice(where, m_host.ranks != nullptr ? placeOf(*m_host.ranks) : RankPlace());
    at::set_num_threads(device.threads);
    makeCurrent(torchDevice(device));

    if (!m_request.startFrom.empty()) {
        if (resumes()) throw InvalidInput("A run that goes on has its weights: only a new one can start from others.");
        m_start = readStartingWeights(m_request.startFrom);
        requireSamePlaces(*m_start, config);
    }
    requireWeightsToAdapt(config);
    const auto data = m_data.open(config, [&](const std::string& what, std::int64_t done, std::int64_t total) {
        m_host.tell(PhaseChanged{what, done, total});
        m_others.keepWaiting();
        return !m_host.isStopping();
    });
    DatasetView(data, Split::Validation, config.data);  // throws if it cannot be cut so, while there is no folder yet
    m_otherFiles = otherFiles(*data);
    const std::filesystem::path folder = runFolder();
    if (!m_lock) m_lock.emplace(folder);
    TrainerHooks hooks;
    hooks.emit = [this](const Event& event) { m_writer ? record(event) : m_host.tell(event); };
    hooks.goOn = m_host.goOn;
    hooks.beforeSaving = [this] { m_writer->sync(); };
    const std::optional<ChannelStatistics> statistics = givenStatistics(*data);
    m_others.order({config, where.device, m_request.maxSteps, m_request.stopAfterEpoch, m_request.testAfterStop, statistics});
    if (m_host.ranks != nullptr) m_host.ranks->leaveBehind(folder.string());
    try {
        Trainer trainer(config, data, device, folder, hooks, statistics, m_host.ranks);
        if (resumes()) resumeFromCheckpoint(trainer, folder);
        if (m_start) {
            m_taken = takeWeights(*trainer.classifier().network(), *m_start);
            m_start->file = {};
        }
        m_writer = std::make_unique<RunWriter>(folder, trainer.position().epoch, trainer.position().step);
        if (!resumes() || m_request.extension.epochs > 0) m_writer->writeConfig(config);
        for (const auto& line : run_files::readLayers(folder)) m_layerWatch.see(line.value);
        m_layerWatch.news();  // was told when it was new
        begin(trainer, device);
        return trainToItsEnd(trainer, device.precision);
    } catch (const std::exception& fault) {
        if (isOutOfMemory(fault)) throwOutOfMemory(config, describe(*data).input(), device.device);
        throw;
    }
}

// Adapters change weights a little; random ones need more than that.
void Experiment::requireWeightsToAdapt(const Config& config) const {
    const bool goesOn = resumes() && run_files::isThere(m_request.resumeFrom / run_files::kLastWeights);
    if (config.optimizer.loraRank == 0 || m_start || goesOn) return;
    throw InvalidInput(Issues{{"optimizer.lora_rank",
                               "Low-rank adapters change trained weights a little, and this run has none to begin with: "
                               "start it from those of another run (Run, Train from this run's weights; My photos; "
                               "vit-cli train --start-from RUN), or set the rank to 0."}});
}

// Of a run that goes on, which must not do so with other images without a word.
std::string Experiment::otherFiles(const Dataset& data) const {
    const std::filesystem::path environment = m_request.resumeFrom / run_files::kEnvironment;
    if (!resumes() || !run_files::isThere(environment)) return {};
    return otherFilesText(dataDescriptionFromJson(readTextFile(environment)), describe(data));
}

std::filesystem::path Experiment::runFolder() const {
    if (resumes()) return m_request.resumeFrom;
    if (m_request.runFolder.empty()) return m_runs.create(m_request.label);
    if (!run_files::isFree(m_request.runFolder)) {
        throw InvalidInput(m_request.runFolder.string() +
                           " is not empty: choose a new folder, or resume the run that is in it.");
    }
    std::error_code fault;
    std::filesystem::create_directories(m_request.runFolder, fault);
    if (fault) throw Error(m_request.runFolder.string() + " cannot be made: " + systemText(fault.value()));
    return m_request.runFolder;
}

// With which a run that goes on has begun, or which its first weights were trained with.
std::optional<ChannelStatistics> Experiment::givenStatistics(const Dataset& data) const {
    const std::filesystem::path environment = m_request.resumeFrom / run_files::kEnvironment;
    if (resumes() && run_files::isThere(environment))
        return dataDescriptionFromJson(readTextFile(environment)).statistics;
    if (m_start && m_start->channels == data.shape().channels) return m_start->statistics;
    return std::nullopt;
}

void Experiment::begin(Trainer& trainer, const DeviceSelection& device) {
    const Config& config = trainer.classifier().config();
    const RunStarted started = describeRun(config, device, trainer, m_writer->folder());
    std::string elsewhere = resumes() ? elsewhereText(m_writer->folder(), device, "goes on") : std::string();
    if (resumes() && elsewhere.empty()) elsewhere = otherRanksText(m_writer->folder(), device);
    m_writer->writeEnvironment(environmentJson(trainer.classifier().description(), started, device.threads,
                                               m_start ? m_start->origin : std::string()));
    if (config.run.tensorboard) m_writer->startTensorBoard();
    m_model = std::make_shared<LoadedModel>(
        trainer.sharedClassifier(),
        LoadedModel::State{started.runName, trainer.position().epoch, trainer.position().step, true});
    record(started);
    if (m_taken) record(*m_taken);
    if (!m_otherFiles.empty()) record(Message{Severity::Warning, m_otherFiles});
    const std::string mixed = mixedValidationText(trainer.validationView(), config.data);
    if (!resumes() && !mixed.empty()) record(Message{Severity::Info, mixed});
    for (const std::string& note : m_writer->recovered()) record(Message{Severity::Info, note});
    if (!elsewhere.empty()) {
        record(
            Message{Severity::Warning,
                    elsewhere + ": from here on its results are not bit for bit those that it would have had there."});
    }
    if (!m_lock->isHeld()) {
        record(Message{Severity::Warning, "The file system of " + started.runFolder +
                                              " knows no locks: take care that no second program trains this run."});
    }
}

RunFinished Experiment::trainToItsEnd(Trainer& trainer, Precision precision) {
    try {
        RunFinished result = trainer.run({m_request.maxSteps, m_request.testAfterStop, m_request.stopAfterEpoch});
        result.runName = runName(m_writer->folder());  // the trainer knows the folder alone
        if (result.tested) {
            result.testPrecision = precisionName(precision);
            result.testViews = viewsText(trainer.classifier().config().run.testViews);
        }
        m_model->state().epoch = result.bestEpoch;
        m_writer->writeResult(result);
        return result;
    } catch (const std::exception& fault) {
        tryTo([&] { m_writer->writeResult(endedBy(fault, trainer.position(), m_writer->folder())); });
        throw;
    }
}

// A curve or log that cannot be written ends no run: its lines wait in memory. Told once, until an epoch's lines went
// through.
template <typename Write>
void Experiment::writeOrWarn(Write write) {
    try {
        write();
    } catch (const Error& fault) {
        if (std::exchange(m_writeTrouble, true)) return;
        m_host.tell(Message{Severity::Warning, std::string(fault.what()) +
                                                   " The run goes on; what is to be written there waits in memory."});
    }
}

// Writes what belongs into the run's folder, then tells the host.
void Experiment::record(const Event& event) {
    if (const auto* step = std::get_if<StepDone>(&event)) {
        writeOrWarn([&] { m_writer->append(*step); });
        m_model->state().step = step->step;
    } else if (const auto* layers = std::get_if<LayersMeasured>(&event)) {
        writeOrWarn([&] { m_writer->append(*layers); });
    } else if (const auto* epoch = std::get_if<EpochDone>(&event)) {
        writeOrWarn([&] {
            m_writer->append(*epoch);  // and all that waited
            m_writeTrouble = false;
        });
        m_model->state().epoch = epoch->epoch;
    }
    m_host.tell(event);
    if (const auto* started = std::get_if<RunStarted>(&event)) writeOrWarn([&] { m_writer->log(*started); });
    if (const auto* message = std::get_if<Message>(&event)) writeOrWarn([&] { m_writer->log(*message); });
    const auto* step = std::get_if<StepDone>(&event);
    if (std::holds_alternative<EpochDone>(event) || (step && asksAfter(*step, m_model->config().run))) predictProbes();
    if (const auto* layers = std::get_if<LayersMeasured>(&event)) nameLayers(*layers);
}

// Once for each layer and fault.
void Experiment::nameLayers(const LayersMeasured& measured) {
    m_layerWatch.see(measured);
    for (const LayerFinding& finding : m_layerWatch.news())
        record(Message{Severity::Warning, finding.text + " (step " + groupedText(measured.step) + ")."});
}

void Experiment::predictProbes() {
    constexpr int kTop = 5;
    for (const std::shared_ptr<const Image>& probe : m_host.probes()) {
        ProbePredicted predicted{m_model->predict(*probe, kTop), m_writer->nameProbe(probe)};
        predicted.map = mapOf(*probe, predicted.prediction);
        writeOrWarn([&] { m_writer->append(predicted); });
        m_host.tell(predicted);
    }
}

// A map is no reason to end a run: one that cannot be made is left out. Told once.
std::optional<KeptMap> Experiment::mapOf(const Image& probe, const Prediction& prediction) {
    const PinnedMap wanted = m_model->config().run.pinnedMap;
    if (wanted == PinnedMap::None) return std::nullopt;
    try {
        return pinnedMap(*m_model, probe, prediction, wanted);
    } catch (const std::exception& fault) {
        if (!std::exchange(m_mapTrouble, true)) {
            record(Message{Severity::Warning,
                           "No map of a pinned picture is kept: " + faultText(fault) + " The run goes on."});
        }
        return std::nullopt;
    }
}

}  // namespace vit
