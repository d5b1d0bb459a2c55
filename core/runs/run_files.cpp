// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the lines of a run's curves.
#include "core/runs/run_files.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/events/event_json.h"
#include "core/io/atomic_file.h"
#include "core/io/strict_json.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace vit::run_files {

namespace {

// What follows the last newline was torn and is left out.
std::vector<std::string> wholeLines(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

template <typename T>
std::vector<Line<T>> readCurve(const std::filesystem::path& path, T (*parse)(std::string_view)) {
    std::vector<Line<T>> curve;
    if (!isThere(path)) return curve;
    const auto lines = wholeLines(readTextFile(path));
    curve.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        try {
            curve.push_back({lines[i], parse(lines[i])});
        } catch (const Error& fault) {
            if (i + 1 == lines.size()) break;
            throw Error("Cannot read " + path.string() + ": line " + std::to_string(i + 1) + " is damaged (" +
                        fault.what() + "). Remove that line to go on without it.");
        }
    }
    return curve;
}

}  // namespace

std::string evaluationOf(const std::string& split) { return "evaluation-" + split + ".json"; }
std::string evaluationOf(const std::string& split, const std::string& data) { return evaluationOf(split + "-of-" + data); }

// As core/train/checkpoints writes them.
std::string weightsOf(std::int64_t epoch) {
    std::string digits = std::to_string(epoch);
    digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
    return "epoch-" + digits + ".safetensors";
}

std::vector<std::int64_t> keptEpochs(const std::filesystem::path& folder) {
    std::vector<std::int64_t> epochs;
    std::error_code unreadable;
    for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
        long long epoch = 0;
        const std::string name = entry.path().filename().string();
        if (std::sscanf(name.c_str(), "epoch-%lld", &epoch) == 1 && epoch > 0 && name == weightsOf(epoch))
            epochs.push_back(epoch);
    }
    std::sort(epochs.begin(), epochs.end());
    return epochs;
}

std::vector<Line<StepDone>> readSteps(const std::filesystem::path& folder) {
    return readCurve(folder / kSteps, stepDoneFromJson);
}

std::vector<Line<LayersMeasured>> readLayers(const std::filesystem::path& folder) {
    return readCurve(folder / kLayers, layersMeasuredFromJson);
}

std::vector<Line<EpochDone>> readEpochs(const std::filesystem::path& folder) {
    return readCurve(folder / kEpochs, epochDoneFromJson);
}

std::vector<Line<ProbePredicted>> readProbe(const std::filesystem::path& folder) {
    return readCurve(folder / kProbe, probePredictedFromJson);
}

std::optional<std::string> readEnvironmentText(const std::filesystem::path& folder, const char* key) {
    const std::filesystem::path path = folder / kEnvironment;
    if (!isThere(path)) return std::nullopt;
    const std::string text = readTextFile(path);
    try {
        const auto environment = parseStrictJson(text);
        const auto entry = environment.find(key);
        if (entry == environment.end() || !entry->is_string()) return std::nullopt;
        return entry->get<std::string>();
    } catch (const InvalidInput& fault) {
        throw Error("Cannot read " + path.string() + ": " + fault.what());
    }
}

std::optional<std::string> readCreated(const std::filesystem::path& folder) {
    return readEnvironmentText(folder, kCreatedKey);
}

void writeResult(const std::filesystem::path& folder, const RunFinished& result) {
    writeFileAtomically(folder / kResult, jsonText(eventJson(result), 2) + "\n");
}

bool isThere(const std::filesystem::path& path) {
    std::error_code ignored;  // what cannot be looked at is as good as not there
    return std::filesystem::exists(path, ignored);
}

bool isFree(const std::filesystem::path& folder) {
    if (!isThere(folder)) return true;
    std::error_code fault;
    for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
        // Whoever follows a run may have left a note before it begins.
        const std::filesystem::path name = entry.path().filename();
        if (name != kLock && name != kElsewhere) return false;
    }
    return !fault;
}

std::string timeWithOffset(std::time_t time) {
    std::string text = timeText(time, "%Y-%m-%dT%H:%M:%S%z");
    return text.insert(text.size() - 2, ":");  // "+0100" to "+01:00"
}

std::optional<std::time_t> timeFrom(const std::string& text) {
    std::tm parts{};
    const char* rest = strptime(text.c_str(), kIsoTime, &parts);
    if (rest == nullptr) return std::nullopt;
    if (*rest == '\0') {
        parts.tm_isdst = -1;
        return std::mktime(&parts);
    }
    std::tm offset{};
    rest = strptime(rest, "%z", &offset);
    if (rest == nullptr || *rest != '\0') return std::nullopt;
    return timegm(&parts) - offset.tm_gmtoff;
}

std::string timeText(std::time_t time, const char* format) {
    std::tm parts{};
    localtime_r(&time, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace vit::run_files
