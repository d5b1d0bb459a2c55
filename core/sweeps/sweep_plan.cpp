// SPDX-License-Identifier: GPL-3.0-or-later
// From a plan to its list of trials.
#include "core/sweeps/sweep_plan.h"

#include "core/base/number_text.h"
#include "core/sweeps/sweep_axis.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace vit {

namespace {

constexpr std::size_t kShownProblems = 3;
using Settings = std::vector<SweepSetting>;

bool isDrawn(const SweepPlan& plan) {
    return plan.strategy == SweepStrategy::Random || (plan.strategy == SweepStrategy::Halving && plan.count != 0);
}

// With the count held at one more than is allowed.
std::int64_t gridSize(const SweepPlan& plan) {
    std::int64_t size = 1;
    for (const SweepAxis& axis : plan.axes)
        size = std::min(size * static_cast<std::int64_t>(axisValues(axis).size()), kMaxTrials + 1);
    return size;
}

void checkAxes(const SweepPlan& plan, Issues& issues) {
    if (plan.axes.empty()) issues.push_back({"vary", "Nothing is varied: name at least one hyperparameter."});
    std::set<std::string> seen;
    for (const SweepAxis& axis : plan.axes) {
        if (!seen.insert(axis.key).second) {
            issues.push_back({axis.key, "It is varied twice: keep one."});
        } else if (const auto problem = axisProblem(axis)) {
            issues.push_back({axis.key, *problem});
        } else if (!isDrawn(plan) && !isCountable(axis)) {
            issues.push_back({axis.key, "Give the range a step or a count: a grid needs to know its values."});
        } else if (plan.strategy == SweepStrategy::Halving && axis.key == "run.epochs") {
            issues.push_back({axis.key, "The rungs decide for how many epochs a trial trains: do not vary it."});
        }
    }
}

void checkRungs(const SweepPlan& plan, Issues& issues) {
    if (plan.rungs.empty()) return;
    if (plan.strategy != SweepStrategy::Halving) {
        issues.push_back({"rungs", "Only successive halving has rungs: leave them out."});
        return;
    }
    const bool upwards = std::adjacent_find(plan.rungs.begin(), plan.rungs.end(), std::greater_equal<>()) ==
                         plan.rungs.end();
    if (plan.rungs.front() < 1 || !upwards)
        issues.push_back({"rungs", "Give epochs that grow from one rung to the next, as in 1, 3, 9."});
    constexpr std::size_t kMaxRungs = 16;
    if (plan.rungs.size() > kMaxRungs) issues.push_back({"rungs", "Use at most 16 rungs."});
}

void checkCount(const SweepPlan& plan, Issues& issues) {
    if (plan.strategy == SweepStrategy::Grid && plan.count != 0)
        issues.push_back(
            {"count", "A grid has as many trials as combinations: leave the count out, or draw at random."});
    if (plan.strategy == SweepStrategy::Random && plan.count < 1)
        issues.push_back({"count", "Say how many trials are to be drawn, at least 1."});
    if (plan.count < 0 && plan.strategy == SweepStrategy::Halving)
        issues.push_back({"count", "Say how many trials are to start; 0 stands for the whole grid."});
    if (plan.count > kMaxTrials)
        issues.push_back(
            {"count", "These are more than the " + groupedText(kMaxTrials) + " trials of a sweep: use fewer."});
    if (plan.seed < 0) issues.push_back({"seed", "Use 0 or a number above it."});
}

Config configOf(const SweepPlan& plan, const Settings& settings) {
    Config config = plan.base;
    if (plan.strategy == SweepStrategy::Halving) config.run.epochs = sweepRungs(plan).back();
    for (const SweepSetting& setting : settings) findField(setting.key)->set(config, setting.value);
    return config;
}

std::string settingsText(const Settings& settings) {
    std::string text;
    for (const SweepSetting& setting : settings)
        text += (text.empty() ? "" : ", ") + setting.key + " = " + toText(*findField(setting.key), setting.value);
    return text;
}

Issues trialIssues(const Config& config) {
    Issues issues = validate(config);
    if (issues.empty() && !validates(config.data))
        issues.push_back({"data.validation_share", "Trials are compared by their validation images: use more than 0."});
    return issues;
}

// Takes combinations one after the other, leaves out what cannot be trained or says why.
class Collector {
public:
    Collector(const SweepPlan& plan, SweepPreview& preview) : m_plan(plan), m_preview(preview) {}

    void take(Settings settings) {
        Config config = configOf(m_plan, settings);
        const Issues problems = trialIssues(config);
        if (!problems.empty()) {
            ++m_preview.leftOut;
            if (!m_plan.skipInvalid) complain(settings, problems.front());
            return;
        }
        const int number = static_cast<int>(m_preview.trials.size()) + 1;
        m_preview.trials.push_back({number, std::move(settings), std::move(config)});
    }

    void finish() {
        if (m_plan.skipInvalid) {
            if (m_preview.trials.empty() && m_preview.issues.empty())
                m_preview.issues.push_back({"vary", "None of these combinations can be trained: change the values."});
            return;
        }
        if (m_preview.leftOut > static_cast<std::int64_t>(kShownProblems))
            m_preview.issues.push_back({"vary", "In all " + groupedText(m_preview.leftOut) +
                                                    " combinations cannot be trained: correct the values, or have "
                                                    "such combinations left out (skip_invalid)."});
        m_preview.leftOut = 0;
    }

private:
    const SweepPlan& m_plan;
    SweepPreview& m_preview;

