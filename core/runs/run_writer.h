// SPDX-License-Identifier: GPL-3.0-or-later
// Writes one run's folder as the run goes on (see run_store.h for its files).
#pragma once

#include "config/config.h"
#include "train/event.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace vit {

class RunWriter {
public:
    // For a new run: `folder` exists and is empty. For one that goes on: curves are cut back to the last finished epoch
    // `keepEpochs` (steps and epochs after it, and a torn last line, are dropped) and appended to.
    RunWriter(std::filesystem::path folder, std::int64_t keepEpochs = 0, std::int64_t keepSteps = 0);

    const std::filesystem::path& folder() const { return m_folder; }

    void writeConfig(const Config& config);
    void writeEnvironment(const std::string& json);
    void append(const StepDone& step);    // one line in steps.jsonl; buffered, flushed at least once a second
    void append(const EpochDone& epoch);  // flushes both curves to the file system
    void append(const ProbePredicted& probe);
    void log(const Message& message);
    void writeResult(const RunFinished& result);
    void flush();

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    std::filesystem::path m_folder;
    File m_steps;
    File m_epochs;
    File m_probe;
    File m_log;
    std::chrono::steady_clock::time_point m_flushed;
};

}  // namespace vit
