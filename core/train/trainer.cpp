// SPDX-License-Identifier: GPL-3.0-or-later
// One run from its first step to its test result.
#include "train/trainer.h"

#include "error.h"
#include "model/weights.h"
#include "train/epoch_batches.h"
#include "train/schedule.h"
#include "train/torch_device.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace vit {

namespace {

// Null on the CPU, and where the GPU has no room: the images then come from the computer's memory, batch by batch.
std::unique_ptr<ResidentImages> placeOnDevice(const DatasetView& view, torch::Device device, const TrainerHooks& hooks) {
    if (device.is_cpu()) return nullptr;
    try {
        return std::make_unique<ResidentImages>(view, device);
    } catch (const c10::OutOfMemoryError&) {
        hooks.emit(Message{Severity::Warning, "The training images do not fit into the GPU's memory and are copied there "
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

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Trainer::Trainer(const Config& config, const std::shared_ptr<const Dataset>& data, const DeviceSelection& device,
                 std::filesystem::path runFolder, TrainerHooks hooks)
    : m_config(config),
      m_folder(std::move(runFolder)),
      m_hooks(std::move(hooks)),
      m_train(data, Split::Train, config.data.validationShare, config.data.trainLimit),
      m_validation(data, Split::Validation, config.data.validationShare),
      m_test(data, Split::Test, config.data.validationShare),
      m_classifier(std::make_shared<Classifier>(config, describe(*data), torchDevice(device),
                                                device.precision == Precision::BFloat16, config.run.kernels)),
      m_optimizer(*m_classifier->network(), config.optimizer),
      m_stepsPerEpoch((m_train.count() + config.run.batchSize - 1) / config.run.batchSize) {
    requireImages(m_train, m_validation, config);
    m_resident = placeOnDevice(m_train, m_classifier->device(), m_hooks);
    m_step = std::make_unique<TrainStep>(*m_classifier, m_optimizer, config.run.seed, m_hooks.emit);
}

void Trainer::resume() {
    m_position = loadTrainingState(lastPath(), *m_classifier->network(), m_optimizer);
}

RunFinished Trainer::run(const TrainerLimits& limits) {
    m_throughput.start(m_position.seconds);
    Outcome outcome = Outcome::Finished;
    while (outcome == Outcome::Finished && m_position.epoch < m_config.run.epochs) {
        if (limits.stopAfterEpoch > 0 && m_position.epoch >= limits.stopAfterEpoch) {
            outcome = Outcome::Stopped;
            break;
        }
        const auto start = std::chrono::steady_clock::now();
        MetricSums sums;
        outcome = trainEpoch(m_position.epoch + 1, limits, sums);
        if (outcome == Outcome::Finished && !finishEpoch(m_position.epoch + 1, sums, secondsSince(start)))
            outcome = Outcome::Stopped;
    }

    RunFinished result;
    result.reason = outcome == Outcome::Finished ? StopReason::Completed : StopReason::Stopped;
    result.runFolder = m_folder.string();
    result.runName = m_folder.filename().string();
    result.epochsDone = m_position.epoch;
    result.stepsDone = m_position.step;
    result.bestEpoch = m_position.bestEpoch;
    result.bestValidationAccuracy = std::max(m_position.bestAccuracy, 0.0);
    if (m_position.bestEpoch > 0) {
        loadBest();
    } else if (m_position.step > 0) {
        // Stopped before the first validation: what was learned is kept all the same.
        saveBestWeights(bestPath(), *m_classifier->network(), m_position);
        m_hooks.emit(CheckpointSaved{bestPath().string(), 0, true});
    }
    const bool wanted = outcome == Outcome::Finished || limits.testAfterStop;
    if (wanted && m_position.step > 0 && m_test.count() > 0) {
        result.test = evaluate(m_test, "Testing the best weights", false);
        result.tested = true;
    }
    result.seconds = m_throughput.elapsedSeconds();
    return result;
}

Trainer::Outcome Trainer::trainEpoch(std::int64_t epoch, const TrainerLimits& limits, MetricSums& sums) {
    EpochBatches batches({m_config, m_train, m_classifier->pipeline(), m_resident.get()}, epoch, m_position.step);
    PendingSteps pending(m_classifier->device());
    m_throughput.skip();
    for (std::int64_t i = 0; i < m_stepsPerEpoch; ++i) {
        if (!m_hooks.goOn()) {
            report(pending, sums);
            return Outcome::Stopped;
        }
        const double rate = learningRateAt(m_config, m_position.step, m_stepsPerEpoch);
        const PreparedBatch batch = batches.next();
        const torch::Tensor metrics = m_step->run(batch, m_position.step, rate);
        ++m_position.step;
        pending.add(describeStep(epoch, i + 1, rate), metrics, batch.labels.size(0));
        const bool enough = limits.maxSteps > 0 && m_position.step >= limits.maxSteps;
        const bool last = i + 1 == m_stepsPerEpoch;
        if (pending.due() || enough || last) report(pending, sums);
        if (enough && !last) return Outcome::Stopped;
    }
    return Outcome::Finished;
}

void Trainer::report(PendingSteps& pending, MetricSums& sums) {
    std::vector<PendingSteps::Step> steps = pending.take();
    std::int64_t images = 0;
    for (const PendingSteps::Step& step : steps) images += step.sums.images;
    if (images > 0) m_throughput.step(images);
    for (PendingSteps::Step& step : steps) {
        sums += step.sums;
        measure(step.event, step.sums);
        m_hooks.emit(step.event);
        if (!std::isfinite(step.sums.loss)) {
            throw Error("The loss is no longer a number (step " + std::to_string(step.event.step) +
                        "). The weights of the best epoch so far are kept. Try a lower learning rate or a warm-up.");
        }
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

bool Trainer::finishEpoch(std::int64_t epoch, const MetricSums& sums, double trainSeconds) {
    const auto start = std::chrono::steady_clock::now();
    EpochDone done;
    done.epoch = epoch;
    done.epochs = m_config.run.epochs;
    done.step = m_position.step;
    done.train = sums.mean();
    try {
        done.validation = evaluate(m_validation, "Validating", true);
    } catch (const Cancelled&) {
        return false;
    }
    done.learningRate = learningRateAt(m_config, m_position.step - 1, m_stepsPerEpoch);
    done.imagesPerSecond = static_cast<double>(sums.images) / trainSeconds;

    // Without validation images the last epoch counts as the best.
    done.best = m_validation.count() == 0 || done.validation.accuracy > m_position.bestAccuracy;
    m_position.epoch = epoch;
    if (done.best) {
        m_position.bestEpoch = epoch;
        m_position.bestAccuracy = m_validation.count() == 0 ? 0 : done.validation.accuracy;
        saveBestWeights(bestPath(), *m_classifier->network(), m_position);
        m_hooks.emit(CheckpointSaved{bestPath().string(), epoch, true});
    }
    m_position.seconds = m_throughput.elapsedSeconds();
    done.seconds = trainSeconds + secondsSince(start);
    // The curves first: a resume cuts them back to the checkpoint, so that none of the two can be ahead unnoticed.
    m_hooks.emit(done);
    saveTrainingState(lastPath(), *m_classifier->network(), m_optimizer, m_position);
    m_hooks.emit(CheckpointSaved{lastPath().string(), epoch, false});
    m_throughput.epochOverhead(secondsSince(start));
    return true;
}

EpochMetrics Trainer::evaluate(const DatasetView& view, const char* what, bool stoppable) {
    const auto progress = [&](std::int64_t done, std::int64_t total) {
        m_hooks.emit(PhaseChanged{what, done, total});
        return m_hooks.goOn() || !stoppable;
    };
    const EpochMetrics mean = m_classifier->evaluate(view, m_config.run.batchSize, progress).mean();
    if (view.count() > 0) m_hooks.emit(PhaseChanged{what, view.count(), view.count()});
    return mean;
}

void Trainer::loadBest() { loadWeights(*m_classifier->network(), readSafetensors(bestPath())); }

}  // namespace vit
