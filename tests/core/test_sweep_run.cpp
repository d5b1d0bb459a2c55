// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep through a session: stopped anywhere and resumed, it ends as one that was never interrupted.
#include "core/session/session.h"
#include "core/sweeps/sweep_runner.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <fstream>

using namespace vit;

namespace {

// Six trials, of which two go on to the second epoch and one to the third; 4 steps an epoch.
SweepPlan smallSweep() {
    return sweepPlanFromJson(
        R"({"preset": "testing", "config": {"run": {"threads": 1, "batch_size": 16}, "data": {"train_limit": 64, "validation_share": 0.02},
                   "schedule": {"type": "cosine"}},
        "vary": {"optimizer.learning_rate": {"log_range": [1e-4, 1e-1]}, "model.layers": [1, 2]},
        "strategy": "halving", "count": 6, "seed": 3, "rungs": [1, 2, 3]})",
        "small");
}

std::vector<char> bytesOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

class TestSweepRun : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    std::shared_ptr<DataStore> m_data = std::make_shared<DataStore>(path("data"));
    std::filesystem::path path(const std::string& name) const { return m_home.path().toStdString() + "/" + name; }
    RunStore runs() const { return RunStore(path("runs")); }

    struct Sitting {
        int trials = 0;  // that came to their end
        std::vector<std::filesystem::path> resumed;
    };
    // Runs the sweep until it is through or `steps` steps are done.
    Sitting sit(const SweepFolder& sweep, int steps = -1) const;
    QString outcome(const SweepFolder& sweep) const;

private Q_SLOTS:
    void interruptionsChangeNothing();
    void aStopAtTheLastMomentLosesNothing();
    void aRunKilledBeforeItsFirstFileIsBegunAnew();
    void failuresEndNoSweep();
    void anExtendedSweepGoesOn();
    void randomTrialsAreTested();
    void linkedLocksAreRefused_data();
    void linkedLocksAreRefused();
};

TestSweepRun::Sitting TestSweepRun::sit(const SweepFolder& sweep, int steps) const {
    Sitting sitting;
    SweepRunner runner(sweep, runs());
    std::optional<RunFinished> finished;
    std::optional<RunFailed> failed;
    std::atomic<int> left = steps;
    Session* current = nullptr;
    Session session({path("data"), path("runs"), m_data, 0}, [&](const Event& event) {
        if (std::holds_alternative<StepDone>(event) && --left == 0) current->requestStop();
        if (const auto* result = std::get_if<RunFinished>(&event)) finished = *result;
        if (const auto* failure = std::get_if<RunFailed>(&event)) failed = *failure;
    });
    current = &session;
    while (auto request = runner.next()) {
        if (!request->resumeFrom.empty()) sitting.resumed.push_back(request->resumeFrom);
        finished.reset();
        failed.reset();
        session.train(*request);
        session.wait();
        if (failed) runner.record(*failed);
        else if (runner.record(*finished)) ++sitting.trials;
        if (steps > 0 && left <= 0) break;
    }
    return sitting;
}

// All that a sweep has found out, without the names of its runs.
QString TestSweepRun::outcome(const SweepFolder& sweep) const {
    SweepState state = sweep.read();
    for (SweepTrial& trial : state.trials) trial.run.clear();
    return QString::fromStdString(toJson(state));
}

void TestSweepRun::interruptionsChangeNothing() {
    const SweepFolder whole = SweepFolder::create(path("whole"), smallSweep());
    const Sitting once = sit(whole);
    QCOMPARE(once.trials, 6 + 2 + 1);
    QCOMPARE(once.resumed.size(), std::size_t{3});
    const SweepState done = whole.read();
    const SweepCounts counts = countTrials(done);
    QCOMPARE(counts.done, 6);
    const SweepTrial& best = *bestFirst(done).front();
    QVERIFY(trialValue(best) > 0);

    // In the middle of an epoch, at its end, in the second rung.
    const SweepFolder broken = SweepFolder::create(path("broken"), smallSweep());
    int trials = 0;
    for (const int steps : {2, 4, 7, 14}) trials += sit(broken, steps).trials;
    QVERIFY(trials < 9);
    trials += sit(broken).trials;
    QCOMPARE(trials, 9);  // none twice
    QCOMPARE(outcome(broken), outcome(whole));
    QCOMPARE(sit(broken).trials, 0);

    const SweepState again = broken.read();
    for (std::size_t i = 0; i < done.trials.size(); ++i) {
        const auto one = readCurves(whole.runFolder(done.trials[i]));
        const auto two = readCurves(broken.runFolder(again.trials[i]));
        QCOMPARE(two.steps.size(), one.steps.size());
        for (std::size_t s = 0; s < one.steps.size(); ++s) QCOMPARE(two.steps[s].loss, one.steps[s].loss);
    }
}

