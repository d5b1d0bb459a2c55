// SPDX-License-Identifier: GPL-3.0-or-later
// The worker thread: takes requests in order, runs them, turns every fault into an event.
#include "core/session/session.h"

#include "core/base/error.h"
#include "core/device/device.h"
#include "core/runs/run_about.h"
#include "core/session/current_model.h"
#include "core/session/evaluation.h"
#include "core/session/experiment.h"
#include "core/session/fault_words.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include <sys/resource.h>
#include <unistd.h>

namespace vit {

namespace {

struct QueuedRun {
    std::uint64_t ticket = 0;
    TrainRequest request;
};

struct QueuedEvaluation {
    std::uint64_t ticket = 0;
    std::filesystem::path folder;
};

struct QueuedOpen {
    std::filesystem::path folder;
};

struct QueuedPrediction {
    std::uint64_t number = 0;
    std::shared_ptr<const Image> image;
    int top = 5;
};

}  // namespace

class Session::Worker {
public:
    Worker(Options options, Listener listener)
        : m_options(std::move(options)),
          m_listener(std::move(listener)),
          m_data(m_options.data ? m_options.data : std::make_shared<DataStore>(m_options.dataFolder)),
          m_runs(m_options.runsFolder),
          m_thread([this] { loop(); }) {}

    ~Worker() {
        {
            const std::lock_guard lock(m_mutex);
            m_quit = true;
            m_paused = false;
        }
        m_wake.notify_all();
        m_thread.join();
    }

    void train(TrainRequest request) {
        push([&] {
            ++m_pendingRuns;
            m_queue.emplace_back(QueuedRun{++m_lastTicket, std::move(request)});
        });
    }

    void evaluate(std::filesystem::path folder) {
        push([&] {
            ++m_pendingRuns;
            m_queue.emplace_back(QueuedEvaluation{++m_lastTicket, std::move(folder)});
        });
    }

    void stop() {
        push([&] {
            m_stopUpTo = m_lastTicket;
            m_paused = false;
        });
    }

    void pause(bool paused) {
        push([&] { m_paused = paused && m_pendingRuns > 0; });
    }

    bool busy() const {
        const std::lock_guard lock(m_mutex);
        return m_pendingRuns > 0;
    }

    bool paused() const {
        const std::lock_guard lock(m_mutex);
        return m_paused;
    }

    std::uint64_t predict(std::shared_ptr<const Image> image, int top) {
        std::uint64_t number = 0;
        push([&] {
            number = ++m_lastPrediction;
            m_predictions.push_back({number, std::move(image), top});
        });
        return number;
    }

    void open(std::filesystem::path folder) {
        push([&] { m_queue.emplace_back(QueuedOpen{std::move(folder)}); });
    }

    void setProbe(std::shared_ptr<const Image> image) {
        push([&] { m_probe = std::move(image); });
    }

    void wait() {
        std::unique_lock lock(m_mutex);
        m_idle.wait(lock, [this] { return m_queue.empty() && m_predictions.empty() && !m_working; });
    }

private:
    using Queued = std::variant<QueuedRun, QueuedEvaluation, QueuedOpen>;

    Options m_options;
    Listener m_listener;
    std::shared_ptr<DataStore> m_data;
    RunStore m_runs;
    CurrentModel m_model;  // worker thread only

    mutable std::mutex m_mutex;  // guards all that follows
    std::condition_variable m_wake;
    std::condition_variable m_idle;
    std::deque<Queued> m_queue;
    std::deque<QueuedPrediction> m_predictions;
    std::shared_ptr<const Image> m_probe;
    std::uint64_t m_lastTicket = 0;
    std::uint64_t m_stopUpTo = 0;  // runs and evaluations with tickets up to this one are to end
    std::uint64_t m_lastPrediction = 0;
    int m_pendingRuns = 0;  // and evaluations
    bool m_paused = false;
    bool m_quit = false;
    bool m_working = false;

    std::thread m_thread;  // last: starts when all else is there

    template <typename Change>
    void push(Change change) {
        {
            const std::lock_guard lock(m_mutex);
            change();
        }
        m_wake.notify_all();
    }

    void loop() {
        // The threads that libtorch starts for this one inherit its priority.
        if (m_options.niceness > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), m_options.niceness);
        while (true) {
            answerPredictions();
            std::optional<Queued> next;
            {
                std::unique_lock lock(m_mutex);
                if (m_queue.empty() && m_predictions.empty()) {
                    m_working = false;
                    m_idle.notify_all();
                }
                m_wake.wait(lock, [this] { return m_quit || !m_queue.empty() || !m_predictions.empty(); });
                if (m_quit) return;
                m_working = true;
                if (m_queue.empty()) continue;
                next = std::move(m_queue.front());
                m_queue.pop_front();
            }
            if (auto* run = std::get_if<QueuedRun>(&*next)) execute(*run);
            else if (auto* asked = std::get_if<QueuedEvaluation>(&*next)) evaluate(*asked);
            else openModel(std::get<QueuedOpen>(*next).folder);
        }
    }

