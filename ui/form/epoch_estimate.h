// SPDX-License-Identifier: GPL-3.0-or-later
// How long an epoch of an experiment will take, from the speed of the runs that were trained at the same place.
#pragma once

#include "core/config/derived.h"
#include "core/events/event.h"

#include <QString>

#include <functional>
#include <optional>
#include <utility>

namespace vit::ui {

class Settings;

// Learns from the epochs that end; what it has learned is kept with the settings. The speed (FLOP/s) is that of the
// last run with the same place, device, precision, kernels and threads, so an estimate is the better the more alike the models
// are.
class EpochEstimate {
public:
    // What a run's speed is likely to be where none was measured; 0: there is no way to tell.
    using Guess = std::function<double(const Config&)>;

    explicit EpochEstimate(Settings& settings, Guess guess = {}) : m_settings(settings), m_guess(std::move(guess)) {}

    // `input` is what its data set gives the model; where that is not known, nothing is learned from the run.
    // `place` is where the run is trained, as SessionBridge::elsewhere() names it; empty: in this window.
    void runStarted(const RunStarted& run, const std::optional<vit::ModelInput>& input, const QString& place = {});
    void epochDone(const EpochDone& epoch);

    // Where the experiment is to be trained, named in the same way.
    void setPlace(const QString& place) { m_place = place; }
    // The mean of all epochs, with the validation pass; before such a run was seen, guessed if the data are known by name
    // and the place is this computer.
    std::optional<double> seconds(const Config& config, const vit::ModelInput& input) const;

private:
    Settings& m_settings;
    Guess m_guess;
    RunStarted m_run;
    std::optional<vit::ModelInput> m_input;
    QString m_runPlace;
    QString m_place;
};

}  // namespace vit::ui
