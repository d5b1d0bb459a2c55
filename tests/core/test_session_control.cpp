// SPDX-License-Identifier: GPL-3.0-or-later
// What a run can be told, in awkward orders: it ends as told and goes on as if nothing had been.
#include "core/config/presets.h"
#include "core/runs/run_store.h"
#include "core/session/session.h"
#include "tests/support/asking.h"
#include "tests/support/made_images.h"
#include "tests/support/recorder.h"
#include "tests/support/same_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <chrono>
#include <thread>

using namespace vit;
using vit::test::evaluate;
using vit::test::gradientImage;
using vit::test::Recorder;
using vit::test::runDifference;
using vit::test::timelessProbes;

namespace fs = std::filesystem;

class TestSessionControl : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    fs::path home() const { return m_home.path().toStdString(); }
    Session::Options options() const { return {home() / "data", home() / "runs", nullptr, 0}; }
    TrainRequest quick(const std::string& name, std::int64_t epochs = 3) const {
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.data.trainLimit = 150;  // 5 steps an epoch
        request.config.run.epochs = epochs;
        request.config.run.threads = 1;
        request.runFolder = home() / name;
        return request;
    }
    TrainRequest resumed(const std::string& name) const {
        TrainRequest request;
        request.resumeFrom = home() / name;
        return request;
    }
    // Trains to the terminal event.
    RunFinished finish(Session& session, Recorder& recorder, const TrainRequest& request) const {
        const int before = static_cast<int>(recorder.all<RunFinished>().size());
        session.train(request);
        session.wait();
        const auto results = recorder.all<RunFinished>();
        if (static_cast<int>(results.size()) != before + 1) {
            const auto failures = recorder.all<RunFailed>();
            qWarning() << "the run failed:" << (failures.empty() ? "" : failures.back().text.c_str());
            return {};
        }
        return results.back();
    }

private Q_SLOTS:
    void initTestCase();
    void stoppedWithinAnEpochGoesOnThere();
    void coloursOfTokensAreKeptAlike();
    void stopWhileSaving_data();
    void stopWhileSaving();
    void startThenAtOncePause();
    void pausesAreNoTrainingTime();
    void stopAfterOpeningAModel();
    void stopJustAfterLoadingACheckpoint();
    void evaluatesARunThatWasStopped();
    void anEvaluationThatFailsIsSaid_data();
    void anEvaluationThatFailsIsSaid();
    void aStoppedEvaluationChangesNothing();
    void twoRunsResumedInOneSitting();
    void aRunInUseIsRefused();
    void earlyStoppingEndsTheRun();
    void moreEpochs_data();
    void moreEpochs();
    void weightsOfTheLastEpochsAreKept();
};

// The run that the others are held against.
void TestSessionControl::initTestCase() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    QCOMPARE(finish(session, recorder, quick("whole")).reason, StopReason::Completed);
}

void TestSessionControl::stoppedWithinAnEpochGoesOnThere() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick("in-pieces");
    request.maxSteps = 3;
    QCOMPARE(finish(session, recorder, request).stepsDone, std::int64_t{3});
    TrainRequest rest = resumed("in-pieces");
    for (const std::int64_t upTo : {5, 7, 14}) {
        rest.maxSteps = upTo;
        QCOMPARE(finish(session, recorder, rest).stepsDone, upTo);
    }
    rest.maxSteps = 0;
    QCOMPARE(finish(session, recorder, rest).reason, StopReason::Completed);
    QCOMPARE(recorder.all<StepDone>().size(), std::size_t{15});  // not one was made twice
    QCOMPARE(runDifference(home() / "whole", home() / "in-pieces"), std::string());
}

// They are shown turned towards those of the epoch before, and kept as they are.
void TestSessionControl::coloursOfTokensAreKeptAlike() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.setProbes({std::make_shared<const Image>(gradientImage(40, 30))});
    TrainRequest request = quick("colours");
    request.config.run.pinnedMap = PinnedMap::TokenColours;
    QCOMPARE(finish(session, recorder, request).reason, StopReason::Completed);
    request.runFolder = home() / "colours-in-pieces";
    request.maxSteps = 7;
    QCOMPARE(finish(session, recorder, request).stepsDone, std::int64_t{7});
    QCOMPARE(finish(session, recorder, resumed("colours-in-pieces")).reason, StopReason::Completed);
    QCOMPARE(timelessProbes(home() / "colours-in-pieces"), timelessProbes(home() / "colours"));
    const auto probes = readCurves(home() / "colours").probes;
    QCOMPARE(probes.size(), std::size_t{3});
    for (const ProbePredicted& probe : probes) QVERIFY(probe.map && probe.map->isColours());
}

