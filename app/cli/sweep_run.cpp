// SPDX-License-Identifier: GPL-3.0-or-later
// One trial after the other through a Session, told as lines of text or of JSON.
#include "app/cli/sweep_run.h"

#include "app/cli/data_argument.h"
#include "app/cli/interrupt.h"
#include "app/cli/status_line.h"
#include "app/cli/sweep_text.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/session/session.h"
#include "core/sweeps/sweep_runner.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <set>
#include <thread>

namespace vit::cli {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

// Its events come on the session's thread, the rest between two trials, when the session waits.
class Report {
public:
    explicit Report(bool json) : m_json(json) {}

    void begin(const SweepState& state, const SweepTrial& trial, std::int64_t epochs) {
        finished.reset();
        failed.reset();
        m_epochs = epochs;
        m_text = trialText(state, trial);
        if (m_json)
            say({{"event", "trial_started"}, {"trial", trial.number}, {"rung", trial.rung}, {"epochs", epochs}});
    }

    void handle(const Event& event) {
        if (const auto* result = std::get_if<RunFinished>(&event)) finished = *result;
        if (const auto* failure = std::get_if<RunFailed>(&event)) failed = *failure;
        if (m_json) std::cout << toJson(event) << std::endl;
        else if (const auto* step = std::get_if<StepDone>(&event)) show(*step);
    }

    void end(const SweepState& state, const SweepTrial& trial) {
        const std::string value = metricOf(state.plan.objective).text(trialValue(trial));
        if (m_json) {
            say({{"event", "trial_ended"},
                 {"trial", trial.number},
                 {"status", statusText(trial.status)},
                 {"epochs", trial.epochs},
                 {"problem", trial.problem}});
        } else if (trial.status == TrialStatus::Failed) {
            m_line.line(m_text + ": failed. " + trial.problem);
        } else if (finished && finished->epochsDone >= m_epochs) {
            m_line.line(m_text + ": " + objectiveName(state.plan.objective) + " " + value + " after " +
                        std::to_string(trial.epochs) + (trial.epochs == 1 ? " epoch" : " epochs"));
        } else {
            m_line.line(m_text + ": stopped after epoch " + std::to_string(trial.epochs) + "; it goes on later");
        }
    }

    void note(const std::string& text) {
        if (!m_json) m_line.line(text);
    }

    std::optional<RunFinished> finished;
    std::optional<RunFailed> failed;

private:
    bool m_json;
    StatusLine m_line{stdout};
    std::string m_text;
    std::int64_t m_epochs = 0;

    static void say(const Json& json) { std::cout << jsonText(json) << std::endl; }

    void show(const StepDone& step) {
        const std::string before =
            m_text + "  epoch " + std::to_string(step.epoch) + "/" + std::to_string(m_epochs) + " ";
        const std::string after =
            "  loss " + fixedText(step.loss, 4) + "  " + fixedText(step.imagesPerSecond, 0) + " images/s";
        const double share = static_cast<double>(step.stepInEpoch) / static_cast<double>(step.stepsPerEpoch);
        m_line.status(before + bar(share, m_line.room(textWidth(before + after))) + after);
    }
};

// True if the trial was asked to stop, by Ctrl+C or by a pause from another program.
bool waitFor(Session& session, const InterruptGuard& interrupt, const SweepRunner& runner) {
    auto nextLook = std::chrono::steady_clock::now() + 1s;
    bool stopping = false;
    while (session.busy()) {
        std::this_thread::sleep_for(20ms);
        bool wanted = interrupt.requested();
        if (!wanted && std::chrono::steady_clock::now() >= nextLook) {
            wanted = runner.pauseWanted();
            nextLook = std::chrono::steady_clock::now() + 1s;
        }
        if (!wanted || stopping) continue;
        stopping = true;
        std::cerr << "\nStopping after this step; everything is kept. Ctrl+C again quits at once.\n";
        session.requestStop();
    }
    session.wait();
    return stopping || interrupt.requested();
}

}  // namespace

void requireSweepData(const SweepState& state) {
    std::set<std::string> names;
    for (const SweepTrial& trial : state.trials)
        if (trial.status == TrialStatus::Waiting || trial.status == TrialStatus::Running)
            names.insert(trialConfig(state, trial).data.name);
    for (const std::string& name : names) requireDataSet(name);
}

void runSweep(const SweepFolder& sweep, bool json) {
    requireSweepData(sweep.read());
    {
        SweepRunner runner(sweep, RunStore());
        Report report(json);
        report.note("Sweep " + sweep.path().string());
        const InterruptGuard interrupt;
        Session session({}, [&](const Event& event) { report.handle(event); });
        while (auto request = runner.next()) {
            const std::int64_t epochs =
                request->stopAfterEpoch > 0 ? request->stopAfterEpoch : request->config.run.epochs;
            report.begin(sweep.read(), runner.current(), epochs);
            session.train(*request);
            bool stopped = waitFor(session, interrupt, runner);
            if (report.failed) runner.record(*report.failed);
            else stopped = !runner.record(*report.finished) || stopped;
            report.end(sweep.read(), runner.current());
            if (stopped) break;
        }
    }
    const SweepState state = sweep.read();
    if (!json) std::cout << '\n' << statusTable(sweep, state) << '\n';
    if (countTrials(state).failed == static_cast<int>(state.trials.size()))
        throw Error("Every trial failed, the last one so: " + bestFirst(state).back()->problem);
}

}  // namespace vit::cli