void TestSweepRun::aStopAtTheLastMomentLosesNothing() {
    const SweepFolder sweep = SweepFolder::create(path("killed"), smallSweep());
    QVERIFY(sit(sweep, 4 * 2 + 1).trials >= 2);
    // As if it had been killed after the checkpoint, before the sweep's file was written.
    sweep.update([](SweepState& state) {
        SweepTrial& trial = trialNumbered(state, 2);
        trial.status = TrialStatus::Running;
        trial.results.clear();
        trial.epochs = 0;
    });
    const std::filesystem::path run = sweep.runFolder(sweep.read().trials[1]);
    const std::vector<char> weights = bytesOf(run / "best.safetensors");
    const Sitting rest = sit(sweep, 1);
    QCOMPARE(rest.resumed.size(),
             std::size_t{2});  // that one, with nothing left to train, and the one that was stopped
    QVERIFY(rest.resumed.front() == run);
    QCOMPARE(sweep.read().trials[1].epochs, 1);
    QVERIFY(bytesOf(run / "best.safetensors") == weights);
}

void TestSweepRun::aRunKilledBeforeItsFirstFileIsBegunAnew() {
    const SweepFolder sweep = SweepFolder::create(path("early"), smallSweep());
    std::filesystem::path first;
    {
        SweepRunner runner(sweep, runs());
        first = runner.next()->runFolder;
    }
    QCOMPARE(countTrials(sweep.read()).running, 1);
    QCOMPARE(sit(sweep, 4 + 1).trials, 1);
    const SweepTrial trial = sweep.read().trials[0];
    QCOMPARE(trial.status, TrialStatus::Done);
    QVERIFY(sweep.runFolder(trial) != first);
    QVERIFY(std::filesystem::is_empty(first));
}

void TestSweepRun::failuresEndNoSweep() {
    SweepPlan plan = smallSweep();
    plan.strategy = SweepStrategy::Grid;
    plan.count = 0;
    plan.rungs.clear();
    plan.base.run.epochs = 1;
    plan.axes = {{.key = "data.name", .values = {std::string("nowhere"), std::string("synthetic-shapes")}}};
    const SweepFolder sweep = SweepFolder::create(path("failing"), plan);
    sit(sweep);
    const SweepState state = sweep.read();
    QCOMPARE(state.trials[0].status, TrialStatus::Failed);
    QVERIFY(state.trials[0].problem.find("nowhere") != std::string::npos);
    QCOMPARE(state.trials[1].status, TrialStatus::Done);
}

void TestSweepRun::anExtendedSweepGoesOn() {
    SweepPlan plan = smallSweep();
    plan.count = 3;
    plan.rungs = {1, 2};
    const SweepFolder sweep = SweepFolder::create(path("extended"), plan);
    QCOMPARE(sit(sweep).trials, 4);
    sweep.update([](SweepState& state) { extendSweep(state, 3); });
    const Sitting more = sit(sweep);
    QVERIFY(more.trials == 4 || more.trials == 5);  // of six two are kept; one of these may have gone on before
    QCOMPARE(countTrials(sweep.read()).done, 6);
}

void TestSweepRun::randomTrialsAreTested() {
    SweepPlan plan = smallSweep();
    plan.strategy = SweepStrategy::Random;
    plan.count = 2;
    plan.rungs.clear();
    plan.base.run.epochs = 1;
    plan.objective = SweepObjective::ValidationLoss;
    const SweepFolder sweep = SweepFolder::create(path("random"), plan);
    sit(sweep);
    for (const SweepTrial& trial : sweep.read().trials) {
        const RunSummary run = readRun(sweep.runFolder(trial));
        QVERIFY(run.result && run.result->tested);
        QCOMPARE(trialValue(trial), readCurves(run.folder).epochs.back().validation.loss);
        QVERIFY(run.name.find("small-00") != std::string::npos);
    }
}

void TestSweepRun::linkedLocksAreRefused_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {".change.lock", ".running.lock"}) QTest::newRow(name) << QString(name);
}

// In a sweep's folder from somebody else.
void TestSweepRun::linkedLocksAreRefused() {
    QFETCH(QString, name);
    const SweepFolder sweep = SweepFolder::create(path("linked" + name.toStdString()), smallSweep());
    const std::filesystem::path victim = path("victim" + name.toStdString());
    std::filesystem::create_symlink(victim, sweep.path() / name.toStdString());
    const QString fault = test::thrown<Error>([&] {
        name == ".change.lock" ? void(sweep.update([](SweepState&) {})) : void(sweep.lockForRunning());
    });
    QVERIFY2(fault.contains(name + ": it is a link to "), qPrintable(fault));
    QVERIFY(!std::filesystem::exists(victim));
}

QTEST_GUILESS_MAIN(TestSweepRun)
#include "test_sweep_run.moc"
