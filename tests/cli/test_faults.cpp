// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli while something goes wrong: what its user is told, and what of the run is lost. Prints the table.
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "tests/support/disturbed_cli.h"
#include "tests/support/disturbed_run.h"
#include "tests/support/spoiled_files.h"

#include <QDebug>
#include <QRegularExpression>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/resource.h>

using namespace vit;
using test::cutLastByte;
using test::DisturbedCli;
using test::DisturbedRun;
using test::flipBit;
using test::Outcome;
using test::replaceIn;
namespace fs = std::filesystem;

using Scenario = std::function<Outcome(const DisturbedRun&)>;

Q_DECLARE_METATYPE(Scenario)

namespace {

constexpr int kSkipped = -2;
constexpr rlim_t kAddressSpace = 3'000'000'000;
constexpr auto kEpoch = "\"event\":\"epoch\"";
constexpr auto kGoesOn = "The run goes on";
constexpr auto kAgain = "can be written again";

Outcome folderRemoved(const DisturbedRun& run) {
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    // The program may be writing into it meanwhile, which leaves the folder there for once more.
    for (std::error_code failure; fs::exists(run.folder());) fs::remove_all(run.folder(), failure);
    Outcome outcome = outcomeOf(child);
    if (fs::exists(run.folder())) outcome.difference = "The folder was made again.";
    return outcome;
}

Outcome folderMovedForAWhile(const DisturbedRun& run) {
    const fs::path elsewhere = run.folder().string() + "-elsewhere";
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    fs::rename(run.folder(), elsewhere);
    child.waitFor(kGoesOn);
    fs::rename(elsewhere, run.folder());
    child.waitFor(kAgain);
    return run.endedLikeUndisturbed(child);
}

Outcome fileInPlaceOfTheFolder(const DisturbedRun& run) {
    const fs::path elsewhere = run.folder().string() + "-elsewhere";
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    fs::rename(run.folder(), elsewhere);
    writeFileAtomically(run.folder(), "");
    child.exitCode();
    fs::remove(run.folder());
    fs::rename(elsewhere, run.folder());
    return run.resumedLikeUndisturbed(child);
}

Outcome readOnlyForAWhile(const DisturbedRun& run) {
    if (!test::permissionsBind(run.home())) {
        QTest::qSkip("permissions do not bind this user", __FILE__, __LINE__);
        return {kSkipped, {}, {}};
    }
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    fs::permissions(run.folder(), fs::perms::owner_read | fs::perms::owner_exec);
    child.waitFor(kGoesOn);
    fs::permissions(run.folder(), fs::perms::owner_all);
    child.waitFor(kAgain);
    return run.endedLikeUndisturbed(child);
}

Outcome folderInPlaceOfTheCheckpoint(const DisturbedRun& run) {
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    child.send(SIGSTOP);
    fs::remove(run.folder() / "last.safetensors");
    fs::create_directory(run.folder() / "last.safetensors");
    child.send(SIGCONT);
    child.exitCode();
    fs::remove(run.folder() / "last.safetensors");
    return run.resumedLikeUndisturbed(child);
}

Outcome noRoomForCheckpoints(const DisturbedRun& run) {
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    child.limitFiles(100'000);
    child.waitFor(kGoesOn);
    child.limitFiles(RLIM_INFINITY);
    child.waitFor(kAgain);
    return run.endedLikeUndisturbed(child);
}

Outcome noRoomForAWhile(const DisturbedRun& run) {
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    child.limitFiles(0);
    child.waitFor("waits in memory");
    child.limitFiles(RLIM_INFINITY);
    child.waitFor(kAgain);
    return run.endedLikeUndisturbed(child);
}

Outcome noRoomToTheEnd(const DisturbedRun& run) {
    DisturbedCli child = run.train();
    child.waitFor(kEpoch, 2);
    child.limitFiles(0);
    return run.resumedLikeUndisturbed(child);
}

Outcome linkInPlaceOfTheLog(const DisturbedRun& run) {
    run.trainTo(7);
    const fs::path victim = run.folder().string() + "-victim";
    writeFileAtomically(victim, "precious");
    fs::remove(run.folder() / "log.txt");
    fs::create_symlink(victim, run.folder() / "log.txt");
    DisturbedCli child = run.resume();
    child.exitCode();
    fs::remove(run.folder() / "log.txt");  // as it says
    Outcome outcome = run.resumedLikeUndisturbed(child);
    if (readTextFile(victim) != "precious") outcome.difference = "The linked file was written to.";
    return outcome;
}

Outcome killed(const DisturbedRun& run) {
    DisturbedCli first = run.train();
    first.waitFor("\"event\":\"step\"", 13);
    first.send(SIGSTOP);
    // Whatever moment it was, there are steps that no checkpoint knows of.
    first.send(SIGKILL);
    first.exitCode();
    std::ofstream(run.folder() / "steps.jsonl", std::ios::app)
        << R"({"event":"step","step":1000,"epoch":200,"step_in_epoch":5,"steps_per_epoch":5,"loss":1})" << '\n';
    DisturbedCli child = run.resume();
    return run.endedLikeUndisturbed(child);
}

Outcome killedWhileWriting(const DisturbedRun& run) {
    run.trainTo(8);
    std::ofstream(run.folder() / "steps.jsonl", std::ios::app) << R"({"event":"step","ste)";
    std::ofstream(run.folder() / "epochs.jsonl", std::ios::app) << R"({"event":"epo)";
    std::ofstream(run.folder() / ".last.safetensors.99999999-7.tmp") << "half";
    DisturbedCli child = run.resume();
    return run.endedLikeUndisturbed(child);
}

