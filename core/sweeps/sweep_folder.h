// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep on the disk: a folder with one file, sweep.json, that says all of its state. The runs of its trials lie among
// the other runs. Several programs may look at it and change its queue; one at a time may run it.
#pragma once

#include "core/io/file_lock.h"
#include "core/sweeps/sweep_queue.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace vit {

class SweepFolder {
public:
    static std::filesystem::path defaultFolder();  // $XDG_DATA_HOME/vit-workbench/sweeps: a folder for each sweep

    // A new sweep in `folder`, which is new or empty. Throws InvalidInput if it is not, or the plan cannot be run.
    static SweepFolder create(const std::filesystem::path& folder, const SweepPlan& plan);
    // The same in a new folder among the others, named by the time and the plan's name.
    static SweepFolder createAmong(const std::filesystem::path& sweeps, const SweepPlan& plan);
    // Newest first; folders that are no sweeps are passed over.
    static std::vector<SweepFolder> list(const std::filesystem::path& sweeps);

    explicit SweepFolder(const std::filesystem::path& folder);  // throws InvalidInput if there is no sweep in it

    const std::filesystem::path& path() const { return m_path; }
    std::string name() const { return m_path.filename().string(); }
    std::filesystem::path runFolder(const SweepTrial& trial) const;  // empty before it is first begun

    SweepState read() const;  // throws Error naming the file if it cannot be read or is damaged
    std::filesystem::file_time_type changedAt() const;  // when the state was last written; throws Error
    // Reads, changes and writes the state (whole or not at all) while no one else does. What `change` throws passes
    // through and leaves the file as it was.
    SweepState update(const std::function<void(SweepState&)>& change) const;

    std::unique_ptr<FileLock> lockForRunning() const;  // throws Error if another program runs the sweep
    bool isRunning() const;                             // by any program, this one too

private:
    std::filesystem::path m_path;

    std::filesystem::path statePath() const;
};

}  // namespace vit
