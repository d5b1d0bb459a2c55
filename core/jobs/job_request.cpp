// SPDX-License-Identifier: GPL-3.0-or-later
// Requests as JSON.
#include "core/jobs/job_request.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/config/schema.h"
#include "core/io/base64.h"
#include "core/io/strict_json.h"

namespace vit {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRanks = 1024;
constexpr int kLeastPriority = 19;

Json listOf(const std::vector<std::string>& pictures) {
    Json list = Json::array();
    for (const std::string& png : pictures) list.push_back(base64(png));
    return list;
}

std::vector<std::string> picturesIn(const Json& list) {
    std::vector<std::string> pictures;
    for (const Json& text : list) {
        std::optional<std::string> png = fromBase64(text.get_ref<const std::string&>());
        if (!png) throw InvalidInput("A picture of the request is no base64 text.");
        pictures.push_back(std::move(*png));
    }
    return pictures;
}

// Runs `read`; what the library throws comes out as InvalidInput.
template <typename Read>
auto withClearFaults(Read read) {
    try {
        return read();
    } catch (const nlohmann::json::exception& fault) {
        throw InvalidInput("The request cannot be used: " + jsonFault(fault) + ".");
    }
}

}  // namespace

std::string jobVersion() { return VIT_VERSION; }

void requireSameVersion(const std::string& other) {
    if (other == jobVersion()) return;
    throw InvalidInput("There is version " + jobVersion() + " of ViT Workbench, and the one that asks is " +
                       (other.empty() ? "of no known version" : "version " + other) +
                       ": install the same one on both computers.");
}

std::string toJson(const JobRequest& request) {
    const Json json = {{"version", request.version},
                       {"config", Json::parse(toJson(request.config))},
                       {"token", request.token},
                       {"label", request.label},
                       {"resume_from", request.resumeFrom},
                       {"more_epochs", request.extension.epochs},
                       {"stretch", request.extension.schedule == ScheduleEnd::Stretch},
                       {"ranks", request.ranks},
                       {"pictures", listOf(request.pictures)},
                       {"niceness", request.niceness},
                       {"data_folder", request.dataFolder.string()},
                       {"runs_folder", request.runsFolder.string()},
                       {"run_folder", request.runFolder.string()}};
    return jsonText(json);
}

JobRequest jobRequestFromJson(std::string_view text) {
    const Json json = parseStrictJson(text);
    return withClearFaults([&] {
        if (!json.is_object()) throw InvalidInput("The request is no JSON object.");
        JobRequest request;
        request.version = json.value("version", std::string());
        requireSameVersion(request.version);  // first: another version's request may look different
        if (const auto config = json.find("config"); config != json.end()) request.config = fromJson(jsonText(*config));
        request.token = json.value("token", std::string());
        request.label = json.value("label", std::string());
        request.resumeFrom = json.value("resume_from", std::string());
        request.extension.epochs = json.value("more_epochs", std::int64_t{0});
        request.extension.schedule = json.value("stretch", false) ? ScheduleEnd::Stretch : ScheduleEnd::Keep;
        request.ranks = json.value("ranks", std::int64_t{1});
        request.niceness = json.value("niceness", 0);
        request.dataFolder = json.value("data_folder", std::string());
        request.runsFolder = json.value("runs_folder", std::string());
        request.runFolder = json.value("run_folder", std::string());
        if (const auto list = json.find("pictures"); list != json.end()) request.pictures = picturesIn(*list);
        if (request.extension.epochs < 0) throw InvalidInput("The request's \"more_epochs\" is below 0.");
        if (request.ranks < 0 || request.ranks > kMostRanks)
            throw InvalidInput("The request's \"ranks\" is not within 0 to " + std::to_string(kMostRanks) + ".");
        if (request.niceness < 0 || request.niceness > kLeastPriority)
            throw InvalidInput("The request's \"niceness\" is not within 0 to 19.");
        return request;
    });
}

std::string picturesJson(const std::vector<std::string>& pictures) { return jsonText(listOf(pictures)); }

std::vector<std::string> picturesFromJson(std::string_view text) {
    const Json list = parseStrictJson(text);
    return withClearFaults([&] { return picturesIn(list); });
}

}  // namespace vit
