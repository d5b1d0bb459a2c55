// SPDX-License-Identifier: GPL-3.0-or-later
// What can be asked of a run in the window beside training it once, at awkward moments, through the real engine.
#include "core/io/atomic_file.h"
#include "core/runs/run_store.h"
#include "tests/support/window_driver.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/inspect/prediction_feed.h"
#include "ui/pages/train/train_page.h"

#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>

#include <filesystem>

using namespace vit;
using namespace vit::ui;
using test::kTrainingTimeoutMs;
namespace fs = std::filesystem;

class TestRunControl : public QObject, private test::WindowDriver {
    Q_OBJECT

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    void evaluatesAfterStop();
    void trainsFromTheShownRunsWeights();
    void tuningBeginsWithTheRunThatWasShown();
    void stopEndsAnEvaluation();
    void saysWhyNothingCanBeEvaluated();
    void startThenAtOncePause();
    void twoRunsResumedInOneSitting();
    void stopJustAfterResuming();
    void closes_data();
    void closes();
    void inspectUsesTheShownRunAfterARestart();
    void aRefusedResumeCanBeTriedAgain();

private:
    static constexpr auto kEvaluate = "Evaluate on test set";
    static constexpr auto kResume = "Resume this run";
    static constexpr auto kTrainFrom = "Train from this run's weights";

    // Trains some steps and stops.
    RunFinished trainedAndStopped();
    RunFinished trained();
    void show(const RunFinished& run) {
        QSignalSpy shown(m_window->trainPage(), &TrainPage::shownRunChanged);
        m_window->trainPage()->showRun(run.runFolder);
        QVERIFY(shown.wait(kTrainingTimeoutMs));
    }
};

