// SPDX-License-Identifier: GPL-3.0-or-later
// The queue of a sweep: who is next, who is promoted, moving and extending it, and its file on the disk.
#include "core/runs/run_store.h"
#include "core/sweeps/sweep_folder.h"
#include "core/sweeps/sweep_runner.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <limits>

using namespace vit;
using test::readFile;
using test::thrown;
using test::writeFile;

namespace {

const double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kFails = -1;  // in lists of results

SweepPlan halving(int count, const std::string& objective = "validation_accuracy") {
    SweepPlan plan = sweepPlanFromJson(
        R"({"preset": "testing", "vary": {"optimizer.learning_rate": {"log_range": [1e-4, 1e-1]}},
            "strategy": "halving", "rungs": [1, 2, 4], "objective": ")" + objective + "\"}");
    plan.count = count;
    return plan;
}

void end(SweepTrial& trial, double result) {
    trial.status = result == kFails ? TrialStatus::Failed : TrialStatus::Done;
    if (result != kFails) trial.results.push_back(result);
}

// Trains what waits, in the order of the queue, with these results.
void endAll(SweepState& state, const std::vector<double>& results) {
    for (const double result : results) {
        SweepTrial* trial = nextTrial(state);
        if (trial == nullptr) qFatal("no trial waits any more");
        end(*trial, result);
    }
    promoteTrials(state);
}

QString waiting(const SweepState& state) {
    QStringList numbers;
    for (const SweepTrial& trial : state.trials)
        if (trial.status == TrialStatus::Waiting) numbers << QString("%1@%2").arg(trial.number).arg(trial.rung);
    return numbers.join(' ');
}

QString order(const SweepState& state) {
    QStringList numbers;
    for (const SweepTrial& trial : state.trials) numbers << QString::number(trial.number);
    return numbers.join(' ');
}

}  // namespace

class TestSweepQueue : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    std::filesystem::path path(const QString& name) const { return m_home.filePath(name).toStdString(); }

private Q_SLOTS:
    void theBestThirdGoesOn_data();
    void theBestThirdGoesOn();
    void anOpenRungPromotesNoOne();
    void rungsFollowOneAnother();
    void anExtensionPromotesAnew();
    void theQueueIsMoved();
    void wrongMovesAreRefused_data();
    void wrongMovesAreRefused();
    void failedTrialsCanBeTriedAgain();
    void bestComesFirst();
    void theStateSurvivesItsFile();
    void damagedFilesAreExplained_data();
    void damagedFilesAreExplained();
    void aFolderInUseIsRefused();
    void onlyOneProgramRunsIt();
    void aChangeThatFailsChangesNothing();
    void sweepsAreListed();
};

void TestSweepQueue::theBestThirdGoesOn_data() {
    QTest::addColumn<std::vector<double>>("results");
    QTest::addColumn<QString>("objective");
    QTest::addColumn<QString>("promoted");
    const auto row = [](const char* name, std::vector<double> results, const char* promoted,
                        const char* objective = "validation_accuracy") {
        QTest::newRow(name) << results << QString(objective) << QString(promoted);
    };
    row("nine", {0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5}, "2@1 4@1 6@1");
    row("the lowest loss", {0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5}, "1@1 3@1 5@1", "validation_loss");
    row("a third of eight is two", {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}, "7@1 8@1");
    row("of two one", {0.1, 0.2}, "2@1");
    row("equals go by number", {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, "1@1 2@1");
    row("tie for the last place", {0.1, 0.5, 0.9, 0.5, 0.1, 0.1}, "2@1 3@1");
    row("failed ones never", {kFails, kFails, 0.1, kFails, kFails, kFails}, "3@1");
    row("failed ones count for the third", {0.4, kFails, 0.1, kFails, 0.2, kFails}, "1@1 5@1");
    row("nothing measured", {kNone, 0.1, kNone}, "2@1");
    row("nothing measured at all", {kNone, kNone, kNone}, "");
    row("all failed", {kFails, kFails, kFails}, "");
}

void TestSweepQueue::theBestThirdGoesOn() {
    QFETCH(std::vector<double>, results);
    QFETCH(QString, objective);
    QFETCH(QString, promoted);
    SweepState state = startedSweep(halving(static_cast<int>(results.size()), objective.toStdString()));
    endAll(state, results);
    QCOMPARE(waiting(state), promoted);
}

void TestSweepQueue::anOpenRungPromotesNoOne() {
    SweepState state = startedSweep(halving(9));
    endAll(state, {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2});
    QCOMPARE(waiting(state), QString("9@0"));
    nextTrial(state)->status = TrialStatus::Running;
    promoteTrials(state);
    QCOMPARE(waiting(state), QString());
    QCOMPARE(nextTrial(state)->number, 9);  // it was killed, as no one says that it has ended
}

void TestSweepQueue::rungsFollowOneAnother() {
    SweepState state = startedSweep(halving(9));
    QCOMPARE(trialTarget(state, *nextTrial(state)), 1);
    endAll(state, {0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5});
    QCOMPARE(trialTarget(state, *nextTrial(state)), 2);
    QCOMPARE(trialConfig(state, *nextTrial(state)).run.epochs, 4);
    endAll(state, {0.91, kFails, 0.95});
    QCOMPARE(waiting(state), QString("6@2"));
    QCOMPARE(trialTarget(state, *nextTrial(state)), 4);
    endAll(state, {0.96});
    QVERIFY(nextTrial(state) == nullptr);
    QCOMPARE(trialNumbered(state, 6).results, (std::vector<double>{0.7, 0.95, 0.96}));
    const SweepCounts counts = countTrials(state);
    QCOMPARE(counts.done, 8);
    QCOMPARE(counts.failed, 1);
}

void TestSweepQueue::anExtensionPromotesAnew() {
    SweepState state = startedSweep(halving(6));
    endAll(state, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6});
    endAll(state, {0.55, 0.65});
    endAll(state, {0.75});
    QVERIFY(nextTrial(state) == nullptr);
    extendSweep(state, 6);
    QCOMPARE(state.plan.count, 12);
    QCOMPARE(waiting(state), QString("7@0 8@0 9@0 10@0 11@0 12@0"));
    endAll(state, {0.7, 0.1, 0.1, 0.1, 0.1, 0.8});
    QCOMPARE(waiting(state), QString("7@1 12@1"));  // of the best four, 5 and 6 had gone on before
}