    void complain(const Settings& settings, const Issue& problem) {
        if (m_preview.leftOut > static_cast<std::int64_t>(kShownProblems)) return;
        m_preview.issues.push_back({problem.key, "With " + settingsText(settings) + ": " + problem.message});
    }
};

void takeGrid(const SweepPlan& plan, Collector& collector) {
    std::vector<std::vector<Value>> values;
    for (const SweepAxis& axis : plan.axes) values.push_back(axisValues(axis));
    const std::int64_t size = gridSize(plan);
    for (std::int64_t i = 0; i < size; ++i) {
        Settings settings(plan.axes.size());
        auto rest = static_cast<std::size_t>(i);
        for (std::size_t a = plan.axes.size(); a-- > 0;) {  // the last one varies fastest
            settings[a] = {plan.axes[a].key, values[a][rest % values[a].size()]};
            rest /= values[a].size();
        }
        collector.take(std::move(settings));
    }
}

void takeDrawn(const SweepPlan& plan, Collector& collector, SweepPreview& preview) {
    SplitMix random(static_cast<std::uint64_t>(plan.seed));
    std::vector<Settings> seen;
    const std::int64_t attempts = 1'000 + 50 * plan.count;
    const auto enough = [&] {
        const auto refused = plan.skipInvalid ? 0 : preview.leftOut;
        return static_cast<std::int64_t>(preview.trials.size()) + refused >= plan.count;
    };
    for (std::int64_t i = 0; i < attempts && !enough(); ++i) {
        Settings settings;
        for (const SweepAxis& axis : plan.axes) settings.push_back({axis.key, drawnValue(axis, random)});
        if (std::find(seen.begin(), seen.end(), settings) != seen.end()) continue;
        seen.push_back(settings);
        collector.take(std::move(settings));
    }
    if (!enough() && !preview.trials.empty())
        preview.issues.push_back({"count", "Only " + groupedText(static_cast<std::int64_t>(preview.trials.size())) +
                                               " different combinations were found: ask for fewer, or use a grid."});
}

double costOf(const PlannedTrial& trial) {
    return derive(trial.config, {}).trainingFlopsPerImage * static_cast<double>(trial.config.run.epochs);
}

void putInOrder(const SweepPlan& plan, std::vector<PlannedTrial>& trials) {
    if (plan.order == SweepOrder::Shuffled) seededShuffle(trials, static_cast<std::uint64_t>(plan.seed));
    if (plan.order != SweepOrder::CheapestFirst) return;
    std::stable_sort(trials.begin(), trials.end(),
                     [](const PlannedTrial& a, const PlannedTrial& b) { return costOf(a) < costOf(b); });
}

}  // namespace

SweepPreview previewSweep(const SweepPlan& plan) {
    SweepPreview preview;
    checkAxes(plan, preview.issues);
    checkCount(plan, preview.issues);
    checkRungs(plan, preview.issues);
    if (!preview.issues.empty()) return preview;
    if (!isDrawn(plan) && gridSize(plan) > kMaxTrials) {
        preview.issues.push_back({"vary", "The grid has more than the " + groupedText(kMaxTrials) +
                                              " trials of a sweep: vary less, or draw at random."});
        return preview;
    }
    Collector collector(plan, preview);
    if (isDrawn(plan)) takeDrawn(plan, collector, preview);
    else takeGrid(plan, collector);
    collector.finish();
    putInOrder(plan, preview.trials);
    return preview;
}

SweepPlan extendedPlan(SweepPlan plan, std::int64_t more) {
    if (more < 1) throw InvalidInput(Issues{{"count", "Say how many trials are to be added, at least 1."}});
    if (!isDrawn(plan))
        throw InvalidInput(Issues{{"count", "A grid has no more combinations: start a sweep with more values."}});
    plan.count += std::min(more, kMaxTrials + 1);
    return plan;
}

std::vector<std::int64_t> sweepRungs(const SweepPlan& plan) {
    const std::int64_t epochs = plan.base.run.epochs;
    if (plan.strategy != SweepStrategy::Halving) return {epochs};
    if (!plan.rungs.empty()) return plan.rungs;
    std::vector<std::int64_t> rungs;
    for (const std::int64_t part : {kKeptShare * kKeptShare, kKeptShare, std::int64_t{1}})
        if (epochs / part > 0 && (rungs.empty() || epochs / part > rungs.back())) rungs.push_back(epochs / part);
    return rungs;
}

double sweepFlopsPerImage(const SweepPlan& plan, const std::vector<PlannedTrial>& trials, const ModelInput& input) {
    double perEpoch = 0;  // of all trials
    double all = 0;
    for (const PlannedTrial& trial : trials) {
        const double flops = derive(trial.config, input).trainingFlopsPerImage;
        perEpoch += flops;
        all += flops * static_cast<double>(trial.config.run.epochs);
    }
    if (plan.strategy != SweepStrategy::Halving || trials.empty()) return all;
    all = 0;
    std::int64_t before = 0;
    auto kept = static_cast<std::int64_t>(trials.size());
    for (const std::int64_t rung : sweepRungs(plan)) {
        all += perEpoch / static_cast<double>(trials.size()) * static_cast<double>(kept * (rung - before));
        before = rung;
        kept = std::max<std::int64_t>(1, kept / kKeptShare);
    }
    return all;
}

const Metric& metricOf(SweepObjective objective) {
    return objective == SweepObjective::ValidationAccuracy ? kAccuracy : kLoss;
}

bool isBetter(SweepObjective objective, double a, double b) {
    if (std::isnan(a)) return false;
    if (std::isnan(b)) return true;
    return metricOf(objective).higherIsBetter ? a > b : a < b;
}

}  // namespace vit
