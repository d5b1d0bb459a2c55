// SPDX-License-Identifier: GPL-3.0-or-later
// What a training run tells the world, as small plain values: the only things that cross the thread border outwards.
#pragma once

#include "core/config/config.h"
#include "core/events/kept_map.h"
#include "core/events/layers.h"
#include "core/events/metrics.h"
#include "core/events/prediction.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vit {

// Losses are mean cross-entropies in nats; accuracies are shares, 0–1.
struct RunStarted {
    std::string runName;
    std::string runFolder;
    Config config;
    std::string device;      // in words, with why if it was chosen: "CPU, 2 threads (no CUDA device found)"
    std::string precision;   // "fp32" or "bf16"
    std::string kernels;     // which code path runs and why
    std::int64_t parameters = 0;
    std::vector<std::string> classNames;
    std::int64_t trainImages = 0;
    std::int64_t validationImages = 0;
    std::int64_t testImages = 0;
    std::int64_t stepsPerEpoch = 0;
    std::int64_t firstEpoch = 1;  // above 1 when a run goes on
    std::int64_t firstStep = 1;   // so too; within an epoch when it goes on from there
};

struct StepDone : EpochMetrics {   // of this batch, in training mode
    std::int64_t step = 0;         // since the run began, from 1
    std::int64_t epoch = 0;        // from 1
    std::int64_t stepInEpoch = 0;  // from 1
    std::int64_t stepsPerEpoch = 0;
    double learningRate = 0;
    double imagesPerSecond = 0;    // smoothed
    double elapsedSeconds = 0;     // since Train
    double remainingSeconds = 0;   // estimated, with validation; below 0 = not known yet
    double memoryBytes = 0;        // peak resident memory, or the GPU's peak
};

struct LayersMeasured {  // of the layers after some of the steps: the embedding, the blocks, final norm and head
    std::int64_t step = 0;
    std::int64_t epoch = 0;  // from 1
    std::vector<LayerStatistics> layers;
};

struct EpochDone {
    std::int64_t epoch = 0;  // from 1
    std::int64_t epochs = 0;
    std::int64_t step = 0;   // steps done so far
    EpochMetrics train;      // running averages over the epoch, in training mode
    EpochMetrics validation; // all NaN when there are no validation images
    double learningRate = 0;
    double seconds = 0;      // of this epoch, with validation
    double imagesPerSecond = 0;
    bool best = false;       // of all so far, see run.best_by: saved
};

struct CheckpointSaved {
    std::string path;
    std::int64_t epoch = 0;  // finished epochs
    bool best = false;
    std::int64_t step = 0;   // finished steps
};

struct ProbePredicted {  // a pinned image, after each epoch and every run.pinned_steps steps
    Prediction prediction;
    std::string image{};     // its file in the run's folder; empty: none is kept, as in older runs
    std::optional<KeptMap> map{};  // as run.pinned_map wants it: of the class that is first, or of the tokens
};

struct PhaseChanged {  // what goes on between steps: "Loading CIFAR-100", "Validating", "Testing"
    std::string what;
    std::int64_t done = 0;
    std::int64_t total = 0;  // 0 = not known
};

enum class Severity { Info, Warning };

struct Message {
    Severity severity = Severity::Info;
    std::string text;
};

enum class StopReason {
    Completed,
    Stopped,       // as the user asked
    EarlyStopped,  // no better epoch for run.patience epochs
    Diverged,      // the loss exploded or was no number
    Failed,
};

struct RunFinished {
    StopReason reason = StopReason::Completed;
    std::string runName;
    std::string runFolder;
    std::int64_t epochsDone = 0;
    std::int64_t stepsDone = 0;
    std::int64_t bestEpoch = 0;     // 0 = none was finished
    double bestValidationAccuracy = 0;  // after bestEpoch
    bool tested = false;
    EpochMetrics test;              // of the best weights, on the test set
    double seconds = 0;
    std::string explanation;        // of EarlyStopped, Diverged and Failed: what happened
    std::string testPrecision;      // what the test was computed in, "fp32" or "bf16"; empty: not tested, or not known
    std::string testViews;          // as viewsText() has it; empty: of one view, or not tested
};

struct RunFailed {
    std::string runName;            // empty if it failed before there was one
    std::string text;               // what happened and what to do
    std::vector<std::string> keys;  // hyperparameters at fault, if any
};

using Event = std::variant<RunStarted, StepDone, LayersMeasured, EpochDone, CheckpointSaved, ProbePredicted,
                           PhaseChanged, Message, RunFinished, RunFailed>;

// One JSON object on one line, {"event": "step", …}.
std::string toJson(const Event& event);

}  // namespace vit
