// SPDX-License-Identifier: GPL-3.0-or-later
// A run's curves, hyperparameters and results for TensorBoard: while it goes on, or afterwards.
//
//   METRIC/step, learning_rate/step, images_per_second/step                                  over the steps
//   layers/STATISTIC/LAYER        over the steps: STATISTIC as in core/events/layers.h, LAYER as in "block_3"
//   METRIC/train, METRIC/validation, learning_rate/epoch, images_per_second/epoch, seconds/epoch  over the epochs
//   METRIC/test, accuracy/best_validation                                                    at the best epoch
//   probe/CLASS                   over the epochs: the class that the pinned picture most probably was, its probability
//   probe                         that picture; probe-2/CLASS and probe-2 of another one, and so on
//   hyperparameters and metrics of the HParams plugin
// METRIC is each key of core/events/metrics.h: "loss", "accuracy", …
#pragma once

#include "core/config/config.h"
#include "core/events/event.h"
#include "core/io/append_file.h"
#include "core/runs/run_store.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace vit {

// The event file of a run as it is now; its name is the same each time.
std::string tensorBoardEvents(const RunSummary& run, const RunCurves& curves);
std::string tensorBoardFileName(const RunSummary& run);

// The records of a run's pinned pictures, each picture before the first thing said of it.
class ProbeRecords {
public:
    explicit ProbeRecords(std::filesystem::path runFolder) : m_folder(std::move(runFolder)) {}

    // Nothing for what was said within an epoch: these curves go over the epochs.
    std::string of(const ProbePredicted& probe, double time);

private:
    std::filesystem::path m_folder;
    std::map<std::string, std::int64_t> m_shown;  // by picture's name: the epoch last written
};

// Writes RUN/tensorboard while the run goes on. A run that goes on after an end begins a new file with what its curves
// already hold, and the old one is removed: so none has what was cut off.
class TensorBoardLog {
public:
    explicit TensorBoardLog(const std::filesystem::path& runFolder);

    void add(const StepDone& step);  // in memory
    void add(const LayersMeasured& measured);
    void add(const EpochDone& epoch);
    void add(const ProbePredicted& probe);
    void add(const RunFinished& result);
    void flush();  // throws Error; what could not be written waits, and the file ends with a whole record

private:
    ProbeRecords m_probes;
    std::optional<AppendFile> m_file;
};

}  // namespace vit
