// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli while something goes wrong: what its user is told, and what of the run is lost. Prints the table.
#include "io/atomic_file.h"
#include "support/files.h"
#include "support/same_run.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

constexpr int kTimeoutMs = 120'000;
constexpr int kSkipped = -2;
constexpr rlim_t kAddressSpace = 3'000'000'000;

// In the child, before it becomes vit-cli. It cannot get far ahead of who reads its events, and root is bound by
// permissions.
void prepareChild() {
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 4096);
    constexpr unsigned long kOverridesPermissions = 1;  // CAP_DAC_OVERRIDE
    if (geteuid() == 0) prctl(PR_CAPBSET_DROP, kOverridesPermissions, 0, 0, 0);
}

bool permissionsBind(const QString& folder) {
    QProcess shell;
    shell.setChildProcessModifier(prepareChild);
    const QString closed = folder + "/closed";
    QDir().mkdir(closed);
    chmod(closed.toUtf8().constData(), 0500);
    shell.start("/bin/sh", {"-c", "touch '" + closed + "/file'"});
    return shell.waitForFinished(kTimeoutMs) && shell.exitCode() != 0;
}

// A vit-cli that is at work.
class Child {
public:
    Child(const QString& home, const QStringList& arguments, rlim_t addressSpace = 0) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", home + "/data");
        m_process.setProcessEnvironment(environment);
        m_process.setChildProcessModifier([addressSpace] {
            prepareChild();
            const rlimit limit{addressSpace, addressSpace};
            if (addressSpace > 0) setrlimit(RLIMIT_AS, &limit);
        });
        m_process.start(VIT_CLI_PATH, arguments);
    }

    // Until it has said `what` so many times; false when it ends before.
    bool waitFor(const QByteArray& what, int count = 1) {
        while (m_out.count(what) < count) {
            if (!m_process.waitForReadyRead(kTimeoutMs)) return false;
            m_out += m_process.readAllStandardOutput();
        }
        return true;
    }

    // No file may grow past so many bytes from now on: as a full disk, and root is bound by it too.
    void limitFiles(rlim_t bytes) const {
        const rlimit limit{bytes, RLIM_INFINITY};
        if (prlimit(id(), RLIMIT_FSIZE, &limit, nullptr) != 0) throw std::runtime_error("The test cannot limit files.");
    }

    void send(int signal) const { ::kill(id(), signal); }
    pid_t id() const { return static_cast<pid_t>(m_process.processId()); }

    int exitCode() {
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(kTimeoutMs)) return -1;
        m_out += m_process.readAllStandardOutput();
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }

    // What a person reads: the messages on the way, and what it ends with.
    QString told() {
        QStringList lines;
        for (const QByteArray& line : m_out.split('\n')) {
            const QJsonObject event = QJsonDocument::fromJson(line).object();
            if (event["event"] == "message") lines << event["text"].toString();
        }
        const QString end = QString::fromUtf8(m_process.readAllStandardError()).trimmed();
        if (!end.isEmpty()) lines << end;
        return lines.join('\n');
    }

private:
    QProcess m_process;
    QByteArray m_out;
};

void damage(const fs::path& file) {
    std::string bytes = vit::readTextFile(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
    vit::writeFileAtomically(file, bytes);
}

void replaceIn(const fs::path& file, const std::string& what, const std::string& by) {
    std::string text = vit::readTextFile(file);
    const std::size_t place = text.find(what);
    if (place == std::string::npos) throw std::runtime_error("There is no " + what);
    vit::writeFileAtomically(file, text.replace(place, what.size(), by));
}

}  // namespace

// How a run fared: what vit-cli returned and said, and how the run's folder differs from what the row promises.
struct Outcome {
    int exitCode = 0;
    QString told;
    std::string difference;
};

class TestFaults : public QObject {
    Q_OBJECT

public:
    using Scenario = Outcome (TestFaults::*)();

private:
    static constexpr auto kEpoch = "\"event\":\"epoch\"";
    static constexpr auto kGoesOn = "The run goes on";
    static constexpr auto kAgain = "can be written again";

    QTemporaryDir m_home;
    QString m_name;  // of the row's run
    QStringList m_table;

    QString path() const { return m_home.filePath(m_name); }
    fs::path run() const { return path().toStdString(); }

