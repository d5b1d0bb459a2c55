// SPDX-License-Identifier: GPL-3.0-or-later
// One run from its first step to its test result.
#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/learning_plan.h"
#include "core/device/torch_device.h"
#include "core/input/epoch_batches.h"
#include "core/train/best_epoch.h"
#include "core/train/checkpoints/shared_state.h"
#include "core/train/class_weights.h"
#include "core/train/schedules/schedule.h"
#include "core/train/stem_whitening.h"
#include "core/train/training_images.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace vit {

namespace {

DataDescription descriptionWith(const Dataset& data, const std::optional<ChannelStatistics>& statistics) {
    DataDescription description = describe(data);
    if (statistics) description.statistics = *statistics;
    return description;
}

MetricSums sumOf(RankGroup& ranks, const MetricSums& own) {
    torch::Tensor sums = torch::tensor({own.loss, own.correct, own.correctTop5, static_cast<double>(own.images)},
                                       torch::kFloat64);
    ranks.sum(sums);
    const double* sum = sums.const_data_ptr<double>();
    return {sum[0], sum[1], sum[2], std::llround(sum[3])};
}

}  // namespace

Trainer::Trainer(const Config& config, const std::shared_ptr<const Dataset>& data, const DeviceSelection& device,
                 std::filesystem::path runFolder, TrainerHooks hooks,
                 const std::optional<ChannelStatistics>& statistics, RankGroup* ranks)
    : m_config(config),
      m_folder(std::move(runFolder)),
      m_hooks(std::move(hooks)),
      m_ranks(ranks),
      m_train(data, Split::Train, config.data),
      m_validation(data, Split::Validation, config.data),
      m_test(data, Split::Test, config.data),
      m_classifier(std::make_shared<Classifier>(config, descriptionWith(*data, statistics), torchDevice(device),
                                                device.precision == Precision::BFloat16, config.run.kernels)),
      m_optimizer(makeOptimizer(m_classifier->network()->weights(), config.optimizer,
                                static_cast<std::uint64_t>(config.run.seed))),
      m_layerMeter(*m_classifier, ranks == nullptr || ranks->leads() ? config.run.layerStatisticsSteps : 0),
      m_reports(config, describe(*data).input(), m_train.count(), m_throughput, m_classifier->device()),
      m_keeper(m_folder, config.run, m_hooks.emit, m_hooks.beforeSaving),
      m_lossWatch(data->classes()) {
    requireImages(m_train, m_validation, config);
    if (config.model.stemWhitening) whitenStem(*m_classifier, m_train, m_hooks.emit);
    m_resident = placeOnDevice(m_train, derive(config, describe(*data).input()).trainingMemoryBytes,
                               m_classifier->device(), m_hooks.emit);
    StepParts parts = stepParts(config, classWeights(m_train, config.loss.classWeights, m_classifier->device()));
    parts.ranks = m_ranks;
    m_step = std::make_unique<TrainStep>(*m_classifier, *m_optimizer, config.run.seed, m_hooks.emit, std::move(parts));
    m_step->watch([this](TrainStep::Phase ended) {
        if (ended == TrainStep::Phase::Backward && m_layerMeter.isDue(m_position.step + 1)) m_layerMeter.beforeUpdate();
    });
}

Trainer::~Trainer() { m_optimizer->clearGradients(); }

void Trainer::resume() {
    m_position = loadTrainingState(m_keeper.lastPath(), *m_classifier->network(), *m_optimizer);
    m_keeper.resumedAt(m_position.step);
}

bool Trainer::goOn() {
    return m_clock.standStill([this] {
        while (true) {
            const Going own = m_hooks.goOn();
            const Going all = m_ranks != nullptr ? static_cast<Going>(m_ranks->least(static_cast<int>(own))) : own;
            if (all != Going::Wait) return all == Going::On;
        }
    });
}

std::string Trainer::imagesText() const {
    const ChannelStatistics& statistics = m_classifier->description().statistics;
    std::string text;
    for (const DatasetView* view : {&m_train, &m_validation, &m_test}) text += std::to_string(view->count()) + ' ';
    for (const double mean : statistics.mean) text += std::to_string(mean) + ' ';
    return text;
}

