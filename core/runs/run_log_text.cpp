// SPDX-License-Identifier: GPL-3.0-or-later
// A sentence for each thing that happens once an epoch or less often.
#include "core/runs/run_log_text.h"

#include "core/base/number_text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace vit {

namespace {

std::string format(const char* pattern, auto... values) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), pattern, values...);
    return text.data();
}

std::string percent(double share) { return format("%.2f %%", share * 100); }

std::string duration(double seconds) {
    const long long all = std::llround(seconds);
    return all < 60 ? format("%.1f s", seconds) : format("%lld:%02lld:%02lld h", all / 3600, all / 60 % 60, all % 60);
}

std::string metrics(const EpochMetrics& metrics) {
    return "loss " + format("%.4f", metrics.loss) + ", accuracy " + percent(metrics.accuracy) + ", top-5 " +
           percent(metrics.top5Accuracy);
}

const char* verb(StopReason reason) {
    switch (reason) {
        case StopReason::Completed: return " finished";
        case StopReason::Stopped: return " was stopped";
        case StopReason::EarlyStopped: return " was stopped early";
        case StopReason::Diverged: return " diverged";
        case StopReason::Failed: return " failed";
    }
    return " ended";
}

}  // namespace

std::string logText(const RunStarted& run) {
    return run.runName + (run.firstStep > 1 ? " goes on with step " + groupedText(run.firstStep) : " began") + ": " +
           groupedText(run.parameters) + " parameters, " + groupedText(run.trainImages) + " training, " +
           groupedText(run.validationImages) + " validation and " + groupedText(run.testImages) + " test images, " +
           run.device + ", " + run.precision + ", " + run.kernels + ".";
}

std::string logText(const EpochDone& epoch) {
    std::string text = "Epoch " + groupedText(epoch.epoch) + " of " + groupedText(epoch.epochs) +
                       (epoch.best ? ", the best so far: " : ": ") + metrics(epoch.train);
    if (!std::isnan(epoch.validation.loss)) text += "; validation " + metrics(epoch.validation);
    return text + "; " + duration(epoch.seconds) + ", " + groupedText(std::llround(epoch.imagesPerSecond)) +
           " images/s.";
}

std::string logText(const RunFinished& result) {
    std::string text = result.runName + verb(result.reason) + " after " + groupedText(result.epochsDone) +
                       (result.epochsDone == 1 ? " epoch in " : " epochs in ") + duration(result.seconds) + ".";
    const bool failed = result.reason == StopReason::Diverged || result.reason == StopReason::Failed;
    if (!failed && !result.explanation.empty()) text += " " + result.explanation;
    if (result.tested)
        text += " Test: " + metrics(result.test) + " (weights of epoch " + groupedText(result.bestEpoch) +
                (result.testViews.empty() ? "" : ", " + result.testViews) + ").";
    return text;
}

}  // namespace vit
