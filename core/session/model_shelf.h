// SPDX-License-Identifier: GPL-3.0-or-later
// Models opened beside the current one: other runs, and runs as they were at an epoch.
#pragma once

#include "core/session/session.h"

#include <cstddef>
#include <filesystem>
#include <list>

namespace vit {

// Keeps the few asked last, so that going to and fro between two of them opens neither again. Not thread-safe.
class ModelShelf {
public:
    // Good until the next call. Opened anew when its file has changed; throws as LoadedModel::open() does.
    LoadedModel& model(const ModelChoice& choice);

private:
    static constexpr std::size_t kMost = 3;  // each takes its weights' size in memory

    struct Place {
        ModelChoice choice;
        std::filesystem::file_time_type written;
        LoadedModel model;
    };
    std::list<Place> m_places;  // asked last first
};

}  // namespace vit
