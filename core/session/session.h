// SPDX-License-Identifier: GPL-3.0-or-later
// The worker: one thread that owns the model, trains it and answers questions about it between two steps.
#pragma once

#include "core/config/config.h"
#include "core/data/images/image.h"
#include "core/data/store/data_store.h"
#include "core/events/event.h"
#include "core/runs/extension.h"
#include "core/runs/run_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace vit {

struct TrainRequest {
    Config config;
    std::string label;                 // becomes part of the run's name, e.g. the preset's name
    std::filesystem::path runFolder;   // empty: a new one in the run store; else it must not exist or be empty
    std::filesystem::path resumeFrom;  // an existing run to go on with where it was saved last; config is then its own
    Extension extension;               // of a run that is resumed
    std::optional<DeviceChoice> device;  // so too: go on on this one; its own device stays in its configuration
    std::int64_t maxSteps = 0;         // stop (as Stopped) after so many steps; 0 = no limit
    bool testAfterStop = false;        // evaluate the best weights on the test set even when stopped
    std::int64_t stopAfterEpoch = 0;   // stop (as Stopped) when this epoch is finished; 0 = at the planned end
};

// Every call returns at once and may come from any thread. Whatever happens on the worker comes back as an event,
// faults included; nothing is thrown across.
class Session {
public:
    // Called on the worker thread, one event at a time, in the order in which things happened.
    using Listener = std::function<void(const Event&)>;

    struct Options {
        std::filesystem::path dataFolder = DataStore::defaultFolder();
        std::filesystem::path runsFolder = RunStore::defaultFolder();
        std::shared_ptr<DataStore> data;  // to share open data sets with; null: an own one for dataFolder
        int niceness = 0;  // lowers the worker's priority so that a window stays smooth; 0 = as it is
    };

    Session(Options options, Listener listener);
    ~Session();  // stops a run as requestStop() does and waits for the worker

    // Queued: a run asked for while another one is running begins after it.
    void train(TrainRequest request);

    // Queued too: measures the run's best weights on the test set and writes that into its result; answered by
    // RunEvaluated. requestStop() ends it, and the result is as it was.
    void evaluate(std::filesystem::path runFolder);

    // The run ends within one step, keeping what it has: RunFinished{Stopped}. Nothing to stop is no fault.
    void requestStop();
    // Holds the run between two steps; predictions go on being answered meanwhile.
    void requestPause();
    void requestContinue();

    // From train() or evaluate() until just before the terminal event (RunFinished, RunFailed or RunEvaluated) of the
    // last one asked for.
    bool busy() const;
    bool paused() const;

    // Answered by PredictionReady with the returned number, with the model in training or else the last one trained or
    // opened. `top` is the number of classes wanted.
    std::uint64_t predict(std::shared_ptr<const Image> image, int top = 5);

    // Loads a run's best weights to answer predict(); answered by ModelOpened. Waits for a run that is going on.
    void openModel(std::filesystem::path runFolder);

    // The image that is predicted after every epoch (ProbePredicted); null for none.
    void setProbe(std::shared_ptr<const Image> image);

    // Blocks until all that was asked for is done. For programs without an event loop.
    void wait();

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;
};

}  // namespace vit
