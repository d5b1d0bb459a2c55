// SPDX-License-Identifier: GPL-3.0-or-later
// Writes checkpoints, keeps at it when one fails.
#include "core/train/checkpoints/checkpoint_keeper.h"

#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/model/weights.h"

#include <array>
#include <cstdio>
#include <system_error>

namespace vit {

namespace {

std::filesystem::path epochPath(const std::filesystem::path& folder, std::int64_t epoch) {
    std::array<char, 48> name{};  // names in the order of the epochs
    std::snprintf(name.data(), name.size(), "epoch-%06lld.safetensors", static_cast<long long>(epoch));
    return folder / name.data();
}

}  // namespace

CheckpointKeeper::CheckpointKeeper(std::filesystem::path folder, const RunConfig& config, Emit emit,
                                   std::function<void()> beforeSaving)
    : m_folder(std::move(folder)), m_config(config), m_emit(std::move(emit)), m_beforeSaving(std::move(beforeSaving)) {}

bool CheckpointKeeper::isDue(std::int64_t step) const {
    if (!keeps()) return false;
    if (m_config.checkpointSteps > 0 && step - m_triedStep >= m_config.checkpointSteps) return true;
    const std::chrono::duration<double, std::ratio<60>> since = Clock::now() - m_saved;
    return m_config.checkpointMinutes > 0 && since.count() >= m_config.checkpointMinutes;
}

void CheckpointKeeper::resumedAt(std::int64_t step) { m_savedStep = m_triedStep = step; }

template <typename Write>
bool CheckpointKeeper::attempt(Write write) {
    try {
        write();
    } catch (const Error& fault) {
        if (!m_inTrouble) {
            const std::string safe = m_savedStep > 0 ? "it is safe up to step " + groupedText(m_savedStep)
                                                     : std::string("nothing of it is saved yet");
            m_emit(Message{Severity::Warning,
                           std::string(fault.what()) + " The run goes on and tries again; " + safe + "."});
        }
        m_inTrouble = true;
        return false;
    }
    return true;
}

void CheckpointKeeper::writeWaitingBest() {
    if (!m_waitingBest) return;
    writeSafetensors(bestPath(), *m_waitingBest, Checksum::Crc32c);
    m_waitingBest.reset();
}

void CheckpointKeeper::saveBest(const torch::nn::Module& network, const TrainingPosition& position) {
    if (!keeps()) return;
    m_waitingBest = bestWeightsFile(network, position);
    if (attempt([this] { writeWaitingBest(); }))
        m_emit(CheckpointSaved{bestPath().string(), position.epoch, true, position.step});
}

void CheckpointKeeper::saveState(const torch::nn::Module& network, const Optimizer& optimizer,
                                 const TrainingPosition& position) {
    if (!keeps()) return;
    m_saved = Clock::now();
    m_triedStep = position.step;
    const bool written = attempt([&] {
        m_beforeSaving();
        writeWaitingBest();  // the state says which epoch was the best: never ahead of its weights
        saveTrainingState(lastPath(), network, optimizer, position);
    });
    if (!written) return;
    m_savedStep = position.step;
    if (m_inTrouble) {
        m_emit(Message{Severity::Info, "The run's folder can be written again: it is safe up to step " +
                                           groupedText(m_savedStep) + "."});
    }
    m_inTrouble = false;
    m_emit(CheckpointSaved{lastPath().string(), position.epoch, false, position.step});
}

void CheckpointKeeper::saveEpoch(const torch::nn::Module& network, const TrainingPosition& position) {
    if (!keeps() || m_config.keepEpochs == 0) return;
    attempt([&] { saveBestWeights(epochPath(m_folder, position.epoch), network, position); });
    std::error_code isGone;
    std::filesystem::remove(epochPath(m_folder, position.epoch - m_config.keepEpochs), isGone);
}

bool CheckpointKeeper::hasBest() const {
    try {
        readSafetensors(bestPath());
    } catch (const Error& fault) {
        m_emit(Message{Severity::Warning, std::string(fault.what()) +
                                              " The best weights so far are lost; the run goes "
                                              "on and chooses the best ones anew."});
        return false;
    }
    return true;
}

void CheckpointKeeper::loadBest(torch::nn::Module& network) const {
    if (!keeps()) return;
    loadWeights(network, m_waitingBest ? *m_waitingBest : readSafetensors(bestPath()));
}

void CheckpointKeeper::finish() {
    if (!keeps()) return;
    try {
        m_beforeSaving();
        writeWaitingBest();
        if (m_triedStep > m_savedStep) throw Error("The last checkpoint could not be written.");
    } catch (const Error& fault) {
        std::error_code ignored;
        if (!std::filesystem::exists(m_folder, ignored)) {
            throw Error(std::string(fault.what()) + " The run's folder is gone, and what was saved in it.");
        }
        throw Error(std::string(fault.what()) + " The end of this run is not saved; it can be resumed from step " +
                    groupedText(m_savedStep) + " on.");
    }
}

std::string CheckpointKeeper::keptText(const TrainingPosition& position) const {
    if (!keeps()) return {};
    if (m_savedStep == 0) return " Nothing had been saved before.";
    const std::string last = "the weights of step " + groupedText(m_savedStep);
    if (position.bestEpoch == 0) return " Kept are " + last + ".";
    return " Kept are " + last + " and the best ones, of epoch " + groupedText(position.bestEpoch) + ".";
}

}  // namespace vit
