// SPDX-License-Identifier: GPL-3.0-or-later
// A run's folder on its way from one computer to another.
#pragma once

#include "core/base/progress.h"
#include "core/jobs/run_elsewhere.h"

#include <filesystem>

namespace vit {

enum class Parcel {
    Curves,    // all but weights
    WithBest,  // and the best ones
    Whole,
};

// Writes it to an open descriptor, while the run may be going on. Throws Error.
void sendRun(const std::filesystem::path& run, Parcel parcel, int output, const Progress& progress = {});

// Takes what sendRun() wrote, which may come from a stranger, into the run's mirror on this computer, a file at a time,
// each of them whole or not at all; the notes that a person wrote here stay. `about` is kept with it. Throws Error, and
// what was there before is as it was, if the archive is damaged or holds what is no plain file.
void receiveRun(const std::filesystem::path& archive, const std::filesystem::path& mirror, const RunElsewhere& about);

}  // namespace vit