    QStringList settings(const QStringList& more = {}) const {
        QStringList list;
        for (const QString& setting : QStringList{"run.threads=1", "data.train_limit=150", "run.epochs=16"} + more)
            list << "--set" << setting;
        return list;
    }
    // 16 epochs of 5 steps.
    Child train(const QStringList& more = {}, rlim_t addressSpace = 0) const {
        return {m_home.path(),
                QStringList{"train", "--preset", "testing", "--json", "--run-dir", path()} + settings() + more,
                addressSpace};
    }
    Child resume(const QStringList& more = {}, rlim_t addressSpace = 0) const {
        return {m_home.path(), QStringList{"train", "--json", "--resume", path()} + more, addressSpace};
    }
    void trainTo(int steps) const {
        Child child = train({"--max-steps", QString::number(steps)});
        if (child.exitCode() != 0) throw std::runtime_error(child.told().toStdString());
    }
    std::string differenceFromUndisturbed() const {
        return vit::test::runDifference(m_home.filePath("undisturbed").toStdString(), run());
    }
    static Outcome outcomeOf(Child& child) {
        const int code = child.exitCode();
        return {code, child.told(), {}};
    }
    Outcome endedLikeUndisturbed(Child& child) const {
        Outcome outcome = outcomeOf(child);
        outcome.difference = differenceFromUndisturbed();
        return outcome;
    }
    // The fault has been mended; resumed, the run ends as if nothing had been.
    Outcome resumedLikeUndisturbed(Child& child) const {
        Outcome outcome = outcomeOf(child);
        Child rest = resume();
        if (rest.exitCode() != 0) outcome.difference = rest.told().toStdString();
        else outcome.difference = differenceFromUndisturbed();
        return outcome;
    }

    Outcome folderRemoved();
    Outcome folderMovedForAWhile();
    Outcome fileInPlaceOfTheFolder();
    Outcome readOnlyForAWhile();
    Outcome folderInPlaceOfTheCheckpoint();
    Outcome noRoomForCheckpoints();
    Outcome noRoomForAWhile();
    Outcome noRoomToTheEnd();
    Outcome noRoomForTheLog();
    Outcome killed();
    Outcome killedWhileWriting();
    Outcome checkpointDamaged();
    Outcome checkpointTruncated();
    Outcome bestDamaged();
    Outcome outOfMemory();
    Outcome lossExplodes();
    Outcome secondProgram();
    Outcome wrongKey();
    Outcome dataSetMissing();

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void faults_data();
    void faults();
};

Q_DECLARE_METATYPE(TestFaults::Scenario)

void TestFaults::initTestCase() {
    m_name = "undisturbed";
    Child whole = train();
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
    const auto row = [](const char* injected, Scenario scenario, int exitCode, const QStringList& seen,
                        const char* lost) { QTest::newRow(injected) << scenario << exitCode << seen << QString(lost); };
    const QString room = kGoesOn;
    row("run folder removed while training", &TestFaults::folderRemoved, 1,
        {"No such file or directory", room, "The run's folder is gone, and what was saved in it"},
        "the run: it was deleted");
    row("run folder away for a while", &TestFaults::folderMovedForAWhile, 0,
        {"No such file or directory", room, "it is safe up to step", "can be written again: it is safe up to step"},
        "nothing");
    row("a file in the place of the run folder, to the end", &TestFaults::fileInPlaceOfTheFolder, 1,
        {"Not a directory. Check that the path is right", room, "it can be resumed from step"},
        "nothing: what came after the last checkpoint is trained again");
    row("run folder read-only for a while", &TestFaults::readOnlyForAWhile, 0,
        {"Permission denied", "change its permissions", room, "can be written again"}, "nothing");
    row("a folder in the place of the checkpoint", &TestFaults::folderInPlaceOfTheCheckpoint, 1,
        {"last.safetensors: Is a directory", "move it away", "The end of this run is not saved"},
        "nothing: it is trained again");
    row("no room for checkpoints, only for lines", &TestFaults::noRoomForCheckpoints, 0,
        {"last.safetensors: File too large", room, "can be written again"}, "nothing");
    row("disk full for a while, lines too", &TestFaults::noRoomForAWhile, 0,
        {"File too large", "waits in memory", "can be written again"}, "nothing");
    row("disk full to the end", &TestFaults::noRoomToTheEnd, 1,
        {"File too large", "The end of this run is not saved; it can be resumed from step"},
        "nothing: what came after the last checkpoint is trained again");
    row("no space left on the device of the log", &TestFaults::noRoomForTheLog, 0,
        {"log.txt: No space left on device. Make room on the disk", room}, "lines of the log");
    row("SIGKILL while training", &TestFaults::killed, 0, {"came after the last checkpoint: they are trained again"},
        "nothing");
    row("SIGKILL amid a line and a checkpoint", &TestFaults::killedWhileWriting, 0,
        {"The last line of steps.jsonl was torn: left out", "The last line of epochs.jsonl was torn: left out",
         "The half-written file .last.safetensors.4242-7.tmp was removed"}, "nothing");
    row("a bit of the checkpoint flipped", &TestFaults::checkpointDamaged, 1,
        {"last.safetensors: its checksum is not right", "Its best weights, best.safetensors, are whole",
         "To train it again from its beginning, remove last.safetensors"},
        "the optimizer's state: it is trained again from its beginning");
    row("the checkpoint cut short", &TestFaults::checkpointTruncated, 1,
        {"last.safetensors: it ends within its arrays", "Its best weights, best.safetensors, are whole"},
        "the optimizer's state: it is trained again from its beginning");
    row("a bit of the best weights flipped", &TestFaults::bestDamaged, 0,
        {"best.safetensors: its checksum is not right", "chooses the best ones anew"}, "the best weights before it");
    row("out of memory (3 GB of address space)", &TestFaults::outOfMemory, 1,
        {"The computer's memory is exhausted. A batch size of ", " instead of 60,000 should fit"}, "nothing");
    row("the loss explodes (learning rate 10)", &TestFaults::lossExplodes, 1,
        {"The loss ", "Try a lower learning rate", "Kept are the weights of step "},
        "the steps after the last good checkpoint");
    row("a second program on the same run", &TestFaults::secondProgram, 1,
        {"is being trained by process ", "Wait until it has ended, or stop it there"}, "nothing");
    row("config.json with a wrong key", &TestFaults::wrongKey, 2,
        {"config.json", "model.patch_sise: There is no such hyperparameter; did you mean \"model.patch_size\"?"},
        "nothing");
    row("its data set is missing", &TestFaults::dataSetMissing, 1, {"There is no data set my-photos"}, "nothing");
}

