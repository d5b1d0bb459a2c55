// SPDX-License-Identifier: GPL-3.0-or-later
// The ways to a classifier of one's own photos, from the one that trains nothing to the one that trains everything.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/session/session.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace vit {

enum class Rung { Neighbours, LinearProbe, LastBlocks, LowRank, AllBlocks };

struct RungRow {
    Rung rung;
    const char* key;    // on the command line and in JSON: "linear-probe"
    const char* label;  // "Linear probe"
    const char* help;   // one line
    bool trains;        // as a run of the session's
};
std::span<const RungRow> rungTable();  // in the order of the ladder
const RungRow& rungRow(Rung rung);
std::string rungKeys();  // "neighbours, linear-probe, …"
// Throws InvalidInput that names those there are.
Rung rungOf(std::string_view key);

// The model's configuration with that data set, whose photos are prepared as the model's own were, all of them to train with.
Config photosConfig(const Config& model, const std::string& data);

// That with a head that takes the features.
Config configFor(const Config& model, const Dataset& data);

// A run of a rung that trains, from the weights of the run in `from`, whose configuration is `model`; how it learns is told
// by tuned() in core/config/tuning.h.
TrainRequest tuningRequest(Rung rung, const Config& model, const std::filesystem::path& from, const Dataset& data,
                           std::int64_t epochs);

// How long a rung is likely to take, by the time that the model takes for one photo (secondsPerPhoto() in features.h). The
// first two take that long only where the features are not kept yet.
double likelySeconds(Rung rung, const Config& model, double secondsPerPhoto, std::int64_t trainPhotos,
                     std::int64_t testPhotos, std::int64_t classes, std::int64_t epochs);

}  // namespace vit
