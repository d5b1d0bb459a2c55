// SPDX-License-Identifier: GPL-3.0-or-later
// The sections of an evaluation's report.
#include "core/export/evaluation_report.h"

#include "core/base/markup.h"
#include "core/base/number_text.h"
#include "core/evaluation/class_order.h"
#include "core/evaluation/evaluation_words.h"
#include "core/export/evaluation_plots.h"
#include "core/export/html_page.h"

#include <algorithm>

namespace vit {

namespace {

std::string resultTable(const EvaluationSummary& summary) {
    const EvaluationSubject& subject = summary.subject;
    std::string rows = tableRow("Data", subject.data + ", " + subject.split) +
                       tableRow("Images", groupedText(summary.images)) +
                       tableRow("Weights", "after epoch " + groupedText(subject.epoch) + ", step " +
                                               groupedText(subject.step)) +
                       tableRow("Computed on", subject.device + ", " + subject.precision);
    for (const EvaluationFigure& figure : figuresOf(summary)) rows += tableRow(figure.label, figure.value, figure.help);
    return "<table>" + rows + "</table>\n";
}

std::string cells(const std::vector<std::string>& values) {
    std::string row;
    for (const std::string& value : values) row += "<td>" + escaped(value) + "</td>";
    return row + "</tr>\n";
}

std::string tableOfClasses(const Evaluation& evaluation) {
    std::string rows =
        "<tr><th>Class</th><th>Precision</th><th>Recall</th><th>F1</th><th>Images</th></tr>\n";
    for (std::size_t i = 0; i < evaluation.scores.size(); ++i) {
        const ClassScores& scores = evaluation.scores[i];
        rows += "<tr><th>" + escaped(evaluation.classes.names[i]) + "</th>" +
                cells({percentText(scores.precision), percentText(scores.recall), percentText(scores.f1),
                       groupedText(scores.support)});
    }
    return "<table class=\"numbers\">" + rows + "</table>\n";
}

}  // namespace

std::string calibrationReport(const EvaluationSummary& summary) {
    if (summary.equalWidth.empty()) return {};
    return "<p>A model whose confidence can be believed lies on the dashed line; below it, it is too sure.</p>\n"
           "<div class=\"plots\">\n" +
           reliabilityPlot("Bins of equal width", summary.equalWidth) +
           reliabilityPlot("Bins of equal numbers of images", summary.equalCount) + "</div>\n";
}

std::string pairsReport(const KeptEvaluation& evaluation) {
    if (evaluation.classes.names.empty()) return {};
    constexpr std::size_t kMost = 25;
    std::vector<ConfusedPair> pairs = evaluation.confusion.confusedPairs();
    if (pairs.empty()) return "<p>Not one image was taken for another class.</p>\n";
    const std::string note = pairs.size() > kMost ? "<p class=\"note\">The first " + std::to_string(kMost) + " of " +
                                                        groupedText(static_cast<std::int64_t>(pairs.size())) + ".</p>\n"
                                                  : "";
    pairs.resize(std::min(pairs.size(), kMost));
    std::string rows = "<tr><th>True class</th><th>Taken for</th><th>Images</th><th>Of the true class</th></tr>\n";
    for (const ConfusedPair& pair : pairs) {
        const auto& names = evaluation.classes.names;
        rows += "<tr><th>" + escaped(names[static_cast<std::size_t>(pair.truth)]) + "</th><th>" +
                escaped(names[static_cast<std::size_t>(pair.predicted)]) + "</th>" +
                cells({groupedText(pair.images), percentText(pair.share)});
    }
    return "<table class=\"numbers\">" + rows + "</table>\n" + note;
}

std::string confusionReport(const KeptEvaluation& evaluation) {
    const auto& [names, superclasses] = evaluation.classes;
    if (names.empty()) return {};
    const bool grouped = !superclasses.empty();
    const ClassOrder order =
        grouped ? orderBySuperclass(names, superclasses) : orderBySimilarity(evaluation.confusion);
    const std::string how = grouped ? "The classes stand by superclass." : "Classes that are confused stand together.";
    return "<p>Rows are true classes, columns what they were taken for; each cell says more when pointed at. " + how +
           "</p>\n" + confusionPlot(evaluation.confusion, names, order, superclasses);
}

std::string htmlReport(const Evaluation& evaluation) {
    return htmlPage("Evaluation of " + evaluation.summary.subject.run,
                    section("Results", resultTable(evaluation.summary)) +
                        section("Calibration", calibrationReport(evaluation.summary)) +
                        section("Most confused", pairsReport(evaluation)) +
                        section("Confusion matrix", confusionReport(evaluation)) +
                        section("Classes", tableOfClasses(evaluation)));
}

}  // namespace vit
