// SPDX-License-Identifier: GPL-3.0-or-later
// A store through which the ranks find each other, a Gloo group, and for tensors on graphics cards one over NCCL.
#include "core/ranks/rank_group.h"

#include "core/ranks/nccl_group.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>
#include <vector>

namespace vit {

namespace {

constexpr const char* kLeftBehind = "vit-workbench/left-behind";

// The first line of what a library says, without what it says about itself.
std::string shortened(const std::string& text) {
    std::string line = text.substr(0, text.find('\n'));
    if (const std::size_t end = line.find(". This is typically"); end != std::string::npos) line.resize(end);
    if (line.starts_with('[')) line.erase(0, line.find("] ") + 1 + (line.find("] ") != std::string::npos));
    return line;
}

[[noreturn]] void throwLost(const Launch& launch, const std::exception& fault) {
    throw RankLost("Another of the " + std::to_string(launch.ranks) +
                   " ranks has ended, does not answer or cannot be reached, so rank " + std::to_string(launch.rank) +
                   " ends too. What that rank says tells why; the run goes on from its last checkpoint with --resume. (" +
                   shortened(fault.what()) + ")");
}

// A launch on one computer needs no network; on several, the interface is found by the computer's name unless
// GLOO_SOCKET_IFNAME names one.
std::shared_ptr<gloo::transport::Device> networkDevice(const Launch& launch) {
    if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME"); interface != nullptr && *interface != '\0')
        return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
    if (launch.localRanks == launch.ranks) return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
    return c10d::ProcessGroupGloo::createDefaultDevice();
}

}  // namespace

struct RankGroup::Connections {
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<c10d::Store> ours;  // of this start
    c10::intrusive_ptr<c10d::Backend> group;
    c10::intrusive_ptr<c10d::Backend> nccl;  // null: all goes over the other one

    Connections() = default;
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections() { leaveNccl(); }

    // On purpose nobody destroys it. When a rank is gone, kernels wait for that one, and its destructor would wait for them
    // and then throw. It goes with the process, whose end waits for no kernel.
    void leaveNccl() { static_cast<void>(nccl.release()); }

    bool isDirect(const torch::Tensor& tensor) const { return nccl && tensor.is_cuda(); }
    c10d::Backend& wayOf(const torch::Tensor& tensor) const { return isDirect(tensor) ? *nccl : *group; }
    torch::Tensor outgoing(const torch::Tensor& tensor) const {
        return (isDirect(tensor) ? tensor.detach() : tensor.detach().to(torch::kCPU)).contiguous();
    }
};

RankGroup::RankGroup(const Launch& launch, std::chrono::seconds patience)
    : m_launch(launch), m_patience(patience), m_connections(std::make_unique<Connections>()) {
    // To write to one that has ended is a fault to be told of, not this process's silent end.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        c10d::TCPStoreOptions options;
        options.port = launch.port;
        options.isServer = leads() && !launch.storeIsKept;
        options.numWorkers = static_cast<std::size_t>(launch.ranks);
        options.waitWorkers = false;
        options.timeout = patience;
        m_connections->store = c10::make_intrusive<c10d::TCPStore>(launch.address, options);
        // Those that are started again after a fault must not read what the others wrote for each other.
        m_connections->ours = c10::make_intrusive<c10d::PrefixStore>(
            "vit-workbench/start-" + std::to_string(launch.restart), m_connections->store);
        const auto settings = c10d::ProcessGroupGloo::Options::create(patience);
        settings->devices.push_back(networkDevice(launch));
        m_connections->group =
            c10::make_intrusive<c10d::ProcessGroupGloo>(m_connections->ours, launch.rank, launch.ranks, settings);
    } catch (const std::exception& fault) {
        throw RankLost("Rank " + std::to_string(launch.rank) + " of " + std::to_string(launch.ranks) +
                       " has not found the others at " + launch.address + ", port " + std::to_string(launch.port) +
                       ", within " + std::to_string(patience.count()) +
                       " seconds: is rank 0 running there, and is the port free and open? GLOO_SOCKET_IFNAME chooses "
                       "the network interface. (" + shortened(fault.what()) + ")");
    }
    const std::string own = std::string(VIT_VERSION ", libtorch " TORCH_VERSION);
    const std::string first = share(own);
    if (least(own == first ? 1 : 0) == 0) {
        throw InvalidInput("The ranks run different programs: rank 0 " + first + ", rank " +
                           std::to_string(launch.rank) + " " + own + ". Install the same on every computer.");
    }
}

RankGroup::~RankGroup() = default;

template <typename Call>
void RankGroup::call(Call call) {
    try {
        call(*m_connections);
    } catch (const std::exception& fault) {
        throwLost(m_launch, fault);
    }
}

