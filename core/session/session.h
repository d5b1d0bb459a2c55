// SPDX-License-Identifier: GPL-3.0-or-later
// The worker: one thread that owns the model, trains it and answers questions about it between two steps.
#pragma once

#include "core/config/config.h"
#include "core/data/images/image.h"
#include "core/data/store/data_store.h"
#include "core/events/event.h"
#include "core/inspect/loaded_model.h"
#include "core/runs/extension.h"
#include "core/runs/run_store.h"
#include "core/session/evaluation.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vit {

class RankGroup;

struct TrainRequest {
    Config config;
    std::string label;                 // becomes part of the run's name, e.g. the preset's name
    std::filesystem::path runFolder;   // empty: a new one in the run store; else it must not exist or be empty
    std::filesystem::path resumeFrom;  // an existing run to go on with where it was saved last; config is then its own
    Extension extension;               // of a run that is resumed
    std::optional<DeviceChoice> device;  // so too: go on on this one; its own device stays in its configuration
    std::filesystem::path startFrom;   // a run or a .safetensors file with whose weights a new run begins; empty: none
    std::int64_t maxSteps = 0;         // stop (as Stopped) after so many steps; 0 = no limit
    bool testAfterStop = false;        // evaluate the best weights on the test set even when stopped
    std::int64_t stopAfterEpoch = 0;   // stop (as Stopped) when this epoch is finished; 0 = at the planned end
};

// What openModel() comes to.
struct ModelOpened {
    std::string runName;
    std::string runFolder;
    Config config;
    std::vector<std::string> classNames;
    std::int64_t epoch = 0;
    std::string problem;  // not empty: it could not be opened, and why
};

// Whose weights a question is asked of.
struct ModelChoice {
    std::filesystem::path run;  // empty: the model in training, or else the one last trained or opened
    std::int64_t epoch = 0;     // of a run: the weights that it has kept of this epoch; 0 = its best ones

    bool isCurrent() const { return run.empty(); }
    bool operator==(const ModelChoice&) const = default;
};

inline constexpr std::size_t kMostProbes = 8;  // pictures that can be pinned at a time

// What a question comes to.
template <typename Answer>
struct Reply {
    std::optional<Answer> answer;
    std::string problem;  // why there is none
};

// Every call returns at once and may come from any thread. What a run tells comes back as events; what else is asked
// for is answered to the handler given with it, faults included; nothing is thrown across. Listener and handlers are
// called on the worker thread, one at a time.
class Session {
public:
    // One event at a time, in the order in which things happened.
    using Listener = std::function<void(const Event&)>;

    struct Options {
        std::filesystem::path dataFolder = DataStore::defaultFolder();
        std::filesystem::path runsFolder = RunStore::defaultFolder();
        std::shared_ptr<DataStore> data;  // to share open data sets with; null: an own one for dataFolder
        int niceness = 0;  // lowers the worker's priority so that a window stays smooth; 0 = as it is
        std::filesystem::path includedModel{};  // asked by a window that has no trained run; empty: none
        std::shared_ptr<RankGroup> ranks{};  // those with which runs are trained, as their rank 0; null: alone
    };

    Session(Options options, Listener listener);
    ~Session();  // stops a run as requestStop() does and waits for the worker

    // Queued: a run asked for while another one is running begins after it.
    void train(TrainRequest request);

    // Queued too: measures the run's best weights on the test set and writes that into its result. requestStop() ends
    // it, and the result is as it was.
    void evaluate(std::filesystem::path runFolder, std::function<void(const RunEvaluated&)> handler);

    // The run ends within one step, keeping what it has: RunFinished{Stopped}. Nothing to stop is no fault.
    void requestStop();
    // Holds the run between two steps; questions go on being answered meanwhile.
    void requestPause();
    void requestContinue();

    // From train() or evaluate() until just before the end (RunFinished, RunFailed or RunEvaluated) of the last one
    // asked for is told.
    bool busy() const;
    bool paused() const;

    // Computes `question`, a function of LoadedModel&, between two steps, with the model in training or else the one last
    // trained or opened. `handler` gets a Reply of what it returns.
    template <typename Question, typename Handler>
    void ask(Question question, Handler handler) {
        ask(ModelChoice(), std::move(question), std::move(handler));
    }

    // The same of the weights chosen, which are read first unless they were among the last few asked.
    template <typename Question, typename Handler>
    void ask(ModelChoice choice, Question question, Handler handler) {
        using Answer = std::invoke_result_t<Question&, LoadedModel&>;
        auto reply = std::make_shared<Reply<Answer>>();
        askWorker(
            std::move(choice),
            [reply, question = std::move(question)](LoadedModel& model) mutable { reply->answer = question(model); },
            [reply, handler = std::move(handler)](std::string problem) mutable {
                reply->problem = std::move(problem);
                handler(std::move(*reply));
            });
    }

    // Loads a run's best weights, which are asked from then on. Waits for a run that is going on.
    void openModel(std::filesystem::path runFolder, std::function<void(const ModelOpened&)> handler);

    // The images that are predicted after every epoch (ProbePredicted), in this order. Throws InvalidInput if they are
    // more than kMostProbes.
    void setProbes(std::vector<std::shared_ptr<const Image>> images);

    // Blocks until all that was asked for is done. For programs without an event loop.
    void wait();

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;

    // `end` is called after `work`, with why it failed or nothing.
    void askWorker(ModelChoice choice, std::function<void(LoadedModel&)> work,
                   std::function<void(std::string problem)> end);
};

}  // namespace vit