Scenario checkpointSpoiled(void (*spoil)(const fs::path&)) {
    return [spoil](const DisturbedRun& run) {
        run.trainTo(8);
        spoil(run.folder() / "last.safetensors");
        DisturbedCli child = run.resume();
        child.exitCode();
        fs::remove(run.folder() / "last.safetensors");  // as it says
        return run.resumedLikeUndisturbed(child);
    };
}

Outcome bestDamaged(const DisturbedRun& run) {
    run.trainTo(8);
    flipBit(run.folder() / "best.safetensors");
    DisturbedCli child = run.resume();
    Outcome outcome = outcomeOf(child);
    const TensorFile best = readSafetensors(run.folder() / "best.safetensors");
    if (std::stoi(best.metadata.at("epoch")) < 2) outcome.difference = "The best weights were not chosen anew.";
    return outcome;
}

Outcome outOfMemory(const DisturbedRun& run) {
#ifdef __SANITIZE_ADDRESS__
    QTest::qSkip("the sanitizer needs more address space than there is", __FILE__, __LINE__);
    return {kSkipped, {}, {}};
#else
    // Larger pictures than the others have, in one batch.
    const QStringList large = {"--set", "run.batch_size=60000", "--set", "data.train_limit=0", "--set", "run.epochs=1",
                               "--set", "model.image_size=64"};
    DisturbedCli child = run.train(large, kAddressSpace);
    Outcome outcome = outcomeOf(child);
    // The run goes on with the batch size that it names, in the same memory.
    const auto advice = QRegularExpression("batch size of ([0-9,]+) instead").match(outcome.told);
    const std::string batch = advice.captured(1).remove(',').toStdString();
    replaceIn(run.folder() / "config.json", "\"batch_size\": 60000", "\"batch_size\": " + batch);
    DisturbedCli rest = run.resume({"--max-steps", "1"}, kAddressSpace);
    if (rest.exitCode() != 0) outcome.difference = rest.told().toStdString();
    return outcome;
#endif
}

Outcome lossExplodes(const DisturbedRun& run) {
    run.trainTo(8);
    replaceIn(run.folder() / "config.json", "\"learning_rate\": 0.001", "\"learning_rate\": 10");
    replaceIn(run.folder() / "config.json", "\"epochs\": 16", "\"epochs\": 500");  // it may recover once or twice
    DisturbedCli child = run.resume();
    Outcome outcome = outcomeOf(child);
    readSafetensors(run.folder() / "last.safetensors");
    readSafetensors(run.folder() / "best.safetensors");
    return outcome;
}

Outcome secondProgram(const DisturbedRun& run) {
    DisturbedCli first = run.train();
    first.waitFor(kEpoch, 2);
    DisturbedCli second = run.resume();
    Outcome outcome = outcomeOf(second);
    if (!outcome.told.contains(QString("process %1").arg(first.id()))) outcome.difference = "not by that process";
    if (first.exitCode() != 0) outcome.difference = first.told().toStdString();
    if (outcome.difference.empty()) outcome.difference = run.differenceFromUndisturbed();
    return outcome;
}

Outcome wrongKey(const DisturbedRun& run) {
    run.trainTo(8);
    replaceIn(run.folder() / "config.json", "patch_size", "patch_sise");
    DisturbedCli child = run.resume();
    child.exitCode();
    replaceIn(run.folder() / "config.json", "patch_sise", "patch_size");
    return run.resumedLikeUndisturbed(child);
}

Outcome dataSetMissing(const DisturbedRun& run) {
    run.trainTo(8);
    replaceIn(run.folder() / "config.json", "synthetic-shapes", "my-photos");
    DisturbedCli child = run.resume();
    child.exitCode();
    replaceIn(run.folder() / "config.json", "my-photos", "synthetic-shapes");
    return run.resumedLikeUndisturbed(child);
}

}  // namespace

class TestFaults : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;
    QStringList m_table;

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void faults_data();
    void faults();
};

void TestFaults::initTestCase() {
    DisturbedCli whole = DisturbedRun(m_home.path(), "undisturbed").train();
    QCOMPARE(whole.exitCode(), 0);
}

void TestFaults::cleanupTestCase() {
    qInfo().noquote() << "\n| injected | the user sees | exit code | lost |\n|---|---|---|---|\n" + m_table.join('\n');
}

