// SPDX-License-Identifier: GPL-3.0-or-later
// The summary as JSON.
#include "core/evaluation/evaluation_summary.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/strict_json.h"

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

Json toJson(const Interval& interval) { return {interval.low, interval.high}; }

Interval intervalFrom(const Json& json) { return {json.at(0).get<double>(), json.at(1).get<double>()}; }

std::string intervalKey(const Metric& metric) { return std::string(metric.key) + "_interval"; }

Json toJson(const std::vector<CalibrationBin>& bins) {
    Json rows = Json::array();
    for (const CalibrationBin& bin : bins)
        rows.push_back({bin.low, bin.high, bin.images, bin.confidence, bin.accuracy});
    return rows;
}

std::vector<CalibrationBin> binsFrom(const Json& json) {
    std::vector<CalibrationBin> bins;
    for (const Json& row : json) {
        bins.push_back({row.at(0).get<double>(), row.at(1).get<double>(), row.at(2).get<std::int64_t>(),
                        row.at(3).get<double>(), row.at(4).get<double>()});
    }
    return bins;
}

Json toJson(const TemperaturePreview& preview) {
    return {{"value", preview.temperature},      {"fitted_on", preview.fittedOn},
            {"reported_on", preview.reportedOn}, {"accuracy", preview.accuracy},
            {"ece_before", preview.eceBefore},   {"ece_after", preview.eceAfter},
            {"loss_before", preview.lossBefore}, {"loss_after", preview.lossAfter}};
}

TemperaturePreview temperatureFrom(const Json& json) {
    TemperaturePreview preview;
    json.at("value").get_to(preview.temperature);
    json.at("fitted_on").get_to(preview.fittedOn);
    json.at("reported_on").get_to(preview.reportedOn);
    json.at("accuracy").get_to(preview.accuracy);
    json.at("ece_before").get_to(preview.eceBefore);
    json.at("ece_after").get_to(preview.eceAfter);
    json.at("loss_before").get_to(preview.lossBefore);
    json.at("loss_after").get_to(preview.lossAfter);
    return preview;
}

EvaluationSummary summaryFrom(const Json& json) {
    EvaluationSummary summary;
    EvaluationSubject& subject = summary.subject;
    json.at("run").get_to(subject.run);
    json.at("epoch").get_to(subject.epoch);
    json.at("step").get_to(subject.step);
    json.at("data").get_to(subject.data);
    json.at("split").get_to(subject.split);
    json.at("device").get_to(subject.device);
    json.at("precision").get_to(subject.precision);
    subject.views = json.value("views", std::string());
    json.at("images").get_to(summary.images);
    json.at("classes").get_to(summary.classes);
    for (const Metric& metric : kMetrics) json.at(metric.key).get_to(summary.metrics.*metric.value);
    summary.accuracy = intervalFrom(json.at(intervalKey(kAccuracy)));
    summary.top5Accuracy = intervalFrom(json.at(intervalKey(kTop5Accuracy)));
    json.at("macro_precision").get_to(summary.mean.precision);
    json.at("macro_recall").get_to(summary.mean.recall);
    json.at("macro_f1").get_to(summary.mean.f1);
    json.at("ece").get_to(summary.ece);
    json.at("adaptive_ece").get_to(summary.adaptiveEce);
    if (json.contains("equal_width_bins")) summary.equalWidth = binsFrom(json.at("equal_width_bins"));
    if (json.contains("equal_count_bins")) summary.equalCount = binsFrom(json.at("equal_count_bins"));
    if (json.contains("temperature")) summary.temperature = temperatureFrom(json.at("temperature"));
    return summary;
}

}  // namespace

std::string toJson(const EvaluationSummary& summary) {
    const EvaluationSubject& subject = summary.subject;
    Json json = {{"run", subject.run},         {"epoch", subject.epoch},     {"step", subject.step},
                 {"data", subject.data},       {"split", subject.split},     {"device", subject.device},
                 {"precision", subject.precision}, {"images", summary.images}, {"classes", summary.classes}};
    for (const Metric& metric : kMetrics) json[metric.key] = summary.metrics.*metric.value;
    if (!subject.views.empty()) json["views"] = subject.views;
    json[intervalKey(kAccuracy)] = toJson(summary.accuracy);
    json[intervalKey(kTop5Accuracy)] = toJson(summary.top5Accuracy);
    json["macro_precision"] = summary.mean.precision;
    json["macro_recall"] = summary.mean.recall;
    json["macro_f1"] = summary.mean.f1;
    json["ece"] = summary.ece;
    json["adaptive_ece"] = summary.adaptiveEce;
    if (!summary.equalWidth.empty()) json["equal_width_bins"] = toJson(summary.equalWidth);
    if (!summary.equalCount.empty()) json["equal_count_bins"] = toJson(summary.equalCount);
    if (summary.temperature) json["temperature"] = toJson(*summary.temperature);
    return jsonText(json, 2) + "\n";
}

EvaluationSummary evaluationSummaryFromJson(std::string_view text) {
    try {
        return summaryFrom(parseStrictJson(text));
    } catch (const nlohmann::json::exception& fault) {
        throw Error("The evaluation cannot be read: " + jsonFault(fault) + ". Evaluate the run again.");
    }
}

}  // namespace vit
