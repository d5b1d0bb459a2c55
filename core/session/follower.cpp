// SPDX-License-Identifier: GPL-3.0-or-later
// Orders as JSON; a trainer that keeps and tells nothing.
#include "core/session/follower.h"

#include "core/config/schema.h"
#include "core/device/device.h"
#include "core/device/torch_device.h"
#include "core/session/fault_words.h"
#include "core/train/trainer.h"

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

namespace vit {

namespace {

constexpr std::chrono::seconds kBetweenSigns(5);
const std::string kWait;
const std::string kGoHome = "home";

std::string textOf(const RankOrder& order) {
    nlohmann::json json;
    json["config"] = toJson(order.config);
    json["device"] = static_cast<int>(order.device);
    json["max_steps"] = order.maxSteps;
    json["stop_after_epoch"] = order.stopAfterEpoch;
    json["test_after_stop"] = order.testAfterStop;
    if (order.statistics) json["statistics"] = {order.statistics->mean, order.statistics->deviation};
    return json.dump();
}

RankOrder orderOf(const std::string& text) {
    const auto json = nlohmann::json::parse(text);
    RankOrder order;
    order.config = fromJson(json.at("config").get<std::string>());
    order.device = static_cast<DeviceChoice>(json.at("device").get<int>());
    order.maxSteps = json.at("max_steps");
    order.stopAfterEpoch = json.at("stop_after_epoch");
    order.testAfterStop = json.at("test_after_stop");
    if (const auto found = json.find("statistics"); found != json.end())
        order.statistics = ChannelStatistics{found->at(0), found->at(1)};
    return order;
}

RankOrder takeOrder(RankGroup& ranks) {
    while (true) {
        const std::string text = ranks.share(std::string());
        if (text == kGoHome) throw Cancelled();
        if (text != kWait) return orderOf(text);
    }
}

// The first rank of each computer reads the data for the others there, which then find them prepared.
std::shared_ptr<const Dataset> openInTurn(RankGroup& ranks, DataStore& data, const Config& config) {
    const bool isFirst = ranks.launch().localRank == 0;
    if (!isFirst) ranks.meet();
    auto opened = data.open(config, [](const std::string&, std::int64_t, std::int64_t) { return true; });
    if (isFirst) ranks.meet();
    return opened;
}

}  // namespace

RankPlace placeOf(const RankGroup& ranks) {
    return {ranks.ranks(), ranks.launch().localRank, ranks.launch().localRanks};
}

void RankLeader::keepWaiting() {
    const auto now = std::chrono::steady_clock::now();
    if (m_ranks == nullptr || m_ordered || now - m_told < kBetweenSigns) return;
    m_told = now;
    m_ranks->share(kWait);
}

void RankLeader::order(const RankOrder& order) {
    if (m_ranks == nullptr) return;
    m_ordered = true;
    m_ranks->share(textOf(order));
    m_ranks->meet();  // it has read its data
}

void RankLeader::sendHome() {
    if (m_ranks == nullptr || m_ordered) return;
    m_ordered = true;
    m_ranks->share(kGoHome);
}

void follow(RankGroup& ranks, DataStore& data, const std::function<bool()>& goOn) {
    const RankOrder order = takeOrder(ranks);
    try {
        RunConfig where = order.config.run;
        where.device = order.device;
        const DeviceSelection device = selectDevice(where, placeOf(ranks));
        at::set_num_threads(device.threads);
        makeCurrent(torchDevice(device));
        TrainerHooks hooks;
        hooks.emit = [](const Event&) {};
        hooks.goOn = [&] { return goOn() ? Going::On : Going::End; };
        Trainer trainer(order.config, openInTurn(ranks, data, order.config), device, {}, hooks, order.statistics,
                        &ranks);
        trainer.run({order.maxSteps, order.testAfterStop, order.stopAfterEpoch});
        ranks.meet();  // what rank 0 keeps for the others is needed until here
    } catch (const RankLost&) {
        throw;
    } catch (const std::exception& fault) {
        throw Error(faultText(fault));
    }
}

}  // namespace vit
