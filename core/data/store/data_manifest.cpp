// SPDX-License-Identifier: GPL-3.0-or-later
// Writes and reads dataset.json.
#include "core/data/store/data_manifest.h"

#include "core/base/json_text.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"

#include <array>

namespace vit {

namespace {

struct KindName {
    DataKind kind;
    const char* name;
};
constexpr std::array<KindName, 4> kKinds = {KindName{DataKind::Cifar10, "cifar-10-binary"},
                                            KindName{DataKind::Cifar100, "cifar-100-binary"},
                                            KindName{DataKind::Idx, "idx"},
                                            KindName{DataKind::ImageFolder, "image-folder"}};

std::string nameOf(DataKind kind) {
    for (const KindName& entry : kKinds)
        if (entry.kind == kind) return entry.name;
    throw Error("Data of this kind are not stored in files.");
}

DataKind kindOf(const std::string& name) {
    for (const KindName& entry : kKinds)
        if (entry.name == name) return entry.kind;
    throw Error("\"" + name + "\" is no kind of data set");
}

[[noreturn]] void throwDamaged(const std::filesystem::path& file, const std::string& cause) {
    throw Error(file.string() + " is damaged: " + cause + (cause.ends_with('.') ? "" : ".") +
                " Remove the data set and add it again.");
}

}  // namespace

void writeManifest(const DataManifest& manifest, const std::filesystem::path& file) {
    const nlohmann::ordered_json json = {{"kind", nameOf(manifest.kind)},
                                         {"description", manifest.description},
                                         {"classes", manifest.classes},
                                         {"left_out", manifest.leftOut}};
    writeFileAtomically(file, jsonText(json, 2) + "\n");
}

DataManifest readManifest(const std::filesystem::path& file) {
    const std::string text = readTextFile(file);
    try {
        const nlohmann::ordered_json json = parseStrictJson(text);
        return {.kind = kindOf(json.at("kind").get<std::string>()),
                .description = json.at("description").get<std::string>(),
                .classes = json.at("classes").get<std::int64_t>(),
                .leftOut = json.at("left_out").get<std::vector<std::string>>()};
    } catch (const nlohmann::json::exception& fault) {
        throwDamaged(file, jsonFault(fault));
    } catch (const Error& fault) {
        throwDamaged(file, fault.what());
    }
}

}  // namespace vit