void TestFaults::faults_data() {
    QTest::addColumn<Scenario>("scenario");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QStringList>("seen");
    QTest::addColumn<QString>("lost");
    const auto row = [](const char* injected, const Scenario& scenario, int exitCode, const QStringList& seen,
                        const char* lost) { QTest::newRow(injected) << scenario << exitCode << seen << QString(lost); };
    const QString room = kGoesOn;
    row("run folder removed while training", folderRemoved, 1,
        {"No such file or directory", room, "The run's folder is gone, and what was saved in it"},
        "the run: it was deleted");
    row("run folder away for a while", folderMovedForAWhile, 0,
        {"No such file or directory", room, "it is safe up to step", "can be written again: it is safe up to step"},
        "nothing");
    row("a file in the place of the run folder, to the end", fileInPlaceOfTheFolder, 1,
        {"Not a directory. Check that the path is right", room, "it can be resumed from step"},
        "nothing: what came after the last checkpoint is trained again");
    row("run folder read-only for a while", readOnlyForAWhile, 0,
        {"Permission denied", "change its permissions", room, "can be written again"}, "nothing");
    row("a folder in the place of the checkpoint", folderInPlaceOfTheCheckpoint, 1,
        {"last.safetensors: Is a directory", "move it away", "The end of this run is not saved"},
        "nothing: it is trained again");
    row("no room for checkpoints, only for lines", noRoomForCheckpoints, 0,
        {"last.safetensors: File too large", room, "can be written again"}, "nothing");
    row("disk full for a while, lines too", noRoomForAWhile, 0,
        {"File too large", "waits in memory", "can be written again"}, "nothing");
    row("disk full to the end", noRoomToTheEnd, 1,
        {"File too large", "The end of this run is not saved; it can be resumed from step"},
        "nothing: what came after the last checkpoint is trained again");
    row("a link in the place of the log", linkInPlaceOfTheLog, 1,
        {"log.txt: it is a link to ", "Nothing was written there. Remove the link"}, "nothing");
    row("SIGKILL while training", killed, 0, {"came after the last checkpoint: they are trained again"}, "nothing");
    row("SIGKILL amid a line and a checkpoint", killedWhileWriting, 0,
        {"The last line of steps.jsonl was torn: left out", "The last line of epochs.jsonl was torn: left out",
         "The half-written file .last.safetensors.99999999-7.tmp was removed"}, "nothing");
    row("a bit of the checkpoint flipped", checkpointSpoiled(flipBit), 1,
        {"last.safetensors: its checksum is not right", "Its best weights, best.safetensors, are whole",
         "To train it again from its beginning, remove last.safetensors"},
        "the optimizer's state: it is trained again from its beginning");
    row("the checkpoint cut short", checkpointSpoiled(cutLastByte), 1,
        {"last.safetensors: it ends within its arrays", "Its best weights, best.safetensors, are whole"},
        "the optimizer's state: it is trained again from its beginning");
    row("a bit of the best weights flipped", bestDamaged, 0,
        {"best.safetensors: its checksum is not right", "chooses the best ones anew"}, "the best weights before it");
    row("out of memory (3 GB of address space)", outOfMemory, 1,
        {"The computer's memory is exhausted. A batch size of ", " instead of 60,000 should fit"}, "nothing");
    row("the loss explodes (learning rate 10)", lossExplodes, 1,
        {"The loss ", "Try a lower learning rate", "Kept are the weights of step "},
        "the steps after the last good checkpoint");
    row("a second program on the same run", secondProgram, 1,
        {"is being trained by process ", "Wait until it has ended, or stop it there"}, "nothing");
    row("config.json with a wrong key", wrongKey, 2,
        {"config.json", "model.patch_sise: There is no such hyperparameter; did you mean \"model.patch_size\"?"},
        "nothing");
    row("its data set is missing", dataSetMissing, 1, {"There is no data set my-photos"}, "nothing");
}

void TestFaults::faults() {
    QFETCH(Scenario, scenario);
    QFETCH(int, exitCode);
    QFETCH(QStringList, seen);
    QFETCH(QString, lost);
    const QString name = QString(QTest::currentDataTag()).replace(QRegularExpression("[^a-z0-9]+"), "-");
    const Outcome outcome = scenario(DisturbedRun(m_home.path(), name));
    if (QTest::currentTestFailed() || outcome.exitCode == kSkipped) return;
    for (const QString& words : seen)
        QVERIFY2(outcome.told.contains(words), qPrintable("Not said: " + words + "\nbut:\n" + outcome.told));
    // Each thing that goes wrong is said, not each time that it is tried.
    QVERIFY2(outcome.told.count('\n') < 6, qPrintable(outcome.told));
    QCOMPARE(outcome.exitCode, exitCode);
    QVERIFY2(outcome.difference.empty(), outcome.difference.c_str());
    QString text = outcome.told;
    text.replace(m_home.path() + '/', "").replace('\n', "<br>");
    m_table << QString("| %1 | %2 | %3 | %4 |").arg(QTest::currentDataTag(), text).arg(exitCode).arg(lost);
}

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"