void TestSweepQueue::theQueueIsMoved() {
    SweepState state = startedSweep(halving(4));
    moveTrial(state, 4, 1);
    QCOMPARE(order(state), QString("4 1 2 3"));
    moveTrial(state, 4, 3);
    QCOMPARE(order(state), QString("1 2 4 3"));
    moveTrial(state, 1, 4);
    QCOMPARE(order(state), QString("2 4 3 1"));
    QCOMPARE(nextTrial(state)->number, 2);
}

void TestSweepQueue::wrongMovesAreRefused_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("position");
    QTest::newRow("no such trial") << 5 << 1;
    QTest::newRow("before the first") << 1 << 0;
    QTest::newRow("after the last") << 1 << 5;
}

void TestSweepQueue::wrongMovesAreRefused() {
    QFETCH(int, number);
    QFETCH(int, position);
    SweepState state = startedSweep(halving(4));
    QVERIFY(thrown<InvalidInput>([&] { moveTrial(state, number, position); }).contains("1 to 4"));
    QCOMPARE(order(state), QString("1 2 3 4"));
}

void TestSweepQueue::failedTrialsCanBeTriedAgain() {
    SweepState state = startedSweep(halving(3));
    endAll(state, {0.1, kFails, 0.3});
    trialNumbered(state, 2).problem = "The disk is full.";
    QCOMPARE(waiting(state), QString("3@1"));
    QCOMPARE(retryFailed(state), 1);
    QCOMPARE(waiting(state), QString("2@0 3@1"));
    QVERIFY(trialNumbered(state, 2).problem.empty());
}

void TestSweepQueue::bestComesFirst() {
    const auto sorted = [](const std::string& objective) {
        SweepState state = startedSweep(halving(5, objective));
        endAll(state, {0.2, kFails, 0.4, 0.4, kNone});
        QString numbers;
        for (const SweepTrial* trial : bestFirst(state)) numbers += QString::number(trial->number);
        return numbers;
    };
    QCOMPARE(sorted("validation_accuracy"), QString("34125"));
    QCOMPARE(sorted("validation_loss"), QString("13425"));
}

void TestSweepQueue::theStateSurvivesItsFile() {
    SweepState state = startedSweep(halving(6));
    endAll(state, {0.1, kFails, 1.0 / 3, kNone, 0.5, 0.6});
    moveTrial(state, 6, 1);
    trialNumbered(state, 2).problem = "Gr\xc3\xb6\xc3\x9f" "e: \"no\"";
    trialNumbered(state, 3).run = "../runs/x";
    state.paused = true;
    const SweepState read = sweepStateFromJson(toJson(state));
    QVERIFY(read.plan == state.plan);
    QVERIFY(read.paused);
    QCOMPARE(read.trials.size(), state.trials.size());
    QCOMPARE(toJson(read), toJson(state));
    QCOMPARE(read.trials[3].results[0], 1.0 / 3);
    QVERIFY(std::isnan(trialValue(read.trials[4])));
}