std::string RankGroup::useCard(const std::string& card) {
    if (m_connections->nccl) return "NCCL";
    std::string problem = problemOfCards(card);
    if (problem.empty()) problem = problemOfNccl();
    return problem.empty() ? "NCCL" : "Gloo, through the computer's memory: " + problem;
}

// Why NCCL is not to be tried, the same on all ranks.
std::string RankGroup::problemOfCards(const std::string& card) {
    constexpr std::int64_t kBytes = 16;
    torch::Tensor cards = torch::zeros({ranks(), kBytes}, torch::kUInt8);  // each rank fills a row
    const auto begin = cards.mutable_data_ptr<std::uint8_t>() + rank() * kBytes;
    std::copy_n(card.begin(), std::min<std::size_t>(card.size(), kBytes), begin);
    sum(cards);
    std::set<std::string> different;
    for (std::int64_t i = 0; i < ranks(); ++i) {
        const auto* row = cards.const_data_ptr<std::uint8_t>() + i * kBytes;
        different.emplace(row, row + kBytes);
    }
    const bool builtIn = least(hasNccl() ? 1 : 0) == 1;
    if (different.contains(std::string(kBytes, '\0'))) return "not each of them has a graphics card that is known";
    if (different.size() < static_cast<std::size_t>(ranks())) return "some of them share a graphics card";
    return builtIn ? "" : "the program was built without NCCL";
}

// Connects the cards. A first sum shows whether they reach each other, which no question to NCCL would tell.
std::string RankGroup::problemOfNccl() {
    std::string problem;
    try {
        const auto place = c10::make_intrusive<c10d::PrefixStore>("nccl", m_connections->ours);
        m_connections->nccl = makeNcclGroup(place, rank(), ranks(), m_patience);
        std::vector<torch::Tensor> count{torch::ones({1}, torch::kCUDA)};
        m_connections->nccl->allreduce(count)->wait();
        if (count[0].item<float>() != static_cast<float>(ranks())) problem = "a sum over NCCL is wrong";
    } catch (const std::exception& fault) {
        problem = "NCCL does not work here (" + shortened(fault.what()) + ")";
    }
    if (least(problem.empty() ? 1 : 0) == 1) return {};
    m_connections->leaveNccl();
    return problem.empty() ? "NCCL does not work on another rank" : problem;
}

void RankGroup::sum(torch::Tensor& tensor) {
    const torch::NoGradGuard noGrad;
    call([&](const Connections& to) {
        std::vector<torch::Tensor> tensors{to.outgoing(tensor)};
        to.wayOf(tensor).allreduce(tensors)->wait();
        if (!tensors[0].is_alias_of(tensor)) tensor.copy_(tensors[0]);
    });
}

void RankGroup::share(torch::Tensor& tensor) {
    const torch::NoGradGuard noGrad;
    if (tensor.numel() == 0) return;
    call([&](const Connections& to) {
        std::vector<torch::Tensor> tensors{to.outgoing(tensor)};
        to.wayOf(tensor).broadcast(tensors)->wait();
        if (!leads() && !tensors[0].is_alias_of(tensor)) tensor.copy_(tensors[0]);
    });
}

std::string RankGroup::share(const std::string& text) {
    torch::Tensor length = torch::full({1}, static_cast<std::int64_t>(text.size()), torch::kInt64);
    share(length);
    torch::Tensor bytes = torch::empty({length.item<std::int64_t>()}, torch::kUInt8);
    if (leads()) std::copy(text.begin(), text.end(), bytes.mutable_data_ptr<std::uint8_t>());
    share(bytes);
    const auto* first = bytes.const_data_ptr<std::uint8_t>();
    return {first, first + bytes.numel()};
}

int RankGroup::least(int number) {
    int result = number;
    call([&](const Connections& to) {
        std::vector<torch::Tensor> tensors{torch::full({1}, number, torch::kInt32)};
        c10d::AllreduceOptions options;
        options.reduceOp = c10d::ReduceOp::MIN;
        to.group->allreduce(tensors, options)->wait();
        result = tensors[0].item<int>();
    });
    return result;
}

void RankGroup::meet() { least(0); }

void RankGroup::leaveBehind(const std::string& text) {
    if (m_launch.storeIsKept) call([&](const Connections& to) { to.store->set(kLeftBehind, text); });
}

std::optional<std::string> RankGroup::leftBehind() const {
    if (!m_launch.storeIsKept || m_launch.restart == 0) return std::nullopt;
    try {
        if (!m_connections->store->check({kLeftBehind})) return std::nullopt;
        return m_connections->store->get_to_str(kLeftBehind);
    } catch (const std::exception& fault) {
        throwLost(m_launch, fault);
    }
}

}  // namespace vit
