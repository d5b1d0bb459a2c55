// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a run's folder: their names, and how their lines are read back. See run_store.h for what they hold.
#pragma once

#include "core/events/event.h"

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vit::run_files {

inline constexpr const char* kConfig = "config.json";
inline constexpr const char* kEnvironment = "environment.json";
inline constexpr const char* kSteps = "steps.jsonl";
inline constexpr const char* kEpochs = "epochs.jsonl";
inline constexpr const char* kLayers = "layers.jsonl";
inline constexpr const char* kLog = "log.txt";
inline constexpr const char* kBestWeights = "best.safetensors";
inline constexpr const char* kLastWeights = "last.safetensors";
inline constexpr const char* kResult = "result.json";
inline constexpr const char* kElsewhere = "elsewhere.json";  // core/jobs/run_elsewhere.h
inline constexpr const char* kLock = ".lock";
inline constexpr const char* kAbout = "about.json";
inline constexpr const char* kProbe = "probe.jsonl";
inline constexpr const char* kTensorBoard = "tensorboard";  // a folder
std::string evaluationOf(const std::string& split);            // "evaluation-test.json"
// Of other data than the run's: "evaluation-test-of-my-photos.json".
std::string evaluationOf(const std::string& split, const std::string& data);
std::string weightsOf(std::int64_t epoch);                     // "epoch-000012.safetensors"
inline constexpr const char* kCreatedKey = "created";         // in environment.json
// Likewise, and kept when the run goes on: whose weights it began with.
inline constexpr const char* kImportedKey = "imported_from";
inline constexpr const char* kStartedFromKey = "started_from";

template <typename T>
struct Line {
    std::string text;  // without its newline
    T value;
};

// A curve that is not there yet has no lines, and a last line that a crash has torn is left out. Throw Error naming the
// file and the line when another one cannot be understood.
std::vector<Line<StepDone>> readSteps(const std::filesystem::path& folder);
std::vector<Line<LayersMeasured>> readLayers(const std::filesystem::path& folder);
std::vector<Line<EpochDone>> readEpochs(const std::filesystem::path& folder);
std::vector<Line<ProbePredicted>> readProbe(const std::filesystem::path& folder);

// A text from environment.json; nothing if that file or its entry is not there. Throws Error if the file is damaged.
std::optional<std::string> readEnvironmentText(const std::filesystem::path& folder, const char* key);
// When the run was begun.
std::optional<std::string> readCreated(const std::filesystem::path& folder);

// result.json, whole.
void writeResult(const std::filesystem::path& folder, const RunFinished& result);

bool isThere(const std::filesystem::path& path);

// The epochs whose weights the run has kept, in their order; as far as run.keep_epochs wanted it.
std::vector<std::int64_t> keptEpochs(const std::filesystem::path& folder);

// Whether a run can begin in this folder: it is not there, or there is nothing in it but a lock.
bool isFree(const std::filesystem::path& folder);

// Local time as std::strftime writes it.
std::string timeText(std::time_t time, const char* format);
inline constexpr const char* kIsoTime = "%Y-%m-%dT%H:%M:%S";
// Local time with its offset from UTC, which tells the two hours apart when the clocks go back:
// "2026-10-25T02:10:00+01:00".
std::string timeWithOffset(std::time_t time);
// What timeWithOffset() has written, or without an offset, as runs had it before, in local time; none if it is neither.
std::optional<std::time_t> timeFrom(const std::string& text);

}  // namespace vit::run_files