void TestFaults::faults() {
    QFETCH(Scenario, scenario);
    QFETCH(int, exitCode);
    QFETCH(QStringList, seen);
    QFETCH(QString, lost);
    m_name = QString(QTest::currentDataTag()).replace(QRegularExpression("[^a-z0-9]+"), "-");
    const Outcome outcome = (this->*scenario)();
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

Outcome TestFaults::folderRemoved() {
    Child child = train();
    child.waitFor(kEpoch, 2);
    fs::remove_all(run());
    Outcome outcome = outcomeOf(child);
    if (fs::exists(run())) outcome.difference = "The folder was made again.";
    return outcome;
}

Outcome TestFaults::folderMovedForAWhile() {
    const fs::path elsewhere = run().string() + "-elsewhere";
    Child child = train();
    child.waitFor(kEpoch, 2);
    fs::rename(run(), elsewhere);
    child.waitFor(kGoesOn);
    fs::rename(elsewhere, run());
    child.waitFor(kAgain);
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::fileInPlaceOfTheFolder() {
    const fs::path elsewhere = run().string() + "-elsewhere";
    Child child = train();
    child.waitFor(kEpoch, 2);
    fs::rename(run(), elsewhere);
    vit::writeFileAtomically(run(), "");
    child.exitCode();
    fs::remove(run());
    fs::rename(elsewhere, run());
    return resumedLikeUndisturbed(child);
}

Outcome TestFaults::readOnlyForAWhile() {
    if (!permissionsBind(m_home.path())) {
        QTest::qSkip("permissions do not bind this user", __FILE__, __LINE__);
        return {kSkipped, {}, {}};
    }
    Child child = train();
    child.waitFor(kEpoch, 2);
    fs::permissions(run(), fs::perms::owner_read | fs::perms::owner_exec);
    child.waitFor(kGoesOn);
    fs::permissions(run(), fs::perms::owner_all);
    child.waitFor(kAgain);
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::folderInPlaceOfTheCheckpoint() {
    Child child = train();
    child.waitFor(kEpoch, 2);
    child.send(SIGSTOP);
    fs::remove(run() / "last.safetensors");
    fs::create_directory(run() / "last.safetensors");
    child.send(SIGCONT);
    child.exitCode();
    fs::remove(run() / "last.safetensors");
    return resumedLikeUndisturbed(child);
}

Outcome TestFaults::noRoomForCheckpoints() {
    Child child = train();
    child.waitFor(kEpoch, 2);
    child.limitFiles(100'000);
    child.waitFor(kGoesOn);
    child.limitFiles(RLIM_INFINITY);
    child.waitFor(kAgain);
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::noRoomForAWhile() {
    Child child = train();
    child.waitFor(kEpoch, 2);
    child.limitFiles(0);
    child.waitFor("waits in memory");
    child.limitFiles(RLIM_INFINITY);
    child.waitFor(kAgain);
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::noRoomToTheEnd() {
    Child child = train();
    child.waitFor(kEpoch, 2);
    child.limitFiles(0);
    return resumedLikeUndisturbed(child);
}

Outcome TestFaults::noRoomForTheLog() {
    trainTo(7);
    std::ofstream(run() / "steps.jsonl", std::ios::app) << R"({"event":)";  // there will be something to log
    fs::remove(run() / "log.txt");
    fs::create_symlink("/dev/full", run() / "log.txt");
    Child child = resume();
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::killed() {
    Child first = train();
    first.waitFor("\"event\":\"step\"", 13);
    first.send(SIGSTOP);
    // Whatever moment it was, there are steps that no checkpoint knows of.
    first.send(SIGKILL);
    first.exitCode();
    std::ofstream(run() / "steps.jsonl", std::ios::app)
        << R"({"event":"step","step":1000,"epoch":200,"step_in_epoch":5,"steps_per_epoch":5,"loss":1})" << '\n';
    Child child = resume();
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::killedWhileWriting() {
    trainTo(8);
    std::ofstream(run() / "steps.jsonl", std::ios::app) << R"({"event":"step","ste)";
    std::ofstream(run() / "epochs.jsonl", std::ios::app) << R"({"event":"epo)";
    std::ofstream(run() / ".last.safetensors.4242-7.tmp") << "half";
    Child child = resume();
    return endedLikeUndisturbed(child);
}

Outcome TestFaults::checkpointDamaged() {
    trainTo(8);
    damage(run() / "last.safetensors");
    Child child = resume();
    child.exitCode();
    fs::remove(run() / "last.safetensors");  // as it says
    return resumedLikeUndisturbed(child);
}

Outcome TestFaults::checkpointTruncated() {
    trainTo(8);
    fs::resize_file(run() / "last.safetensors", fs::file_size(run() / "last.safetensors") - 1);
    Child child = resume();
    child.exitCode();
    fs::remove(run() / "last.safetensors");
    return resumedLikeUndisturbed(child);
}

Outcome TestFaults::bestDamaged() {
    trainTo(8);
    damage(run() / "best.safetensors");
    Child child = resume();
    Outcome outcome = outcomeOf(child);
    const vit::TensorFile best = vit::readSafetensors(run() / "best.safetensors");
    if (std::stoi(best.metadata.at("epoch")) < 2) outcome.difference = "The best weights were not chosen anew.";
    return outcome;
}

Outcome TestFaults::outOfMemory() {
#ifdef __SANITIZE_ADDRESS__
    QTest::qSkip("the sanitizer needs more address space than there is", __FILE__, __LINE__);
    return {kSkipped, {}, {}};
#else
    // Larger pictures than the others have, in one batch.
    const QStringList large = {"--set", "run.batch_size=60000", "--set", "data.train_limit=0", "--set", "run.epochs=1",
                               "--set", "model.image_size=64"};
    Child child = train(large, kAddressSpace);
    Outcome outcome = outcomeOf(child);
    // The run goes on with the batch size that it names, in the same memory.
    const auto advice = QRegularExpression("batch size of ([0-9,]+) instead").match(outcome.told);
    const std::string batch = advice.captured(1).remove(',').toStdString();
    replaceIn(run() / "config.json", "\"batch_size\": 60000", "\"batch_size\": " + batch);
    Child rest = resume({"--max-steps", "1"}, kAddressSpace);
    if (rest.exitCode() != 0) outcome.difference = rest.told().toStdString();
    return outcome;
#endif
}

Outcome TestFaults::lossExplodes() {
    trainTo(8);
    replaceIn(run() / "config.json", "\"learning_rate\": 0.001", "\"learning_rate\": 10");
    replaceIn(run() / "config.json", "\"epochs\": 16", "\"epochs\": 500");  // it may recover once or twice
    Child child = resume();
    Outcome outcome = outcomeOf(child);
    vit::readSafetensors(run() / "last.safetensors");
    vit::readSafetensors(run() / "best.safetensors");
    return outcome;
}

Outcome TestFaults::secondProgram() {
    Child first = train();
    first.waitFor(kEpoch, 2);
    Child second = resume();
    Outcome outcome = outcomeOf(second);
    if (!outcome.told.contains(QString("process %1").arg(first.id()))) outcome.difference = "not by that process";
    if (first.exitCode() != 0) outcome.difference = first.told().toStdString();
    if (outcome.difference.empty()) outcome.difference = differenceFromUndisturbed();
    return outcome;
}

Outcome TestFaults::wrongKey() {
    trainTo(8);
    replaceIn(run() / "config.json", "patch_size", "patch_sise");
    Child child = resume();
    child.exitCode();
    replaceIn(run() / "config.json", "patch_sise", "patch_size");
    return resumedLikeUndisturbed(child);
}

Outcome TestFaults::dataSetMissing() {
    trainTo(8);
    replaceIn(run() / "config.json", "synthetic-shapes", "my-photos");
    Child child = resume();
    child.exitCode();
    replaceIn(run() / "config.json", "my-photos", "synthetic-shapes");
    return resumedLikeUndisturbed(child);
}

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"