    // Answers what has been asked, waits while paused; false when the run is to end.
    bool goOn(std::uint64_t ticket) {
        while (true) {
            answerPredictions();
            std::unique_lock lock(m_mutex);
            if (m_quit || m_stopUpTo >= ticket) return false;
            if (!m_paused) return true;
            m_wake.wait(lock, [&] {
                return m_quit || m_stopUpTo >= ticket || !m_paused || !m_predictions.empty();
            });
        }
    }

    bool stopping(std::uint64_t ticket) const {
        const std::lock_guard lock(m_mutex);
        return m_quit || m_stopUpTo >= ticket;
    }

    void answerPredictions() {
        while (true) {
            QueuedPrediction asked;
            {
                const std::lock_guard lock(m_mutex);
                if (m_predictions.empty()) return;
                asked = std::move(m_predictions.front());
                m_predictions.pop_front();
            }
            m_listener(answer(asked));
        }
    }

    PredictionReady answer(const QueuedPrediction& asked) {
        PredictionReady ready;
        ready.request = asked.number;
        if (!m_model.classifier) {
            ready.problem = "There is no trained model yet.";
            return ready;
        }
        try {
            if (!asked.image || asked.image->empty()) throw InvalidInput("There is no picture to predict.");
            ready.prediction = m_model.predict(*asked.image, asked.top);
        } catch (const std::exception& fault) {
            ready.problem = faultText(fault);
        }
        return ready;
    }

    void openModel(const std::filesystem::path& folder) {
        ModelOpened opened;
        opened.runFolder = folder.string();
        opened.runName = runName(folder);
        try {
            OpenedModel model = openModelFolder(folder, torch::kCPU);
            opened.config = model.classifier->config();
            opened.classNames = model.classifier->description().classNames;
            opened.epoch = model.epoch;
            m_model = {std::move(model.classifier), opened.runName, model.epoch, model.step, false};
        } catch (const std::exception& fault) {
            opened.problem = faultText(fault);
        }
        m_listener(opened);
    }

    void evaluate(const QueuedEvaluation& asked) {
        RunEvaluated evaluated;
        evaluated.result.runName = runName(asked.folder);
        evaluated.result.runFolder = asked.folder.string();
        try {
            evaluated = evaluateRun(asked.folder, *m_data, [&](const std::string& what, auto done, auto total) {
                m_listener(PhaseChanged{what, done, total});
                answerPredictions();
                return !stopping(asked.ticket);
            });
        } catch (const Cancelled&) {
            evaluated.stopped = true;
        } catch (const std::exception& fault) {
            evaluated.problem = faultText(fault);
        }
        releaseMemory();
        end(evaluated);
    }

    void execute(const QueuedRun& run) {
        const ExperimentHost host = {
            .tell = m_listener,
            .goOn = [&] { return goOn(run.ticket); },
            .isStopping = [&] { return stopping(run.ticket); },
            .probe = [this] {
                const std::lock_guard lock(m_mutex);
                return m_probe;
            }};
        const Event last = Experiment(run.request, host, *m_data, m_runs, m_model).run();
        releaseMemory();
        end(last);
    }

    void end(const Event& terminal) {
        {
            const std::lock_guard lock(m_mutex);
            --m_pendingRuns;
            m_paused = false;
        }
        m_listener(terminal);
    }
};

Session::Session(Options options, Listener listener)
    : m_worker(std::make_unique<Worker>(std::move(options), std::move(listener))) {}

Session::~Session() = default;

void Session::train(TrainRequest request) { m_worker->train(std::move(request)); }
void Session::evaluate(std::filesystem::path folder) { m_worker->evaluate(std::move(folder)); }
void Session::requestStop() { m_worker->stop(); }
void Session::requestPause() { m_worker->pause(true); }
void Session::requestContinue() { m_worker->pause(false); }
bool Session::busy() const { return m_worker->busy(); }
bool Session::paused() const { return m_worker->paused(); }
std::uint64_t Session::predict(std::shared_ptr<const Image> image, int top) {
    return m_worker->predict(std::move(image), top);
}
void Session::openModel(std::filesystem::path folder) { m_worker->open(std::move(folder)); }
void Session::setProbe(std::shared_ptr<const Image> image) { m_worker->setProbe(std::move(image)); }
void Session::wait() { m_worker->wait(); }

}  // namespace vit