void TestSweepQueue::damagedFilesAreExplained_data() {
    QTest::addColumn<QByteArray>("from");  // empty: cut the text here
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("says");
    QTest::newRow("torn") << QByteArray() << QByteArray() << "JSON";
    QTest::newRow("another version") << QByteArray("\"format\": 1") << QByteArray("\"format\": 9") << "version";
    QTest::newRow("no trials") << QByteArray("\"trials\"") << QByteArray("\"trails\"") << "trials";
    QTest::newRow("unknown status") << QByteArray("\"waiting\"") << QByteArray("\"asleep\"") << "asleep";
    QTest::newRow("doubled number") << QByteArray("\"number\": 2") << QByteArray("\"number\": 1") << "1";
    QTest::newRow("no such rung") << QByteArray("\"rung\": 0") << QByteArray("\"rung\": 7") << "7";
    QTest::newRow("done without a result") << QByteArray("\"waiting\"") << QByteArray("\"done\"") << "result";
    QTest::newRow("unknown hyperparameter") << QByteArray("\"learning_rate\"") << QByteArray("\"learning_rat\"")
                                            << "learning_rat";
}

void TestSweepQueue::damagedFilesAreExplained() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, says);
    const std::filesystem::path folder = path(QString("damaged-") + QTest::currentDataTag());
    const SweepFolder sweep = SweepFolder::create(folder, halving(3));
    const QString file = QString::fromStdString((folder / "sweep.json").string());
    QByteArray text = readFile(file);
    if (from.isEmpty()) {
        text.truncate(text.size() / 2);
    } else {
        QVERIFY(text.contains(from));
        text.replace(from, to);
    }
    writeFile(file, text);
    const QString said = thrown<Error>([&] { sweep.read(); });
    QVERIFY2(said.contains(says) && said.contains(file), qPrintable(said));
    QVERIFY(!thrown<Error>([&] { sweep.update([](SweepState&) {}); }).isEmpty());
    QCOMPARE(readFile(file), text);  // nothing is written over what a person may still mend
}

void TestSweepQueue::aFolderInUseIsRefused() {
    QVERIFY(thrown<InvalidInput>([&] { SweepFolder folder(path("nowhere")); }).contains("no sweep"));
    const SweepFolder sweep = SweepFolder::create(path("taken"), halving(3));
    QVERIFY(thrown<InvalidInput>([&] { SweepFolder::create(path("taken"), halving(3)); }).contains("not empty"));
    SweepPlan wrong = halving(3);
    wrong.axes.clear();
    QVERIFY(!thrown<InvalidInput>([&] { SweepFolder::createAmong(path("among"), wrong); }).isEmpty());
    QVERIFY(!std::filesystem::exists(path("among")));
}

void TestSweepQueue::onlyOneProgramRunsIt() {
    const SweepFolder sweep = SweepFolder::create(path("locked"), halving(3));
    QVERIFY(!sweep.isRunning());
    {
        SweepRunner runner(sweep, RunStore(path("runs")));
        QVERIFY(sweep.isRunning());
        QVERIFY(thrown<Error>([&] { SweepRunner second(sweep, RunStore(path("runs"))); }).contains("running"));
        QVERIFY(!runner.pauseWanted());
        sweep.update([](SweepState& state) { state.paused = true; });  // as another command would
        QVERIFY(runner.pauseWanted());
        QVERIFY(!runner.next());
    }
    QVERIFY(!sweep.isRunning());
    SweepRunner again(sweep, RunStore(path("runs")));
    QVERIFY(again.next());
}

void TestSweepQueue::aChangeThatFailsChangesNothing() {
    const SweepFolder sweep = SweepFolder::create(path("whole"), halving(3));
    const std::string before = toJson(sweep.read());
    QVERIFY(!thrown<InvalidInput>([&] {
                 sweep.update([](SweepState& state) {
                     moveTrial(state, 3, 1);
                     moveTrial(state, 9, 1);
                 });
             }).isEmpty());
    QCOMPARE(toJson(sweep.read()), before);
}

void TestSweepQueue::sweepsAreListed() {
    const std::filesystem::path sweeps = path("sweeps");
    QVERIFY(SweepFolder::list(sweeps).empty());
    const SweepFolder first = SweepFolder::createAmong(sweeps, halving(3));
    const SweepFolder second = SweepFolder::createAmong(sweeps, halving(3));
    QVERIFY(first.path() != second.path());
    writeFile(QString::fromStdString((sweeps / "no sweep" / "x").string()), "x");
    first.update([](SweepState& state) { state.paused = true; });
    QCOMPARE(SweepFolder::list(sweeps).size(), std::size_t{2});
    QVERIFY(SweepFolder::list(sweeps).front().path() == first.path());
}

QTEST_GUILESS_MAIN(TestSweepQueue)
#include "test_sweep_queue.moc"
