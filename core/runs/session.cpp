// SPDX-License-Identifier: GPL-3.0-or-later
// The worker thread: takes requests in order, runs them, turns every fault into an event.
#include "runs/session.h"

#include "config/schema.h"
#include "runs/environment.h"
#include "runs/evaluation.h"
#include "runs/fault_words.h"
#include "runs/run_files.h"
#include "runs/run_lock.h"
#include "runs/resume.h"
#include "runs/run_writer.h"
#include "train/trainer.h"

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

// The model that answers predictions.
struct CurrentModel {
    std::shared_ptr<Classifier> classifier;
    std::string name;
    std::int64_t epoch = 0;
    std::int64_t step = 0;
    bool training = false;
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
    bool m_writeTrouble = false;  // so too; a warning was given

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
            ready.prediction = predictNow(*asked.image, asked.top);
        } catch (const std::exception& fault) {
            ready.problem = faultText(fault);
        }
        return ready;
    }

    Prediction predictNow(const Image& image, int top) {
        Prediction prediction = m_model.classifier->predict(image, top);
        prediction.model = m_model.name;
        prediction.epoch = m_model.epoch;
        prediction.step = m_model.step;
        prediction.training = m_model.training;
        return prediction;
    }

    void openModel(const std::filesystem::path& folder) {
        ModelOpened opened;
        opened.runFolder = folder.string();
        opened.runName = folder.filename().string();
        try {
            OpenedModel model = openModelFolder(folder, torch::kCPU);
            opened.config = model.classifier->config();
            opened.classNames = model.classifier->description().classNames;
            opened.epoch = model.epoch;
            m_model = {std::move(model.classifier), model.runName, model.epoch, model.step, false};
        } catch (const std::exception& fault) {
            opened.problem = faultText(fault);
        }
        m_listener(opened);
    }

    void evaluate(const QueuedEvaluation& asked) {
        RunEvaluated evaluated;
        evaluated.result.runName = asked.folder.filename().string();
        evaluated.result.runFolder = asked.folder.string();
        try {
            evaluated.result = evaluateRun(asked.folder, *m_data, [&](const std::string& what, auto done, auto total) {
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

    void execute(QueuedRun& run) {
        Event last = RunFailed{};
        std::optional<RunLock> runLock;
        std::unique_ptr<RunWriter> writer;
        m_writeTrouble = false;
        try {
            last = runExperiment(run, runLock, writer);
        } catch (const InvalidInput& fault) {
            RunFailed failed{"", fault.what(), {}};
            for (const Issue& issue : fault.issues()) failed.keys.push_back(issue.key);
            last = failed;
        } catch (const Cancelled&) {
            RunFinished stopped;
            stopped.reason = StopReason::Stopped;
            last = stopped;
        } catch (const std::exception& fault) {
            last = RunFailed{"", faultText(fault), {}};
        }
        m_model.training = false;
        if (auto* failed = std::get_if<RunFailed>(&last); failed && writer) {
            failed->runName = writer->folder().filename().string();
            tryTo([&] { writer->log(Message{Severity::Warning, failed->text}); });
        }
        writer.reset();
        runLock.reset();
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

    // A disk that is full must not hide the fault that ended the run.
    template <typename Write>
    static bool tryTo(Write write) {
        try {
            write();
            return true;
        } catch (const Error&) {
            return false;
        }
    }

    // A curve or log that cannot be written ends no run: its lines wait in memory.
    template <typename Write>
    void writeOrWarn(Write write) {
        try {
            write();
            m_writeTrouble = false;
        } catch (const Error& fault) {
            if (m_writeTrouble) return;
            m_writeTrouble = true;
            m_listener(Message{Severity::Warning, std::string(fault.what()) +
                                                      " The run goes on; what is to be written there waits in memory."});
        }
    }

    RunFinished runExperiment(const QueuedRun& run, std::optional<RunLock>& lock, std::unique_ptr<RunWriter>& writer) {
        const TrainRequest& request = run.request;
        const bool resumes = !request.resumeFrom.empty();
        if (resumes && run_files::isThere(request.resumeFrom / run_files::kConfig)) lock.emplace(request.resumeFrom);
        const Config config = resumes ? extended(readRun(request.resumeFrom), request.extension) : request.config;
        if (Issues issues = validate(config); !issues.empty()) throw InvalidInput(std::move(issues));
        const DeviceSelection device = selectDevice(config.run);
        at::set_num_threads(device.threads);

        const auto data = m_data->open(config.data.name, config.model.imageSize,
                                      [&](const std::string& what, std::int64_t done, std::int64_t total) {
                                          m_listener(PhaseChanged{what, done, total});
                                          return !stopping(run.ticket);
                                      });
        const std::filesystem::path folder = runFolder(request);
        if (!lock) lock.emplace(folder);
        TrainerHooks hooks;
        hooks.emit = [&](const Event& event) { writer ? record(*writer, event) : m_listener(event); };
        hooks.goOn = [&] { return goOn(run.ticket); };
        hooks.beforeSaving = [&] { writer->sync(); };
        try {
            Trainer trainer(config, data, device, folder, hooks);
            if (resumes) resumeFromCheckpoint(trainer, folder);
            writer = std::make_unique<RunWriter>(folder, trainer.position().epoch, trainer.position().step);
            if (!resumes || request.extension.epochs > 0) writer->writeConfig(config);
            begin(trainer, device, *writer, *lock);
            return trainToItsEnd(trainer, request, *writer);
        } catch (const std::exception& fault) {
            if (isOutOfMemory(fault)) throwOutOfMemory(config, describe(*data).input(), device.device);
            throw;
        }
    }

    void begin(Trainer& trainer, const DeviceSelection& device, RunWriter& writer, const RunLock& lock) {
        const Config& config = trainer.classifier().config();
        const RunStarted started = describeRun(config, device, trainer, writer.folder());
        writer.writeEnvironment(environmentJson(trainer.classifier().description(), started, device.threads));
        if (config.run.tensorboard) writer.startTensorBoard();
        m_model = {trainer.sharedClassifier(), started.runName, trainer.position().epoch, trainer.position().step, true};
        record(writer, started);
        for (const std::string& note : writer.recovered()) record(writer, Message{Severity::Info, note});
        if (!lock.isHeld()) {
            record(writer, Message{Severity::Warning,
                                   "The file system of " + started.runFolder +
                                       " knows no locks: take care that no second program trains this run."});
        }
    }

    RunFinished trainToItsEnd(Trainer& trainer, const TrainRequest& request, RunWriter& writer) {
        try {
            RunFinished result = trainer.run({request.maxSteps, request.testAfterStop, request.stopAfterEpoch});
            m_model.epoch = result.bestEpoch;
            writer.writeResult(result);
            return result;
        } catch (const std::exception& fault) {
            tryTo([&] { writer.writeResult(endedBy(fault, trainer.position(), writer.folder())); });
            throw;
        }
    }

    std::filesystem::path runFolder(const TrainRequest& request) const {
        if (!request.resumeFrom.empty()) return request.resumeFrom;
        if (request.runFolder.empty()) return m_runs.create(request.label);
        if (!run_files::isFree(request.runFolder)) {
            throw InvalidInput(request.runFolder.string() +
                               " is not empty: choose a new folder, or resume the run that is in it.");
        }
        std::error_code fault;
        std::filesystem::create_directories(request.runFolder, fault);
        if (fault) throw Error(request.runFolder.string() + " cannot be made: " + fault.message());
        return request.runFolder;
    }

    // Writes what belongs into the run's folder, then tells the listener.
    void record(RunWriter& writer, const Event& event) {
        if (const auto* step = std::get_if<StepDone>(&event)) {
            writeOrWarn([&] { writer.append(*step); });
            m_model.step = step->step;
        } else if (const auto* epoch = std::get_if<EpochDone>(&event)) {
            writeOrWarn([&] { writer.append(*epoch); });
            m_model.epoch = epoch->epoch;
        } else if (const auto* message = std::get_if<Message>(&event)) {
            writeOrWarn([&] { writer.log(*message); });
        }
        m_listener(event);
        if (std::holds_alternative<EpochDone>(event)) predictProbe(writer);
    }

    void predictProbe(RunWriter& writer) {
        std::shared_ptr<const Image> probe;
        {
            const std::lock_guard lock(m_mutex);
            probe = m_probe;
        }
        if (!probe || probe->empty()) return;
        constexpr int kTop = 5;
        const ProbePredicted predicted{predictNow(*probe, kTop)};
        writeOrWarn([&] { writer.append(predicted); });
        m_listener(predicted);
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
