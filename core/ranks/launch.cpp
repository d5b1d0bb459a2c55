// SPDX-License-Identifier: GPL-3.0-or-later
// A table of launchers and their variables; the first one that is there counts.
#include "core/ranks/launch.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace vit {

namespace {

struct Launcher {
    const char* name;
    const char* rank;
    const char* ranks;
    const char* localRank;
    const char* localRanks;  // null: it is not told
    const char* onlyWith;    // a variable without which the others mean something else; null: none
};

// torchrun may itself run within Slurm or MPI, and Open MPI's ranks may be started by Slurm.
constexpr std::array kLaunchers = {
    Launcher{"torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", nullptr},
    Launcher{"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
             "OMPI_COMM_WORLD_LOCAL_SIZE", nullptr},
    Launcher{"MPI", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", nullptr},
    // A shell within an allocation has these variables too, but no step of its own.
    Launcher{"Slurm", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", nullptr, "SLURM_STEP_ID"},
};

class Variables {
public:
    explicit Variables(const Environment& environment) : m_environment(environment) {}

    std::string text(const char* name) const { return m_environment(name).value_or(""); }

    std::optional<int> number(const char* name) const {
        if (name == nullptr) return std::nullopt;
        const std::optional<std::string> text = m_environment(name);
        if (!text) return std::nullopt;
        char* end = nullptr;
        const long value = std::strtol(text->c_str(), &end, 10);
        if (text->empty() || *end != '\0' || value < 0 || value > 1'000'000)
            throw InvalidInput(std::string("The variable ") + name + " is \"" + *text + "\", which is no such number.");
        return static_cast<int>(value);
    }

private:
    const Environment& m_environment;
};

// "node[003-007,12],other" → "node003"
std::string firstHost(const std::string& list) {
    const std::size_t open = list.find_first_of("[,");
    if (open == std::string::npos || list[open] == ',') return list.substr(0, open);
    const std::size_t end = list.find_first_of("-,]", open);
    return list.substr(0, open) + list.substr(open + 1, end - open - 1);
}

// The same for all ranks of a job, and hardly that of another job on the same computer.
std::uint16_t portOf(const std::string& job) {
    std::uint32_t sum = 0;
    for (const char c : job) sum = sum * 31 + static_cast<unsigned char>(c);
    return static_cast<std::uint16_t>(20'000 + sum % 20'000);
}

void findRankZero(Launch& launch, const Variables& variables) {
    launch.address = variables.text("MASTER_ADDR");
    launch.port = static_cast<std::uint16_t>(variables.number("MASTER_PORT").value_or(0));
    const std::string job = variables.text("SLURM_JOB_ID") + variables.text("SLURM_STEP_ID") +
                            variables.text("PMIX_NAMESPACE") + variables.text("OMPI_MCA_ess_base_jobid");
    if (launch.address.empty() && launch.by == "Slurm") launch.address = firstHost(variables.text("SLURM_STEP_NODELIST"));
    if (launch.address.empty() && launch.localRanks == launch.ranks) launch.address = "127.0.0.1";
    if (launch.port == 0 && !job.empty()) launch.port = portOf(job);
    if (!launch.address.empty() && launch.port > 0) return;
    throw InvalidInput(launch.by + " does not tell where rank 0 of " + std::to_string(launch.ranks) +
                       " is to be found: set MASTER_ADDR to its computer's name and MASTER_PORT to a free port there, "
                       "for all ranks (with mpirun: -x MASTER_ADDR=HOST -x MASTER_PORT=29500).");
}

}  // namespace

Environment systemEnvironment() {
    return [](const char* name) {
        const char* value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
    };
}

std::optional<Launch> launchFrom(const Environment& environment) {
    const Variables variables(environment);
    for (const Launcher& launcher : kLaunchers) {
        if (!environment(launcher.rank) || !environment(launcher.ranks)) continue;
        if (launcher.onlyWith != nullptr && !environment(launcher.onlyWith)) continue;
        Launch launch;
        launch.by = launcher.name;
        launch.rank = *variables.number(launcher.rank);
        launch.ranks = *variables.number(launcher.ranks);
        if (launch.rank >= launch.ranks) {
            throw InvalidInput(std::string(launcher.rank) + " is " + std::to_string(launch.rank) + " and " +
                               launcher.ranks + " " + std::to_string(launch.ranks) +
                               ": ranks are counted from 0, and there is one for each.");
        }
        launch.localRank = variables.number(launcher.localRank).value_or(launch.rank);
        // Where it is not told, the ranks are taken to be spread evenly.
        const int nodes = std::max(1, variables.number("SLURM_STEP_NUM_NODES").value_or(1));
        launch.localRanks =
            variables.number(launcher.localRanks).value_or(std::max(1, (launch.ranks + nodes - 1) / nodes));
        launch.storeIsKept = variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
        launch.restart = variables.number("TORCHELASTIC_RESTART_COUNT")
                             .value_or(variables.number("SLURM_RESTART_COUNT").value_or(0));
        if (launch.ranks > 1) findRankZero(launch, variables);
        return launch;
    }
    return std::nullopt;
}

}  // namespace vit
