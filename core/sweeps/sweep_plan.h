// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep: many runs of one experiment with some of its hyperparameters varied. Planning is a pure function of the
// plan.
#pragma once

#include "core/base/error.h"
#include "core/config/config.h"
#include "core/config/derived.h"
#include "core/config/schema.h"
#include "core/events/metrics.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

enum class SweepScale { List, Range, LogRange };
enum class SweepStrategy { Grid, Random, Halving };
enum class SweepObjective { ValidationAccuracy, ValidationLoss };
enum class SweepOrder { Listed, Shuffled, CheapestFirst };

// One hyperparameter and what it is varied over.
struct SweepAxis {
    std::string key;
    SweepScale scale = SweepScale::List;
    std::vector<Value> values;  // of List
    double from = 0;            // of the ranges, both ends included
    double to = 0;
    double step = 0;            // of Range; 0 = none
    std::int64_t count = 0;     // so many values, evenly spaced on the scale; 0 = any value between (to be drawn from)

    bool operator==(const SweepAxis&) const = default;
};

// Successive halving (Jamieson & Talwalkar, "Non-stochastic best arm identification", 2016): every trial trains to the
// end of the first rung; the best third of these goes on to the end of the next one, from its checkpoint, and so on.
struct SweepPlan {
    std::string name = "sweep";  // becomes part of the names of its runs
    Config base;
    std::vector<SweepAxis> axes;
    SweepStrategy strategy = SweepStrategy::Grid;
    std::int64_t count = 0;           // trials of Random and Halving; Halving with 0 starts with the whole grid
    std::int64_t seed = 1;            // of the drawing and of SweepOrder::Shuffled
    std::vector<std::int64_t> rungs;  // of Halving: epochs in all at the end of each rung; empty = see sweepRungs()
    SweepObjective objective = SweepObjective::ValidationAccuracy;
    SweepOrder order = SweepOrder::Listed;
    bool skipInvalid = false;  // leave out combinations that cannot be trained, instead of refusing the plan

    bool operator==(const SweepPlan&) const = default;
};

struct SweepSetting {
    std::string key;
    Value value;

    bool operator==(const SweepSetting&) const = default;
};

struct PlannedTrial {
    int number = 0;  // from 1, in the order in which combinations are counted or drawn
    std::vector<SweepSetting> settings;
    Config config;
};

struct SweepPreview {
    Issues issues;                     // empty: the plan can be run
    std::vector<PlannedTrial> trials;  // in the order in which they are to be run
    std::int64_t leftOut = 0;          // combinations that skipInvalid has left out
};

inline constexpr std::int64_t kMaxTrials = 1'000;
inline constexpr std::int64_t kKeptShare = 3;  // halving keeps one in so many

// The trials, or what is wrong. Keys of issues are hyperparameters or the plan's own: "count", "rungs", "vary", …
SweepPreview previewSweep(const SweepPlan& plan);

// Random and Halving with a count: the plan with `more` trials begins with the trials of the plan. Throws InvalidInput
// for a grid, which has no more.
SweepPlan extendedPlan(SweepPlan plan, std::int64_t more);

// Of Halving: plan.rungs, by default a ninth, a third and all of the base's epochs. Of the others: the base's epochs.
std::vector<std::int64_t> sweepRungs(const SweepPlan& plan);
// Arithmetic of training the whole sweep, for each training image: with a run's measured speed it gives the time. Which
// trials halving keeps is not known beforehand: they count as the average of all.
double sweepFlopsPerImage(const SweepPlan& plan, const std::vector<PlannedTrial>& trials, const ModelInput& input);
const Metric& metricOf(SweepObjective objective);             // of the validation images
bool isBetter(SweepObjective objective, double a, double b);  // false if `a` is NaN

// {"preset": "testing", "config": {…}, "vary": {"optimizer.learning_rate": {"log_range": [1e-4, 1e-2], "count": 3},
//  "model.layers": [2, 4], "model.mlp_dropout": {"range": [0, 0.4], "step": 0.1}}, "strategy": "halving", "count": 9,
//  "seed": 1, "rungs": [1, 3, 9], "objective": "validation_accuracy", "order": "listed", "skip_invalid": false}
// Throws InvalidInput naming every key at fault; `name` is used when the file gives none.
SweepPlan sweepPlanFromJson(std::string_view json, const std::string& name = "sweep");
SweepPlan loadSweepPlan(const std::filesystem::path& path);
std::string toJson(const SweepPlan& plan);  // with the whole configuration

}  // namespace vit