void TestSessionControl::stopWhileSaving_data() {
    QTest::addColumn<int>("kind");
    QTest::newRow("before an epoch's state is written") << 0;
    QTest::newRow("after the best weights were written") << 1;
    QTest::newRow("after the state was written") << 2;
    QTest::newRow("while validating") << 3;
}

void TestSessionControl::stopWhileSaving() {
    QFETCH(int, kind);
    const std::string name = "stop-" + std::to_string(kind);
    Recorder recorder;
    Session* current = nullptr;
    recorder.react = [&](const Event& event) {
        const auto* saved = std::get_if<CheckpointSaved>(&event);
        const auto* phase = std::get_if<PhaseChanged>(&event);
        const bool now = (kind == 0 && std::holds_alternative<EpochDone>(event)) ||
                         (kind == 1 && saved && saved->best) || (kind == 2 && saved && !saved->best) ||
                         (kind == 3 && phase && phase->what == "Validating");
        if (now) current->requestStop();
    };
    Session session(options(), recorder.listener());
    current = &session;
    QCOMPARE(finish(session, recorder, quick(name)).reason, StopReason::Stopped);
    recorder.react = {};
    QCOMPARE(finish(session, recorder, resumed(name)).reason, StopReason::Completed);
    QCOMPARE(runDifference(home() / "whole", home() / name), std::string());
}

void TestSessionControl::startThenAtOncePause() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick("paused"));
    session.requestPause();
    QVERIFY(session.paused());
    QVERIFY(recorder.waitFor<RunStarted>());
    QTest::qWait(200);
    QVERIFY(recorder.all<StepDone>().empty());
    session.requestContinue();
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
    QCOMPARE(runDifference(home() / "whole", home() / "paused"), std::string());
}

void TestSessionControl::pausesAreNoTrainingTime() {
    using Clock = std::chrono::steady_clock;
    constexpr double kPause = 2;  // seconds, half of them within an epoch's steps, half while it validates
    const auto seconds = [](Clock::duration passed) { return std::chrono::duration<double>(passed).count(); };
    Recorder recorder;
    Session* current = nullptr;
    int pauses = 0;
    Clock::time_point began, ended;
    recorder.react = [&](const Event& event) {
        if (std::holds_alternative<RunStarted>(event)) began = Clock::now();
        if (std::holds_alternative<RunFinished>(event)) ended = Clock::now();
        const auto* step = std::get_if<StepDone>(&event);
        const auto* phase = std::get_if<PhaseChanged>(&event);
        const bool now = (pauses == 0 && step) || (pauses == 1 && phase && phase->what == "Validating");
        if (!now) return;
        ++pauses;
        current->requestPause();
    };
    Session session(options(), recorder.listener());
    current = &session;
    session.train(quick("held", 2));
    for (int i = 0; i < 2; ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(session.paused(), 60'000);
        std::this_thread::sleep_for(std::chrono::duration<double>(kPause / 2));
        session.requestContinue();
    }
    session.wait();
    // A worker that comes to a pause late trains until it does: so up to half of it may be missing.
    const double trained = seconds(ended - began) - kPause / 2;
    const RunFinished result = recorder.all<RunFinished>().at(0);
    QVERIFY2(result.seconds <= trained, qPrintable(QString("%1 s of %2").arg(result.seconds).arg(trained)));
    double epochs = 0;
    for (const EpochDone& epoch : recorder.all<EpochDone>()) epochs += epoch.seconds;
    QVERIFY2(epochs <= trained, qPrintable(QString("%1 s of %2").arg(epochs).arg(trained)));
    QVERIFY(recorder.all<StepDone>().back().elapsedSeconds <= trained);
}

void TestSessionControl::stopAfterOpeningAModel() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    std::vector<ModelOpened> opened;
    session.openModel(home() / "whole", [&](const ModelOpened& model) { opened.push_back(model); });
    session.requestStop();
    session.wait();
    QCOMPARE(opened.size(), std::size_t{1});
    QCOMPARE(opened[0].problem, std::string());
    QVERIFY(recorder.all<RunFinished>().empty());
    QCOMPARE(finish(session, recorder, quick("after-opening")).reason, StopReason::Completed);
    QCOMPARE(runDifference(home() / "whole", home() / "after-opening"), std::string());
}