RunFinished TestRunControl::trainedAndStopped() {
    chooseTestingPreset(10'000);
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    if (!QTest::qWaitFor([&] { return !steps.isEmpty(); }, kTrainingTimeoutMs)) return {};
    click("stopButton");
    if (!finished.wait(kTrainingTimeoutMs)) return {};
    return finished[0][0].value<RunFinished>();
}

RunFinished TestRunControl::trained() {
    chooseTestingPreset(1);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    return finished.wait(kTrainingTimeoutMs) ? finished[0][0].value<RunFinished>() : RunFinished{};
}

void TestRunControl::evaluatesAfterStop() {
    const RunFinished stopped = trainedAndStopped();
    QVERIFY(!stopped.runFolder.empty() && !stopped.tested);
    QVERIFY2(action(kEvaluate)->isEnabled(), qPrintable(action(kEvaluate)->toolTip()));
    QSignalSpy evaluated(m_bridge.get(), &SessionBridge::runEvaluated);
    QSignalSpy phases(m_bridge.get(), &SessionBridge::phaseChanged);
    trigger(kEvaluate);
    QVERIFY(!action(kEvaluate)->isEnabled());
    QVERIFY(!find<QToolButton>("trainButton")->isEnabled());
    QVERIFY(find<QToolButton>("stopButton")->isEnabled());
    QTRY_COMPARE_WITH_TIMEOUT(evaluated.size(), 1, kTrainingTimeoutMs);
    QCOMPARE(evaluated[0][0].value<RunEvaluated>().problem, std::string());
    QVERIFY(!phases.isEmpty());

    const auto kept = readRun(stopped.runFolder).result;
    QVERIFY(kept && kept->tested);
    QVERIFY(find<QLabel>("testAccuracy")->isVisible());
    const QString percent = QString::number(100 * kept->test.accuracy, 'f', 1);
    QVERIFY2(find<QLabel>("testAccuracy")->text().contains(percent), qPrintable(find<QLabel>("testAccuracy")->text()));
    const LogModel& log = m_window->trainPage()->log();
    const QString said = log.index(log.rowCount() - 1, log.columnCount() - 1).data().toString();
    const QString measured = QString::fromStdString(metricsText(kept->test));
    QVERIFY2(said.contains("was evaluated.") && said.contains(measured), qPrintable(said));
    QVERIFY(action(kEvaluate)->isEnabled());
    QVERIFY(action(kResume)->isEnabled());
    QVERIFY(find<QToolButton>("trainButton")->isEnabled());
}

void TestRunControl::trainsFromTheShownRunsWeights() {
    QVERIFY(!action(kTrainFrom)->isEnabled());
    QVERIFY(action(kTrainFrom)->toolTip().contains("There is no run yet"));
    const RunFinished first = trained();
    QTRY_VERIFY_WITH_TIMEOUT(action(kTrainFrom)->isEnabled(), kTrainingTimeoutMs);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    trigger(kTrainFrom);
    QVERIFY(!action(kTrainFrom)->isEnabled());
    QVERIFY(finished.wait(kTrainingTimeoutMs));
    const auto second = finished[0][0].value<RunFinished>();
    QVERIFY(second.runFolder != first.runFolder);
    QFile log(QString::fromStdString(second.runFolder + "/log.txt"));
    QVERIFY(log.open(QIODevice::ReadOnly));
    const std::string said = log.readAll().toStdString();
    QVERIFY2(said.find("begins with the weights of " + first.runFolder) != std::string::npos, said.c_str());
}

void TestRunControl::tuningBeginsWithTheRunThatWasShown() {
    choosePreset("fine-tune");
    auto* train = find<QToolButton>("trainButton");
    QVERIFY(!train->isEnabled());
    QVERIFY2(train->toolTip().contains("show one (Runs page)"), qPrintable(train->toolTip()));
    find<QPushButton>("firstSweep")->click();  // whose trials would begin with new weights
    QVERIFY2(m_prompts->errors.size() == 1 && m_prompts->errors[0].contains("trained already"),
             qPrintable(m_prompts->errors.join('\n')));

    const RunFinished first = trained();
    QTRY_VERIFY_WITH_TIMEOUT(action(kTrainFrom)->isEnabled(), kTrainingTimeoutMs);
    choosePreset("linear-probe");
    type("run.epochs", "1");
    // Twice: the second one, too, begins with the run that was shown when the preset was chosen.
    for (int turn = 0; turn < 2; ++turn) {
        QTRY_VERIFY_WITH_TIMEOUT(train->isEnabled(), kTrainingTimeoutMs);
        QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
        clickTrain();
        QVERIFY(finished.wait(kTrainingTimeoutMs));
        const auto tuned = finished[0][0].value<RunFinished>();
        const RunSummary run = readRun(tuned.runFolder);
        QCOMPARE(run.config.optimizer.frozenBlocks, run.config.model.layers);
        QVERIFY(run.config.model == readRun(first.runFolder).config.model);
        QFile log(QString::fromStdString(tuned.runFolder + "/log.txt"));
        QVERIFY(log.open(QIODevice::ReadOnly));
        QVERIFY(log.readAll().contains(("begins with the weights of " + first.runFolder).c_str()));
    }

    type("model.layers", "3");
    QVERIFY(!train->isEnabled());
    QVERIFY2(action(kTrainFrom)->toolTip().contains("another one than that in the form"),
             qPrintable(action(kTrainFrom)->toolTip()));
}

void TestRunControl::stopEndsAnEvaluation() {
    const RunFinished stopped = trainedAndStopped();
    QSignalSpy evaluated(m_bridge.get(), &SessionBridge::runEvaluated);
    trigger(kEvaluate);
    click("stopButton");
    QTRY_COMPARE_WITH_TIMEOUT(evaluated.size(), 1, kTrainingTimeoutMs);
    QVERIFY(evaluated[0][0].value<RunEvaluated>().stopped);
    QVERIFY(!readRun(stopped.runFolder).result->tested);
    QVERIFY(find<QToolButton>("trainButton")->isEnabled());
    QVERIFY(find<QLabel>("runPhase")->text().contains("Stopped"));
}

void TestRunControl::saysWhyNothingCanBeEvaluated() {
    QVERIFY(!action(kEvaluate)->isEnabled());
    QVERIFY2(action(kEvaluate)->toolTip().contains("no run yet"), qPrintable(action(kEvaluate)->toolTip()));
    const RunFinished run = trained();
    QVERIFY(action(kEvaluate)->isEnabled());
    const fs::path config = fs::path(run.runFolder) / "config.json";
    const std::string whole = readTextFile(config);
    std::string text = whole;
    const std::string name = "synthetic-shapes";
    writeFileAtomically(config, text.replace(text.find(name), name.size(), "my-photos"));
    show(run);
    QVERIFY(!action(kEvaluate)->isEnabled());
    QVERIFY2(action(kEvaluate)->toolTip().contains("my-photos"), qPrintable(action(kEvaluate)->toolTip()));
    writeFileAtomically(config, whole);
    fs::remove(fs::path(run.runFolder) / "best.safetensors");
    show(run);
    QVERIFY(!action(kEvaluate)->isEnabled());
    QVERIFY2(action(kEvaluate)->toolTip().contains("no weights"), qPrintable(action(kEvaluate)->toolTip()));
}

void TestRunControl::startThenAtOncePause() {
    chooseTestingPreset(10'000);
    QSignalSpy started(m_bridge.get(), &SessionBridge::runStarted);
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    click("pauseButton");
    QVERIFY(started.wait(kTrainingTimeoutMs));
    QTest::qWait(200);  // what was done before it has come
    const qsizetype before = steps.size();
    QTest::qWait(300);
    QCOMPARE(steps.size(), before);
    QVERIFY(find<QToolButton>("pauseButton")->text().contains("Resume"));
    click("pauseButton");
    QTRY_VERIFY_WITH_TIMEOUT(steps.size() > before, kTrainingTimeoutMs);
    click("stopButton");
    QVERIFY(finished.wait(kTrainingTimeoutMs));
}

void TestRunControl::twoRunsResumedInOneSitting() {
    const RunFinished first = trainedAndStopped();
    const RunFinished second = trainedAndStopped();
    QVERIFY(first.runFolder != second.runFolder);
    for (const RunFinished& run : {first, second}) {
        show(run);
        QSignalSpy started(m_bridge.get(), &SessionBridge::runStarted);
        QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
        QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
        trigger(kResume);
        QTRY_VERIFY_WITH_TIMEOUT(!steps.isEmpty(), kTrainingTimeoutMs);
        click("stopButton");
        QVERIFY(finished.wait(kTrainingTimeoutMs));
        QCOMPARE(started[0][0].value<RunStarted>().firstStep, run.stepsDone + 1);
        QCOMPARE(finished[0][0].value<RunFinished>().runFolder, run.runFolder);
        QCOMPARE(std::int64_t(readCurves(run.runFolder).steps.size()), finished[0][0].value<RunFinished>().stepsDone);
    }
}

void TestRunControl::stopJustAfterResuming() {
    const RunFinished run = trainedAndStopped();
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    trigger(kResume);
    click("stopButton");
    QVERIFY(finished.wait(kTrainingTimeoutMs));
    QCOMPARE(finished[0][0].value<RunFinished>().reason, StopReason::Stopped);
    QVERIFY(finished[0][0].value<RunFinished>().stepsDone >= run.stepsDone);
    QCOMPARE(std::int64_t(readCurves(run.runFolder).steps.size()), finished[0][0].value<RunFinished>().stepsDone);
    QTRY_VERIFY(action(kResume)->isEnabled());
}

void TestRunControl::closes_data() {
    QTest::addColumn<bool>("evaluating");
    QTest::newRow("idle") << false;
    QTest::newRow("evaluating") << true;
}

void TestRunControl::closes() {
    QFETCH(bool, evaluating);
    const RunFinished run = trainedAndStopped();
    if (!evaluating) {
        QVERIFY(m_window->close());
        QVERIFY(m_prompts->questions.isEmpty());
        return;
    }
    QSignalSpy evaluated(m_bridge.get(), &SessionBridge::runEvaluated);
    trigger(kEvaluate);
    QVERIFY(!m_window->close());  // not before the worker has ended
    QCOMPARE(m_prompts->questions.size(), 1);
    QVERIFY2(m_prompts->questions[0].contains("evaluation"), qPrintable(m_prompts->questions[0]));
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->isVisible(), kTrainingTimeoutMs);
    QCOMPARE(evaluated.size(), 1);
    QVERIFY(!readRun(run.runFolder).result->tested);
}

void TestRunControl::inspectUsesTheShownRunAfterARestart() {
    const RunFinished first = trained();
    const RunFinished second = trained();
    QVERIFY(first.runName != second.runName);
    show(first);
    m_window->openPhoto(photo());
    QSignalSpy predictions(m_window->findChild<PredictionFeed*>(), &PredictionFeed::predicted);
    const auto predictedBy = [&](const RunFinished& run) {
        return !predictions.isEmpty() && predictions.back()[0].value<Prediction>().model == run.runName;
    };
    QTRY_VERIFY_WITH_TIMEOUT(predictedBy(first), kTrainingTimeoutMs);
    QVERIFY(m_window->close());
    open();
    QSignalSpy again(m_window->findChild<PredictionFeed*>(), &PredictionFeed::predicted);
    m_window->openPhoto(photo());
    QTRY_VERIFY_WITH_TIMEOUT(!again.isEmpty(), kTrainingTimeoutMs);
    QTRY_COMPARE_WITH_TIMEOUT(again.back()[0].value<Prediction>().model, first.runName, kTrainingTimeoutMs);
}

// Another program trains the run: it stays in view, so that one can try again when that has ended.
void TestRunControl::aRefusedResumeCanBeTriedAgain() {
    const RunFinished run = trainedAndStopped();
    QSignalSpy failed(m_bridge.get(), &SessionBridge::runFailed);
    {
        Session other({m_folder->filePath("data").toStdString(), m_folder->filePath("runs").toStdString(), nullptr, 0},
                      [](const Event&) {});
        TrainRequest request;
        request.resumeFrom = run.runFolder;
        other.train(request);
        QTRY_VERIFY_WITH_TIMEOUT(!fs::exists(fs::path(run.runFolder) / "result.json"),
                                 kTrainingTimeoutMs);  // it has begun
        trigger(kResume);
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kTrainingTimeoutMs);
        QVERIFY(failed[0][0].value<RunFailed>().text.find("is being trained by") != std::string::npos);
        QVERIFY(find("trainBanner")->isVisible());
    }
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QTRY_VERIFY(action(kResume)->isEnabled());
    trigger(kResume);
    QTRY_VERIFY_WITH_TIMEOUT(!steps.isEmpty(), kTrainingTimeoutMs);
    click("stopButton");
    QTRY_VERIFY_WITH_TIMEOUT(!m_bridge->busy(), kTrainingTimeoutMs);
}

QTEST_MAIN(TestRunControl)
#include "test_run_control.moc"
