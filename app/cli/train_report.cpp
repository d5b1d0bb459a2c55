// SPDX-License-Identifier: GPL-3.0-or-later
// A training run told to a person at a terminal.
#include "app/cli/train_report.h"

#include "app/cli/text.h"
#include "core/base/number_text.h"
#include "core/events/state_words.h"

#include <algorithm>
#include <limits>

namespace vit::cli {

namespace {

std::string counted(std::int64_t count, const std::string& what) {
    return groupedText(count) + " " + what + (count == 1 ? "" : "s");
}

std::string planText(const RunStarted& run) {
    const std::string step = (run.firstStep - 1) % run.stepsPerEpoch > 0 ? ", step " + groupedText(run.firstStep) : "";
    const std::string going = run.firstStep > 1 ? ", going on with epoch " + std::to_string(run.firstEpoch) + step : "";
    return counted(run.config.run.epochs, "epoch") + " of " + counted(run.stepsPerEpoch, "step") + ", batch " +
           groupedText(run.config.run.batchSize) + going;
}

double median(std::vector<double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::string speedText(double imagesPerSecond) {
    return fixedText(imagesPerSecond, imagesPerSecond < 100 ? 1 : 0) + " images/s";
}

std::string ofEpochs(std::int64_t epoch, std::int64_t epochs) {
    return std::to_string(epoch) + "/" + std::to_string(epochs);
}

}  // namespace

void TrainReport::handle(const Event& event) {
    std::visit([this](const auto& what) { show(what); }, event);
}

void TrainReport::show(const RunStarted& run) {
    m_epochs = run.config.run.epochs;
    m_line.clear();
    const std::string text = table(
        {{"Run", run.runName},
         {"Folder", run.runFolder},
         {"Data", run.config.data.name + ": " + groupedText(run.trainImages) + " training, " +
                      groupedText(run.validationImages) + " validation, " + groupedText(run.testImages) +
                      " test images, " + groupedText(static_cast<std::int64_t>(run.classNames.size())) + " classes"},
         {"Model", groupedText(run.parameters) + " parameters"},
         {"Device", run.device + ", " + run.precision},
         {"Kernels", run.kernels},
         {"Plan", planText(run)}});
    m_line.line(text + "\nAfter each epoch: training, and validation in brackets.");
}

void TrainReport::show(const StepDone& step) {
    m_speeds.push_back(step.imagesPerSecond);
    m_memory = std::max(m_memory, step.memoryBytes);
    std::string numbers;
    for (const Metric& metric : kMetrics)
        if (metric.leads || m_everyStep) numbers += metric.name + (" " + metric.text(step)) + "  ";
    numbers += speedText(step.imagesPerSecond);
    const std::string place = ofEpochs(step.stepInEpoch, step.stepsPerEpoch);
    if (m_everyStep) {
        m_line.line("step " + std::to_string(step.step) + "  epoch " + ofEpochs(step.epoch, m_epochs) + " " + place +
                    "  " + numbers + "  lr " + fixedText(step.learningRate, 6));
        return;
    }
    const std::string before = "epoch " + ofEpochs(step.epoch, m_epochs) + " ";
    const std::string after = " " + place + "  " + numbers + "  ETA " + durationText(step.remainingSeconds);
    const double share = static_cast<double>(step.stepInEpoch) / static_cast<double>(step.stepsPerEpoch);
    m_line.status(before + bar(share, m_line.room(textWidth(before + after))) + after);
}

void TrainReport::show(const EpochDone& epoch) {
    std::string text = "epoch " + ofEpochs(epoch.epoch, epoch.epochs) + "  ";
    for (const Metric& metric : kMetrics)
        text += metric.name + (" " + metric.text(epoch.train)) + " (" + metric.text(epoch.validation) + ")  ";
    m_line.line(text + durationText(epoch.seconds) + (epoch.best ? ", best so far" : ""));
}

void TrainReport::show(const ProbePredicted& probe) {
    std::string text;
    for (const ClassProbability& entry : probe.prediction.top)
        text += (text.empty() ? "" : ", ") + entry.name + " " + percentText(entry.probability);
    const std::string name = probe.image.empty() ? "the picture" : probe.image;
    m_line.line("  " + name + ", step " + groupedText(probe.prediction.step) + ": " + text);
}

void TrainReport::show(const PhaseChanged& phase) {
    m_line.status(phase.total > 0
                      ? phase.what + " " + bar(static_cast<double>(phase.done) / static_cast<double>(phase.total), 16)
                      : phase.what);
}

void TrainReport::show(const Message& message) {
    m_line.line(message.severity == Severity::Warning ? "Warning: " + message.text : message.text);
}

void TrainReport::show(const RunFinished& result) {
    std::vector<std::vector<std::string>> rows = {
        {capitalized(wordsOf(result.reason).state), counted(result.epochsDone, "epoch") + ", " +
                                                        counted(result.stepsDone, "step") + " in " +
                                                        durationText(result.seconds)}};
    if (!result.explanation.empty()) rows.push_back({"Why", result.explanation});
    if (result.bestEpoch > 0) {
        rows.push_back({"Best", "epoch " + std::to_string(result.bestEpoch) + ": validation accuracy " +
                                    percentText(result.bestValidationAccuracy)});
    }
    if (result.tested) {
        for (const Metric& metric : kMetrics)
            rows.push_back({std::string("Test ") + metric.name, metric.text(result.test)});
        if (!result.testViews.empty()) rows.push_back({"Test views", result.testViews});
    }
    if (!m_speeds.empty()) {
        rows.push_back({"Speed", speedText(median(m_speeds)) + " (median)"});
        rows.push_back({"Peak memory", bytesText(m_memory)});
    }
    if (!result.runFolder.empty()) rows.push_back({"Kept in", result.runFolder});
    m_line.line("\n" + table(rows));
}

}  // namespace vit::cli
