// SPDX-License-Identifier: GPL-3.0-or-later
// One run from its first step to its test result.
#include "train/trainer.h"

#include "error.h"
#include "model/weights.h"
#include "train/schedule.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace vit {

namespace {

torch::Device torchDevice(const DeviceSelection& selection) {
    return selection.device.choice == DeviceChoice::Cuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
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
}

void Trainer::resume() {
    m_position = loadTrainingState(lastPath(), *m_classifier->network(), m_optimizer);
}

RunFinished Trainer::run(const TrainerLimits& limits) {
    m_throughput.start(m_position.seconds);
    Outcome outcome = Outcome::Finished;
    while (outcome == Outcome::Finished && m_position.epoch < m_config.run.epochs) {
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
    const auto seed = static_cast<std::uint64_t>(m_config.run.seed);
    const std::vector<std::int64_t> order = epochOrder(m_train.count(), seed, static_cast<std::uint64_t>(epoch));
    BatchSource batches(m_stepsPerEpoch, [this, all = std::span(order), firstStep = m_position.step](std::int64_t i) {
        const auto first = static_cast<std::size_t>(i * m_config.run.batchSize);
        const auto count = std::min(all.size() - first, static_cast<std::size_t>(m_config.run.batchSize));
        return makeBatch(all.subspan(first, count), firstStep + i);
    });
    m_throughput.skip();
    for (std::int64_t i = 0; i < m_stepsPerEpoch; ++i) {
        if (!m_hooks.goOn()) return Outcome::Stopped;
        const double rate = learningRateAt(m_config, m_position.step, m_stepsPerEpoch);
        const PreparedBatch prepared = batches.next();
        const std::int64_t count = prepared.labels.size(0);
        const torch::Tensor read = trainStep(prepared, m_position.step, rate).to(torch::kCPU);
        ++m_position.step;
        m_throughput.step(count);

        const MetricSums batch{read[0].item<double>(), read[1].item<double>(), read[2].item<double>(), count};
        sums.loss += batch.loss;
        sums.correct += batch.correct;
        sums.correctTop5 += batch.correctTop5;
        sums.images += batch.images;
        StepDone done = describeStep(epoch, i + 1, batch);
        done.learningRate = rate;
        m_hooks.emit(done);
        if (!std::isfinite(batch.loss)) {
            throw Error("The loss is no longer a number (step " + std::to_string(m_position.step) +
                        "). The weights of the best epoch so far are kept. Try a lower learning rate or a warm-up.");
        }
        const bool enough = limits.maxSteps > 0 && m_position.step >= limits.maxSteps;
        if (enough && i + 1 < m_stepsPerEpoch) return Outcome::Stopped;
    }
    return Outcome::Finished;
}

PreparedBatch Trainer::makeBatch(std::span<const std::int64_t> positions, std::int64_t step) const {
    const Batch batch = gather(m_train, positions);
    std::vector<Augmentation> augmentations;
    for (std::size_t i = 0; i < positions.size(); ++i)
        augmentations.push_back(drawAugmentation(m_config.augmentation, static_cast<std::uint64_t>(m_config.run.seed),
                                                 static_cast<std::uint64_t>(step), static_cast<std::int64_t>(i)));
    return {augmentImages(m_classifier->pipeline().prepare(batch.images), augmentations),
            batch.labels.to(m_classifier->device())};
}

torch::Tensor Trainer::trainStep(const PreparedBatch& batch, std::int64_t step, double learningRate) {
    const ForwardMode mode{true, static_cast<std::uint64_t>(m_config.run.seed), static_cast<std::uint64_t>(step)};
    // Kernels that draw from the device's own generator repeat themselves from step to step of the same number.
    if (!m_classifier->device().is_cpu()) torch::manual_seed(mode.seed * 1'000'003 + mode.step);
    m_optimizer.clearGradients();
    const torch::Tensor logits = m_classifier->logits(batch.images, mode);
    const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, batch.labels);
    loss.backward();
    m_optimizer.step(learningRate);
    return batchMetrics(logits, batch.labels, loss);
}

StepDone Trainer::describeStep(std::int64_t epoch, std::int64_t stepInEpoch, const MetricSums& batch) const {
    const EpochMetrics mean = batch.mean();
    StepDone done;
    done.step = m_position.step;
    done.epoch = epoch;
    done.stepInEpoch = stepInEpoch;
    done.stepsPerEpoch = m_stepsPerEpoch;
    done.loss = mean.loss;
    done.accuracy = mean.accuracy;
    done.top5Accuracy = mean.top5Accuracy;
    done.imagesPerSecond = m_throughput.imagesPerSecond();
    done.elapsedSeconds = m_throughput.elapsedSeconds();
    const std::int64_t imagesDone = (epoch - 1) * m_train.count() +
                                    std::min(stepInEpoch * m_config.run.batchSize, m_train.count());
    done.remainingSeconds = m_throughput.remainingSeconds(m_config.run.epochs * m_train.count() - imagesDone,
                                                          m_config.run.epochs - epoch + 1);
    done.memoryBytes = peakMemoryBytes();
    return done;
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
