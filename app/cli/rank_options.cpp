// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the other ranks, and follows rank 0 where this is another one.
#include "app/cli/rank_options.h"

#include "app/cli/interrupt.h"
#include "core/base/error.h"
#include "core/ranks/launch.h"
#include "core/runs/run_files.h"
#include "core/session/follower.h"

namespace vit::cli {

void RankOptions::addTo(CLI::App& command) {
    command
        .add_option("--rank-timeout", timeout,
                    "When torchrun, srun or mpirun has started several: seconds after which a rank that does not "
                    "answer counts as lost, and all end (default 300)")
        ->check(CLI::Range(1, 86'400));
    command.add_option("--rank-data-folder", dataFolder, "Where the data sets of a rank that follows lie")->group("");
}

std::shared_ptr<RankGroup> RankOptions::join() const {
    const std::optional<Launch> launch = launchFrom(systemEnvironment());
    if (!launch || launch->ranks == 1) return nullptr;
    return std::make_shared<RankGroup>(*launch, std::chrono::seconds(timeout));
}

std::filesystem::path runLeftBehind(const RankGroup& ranks, const std::filesystem::path& runFolder) {
    if (ranks.launch().restart == 0) return {};
    const std::filesystem::path folder = ranks.leftBehind().value_or(runFolder.string());
    const bool isRun = !folder.empty() && run_files::isThere(folder / run_files::kConfig);
    return isRun ? folder : std::filesystem::path();
}

void followRun(RankGroup& ranks, const std::string& dataFolder) {
    const InterruptGuard interrupt;
    DataStore data(dataFolder.empty() ? DataStore::defaultFolder() : std::filesystem::path(dataFolder));
    try {
        follow(ranks, data, [&] { return !interrupt.requested(); });
    } catch (const Cancelled&) {
        throw Error("rank " + std::to_string(ranks.rank()) + ": rank 0 has begun no run; it tells why.");
    } catch (const std::exception& fault) {
        throw Error("rank " + std::to_string(ranks.rank()) + ": " + fault.what());
    }
}

}  // namespace vit::cli