void TestSessionControl::stopJustAfterLoadingACheckpoint() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick("loaded");
    request.maxSteps = 8;
    QCOMPARE(finish(session, recorder, request).reason, StopReason::Stopped);
    recorder.react = [&](const Event& event) {
        if (std::holds_alternative<RunStarted>(event)) session.requestStop();
    };
    const RunFinished stopped = finish(session, recorder, resumed("loaded"));
    QCOMPARE(stopped.reason, StopReason::Stopped);
    QCOMPARE(stopped.stepsDone, std::int64_t{8});
    recorder.react = {};
    QCOMPARE(finish(session, recorder, resumed("loaded")).reason, StopReason::Completed);
    QCOMPARE(runDifference(home() / "whole", home() / "loaded"), std::string());
}

void TestSessionControl::evaluatesARunThatWasStopped() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick("tested-later");
    request.maxSteps = 8;
    const RunFinished stopped = finish(session, recorder, request);
    QVERIFY(!stopped.tested);
    TrainRequest same = quick("tested-at-once");
    same.maxSteps = 8;
    same.testAfterStop = true;
    const RunFinished expected = finish(session, recorder, same);

    const RunEvaluated evaluated = evaluate(session, home() / "tested-later");
    QCOMPARE(evaluated.problem, std::string());
    const auto kept = readRun(home() / "tested-later").result;
    QVERIFY(kept && kept->tested && evaluated.result.tested);
    QCOMPARE(kept->test.accuracy, expected.test.accuracy);
    QCOMPARE(kept->test.loss, evaluated.result.test.loss);
    QCOMPARE(kept->reason, StopReason::Stopped);
    QCOMPARE(kept->stepsDone, stopped.stepsDone);
    QCOMPARE(finish(session, recorder, resumed("tested-later")).reason, StopReason::Completed);
    QCOMPARE(runDifference(home() / "whole", home() / "tested-later"), std::string());
}

void TestSessionControl::anEvaluationThatFailsIsSaid_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("problem");
    QTest::newRow("no run") << "nowhere" << "is no run";
    QTest::newRow("no weights") << "bare" << "has no weights yet";
    QTest::newRow("damaged weights") << "torn" << "best.safetensors: it is too short";
}

void TestSessionControl::anEvaluationThatFailsIsSaid() {
    QFETCH(QString, folder);
    QFETCH(QString, problem);
    for (const char* name : {"bare", "torn"}) {
        fs::create_directories(home() / name);
        for (const char* file : {"config.json", "environment.json", "epochs.jsonl"})
            fs::copy_file(home() / "whole" / file, home() / name / file, fs::copy_options::overwrite_existing);
    }
    writeFileAtomically(home() / "torn" / "best.safetensors", "x");
    Recorder recorder;
    Session session(options(), recorder.listener());
    const QString said = QString::fromStdString(evaluate(session, home() / folder.toStdString()).problem);
    QVERIFY2(said.contains(problem), qPrintable(said));
    QVERIFY(!fs::exists(home() / folder.toStdString() / "result.json"));
    QVERIFY(!session.busy());
}

void TestSessionControl::aStoppedEvaluationChangesNothing() {
    const std::string before = readTextFile(home() / "whole" / "result.json");
    Recorder recorder;
    Session session(options(), recorder.listener());
    recorder.react = [&](const Event& event) {
        if (std::holds_alternative<PhaseChanged>(event)) session.requestStop();
    };
    QVERIFY(evaluate(session, home() / "whole").stopped);
    QVERIFY(!session.busy());
    QCOMPARE(readTextFile(home() / "whole" / "result.json"), before);
}

void TestSessionControl::twoRunsResumedInOneSitting() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    for (const char* name : {"first", "second"}) {
        TrainRequest request = quick(name);
        request.maxSteps = 8;
        QCOMPARE(finish(session, recorder, request).reason, StopReason::Stopped);
    }
    session.train(resumed("first"));
    session.train(resumed("second"));
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{4});
    for (const char* name : {"first", "second"})
        QCOMPARE(runDifference(home() / "whole", home() / name), std::string());
}

