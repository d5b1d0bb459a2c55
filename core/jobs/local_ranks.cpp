// SPDX-License-Identifier: GPL-3.0-or-later
// Starts the ranks, and ends those that are left.
#include "core/jobs/local_ranks.h"

#include "core/device/device.h"
#include "core/jobs/own_program.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vit {

namespace {

constexpr std::chrono::seconds kPatience(300);

// One on which nobody listens now.
std::uint16_t freePort() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool bound = ::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                       ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    ::close(listener);
    if (!bound) throw Error("The ranks cannot talk to each other: this computer gives no port on its own address.");
    return ntohs(address.sin_port);
}

}  // namespace

int gpuCount() {
    const std::vector<DeviceInfo> devices = availableDevices();
    return static_cast<int>(std::count_if(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.choice == DeviceChoice::Cuda;
    }));
}

LocalRanks::LocalRanks(int ranks, const std::filesystem::path& dataFolder) : m_count(ranks) {
    if (m_count < 2) return;
    m_port = freePort();
    std::vector<std::string> arguments = {"train", "--rank-timeout", std::to_string(kPatience.count())};
    if (!dataFolder.empty()) arguments.insert(arguments.end(), {"--rank-data-folder", dataFolder.string()});
    const std::string count = std::to_string(m_count);
    for (int rank = 1; rank < m_count; ++rank) {
        const std::string number = std::to_string(rank);
        m_others.push_back(startOwnProgram(
            arguments, {.environment = {"RANK=" + number, "LOCAL_RANK=" + number, "WORLD_SIZE=" + count,
                                        "LOCAL_WORLD_SIZE=" + count, "MASTER_ADDR=127.0.0.1",
                                        "MASTER_PORT=" + std::to_string(m_port)}}));
    }
}

LocalRanks::~LocalRanks() {
    m_group.reset();  // a rank whose leader is gone ends by itself
    for (const pid_t process : m_others) {
        for (int tenths = 0; tenths < 50 && ::waitpid(process, nullptr, WNOHANG) == 0; ++tenths) ::usleep(100'000);
        ::kill(process, SIGKILL);
        ::waitpid(process, nullptr, 0);
    }
}

std::shared_ptr<RankGroup> LocalRanks::join() {
    if (m_count < 2) return nullptr;
    Launch launch;
    launch.by = "this program";
    launch.ranks = launch.localRanks = m_count;
    launch.address = "127.0.0.1";
    launch.port = m_port;
    m_group = std::make_shared<RankGroup>(launch, kPatience);
    return m_group;
}

void LocalRanks::meet() {
    if (m_group) m_group->meet();
}

}  // namespace vit
