// SPDX-License-Identifier: GPL-3.0-or-later
// The lock is held while the folder moves, so that no program begins to train it meanwhile.
#include "core/runs/run_trash.h"

#include "core/io/trash.h"
#include "core/runs/run_about.h"
#include "core/runs/run_lock.h"

namespace vit {

std::filesystem::path moveRunToTrash(const std::filesystem::path& folder) {
    try {
        const RunLock lock(folder);
        return moveToTrash(folder);
    } catch (const RunTaken& taken) {
        throw RunTaken("\"" + runName(folder) + "\" is being trained by " + taken.holder() +
                           " and was not moved to the trash: stop it there first.",
                       taken.holder());
    }
}

}  // namespace vit