void TestSessionControl::aRunInUseIsRefused() {
    Recorder recorder;
    Recorder otherRecorder;
    Session session(options(), recorder.listener());
    Session other(options(), otherRecorder.listener());
    session.train(quick("in-use", 10'000));
    QVERIFY(recorder.waitFor<StepDone>());
    other.train(resumed("in-use"));
    QVERIFY(otherRecorder.waitFor<RunFailed>());
    const std::string text = otherRecorder.all<RunFailed>()[0].text;
    QVERIFY2(text.find("is being trained by process") != std::string::npos, text.c_str());
    session.requestStop();
    session.wait();
    TrainRequest request = resumed("in-use");
    request.maxSteps = recorder.all<RunFinished>()[0].stepsDone + 1;
    QCOMPARE(finish(other, otherRecorder, request).stepsDone, request.maxSteps);
}

void TestSessionControl::earlyStoppingEndsTheRun() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick("patient", 200);
    request.config.run.patience = 2;
    request.config.optimizer.learningRate = 1e-8;  // it cannot become better
    request.config.optimizer.weightDecay = 0;
    const RunFinished result = finish(session, recorder, request);
    QCOMPARE(result.reason, StopReason::EarlyStopped);
    QCOMPARE(result.epochsDone, result.bestEpoch + 2);
    QVERIFY(result.tested);
    QVERIFY(!result.explanation.empty());
    QCOMPARE(readRun(home() / "patient").result->reason, StopReason::EarlyStopped);

    TrainRequest more = resumed("patient");
    more.extension.epochs = 3;
    const RunFinished longer = finish(session, recorder, more);
    QCOMPARE(longer.reason, StopReason::Completed);
    QCOMPARE(longer.epochsDone, result.epochsDone + 3);
}

void TestSessionControl::moreEpochs_data() {
    QTest::addColumn<bool>("stretch");
    QTest::newRow("the schedule keeps its end") << false;
    QTest::newRow("the schedule is stretched") << true;
}

void TestSessionControl::moreEpochs() {
    QFETCH(bool, stretch);
    const std::string name = stretch ? "stretched" : "kept";
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick(name, 2);
    request.config.schedule.type = ScheduleType::Cosine;
    request.config.schedule.finalFactor = 0.25;
    QCOMPARE(finish(session, recorder, request).reason, StopReason::Completed);
    TrainRequest more = resumed(name);
    more.extension = {2, stretch ? ScheduleEnd::Stretch : ScheduleEnd::Keep};
    const RunFinished result = finish(session, recorder, more);
    QCOMPARE(result.reason, StopReason::Completed);
    QCOMPARE(result.epochsDone, std::int64_t{4});
    const Config config = readRun(home() / name).config;
    QCOMPARE(config.run.epochs, std::int64_t{4});

    const std::vector<StepDone> steps = readCurves(home() / name).steps;
    QCOMPARE(steps.size(), std::size_t{20});
    const double rate = config.optimizer.learningRate;
    if (stretch) {
        QVERIFY(steps[10].learningRate > 0.6 * rate);  // half way down a cosine of four epochs
        QVERIFY(steps[19].learningRate < 0.27 * rate);
    } else {
        for (std::size_t i = 10; i < 20; ++i) QCOMPARE(steps[i].learningRate, 0.25 * rate);
    }
}

void TestSessionControl::weightsOfTheLastEpochsAreKept() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick("keeping", 4);
    request.config.run.keepEpochs = 2;
    QCOMPARE(finish(session, recorder, request).reason, StopReason::Completed);
    const QStringList kept = QDir(m_home.filePath("keeping")).entryList({"epoch-*"});
    QCOMPARE(kept, (QStringList{"epoch-000003.safetensors", "epoch-000004.safetensors"}));
    const TensorFile epoch = readSafetensors(home() / "keeping" / "epoch-000004.safetensors");
    const TensorFile last = readSafetensors(home() / "keeping" / "last.safetensors");
    for (const auto& [name, tensor] : epoch.tensors) QVERIFY(last.tensors.at("model." + name).bytes == tensor.bytes);
}

QTEST_GUILESS_MAIN(TestSessionControl)
#include "test_session_control.moc"
