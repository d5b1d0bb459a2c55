// SPDX-License-Identifier: GPL-3.0-or-later
// How this process was started together with others: torchrun, Slurm and MPI say so in its environment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace vit {

struct Launch {
    std::string by;       // "torchrun", "Open MPI", "MPI", "Slurm"
    int rank = 0;         // 0 … ranks-1
    int ranks = 1;
    int localRank = 0;    // among those on this computer
    int localRanks = 1;
    std::string address;  // where rank 0 runs, or who keeps the store
    std::uint16_t port = 0;
    bool storeIsKept = false;  // by the launcher, so that it outlives the ranks; else rank 0 keeps it
    int restart = 0;           // how often the launcher has started the ranks again
};

// Looks up a variable; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment systemEnvironment();

// Nothing when this process was started alone. Throws InvalidInput when the variables contradict each other, or do not
// tell where rank 0 is to be found.
std::optional<Launch> launchFrom(const Environment& environment);

}  // namespace vit
