// SPDX-License-Identifier: GPL-3.0-or-later
// The description as JSON.
#include "core/data/data_description.h"

#include "core/base/error.h"
#include "core/base/json_text.h"

#include <nlohmann/json.hpp>

namespace vit {

namespace {

FileMarks marksOf(const Dataset& dataset) {
    const FileMarks train = dataset.train().marks();
    const FileMarks test = dataset.test().marks();
    const FileMarks& later = train.changed < test.changed ? test : train;
    return {train.count + test.count, train.sizes + test.sizes, train.times + test.times, later.changed, later.lastChanged};
}

}  // namespace

DataDescription describe(const Dataset& dataset) {
    return {dataset.name(), dataset.classNames(), dataset.shape(), dataset.statistics(), marksOf(dataset)};
}

std::string toJson(const DataDescription& description) {
    nlohmann::ordered_json json = {
        {"dataset", description.dataset},
        {"class_names", description.classNames},
        {"native_width", description.nativeShape.width},
        {"native_height", description.nativeShape.height},
        {"channels", description.nativeShape.channels},
        {"mean", description.statistics.mean},
        {"deviation", description.statistics.deviation},
    };
    if (const FileMarks& files = description.files; files.count > 0)
        json["files"] = {{"count", files.count}, {"sizes", files.sizes}, {"times", files.times}, {"changed", files.changed}};
    return jsonText(json, 2);
}

DataDescription dataDescriptionFromJson(std::string_view text) {
    try {
        const auto json = nlohmann::json::parse(text);
        DataDescription description;
        json.at("dataset").get_to(description.dataset);
        json.at("class_names").get_to(description.classNames);
        json.at("native_width").get_to(description.nativeShape.width);
        json.at("native_height").get_to(description.nativeShape.height);
        json.at("channels").get_to(description.nativeShape.channels);
        json.at("mean").get_to(description.statistics.mean);
        json.at("deviation").get_to(description.statistics.deviation);
        if (const auto files = json.find("files"); files != json.end()) {
            files->at("count").get_to(description.files.count);
            files->at("sizes").get_to(description.files.sizes);
            files->at("times").get_to(description.files.times);
            files->at("changed").get_to(description.files.changed);
        }
        return description;
    } catch (const nlohmann::json::exception& fault) {
        throw Error("The model's description cannot be read: " + jsonFault(fault) + ".");
    }
}

}  // namespace vit
