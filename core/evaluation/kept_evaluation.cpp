// SPDX-License-Identifier: GPL-3.0-or-later
// Adds the classes and the matrix to the summary's JSON.
#include "core/evaluation/kept_evaluation.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/strict_json.h"

#include <utility>

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

// [true class, predicted class, images] of each cell that has some.
Json cellsOf(const ConfusionMatrix& confusion) {
    Json cells = Json::array();
    for (std::int64_t truth = 0; truth < confusion.classes(); ++truth)
        for (std::int64_t predicted = 0; predicted < confusion.classes(); ++predicted)
            if (const std::int64_t images = confusion.at(truth, predicted); images > 0)
                cells.push_back({truth, predicted, images});
    return cells;
}

ConfusionMatrix confusionFrom(const Json& cells, std::int64_t classes, std::int64_t images) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(classes * classes));
    std::int64_t counted = 0;
    for (const Json& cell : cells) {
        const auto truth = cell.at(0).get<std::int64_t>(), predicted = cell.at(1).get<std::int64_t>();
        const auto count = cell.at(2).get<std::int64_t>();
        const bool inside = truth >= 0 && truth < classes && predicted >= 0 && predicted < classes;
        if (!inside || count < 1 || count > images - counted)
            throw Error("The evaluation cannot be read: its confusions do not agree with its classes and images.");
        counts[static_cast<std::size_t>(truth * classes + predicted)] += count;
        counted += count;
    }
    return {classes, std::move(counts)};
}

}  // namespace

std::string toJson(const KeptEvaluation& evaluation) {
    if (evaluation.confusion.classes() > kMostKeptClasses) return toJson(evaluation.summary);
    Json json = Json::parse(toJson(evaluation.summary));
    json["class_names"] = evaluation.classes.names;
    json["superclasses"] = evaluation.classes.superclasses;
    json["confusion"] = cellsOf(evaluation.confusion);
    return jsonText(json, 2) + "\n";
}

KeptEvaluation keptEvaluationFromJson(std::string_view text) {
    KeptEvaluation evaluation{evaluationSummaryFromJson(text), {}, {}};
    try {
        const nlohmann::ordered_json json = parseStrictJson(text);
        if (!json.contains("confusion")) return evaluation;
        auto& [names, superclasses] = evaluation.classes;
        json.at("class_names").get_to(names);
        json.at("superclasses").get_to(superclasses);
        const auto classes = static_cast<std::int64_t>(names.size());
        if (classes != evaluation.summary.classes || classes > kMostKeptClasses ||
            (!superclasses.empty() && superclasses.size() != names.size()))
            throw Error("The evaluation cannot be read: it does not name its classes. Evaluate the run again.");
        evaluation.confusion = confusionFrom(json.at("confusion"), classes, evaluation.summary.images);
    } catch (const nlohmann::json::exception& fault) {
        throw Error("The evaluation cannot be read: " + jsonFault(fault) + ". Evaluate the run again.");
    }
    return evaluation;
}

}  // namespace vit
