// SPDX-License-Identifier: GPL-3.0-or-later
// One run from its first step to its test result.
#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/device/torch_device.h"
#include "core/input/epoch_batches.h"
#include "core/train/schedules/schedule.h"

#include <algorithm>
#include <limits>

namespace vit {

namespace {

// Null on the CPU, and where the GPU has no room: the images then come from the computer's memory, batch by batch.
std::unique_ptr<ResidentImages> placeOnDevice(const DatasetView& view, torch::Device device,
                                              const TrainerHooks& hooks) {
    if (device.is_cpu()) return nullptr;
    try {
        return std::make_unique<ResidentImages>(view, device);
    } catch (const c10::OutOfMemoryError&) {
        hooks.emit(Message{Severity::Warning,
                           "The training images do not fit into the GPU's memory and are copied there "
                           "step by step, which is slower."});
        return nullptr;
    }
}

void requireImages(const DatasetView& train, const DatasetView& validation, const Config& config) {
    Issues issues;
    if (train.count() == 0) {
        issues.push_back({"data.validation_share",
                          "No training images are left: choose a smaller validation share or a larger data set."});
    }
    if (validation.count() == 0 && config.data.validationShare > 0) {
        issues.push_back({"data.validation_share", "This share of " + std::to_string(train.count()) +
                                                       " training images is not even one: choose a larger share, or 0 "
                                                       "to train without validation."});
    }
    if (!issues.empty()) throw InvalidInput(issues);
}

DataDescription descriptionWith(const Dataset& data, const std::optional<ChannelStatistics>& statistics) {
    DataDescription description = describe(data);
    if (statistics) description.statistics = *statistics;
    return description;
}

}  // namespace

Trainer::Trainer(const Config& config, const std::shared_ptr<const Dataset>& data, const DeviceSelection& device,
                 std::filesystem::path runFolder, TrainerHooks hooks,
                 const std::optional<ChannelStatistics>& statistics)
    : m_config(config),
      m_folder(std::move(runFolder)),
      m_hooks(std::move(hooks)),
      m_train(data, Split::Train, config.data.validationShare, config.data.trainLimit),
      m_validation(data, Split::Validation, config.data.validationShare),
      m_test(data, Split::Test, config.data.validationShare),
      m_classifier(std::make_shared<Classifier>(config, descriptionWith(*data, statistics), torchDevice(device),
                                                device.precision == Precision::BFloat16, config.run.kernels)),
      m_optimizer(makeOptimizer(*m_classifier->network(), config.optimizer)),
      m_stepsPerEpoch((m_train.count() + config.run.batchSize - 1) / config.run.batchSize),
      m_keeper(m_folder, config.run, m_hooks.emit, m_hooks.beforeSaving),
      m_lossWatch(data->classes()) {
    requireImages(m_train, m_validation, config);
    m_resident = placeOnDevice(m_train, m_classifier->device(), m_hooks);
    m_step = std::make_unique<TrainStep>(*m_classifier, *m_optimizer, config.run.seed, m_hooks.emit);
}

Trainer::~Trainer() { m_optimizer->clearGradients(); }

void Trainer::resume() {
    m_position = loadTrainingState(m_keeper.lastPath(), *m_classifier->network(), *m_optimizer);
    m_keeper.resumedAt(m_position.step);
}

RunFinished Trainer::run(const TrainerLimits& limits) {
    m_throughput.start(m_position.seconds);
    requireBest();
    Outcome outcome = Outcome::Finished;
    try {
        outcome = trainEpochs(limits);
        keepWhatWasLearned();
    } catch (const Diverged& fault) {
        if (m_position.bestEpoch > 0) m_keeper.loadBest(*m_classifier->network());
        throw Diverged(fault.what() + keptText());
    }

    RunFinished result;
    result.reason = outcome == Outcome::Stopped ? StopReason::Stopped : StopReason::Completed;
    if (outcome == Outcome::EarlyStopped) {
        result.reason = StopReason::EarlyStopped;
        result.explanation = "The validation accuracy has not become better since epoch " +
                             std::to_string(m_position.bestEpoch) + ".";
    }
    result.runFolder = m_folder.string();
    result.runName = m_folder.filename().string();
    result.epochsDone = m_position.epoch;
    result.stepsDone = m_position.step;
    result.bestEpoch = m_position.bestEpoch;
    result.bestValidationAccuracy = std::max(m_position.bestAccuracy, 0.0);
    const bool wanted = outcome != Outcome::Stopped || limits.testAfterStop;
    if (wanted && m_position.step > 0 && m_test.count() > 0) {
        result.test = evaluate(m_test, "Testing the best weights", false);
        result.tested = true;
    }
    result.seconds = m_throughput.elapsedSeconds();
    return result;
}

Trainer::Outcome Trainer::trainEpochs(const TrainerLimits& limits) {
    while (m_position.epoch < m_config.run.epochs) {
        if (hasStoppedLearning()) return Outcome::EarlyStopped;
        if (limits.stopAfterEpoch > 0 && m_position.epoch >= limits.stopAfterEpoch) return Outcome::Stopped;
        if (trainEpoch(m_position.epoch + 1, limits) == Outcome::Stopped) return Outcome::Stopped;
        if (!finishEpoch(m_position.epoch + 1)) return Outcome::Stopped;
    }
    return Outcome::Finished;
}

bool Trainer::hasStoppedLearning() const {
    const std::int64_t patience = m_config.run.patience;
    return patience > 0 && m_position.bestEpoch > 0 && m_position.epoch - m_position.bestEpoch >= patience;
}

// A loss can still be a number when the step after it has spoilt the weights.
void Trainer::requireFiniteWeights() {
    for (const torch::Tensor& parameter : m_classifier->network()->parameters()) {
        if (!parameter.isfinite().all().item<bool>())
            m_lossWatch.see(std::numeric_limits<double>::quiet_NaN(), m_position.step);
    }
}

// Best weights that are gone or damaged are no reason to lose the rest of a run that goes on.
void Trainer::requireBest() {
    if (m_position.bestEpoch == 0) return;
    try {
        readSafetensors(m_keeper.bestPath());
    } catch (const Error& fault) {
        m_hooks.emit(Message{Severity::Warning, std::string(fault.what()) +
                                                    " The best weights so far are lost; the run goes "
                                                    "on and chooses the best ones anew."});
        m_position.bestEpoch = 0;
        m_position.bestAccuracy = -1;
        saveState();
    }
}

std::string Trainer::keptText() const {
    if (m_keeper.savedStep() == 0) return " Nothing had been saved before.";
    const std::string last = "the weights of step " + groupedText(m_keeper.savedStep());
    if (m_position.bestEpoch == 0) return " Kept are " + last + ".";
    return " Kept are " + last + " and the best ones, of epoch " + groupedText(m_position.bestEpoch) + ".";
}

void Trainer::saveState() {
    m_position.seconds = m_throughput.elapsedSeconds();
    m_keeper.saveState(*m_classifier->network(), *m_optimizer, m_position);
}

// The state for going on, and the best weights in the classifier.
void Trainer::keepWhatWasLearned() {
    VisionTransformer& network = m_classifier->network();
    if (m_position.step > m_keeper.savedStep()) {
        requireFiniteWeights();
        saveState();
    }
    // Stopped before the first validation: what was learned is kept all the same.
    if (m_position.bestEpoch == 0 && m_position.step > 0) m_keeper.saveBest(*network, m_position);
    m_keeper.finish();
    if (m_position.bestEpoch > 0) m_keeper.loadBest(*network);
}

Trainer::Outcome Trainer::trainEpoch(std::int64_t epoch, const TrainerLimits& limits) {
    const std::int64_t begin = m_position.stepInEpoch;
    if (begin == m_stepsPerEpoch) return Outcome::Finished;  // it was stopped while validating
    EpochBatches batches({m_config, m_train, m_classifier->pipeline(), m_resident.get()}, epoch, m_position.step,
                         begin);
    PendingSteps pending(m_classifier->device());
    const double start = m_clock.seconds();
    const double secondsBefore = m_position.epochSeconds;
    m_throughput.skip();
    for (std::int64_t i = begin; i < m_stepsPerEpoch; ++i) {
        const bool enough = limits.maxSteps > 0 && m_position.step >= limits.maxSteps;
        if (enough || !goOn()) {
            report(pending);
            return Outcome::Stopped;
        }
        const double rate = learningRateAt(m_config, m_position.step, m_stepsPerEpoch);
        const PreparedBatch batch = batches.next();
        const torch::Tensor metrics = m_step->run(batch, m_position.step, rate);
        ++m_position.step;
        m_position.stepInEpoch = i + 1;
        pending.add(describeStep(epoch, i + 1, rate), metrics, batch.labels.size(0));
        const bool last = i + 1 == m_stepsPerEpoch;
        const bool saves = !last && m_keeper.isDue(m_position.step);
        if (pending.due() || last || saves) report(pending);
        m_position.epochSeconds = secondsBefore + m_clock.seconds() - start;
        if (saves) {
            requireFiniteWeights();
            saveState();
            m_throughput.skip();
        }
    }
    return Outcome::Finished;
}

void Trainer::report(PendingSteps& pending) {
    std::vector<PendingSteps::Step> steps = pending.take();
    std::int64_t images = 0;
    for (const PendingSteps::Step& step : steps) images += step.sums.images;
    if (images > 0) m_throughput.step(images);
    for (PendingSteps::Step& step : steps) {
        m_position.sums += step.sums;
        measure(step.event, step.sums);
        m_hooks.emit(step.event);
        m_lossWatch.see(step.sums.mean().loss, step.event.step);
    }
}

StepDone Trainer::describeStep(std::int64_t epoch, std::int64_t stepInEpoch, double learningRate) const {
    StepDone done;
    done.step = m_position.step;
    done.epoch = epoch;
    done.stepInEpoch = stepInEpoch;
    done.stepsPerEpoch = m_stepsPerEpoch;
    done.learningRate = learningRate;
    return done;
}

void Trainer::measure(StepDone& done, const MetricSums& batch) const {
    const EpochMetrics mean = batch.mean();
    done.loss = mean.loss;
    done.accuracy = mean.accuracy;
    done.top5Accuracy = mean.top5Accuracy;
    done.imagesPerSecond = m_throughput.imagesPerSecond();
    done.elapsedSeconds = m_throughput.elapsedSeconds();
    const std::int64_t imagesDone = (done.epoch - 1) * m_train.count() +
                                    std::min(done.stepInEpoch * m_config.run.batchSize, m_train.count());
    done.remainingSeconds = m_throughput.remainingSeconds(m_config.run.epochs * m_train.count() - imagesDone,
                                                          m_config.run.epochs - done.epoch + 1);
    done.memoryBytes = peakMemoryBytes(m_classifier->device());
}

bool Trainer::finishEpoch(std::int64_t epoch) {
    requireFiniteWeights();
    const double start = m_clock.seconds();
    EpochDone done;
    done.epoch = epoch;
    done.epochs = m_config.run.epochs;
    done.step = m_position.step;
    done.train = m_position.sums.mean();
    try {
        done.validation = evaluate(m_validation, "Validating", true);
    } catch (const Cancelled&) {
        return false;
    }
    done.learningRate = learningRateAt(m_config, m_position.step - 1, m_stepsPerEpoch);
    done.imagesPerSecond = static_cast<double>(m_position.sums.images) / m_position.epochSeconds;
    done.seconds = m_position.epochSeconds;

    // Without validation images the last epoch counts as the best.
    done.best = m_validation.count() == 0 || done.validation.accuracy > m_position.bestAccuracy;
    m_position.epoch = epoch;
    m_position.stepInEpoch = 0;
    m_position.sums = {};
    m_position.epochSeconds = 0;
    if (done.best) {
        m_position.bestEpoch = epoch;
        m_position.bestAccuracy = m_validation.count() == 0 ? 0 : done.validation.accuracy;
        m_keeper.saveBest(*m_classifier->network(), m_position);
    }
    done.seconds += m_clock.seconds() - start;
    // The curves first: a resume cuts them back to the checkpoint, so that none of the two can be ahead unnoticed.
    m_hooks.emit(done);
    saveState();
    m_keeper.saveEpoch(*m_classifier->network(), m_position);
    m_throughput.epochOverhead(m_clock.seconds() - start);
    return true;
}

EpochMetrics Trainer::evaluate(const DatasetView& view, const char* what, bool stoppable) {
    const auto progress = [&](std::int64_t done, std::int64_t total) {
        m_hooks.emit(PhaseChanged{what, done, total});
        return goOn() || !stoppable;
    };
    const EpochMetrics mean = m_classifier->evaluate(view, m_config.run.batchSize, progress).mean();
    if (view.count() > 0) m_hooks.emit(PhaseChanged{what, view.count(), view.count()});
    return mean;
}

}  // namespace vit
