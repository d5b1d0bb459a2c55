// SPDX-License-Identifier: GPL-3.0-or-later
// Writes one run's folder as the run goes on (see run_store.h for its files).
#pragma once

#include "core/config/config.h"
#include "core/events/event.h"
#include "core/io/append_file.h"
#include "core/runs/run_probe.h"
#include "core/runs/run_tensorboard.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vit {

class RunWriter {
public:
    // For a new run: `folder` exists and is empty. For one that goes on: curves are cut back to the last finished epoch
    // `keepEpochs` and the step `keepSteps` (what comes after them, a torn last line and half-written files are
    // dropped) and appended to.
    RunWriter(std::filesystem::path folder, std::int64_t keepEpochs = 0, std::int64_t keepSteps = 0);

    const std::filesystem::path& folder() const { return m_folder; }
    // What a crash had left behind, in words for the log.
    const std::vector<std::string>& recovered() const { return m_recovered; }

    void writeConfig(const Config& config);
    void writeEnvironment(const std::string& json);
    void startTensorBoard();  // from now on curves and result go there too; after config and environment
    // Each of these may throw Error; what could not be written waits in memory and is written with the next flush.
    void append(const StepDone& step);    // one line in steps.jsonl; buffered, flushed at least once a second
    void append(const LayersMeasured& measured);  // buffered as well
    void append(const EpochDone& epoch);  // and in words in the log; flushes all to the file system
    // The file in the folder that holds the picture once something said of it has been appended.
    std::string nameProbe(const std::shared_ptr<const Image>& picture) { return m_pictures.nameOf(picture); }
    void append(const ProbePredicted& probe);
    void log(const RunStarted& run);
    void log(const Message& message);
    void writeResult(const RunFinished& result);  // and in words in the log
    void flush();
    void sync();  // to the disk itself

private:
    std::filesystem::path m_folder;
    std::vector<std::string> m_recovered;
    std::optional<AppendFile> m_steps;
    std::optional<AppendFile> m_epochs;
    std::optional<AppendFile> m_layers;
    std::optional<AppendFile> m_probe;
    ProbePictures m_pictures;
    std::optional<AppendFile> m_log;
    std::optional<TensorBoardLog> m_tensorBoard;
    std::chrono::steady_clock::time_point m_flushed;

    void flushCurves();
    void flushLog();
    void endTensorBoard(const RunFinished& result);
};

}  // namespace vit