RunFinished Trainer::run(const TrainerLimits& limits) {
    if (m_ranks == nullptr || m_ranks->leads()) requireBest();
    if (m_ranks != nullptr) {
        const std::string way = m_ranks->useCard(cardIdentity(m_classifier->device()));
        if (m_classifier->device().is_cuda()) m_hooks.emit(Message{Severity::Info, "The ranks talk over " + way + "."});
        requireSame(*m_ranks, imagesText(), "data sets");
        shareTrainingState(*m_ranks, *m_classifier->network(), *m_optimizer, m_position);
    }
    m_throughput.start(m_position.seconds);
    Outcome outcome = Outcome::Finished;
    try {
        outcome = trainEpochs(limits);
        keepWhatWasLearned();
    } catch (const Diverged& fault) {
        if (m_position.bestEpoch > 0) m_keeper.loadBest(*m_classifier->network());  // of rank 0 alone
        throw Diverged(fault.what() + m_keeper.keptText(m_position));
    }
    RunFinished result = resultOf(outcome);
    const bool wanted = outcome != Outcome::Stopped || limits.testAfterStop;
    if (wanted && m_position.step > 0 && m_test.count() > 0) {
        result.test = evaluate(m_test, "Testing the best weights", false, m_config.run.testViews);
        result.tested = true;
    }
    result.seconds = m_throughput.elapsedSeconds();
    return result;
}

