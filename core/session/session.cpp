// SPDX-License-Identifier: GPL-3.0-or-later
// The worker thread: takes requests in order, runs them, turns every fault into an event.
#include "core/session/session.h"

#include "core/base/error.h"
#include "core/device/device.h"
#include "core/ranks/rank_group.h"
#include "core/runs/run_about.h"
#include "core/runs/run_store.h"
#include "core/session/elsewhere.h"
#include "core/session/evaluation.h"
#include "core/session/experiment.h"
#include "core/session/fault_words.h"
#include "core/session/model_shelf.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

namespace vit {

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
        pushRun([this, request = std::move(request)](std::uint64_t ticket) { execute(ticket, request); });
    }

    void evaluate(std::filesystem::path folder, std::function<void(const RunEvaluated&)> handler) {
        pushRun([this, folder = std::move(folder), handler = std::move(handler)](std::uint64_t ticket) {
            const RunEvaluated evaluated = evaluate(ticket, folder);
            end([&] { handler(evaluated); });
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

    void ask(ModelChoice choice, std::function<void(LoadedModel&)> work, std::function<void(std::string)> end) {
        push([&] {
            m_questions.push_back([this, choice = std::move(choice), work = std::move(work), end = std::move(end)] {
                end(problemOf(choice, work));
            });
        });
    }

    void open(std::filesystem::path folder, std::function<void(const ModelOpened&)> handler) {
        push([&] {
            m_queue.push_back([this, folder = std::move(folder), handler = std::move(handler)] {
                handler(openModel(folder));
            });
        });
    }

    void setProbes(std::vector<std::shared_ptr<const Image>> images) {
        push([&] { m_probes = std::move(images); });
    }

    void wait() {
        std::unique_lock lock(m_mutex);
        m_idle.wait(lock, [this] { return m_queue.empty() && m_questions.empty() && !m_working; });
    }

private:
    using Job = std::function<void()>;

    Options m_options;
    Listener m_listener;
    std::shared_ptr<DataStore> m_data;
    RunStore m_runs;
    std::shared_ptr<LoadedModel> m_model;  // worker thread only; null: there is none yet
    ModelShelf m_shelf;                    // so too

    mutable std::mutex m_mutex;  // guards all that follows
    std::condition_variable m_wake;
    std::condition_variable m_idle;
    std::deque<Job> m_queue;
    std::deque<Job> m_questions;  // answered between two steps too
    std::vector<std::shared_ptr<const Image>> m_probes;
    std::uint64_t m_lastTicket = 0;
    std::uint64_t m_stopUpTo = 0;  // runs and evaluations with tickets up to this one are to end
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

    // A run or an evaluation, which can be stopped by its ticket.
    void pushRun(std::function<void(std::uint64_t ticket)> work) {
        push([&] {
            ++m_pendingRuns;
            m_queue.push_back([work = std::move(work), ticket = ++m_lastTicket] { work(ticket); });
        });
    }

    void loop() {
        // The threads that libtorch starts for this one inherit its priority.
        if (m_options.niceness > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), m_options.niceness);
        while (true) {
            answerQuestions();
            Job next;
            {
                std::unique_lock lock(m_mutex);
                if (m_queue.empty() && m_questions.empty()) {
                    m_working = false;
                    m_idle.notify_all();
                }
                m_wake.wait(lock, [this] { return m_quit || !m_queue.empty() || !m_questions.empty(); });
                if (m_quit) return;
                m_working = true;
                if (m_queue.empty()) continue;
                next = std::move(m_queue.front());
                m_queue.pop_front();
            }
            next();
        }
    }

    // Answers what has been asked, waits for some time while paused.
    Going goOn(std::uint64_t ticket) {
        constexpr std::chrono::seconds kPatience(5);
        answerQuestions();
        std::unique_lock lock(m_mutex);
        const auto going = [&] {
            if (m_quit || m_stopUpTo >= ticket) return Going::End;
            return m_paused ? Going::Wait : Going::On;
        };
        m_wake.wait_for(lock, kPatience, [&] { return going() != Going::Wait || !m_questions.empty(); });
        return going();
    }

    bool stopping(std::uint64_t ticket) const {
        const std::lock_guard lock(m_mutex);
        return m_quit || m_stopUpTo >= ticket;
    }

    void answerQuestions() {
        while (true) {
            Job answer;
            {
                const std::lock_guard lock(m_mutex);
                if (m_questions.empty()) return;
                answer = std::move(m_questions.front());
                m_questions.pop_front();
            }
            answer();
        }
    }

    // Asks the model; why it could not be asked, or nothing.
    std::string problemOf(const ModelChoice& choice, const std::function<void(LoadedModel&)>& work) {
        if (choice.isCurrent() && !m_model) return "There is no trained model yet.";
        try {
            work(choice.isCurrent() ? *m_model : m_shelf.model(choice));
            return {};
        } catch (const std::exception& fault) {
            return faultText(fault);
        }
    }

    ModelOpened openModel(const std::filesystem::path& folder) {
        ModelOpened opened;
        opened.runFolder = folder.string();
        opened.runName = runName(folder);
        try {
            // In that of its training, so that an evaluation gives the figures that evaluateRun() gives.
            const Precision precision = measuringConfig(readRun(folder), DeviceChoice::Cpu).precision;
            auto model = std::make_shared<LoadedModel>(LoadedModel::open(folder, DeviceChoice::Cpu, precision));
            model->state().name = opened.runName;
            opened.config = model->config();
            opened.classNames = model->classNames();
            opened.epoch = model->state().epoch;
            m_model = std::move(model);
        } catch (const std::exception& fault) {
            opened.problem = faultText(fault);
        }
        return opened;
    }

    RunEvaluated evaluate(std::uint64_t ticket, const std::filesystem::path& folder) {
        RunEvaluated evaluated;
        evaluated.result.runName = runName(folder);
        evaluated.result.runFolder = folder.string();
        try {
            evaluated = evaluateRun(folder, *m_data, [&](const std::string& what, auto done, auto total) {
                m_listener(PhaseChanged{what, done, total});
                answerQuestions();
                return !stopping(ticket);
            });
        } catch (const Cancelled&) {
            evaluated.stopped = true;
        } catch (const std::exception& fault) {
            evaluated.problem = faultText(fault);
        }
        releaseMemory();
        return evaluated;
    }

    void execute(std::uint64_t ticket, const TrainRequest& request) {
        const ExperimentHost host = {
            .tell = m_listener,
            .goOn = [&] { return goOn(ticket); },
            .isStopping = [&] { return stopping(ticket); },
            .ranks = m_options.ranks.get(),
            .probes = [this] {
                const std::lock_guard lock(m_mutex);
                return m_probes;
            }};
        const Event last = Experiment(request, host, *m_data, m_runs, m_model).run();
        // A graphics card gives memory back when it has done all that it was told. After a fault that may be to wait for
        // a rank that is gone, and a process that is one of several ends with its run anyway.
        if (!m_options.ranks) releaseMemory();
        end([&] { m_listener(last); });
    }

    void end(const std::function<void()>& tell) {
        {
            const std::lock_guard lock(m_mutex);
            --m_pendingRuns;
            m_paused = false;
        }
        tell();
    }
};

Session::Session(Options options, Listener listener)
    : m_worker(std::make_unique<Worker>(std::move(options), std::move(listener))) {}

Session::~Session() = default;

void Session::train(TrainRequest request) { m_worker->train(std::move(request)); }
void Session::evaluate(std::filesystem::path folder, std::function<void(const RunEvaluated&)> handler) {
    m_worker->evaluate(std::move(folder), std::move(handler));
}
void Session::requestStop() { m_worker->stop(); }
void Session::requestPause() { m_worker->pause(true); }
void Session::requestContinue() { m_worker->pause(false); }
bool Session::busy() const { return m_worker->busy(); }
bool Session::paused() const { return m_worker->paused(); }
void Session::askWorker(ModelChoice choice, std::function<void(LoadedModel&)> work,
                        std::function<void(std::string problem)> end) {
    m_worker->ask(std::move(choice), std::move(work), std::move(end));
}
void Session::openModel(std::filesystem::path folder, std::function<void(const ModelOpened&)> handler) {
    m_worker->open(std::move(folder), std::move(handler));
}
void Session::setProbes(std::vector<std::shared_ptr<const Image>> images) {
    if (images.size() > kMostProbes) {
        throw InvalidInput("These are " + std::to_string(images.size()) + " pictures; at most " +
                           std::to_string(kMostProbes) + " can be pinned.");
    }
    std::erase_if(images, [](const auto& image) { return !image || image->empty(); });
    m_worker->setProbes(std::move(images));
}
void Session::wait() { m_worker->wait(); }

}  // namespace vit
