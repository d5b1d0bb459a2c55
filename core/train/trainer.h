// SPDX-License-Identifier: GPL-3.0-or-later
// The training loop: epochs of steps, validation, checkpoints and the final test.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/device/device.h"
#include "core/events/event.h"
#include "core/input/resident_images.h"
#include "core/model/classifier.h"
#include "core/ranks/rank_group.h"
#include "core/train/checkpoints/checkpoint.h"
#include "core/train/checkpoints/checkpoint_keeper.h"
#include "core/train/class_tally.h"
#include "core/train/layer_meter.h"
#include "core/train/loss_watch.h"
#include "core/train/optimizers/optimizer.h"
#include "core/train/pending_steps.h"
#include "core/train/run_clock.h"
#include "core/train/step_reports.h"
#include "core/train/throughput.h"
#include "core/train/train_step.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace vit {

// Whether to go on; of several ranks' answers the least one counts.
enum class Going {
    End,
    Wait,  // paused: to be asked again, so that ranks that wait hear that nobody is lost
    On,
};

// What the loop asks of the one who runs it. All are called on the loop's thread.
struct TrainerHooks {
    std::function<void(const Event&)> emit;
    // Between two steps or two batches of an evaluation: End ends the run within this step. The time until it returns
    // is no training time: a pause, or questions to the model that are answered.
    std::function<Going()> goOn;
    // Before a checkpoint: the curves told of so far are to be on the disk. Throws Error if they cannot be.
    std::function<void()> beforeSaving = [] {};
};

struct TrainerLimits {
    std::int64_t maxSteps = 0;   // end (as Stopped) after so many steps; 0 = no limit
    bool testAfterStop = false;  // evaluate the best weights on the test set even when stopped
    std::int64_t stopAfterEpoch = 0;  // end (as Stopped) when this epoch is finished; 0 = at the planned end
};

class Trainer {
public:
    // The folder is the run's own and exists. Inputs are normalised with the given statistics, else with those of the
    // data set. Throws InvalidInput when the data set is too small for the configuration. One of several `ranks` trains on
    // its part of each batch; the folder is that of rank 0, and empty on the others.
    Trainer(const Config& config, const std::shared_ptr<const Dataset>& data, const DeviceSelection& device,
            std::filesystem::path runFolder, TrainerHooks hooks,
            const std::optional<ChannelStatistics>& statistics = std::nullopt, RankGroup* ranks = nullptr);

    // The classifier lives on with whoever shares it; its gradients, as large as the model, do not.
    ~Trainer();
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    Classifier& classifier() { return *m_classifier; }
    std::shared_ptr<Classifier> sharedClassifier() const { return m_classifier; }
    const TrainingPosition& position() const { return m_position; }
    std::int64_t stepsPerEpoch() const { return m_reports.stepsPerEpoch(); }
    const DatasetView& trainView() const { return m_train; }
    const DatasetView& validationView() const { return m_validation; }
    const DatasetView& testView() const { return m_test; }

    // Goes on where this folder's state was saved, within an epoch or after one.
    void resume();

    // Trains to the last planned epoch or until told to end. The classifier holds the best weights afterwards. Of several
    // ranks all start from the weights and the position of rank 0.
    RunFinished run(const TrainerLimits& limits);

private:
    enum class Outcome { Finished, Stopped, EarlyStopped };

    Config m_config;
    std::filesystem::path m_folder;
    TrainerHooks m_hooks;
    RankGroup* m_ranks;  // null: there is one
    DatasetView m_train;
    DatasetView m_validation;
    DatasetView m_test;
    std::shared_ptr<Classifier> m_classifier;
    std::unique_ptr<Optimizer> m_optimizer;
    std::unique_ptr<ResidentImages> m_resident;
    std::unique_ptr<TrainStep> m_step;
    LayerMeter m_layerMeter;
    TrainingPosition m_position;
    RunClock m_clock;
    Throughput m_throughput{m_clock};
    StepReports m_reports;
    CheckpointKeeper m_keeper;
    LossWatch m_lossWatch;

    bool goOn();
    std::string imagesText() const;  // the same on all ranks
    RankSlice slice() const { return m_ranks != nullptr ? m_ranks->slice() : RankSlice(); }
    RunFinished resultOf(Outcome outcome) const;  // but for its test
    Outcome trainEpochs(const TrainerLimits& limits);
    // The steps of the epoch that are left; m_position keeps count of them.
    Outcome trainEpoch(std::int64_t epoch, const TrainerLimits& limits);
    void tellOfThaw(std::int64_t epoch);
    // Tells of the steps whose metrics are waiting, and adds them up.
    void report(PendingSteps& pending);
    bool finishEpoch(std::int64_t epoch);
    bool hasStoppedLearning() const;
    void requireFiniteWeights();
    void requireBest();
    void saveState();
    void keepWhatWasLearned();
    EpochMetrics evaluate(const DatasetView& view, const char* what, bool stoppable, TestViews views = TestViews::One,
                          ClassTally* tally = nullptr);
    // Beside the averaged ones, which are judged.
    void tellOfPlainWeights();
    const WeightAverage* average() const { return m_optimizer->average(); }
};

}  // namespace vit
