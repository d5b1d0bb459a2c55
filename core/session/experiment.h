// SPDX-License-Identifier: GPL-3.0-or-later
// One run from its request to its result: its folder, its lock, and what of its events is kept there.
#pragma once

#include "core/data/store/data_store.h"
#include "core/events/event.h"
#include "core/events/layer_watch.h"
#include "core/runs/run_lock.h"
#include "core/runs/run_store.h"
#include "core/runs/run_writer.h"
#include "core/session/follower.h"
#include "core/session/session.h"
#include "core/session/start_from.h"
#include "core/train/trainer.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace vit {

// The one who runs it. All are called on the thread that calls run().
struct ExperimentHost {
    std::function<void(const Event&)> tell;
    std::function<Going()> goOn;       // between two steps
    std::function<bool()> isStopping;  // while data are read
    RankGroup* ranks = nullptr;        // with which it is trained, as their rank 0; null: alone
    std::function<std::vector<std::shared_ptr<const Image>>()> probes;  // to be predicted after every epoch
};

class Experiment {
public:
    // `model` becomes the one in training, and has the best weights in the end. All is used until run() has returned.
    Experiment(const TrainRequest& request, const ExperimentHost& host, DataStore& data, const RunStore& runs,
               std::shared_ptr<LoadedModel>& model);

    // Trains; whatever happens, faults included, ends in the terminal event, which is left to the host to tell. The
    // run's folder is free again then.
    Event run();

private:
    const TrainRequest& m_request;
    const ExperimentHost& m_host;
    DataStore& m_data;
    const RunStore& m_runs;
    std::shared_ptr<LoadedModel>& m_model;
    std::optional<RunLock> m_lock;
    std::unique_ptr<RunWriter> m_writer;
    std::optional<StartingWeights> m_start;
    std::optional<Message> m_taken;  // what of them
    std::string m_otherFiles;        // what is to be said of the data set's files
    LayerWatch m_layerWatch;
    RankLeader m_others;
    bool m_writeTrouble = false;  // a warning was given
    bool m_mapTrouble = false;    // so too

    bool resumes() const { return !m_request.resumeFrom.empty(); }
    Event terminalEvent();
    RunFinished train();
    void requireWeightsToAdapt(const Config& config) const;
    std::string otherFiles(const Dataset& data) const;
    std::filesystem::path runFolder() const;
    std::optional<ChannelStatistics> givenStatistics(const Dataset& data) const;
    void begin(Trainer& trainer, const DeviceSelection& device);
    RunFinished trainToItsEnd(Trainer& trainer, Precision precision);
    void record(const Event& event);
    void nameLayers(const LayersMeasured& measured);
    void predictProbes();
    std::optional<KeptMap> mapOf(const Image& probe, const Prediction& prediction);
    template <typename Write>
    void writeOrWarn(Write write);
};

}  // namespace vit
