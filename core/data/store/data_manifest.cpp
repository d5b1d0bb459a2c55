// SPDX-License-Identifier: GPL-3.0-or-later
// Writes and reads dataset.json.
#include "core/data/store/data_manifest.h"

#include "core/base/json_text.h"
#include "core/data/store/data_source.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"

namespace vit {

namespace {

nlohmann::ordered_json toJson(const MeasuredImages& measured) {
    nlohmann::ordered_json json = {{"images", measured.count},
                                   {"width", measured.shape.width},
                                   {"height", measured.shape.height},
                                   {"channels", measured.shape.channels},
                                   {"mean", measured.statistics.mean},
                                   {"deviation", measured.statistics.deviation}};
    if (!measured.files.empty()) json["files"] = measured.files;
    return json;
}

MeasuredImages measuredFrom(const nlohmann::ordered_json& json) {
    MeasuredImages measured;
    json.at("images").get_to(measured.count);
    json.at("width").get_to(measured.shape.width);
    json.at("height").get_to(measured.shape.height);
    json.at("channels").get_to(measured.shape.channels);
    json.at("mean").get_to(measured.statistics.mean);
    json.at("deviation").get_to(measured.statistics.deviation);
    measured.files = json.value("files", std::string());
    return measured;
}

[[noreturn]] void throwDamaged(const std::filesystem::path& file, const std::string& cause) {
    throw Error(file.string() + " is damaged: " + cause + (cause.ends_with('.') ? "" : ".") +
                " Remove the data set and add it again.");
}

}  // namespace

void writeManifest(const DataManifest& manifest, const std::filesystem::path& file) {
    nlohmann::ordered_json json = {{"kind", manifest.format},
                                   {"description", manifest.description},
                                   {"classes", manifest.classes},
                                   {"validation", manifest.validation},
                                   {"left_out", manifest.leftOut},
                                   {"measured", nlohmann::ordered_json::array()}};
    for (const MeasuredImages& measured : manifest.measured) json["measured"].push_back(toJson(measured));
    writeFileAtomically(file, jsonText(json, 2) + "\n");
}

DataManifest readManifest(const std::filesystem::path& file) {
    const std::string text = readTextFile(file);
    try {
        const nlohmann::ordered_json json = parseStrictJson(text);
        const DataFormat& format = dataFormat(json.at("kind").get<std::string>());
        if (format.builtIn) throw Error("data of this kind are not stored in files");
        DataManifest manifest{.format = std::string(format.name),
                              .description = json.at("description").get<std::string>(),
                              .classes = json.at("classes").get<std::int64_t>(),
                              .validation = json.value("validation", std::int64_t{0}),
                              .leftOut = json.at("left_out").get<std::vector<std::string>>()};
        if (json.contains("measured"))
            for (const auto& entry : json.at("measured")) manifest.measured.push_back(measuredFrom(entry));
        return manifest;
    } catch (const nlohmann::json::exception& fault) {
        throwDamaged(file, jsonFault(fault));
    } catch (const Error& fault) {
        throwDamaged(file, fault.what());
    }
}

}  // namespace vit
