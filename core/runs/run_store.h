// SPDX-License-Identifier: GPL-3.0-or-later
// The runs on this computer: one self-contained folder each, never overwritten.
//
//   config.json       the hyperparameters
//   environment.json  versions, device, data set, class names, image statistics
//   steps.jsonl       one StepDone a line      (append-only, readable while written)
//   epochs.jsonl      one EpochDone a line
//   layers.jsonl      one LayersMeasured a line (unless run.layer_statistics_steps is 0)
//   tensorboard/      the curves once more, as TensorBoard reads them (if wanted: run.tensorboard)
//   log.txt           its course in words: begin, epochs, messages and end with their time
//   best.safetensors  weights of the best epoch, see run.best_by
//   last.safetensors  weights, optimizer state and position, after the last finished epoch or within one
//   epoch-N.safetensors  weights of the last epochs, as far as run.keep_epochs wants them
//   result.json       how it ended; absent while it runs or when it was killed
//   .lock             held by the process that trains it
//   probe.jsonl       what the model said of each pinned picture after each epoch, with its map, if there was one
//   probe.png         such a picture, small; probe-2.png and so on for others
//   evaluation-SPLIT.json  figures and confusions of its last evaluation in depth (run_evaluation.h);
//                     evaluation-SPLIT-of-DATA.json on other data than its own
//   about.json        name, notes and tags that a person gave it (run_about.h)
//
// Beside them lies .overview.json, a digest of all runs from which a long list is made in a moment (run_overview.h).
#pragma once

#include "core/config/config.h"
#include "core/events/event.h"
#include "core/runs/run_about.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vit {

struct RunSummary {
    std::string name;          // as a person has called it, else the folder's
    std::filesystem::path folder;
    RunAbout about;
    std::string created;       // ISO 8601: local time with its offset from UTC, which runs lacked before
    Config config;
    std::int64_t epochsDone = 0;
    double bestValidationAccuracy = 0;  // after the best epoch
    std::int64_t bestEpoch = 0;         // 0 = none
    std::optional<EpochDone> last;      // the last finished epoch
    double seconds = 0;                 // of all its epochs
    std::vector<float> validationAccuracy;  // after each epoch; NaN without validation images
    std::string device;                 // in words
    std::int64_t parameters = 0;
    std::string importedFrom;           // of a model that was trained elsewhere and not yet here; else empty
    bool live = false;                  // this program is training it now; never set by reading
    std::optional<RunFinished> result;  // none: running, killed or failed
    bool hasModel = false;              // best.safetensors is there
};

struct RunCurves {
    std::vector<StepDone> steps;
    std::vector<EpochDone> epochs;
    std::vector<LayersMeasured> layers;
    std::vector<ProbePredicted> probes;  // of the pinned pictures; see run_film.h
};

class RunStore {
public:
    // $XDG_DATA_HOME/vit-workbench/runs
    static std::filesystem::path defaultFolder();

    explicit RunStore(std::filesystem::path folder = defaultFolder());

    const std::filesystem::path& folder() const { return m_folder; }
    // Newest first. Folders that are no runs are passed over; a torn last line of a curve is dropped.
    std::vector<RunSummary> list() const;
    std::optional<RunSummary> lastTrained() const;  // the newest that has a model
    // By the name of its folder, else by the name it was given. Throws InvalidInput if several are called so.
    std::optional<RunSummary> find(const std::string& name) const;

    // Calls a run differently; its folder stays where it is. Throws InvalidInput if the name is empty, has a line break
    // or belongs to another run of this store, Error if it cannot be written.
    void rename(const std::filesystem::path& run, const std::string& name) const;

    // Makes a new, empty, uniquely named folder: "2026-03-01-1407-first-steps", with "-2" and so on if it is taken.
    std::filesystem::path create(const std::string& label) const;

private:
    std::filesystem::path m_folder;
};

// Takes a finished epoch into the summary.
void addEpoch(RunSummary& run, const EpochDone& epoch);

// A single run's folder, wherever it lies. Throw Error if it is no run.
RunSummary readRun(const std::filesystem::path& folder);
RunCurves readCurves(const std::filesystem::path& folder);

}  // namespace vit
