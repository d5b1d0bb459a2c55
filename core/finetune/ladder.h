// SPDX-License-Identifier: GPL-3.0-or-later
// One rung after the other, each with its result beside the others.
#pragma once

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/data/store/data_store.h"
#include "core/evaluation/image_answers.h"
#include "core/finetune/answer_figures.h"
#include "core/finetune/features.h"
#include "core/finetune/learning_curve.h"
#include "core/finetune/photo_report.h"
#include "core/finetune/rungs.h"
#include "core/runs/run_store.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vit {

inline constexpr std::int64_t kTuningEpochs = 10;

struct LadderRequest {
    std::filesystem::path model;  // a run's folder
    std::string data;             // a data set of the store
    std::vector<Rung> rungs;      // in the table's order, whatever the order here
    std::int64_t epochs = kTuningEpochs;  // of the rungs that train
    std::filesystem::path cache = featureCacheFolder();
};

struct RungResult {
    Rung rung = Rung::Neighbours;
    AnswerFigures figures;           // on the test photos
    ImageAnswers answers;            // so too
    std::optional<double> estimate;  // accuracy on the training photos: left one out, or cross-validated
    std::string detail;              // "k = 5, left one out"
    double seconds = 0;              // without the features, which the rungs share
    std::filesystem::path run;       // what it left; empty: nothing to be asked
    std::string problem;             // not empty: it came to nothing, and why

    bool done() const { return problem.empty(); }
};

struct LadderResult {
    std::shared_ptr<const Dataset> photos;
    PhotoReport report;
    double featureSeconds = 0;
    bool featuresKept = false;  // they were there from another time
    std::vector<RungResult> rungs;
    std::optional<LearningCurve> curve;  // with the linear probe
    std::vector<std::string> notes;      // what could not be done, none of which the results depend on
};

// The one who climbs it. All are called on the thread of climb().
struct LadderHost {
    Progress progress;
    std::function<void(const LadderResult&)> changed;  // when the report, a result or the curve has come in
    std::function<void(Rung)> began;
    // Trains and returns how it ended; throws Cancelled when it was stopped, Error when it failed.
    std::function<RunFinished(const TrainRequest&)> train;
};

// Throws Cancelled, and Error or InvalidInput where nothing can be begun: no rung, no test photos, no such model or data.
// A rung that fails has its problem in its result, and the next one follows. Those that train begin with the linear
// probe's run if there is one, else with the model's weights and a new head.
LadderResult climb(const LadderRequest& request, DataStore& store, const RunStore& runs, const LadderHost& host);

// The best rung that left a run, or the best of all if none did; null without results. Of equals the cheaper one.
const RungResult* bestRung(const LadderResult& result, bool withRun);

// Which way is best, in one or two sentences; it says so where a cheaper one is as good within the limits of chance.
std::string verdict(const LadderResult& result);

}  // namespace vit