RunFinished Trainer::resultOf(Outcome outcome) const {
    RunFinished result;
    result.reason = outcome == Outcome::Stopped ? StopReason::Stopped : StopReason::Completed;
    if (outcome == Outcome::EarlyStopped) {
        result.reason = StopReason::EarlyStopped;
        result.explanation = std::string("The ") + nameOf(m_config.run.bestBy) +
                             " has not become better since epoch " + std::to_string(m_position.bestEpoch) + ".";
    }
    result.runFolder = m_folder.string();
    result.runName = m_folder.filename().string();
    result.epochsDone = m_position.epoch;
    result.stepsDone = m_position.step;
    result.bestEpoch = m_position.bestEpoch;
    result.bestValidationAccuracy = std::max(m_position.bestAccuracy, 0.0);
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

// A loss can still be a number when the step after it has spoilt the weights. Waits for a GPU once, not for each of them.
void Trainer::requireFiniteWeights() {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> finite;
    for (const torch::Tensor& parameter : m_classifier->network()->parameters())
        finite.push_back(parameter.isfinite().all());
    if (!torch::stack(finite).all().item<bool>())
        m_lossWatch.see(std::numeric_limits<double>::quiet_NaN(), m_position.step);
}

// The run then chooses them anew.
void Trainer::requireBest() {
    if (m_position.bestEpoch == 0 || m_keeper.hasBest()) return;
    m_position.bestEpoch = 0;
    m_position.bestAccuracy = -1;
    m_position.bestValue.reset();
    saveState();
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
    if (m_position.bestEpoch == 0 && m_position.step > 0) {
        if (average() != nullptr) average()->exchange();  // nothing is trained any more
        m_keeper.saveBest(*network, m_position);
    }
    m_keeper.finish();
    if (m_position.bestEpoch > 0) m_keeper.loadBest(*network);
    if (m_ranks != nullptr) shareWeights(*m_ranks, *network);
}

Trainer::Outcome Trainer::trainEpoch(std::int64_t epoch, const TrainerLimits& limits) {
    const std::int64_t begin = m_position.stepInEpoch;
    if (begin == stepsPerEpoch()) return Outcome::Finished;  // it was stopped while validating
    m_step->beginEpoch(epoch);
    EpochBatches batches({m_config, m_train, m_classifier->pipeline(), m_resident.get(), slice()}, epoch,
                         m_position.step, begin);
    PendingSteps pending(m_classifier->device());
    const double start = m_clock.seconds();
    const double secondsBefore = m_position.epochSeconds;
    m_throughput.skip();
    for (std::int64_t i = begin; i < stepsPerEpoch(); ++i) {
        const bool enough = limits.maxSteps > 0 && m_position.step >= limits.maxSteps;
        if (enough || !goOn()) {
            report(pending);
            return Outcome::Stopped;
        }
        if (i == 0) tellOfThaw(epoch);
        const double rate = learningRateAt(m_config, m_position.step, stepsPerEpoch());
        const PreparedBatch batch = batches.next();
        const torch::Tensor metrics = m_step->run(batch, m_position.step, rate);
        ++m_position.step;
        m_position.stepInEpoch = i + 1;
        torch::Tensor layers;
        if (m_layerMeter.isDue(m_position.step)) layers = m_layerMeter.afterUpdate(batch.images);
        pending.add(m_reports.describe(m_position.step, epoch, i + 1, rate), metrics, batch.countOfAll(), layers);
        const bool last = i + 1 == stepsPerEpoch();
        const bool saves = !last && m_keeper.isDue(m_position.step);
        // What is asked after a step is asked of its own weights.
        const bool pinned = m_config.run.pinnedSteps > 0 && m_position.step % m_config.run.pinnedSteps == 0;
        if (pending.due() || last || saves || pinned) report(pending);
        m_position.epochSeconds = secondsBefore + m_clock.seconds() - start;
        if (saves) {
            requireFiniteWeights();
            saveState();
            m_throughput.skip();
        }
    }
    return Outcome::Finished;
}

void Trainer::tellOfThaw(std::int64_t epoch) {
    if (const std::string text = thawText(m_config.optimizer, epoch); !text.empty())
        m_hooks.emit(Message{Severity::Info, text});
}

void Trainer::report(PendingSteps& pending) {
    std::vector<PendingSteps::Step> steps = pending.take();
    std::int64_t images = 0;
    for (const PendingSteps::Step& step : steps) images += step.sums.images;
    if (images > 0) m_throughput.step(images);
    for (PendingSteps::Step& step : steps) {
        m_position.sums += step.sums;
        m_reports.measure(step.event, step.sums);
        m_hooks.emit(step.event);
        if (step.layers.defined())
            m_hooks.emit(LayersMeasured{step.event.step, step.event.epoch, layerStatistics(step.layers)});
        m_lossWatch.see(step.sums.mean().loss, step.event.step);
    }
}

bool Trainer::finishEpoch(std::int64_t epoch) {
    requireFiniteWeights();
    if (m_ranks != nullptr) requireSameWeights(*m_ranks, *m_classifier->network());
    const double start = m_clock.seconds();
    EpochDone done;
    done.epoch = epoch;
    done.epochs = m_config.run.epochs;
    done.step = m_position.step;
    done.train = m_position.sums.mean();
    std::optional<ClassTally> tally;
    if (m_config.run.bestBy == BestBy::MacroF1)
        tally.emplace(m_validation.dataset().classes(), m_classifier->device());
    std::optional<AveragedWeights> averaged;  // what is told and kept of an epoch is theirs, but for what goes on
    try {
        if (average() != nullptr) tellOfPlainWeights();
        averaged.emplace(average());
        done.validation = evaluate(m_validation, "Validating", true, TestViews::One, tally ? &*tally : nullptr);
    } catch (const Cancelled&) {
        return false;
    }
    done.learningRate = learningRateAt(m_config, m_position.step - 1, stepsPerEpoch());
    done.imagesPerSecond = static_cast<double>(m_position.sums.images) / m_position.epochSeconds;
    done.seconds = m_position.epochSeconds;

    std::optional<EpochMetrics> judged;
    if (m_validation.count() > 0) judged = done.validation;
    const double macroF1 = tally ? tally->macroF1() : 0;
    if (tally && judged)
        m_hooks.emit(Message{Severity::Info, "Validation: macro F1 " + percentText(macroF1) + "."});
    done.best = noteIfBest(m_position, m_config.run.bestBy, epoch, judged, macroF1);
    m_position.epoch = epoch;
    m_position.stepInEpoch = 0;
    m_position.sums = {};
    m_position.epochSeconds = 0;
    if (done.best) m_keeper.saveBest(*m_classifier->network(), m_position);
    done.seconds += m_clock.seconds() - start;
    // The curves first: a resume cuts them back to the checkpoint, so that none of the two can be ahead unnoticed.
    m_hooks.emit(done);
    averaged.reset();
    saveState();
    averaged.emplace(average());
    m_keeper.saveEpoch(*m_classifier->network(), m_position);
    averaged.reset();
    m_throughput.epochOverhead(m_clock.seconds() - start);
    return true;
}

void Trainer::tellOfPlainWeights() {
    if (m_validation.count() == 0) return;
    const EpochMetrics plain = evaluate(m_validation, "Validating the plain weights", true);
    m_hooks.emit(Message{Severity::Info,
                         "Validation of the plain weights, without averaging: " + metricsText(plain) + "."});
}

EpochMetrics Trainer::evaluate(const DatasetView& view, const char* what, bool stoppable, TestViews views,
                               ClassTally* tally) {
    const auto progress = [&](std::int64_t done, std::int64_t total) {
        m_hooks.emit(PhaseChanged{what, done, total});
        return goOn() || !stoppable;
    };
    const auto count = [tally](const EvaluatedBatch& batch) {
        if (tally != nullptr) tally->add(batch.logits, batch.labels);
    };
    MetricSums sums = m_classifier->evaluate(view, m_config.run.imagesAtOnce(), progress, slice(), views, count);
    if (m_ranks != nullptr) sums = sumOf(*m_ranks, sums);
    if (m_ranks != nullptr && tally != nullptr) tally->sumOver(*m_ranks);
    if (view.count() > 0) m_hooks.emit(PhaseChanged{what, view.count(), view.count()});
    return sums.mean();
}

}  // namespace vit
