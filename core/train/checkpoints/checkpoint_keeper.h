// SPDX-License-Identifier: GPL-3.0-or-later
// Decides when a run saves itself, and holds out while it cannot.
#pragma once

#include "core/config/config.h"
#include "core/events/event.h"
#include "core/train/checkpoints/checkpoint.h"

#include <torch/nn/module.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace vit {

// A file that cannot be written (disk full, folder gone) ends no run: a warning is emitted, the files that are there
// stay as they are, best weights wait in memory, and the next checkpoint tries again.
class CheckpointKeeper {
public:
    using Emit = std::function<void(const Event&)>;

    // `beforeSaving` brings the curves to the disk, so that they are never behind a checkpoint. Without a folder nothing
    // is kept: of several ranks one keeps the run.
    CheckpointKeeper(std::filesystem::path folder, const RunConfig& config, Emit emit,
                     std::function<void()> beforeSaving);

    std::filesystem::path bestPath() const { return m_folder / "best.safetensors"; }
    std::filesystem::path lastPath() const { return m_folder / "last.safetensors"; }

    // Whether it is time for one within an epoch.
    bool isDue(std::int64_t step) const;
    // The step up to which the run is safe on the disk.
    std::int64_t savedStep() const { return m_savedStep; }
    void resumedAt(std::int64_t step);

    void saveBest(const torch::nn::Module& network, const TrainingPosition& position);
    void saveState(const torch::nn::Module& network, const Optimizer& optimizer, const TrainingPosition& position);
    // Of the epoch just finished, as far as run.keep_epochs wants it.
    void saveEpoch(const torch::nn::Module& network, const TrainingPosition& position);

    // False, and a warning, when the best weights so far are gone or damaged: no reason to lose the rest of a run.
    bool hasBest() const;
    void loadBest(torch::nn::Module& network) const;
    // At the end of a run: what still waits is written. Throws Error when it, or the last state, could not be.
    void finish();
    // What is left of a run that broke off at this position, for its message.
    std::string keptText(const TrainingPosition& position) const;

private:
    using Clock = std::chrono::steady_clock;

    std::filesystem::path m_folder;
    RunConfig m_config;
    Emit m_emit;
    std::function<void()> m_beforeSaving;
    Clock::time_point m_saved = Clock::now();
    std::int64_t m_savedStep = 0;
    std::int64_t m_triedStep = 0;
    std::optional<TensorFile> m_waitingBest;
    bool m_inTrouble = false;

    bool keeps() const { return !m_folder.empty(); }
    template <typename Write>
    bool attempt(Write write);
    void writeWaitingBest();
};

}  // namespace vit
