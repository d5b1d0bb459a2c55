// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli, killed again and again and resumed: it ends with the bits of a run that nobody disturbed.
// VIT_KILL_POINTS sets how many times each run is killed.
#include "tests/support/made_images.h"
#include "tests/support/same_run.h"

#include <QtTest>

#include <csignal>
#include <random>

class TestKillAndResume : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;

    QString path(const QString& name) const { return m_home.filePath(name); }
    std::filesystem::path folder(const QString& name) const { return path(name).toStdString(); }

    void start(QProcess& process, const QStringList& arguments) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", path("data"));
        process.setProcessEnvironment(environment);
        process.start(VIT_CLI_PATH, arguments);
    }

    int run(const QStringList& arguments, QString* errors = nullptr) const {
        QProcess process;
        start(process, arguments);
        if (!process.waitForFinished(120000)) return -1;
        if (errors) *errors = QString::fromUtf8(process.readAllStandardError());
        return process.exitCode();
    }

    // A new run, or one that goes on if it has come so far as to have a configuration.
    QStringList trainCommand(const QString& name, int checkpointSteps, int epochs = 3) const {
        const QStringList train = {"train", "--json", "--probe", path("one.png"), "--probe", path("two.png")};
        if (QFile::exists(path(name) + "/config.json")) return train + QStringList{"--resume", path(name)};
        return train +
               QStringList{"--preset", "testing", "--run-dir", path(name),
                           "--set", "run.pinned_steps=2", "--set", "run.layer_statistics_steps=3",
                           "--set", "run.threads=1",
                           "--set", "data.train_limit=150",
                           "--set", QString("run.epochs=%1").arg(epochs),
                           "--set", QString("run.checkpoint_steps=%1").arg(checkpointSteps)};
    }

    // Kills it by `signal` when it has told of so many steps and `microseconds` have passed; false if it has ended
    // before.
    bool trainAndKill(const QStringList& command, int steps, int microseconds, int signal = SIGKILL) const {
        QProcess process;
        start(process, command);
        QByteArray out;
        while (out.count("\"event\":\"step\"") < steps) {
            if (!process.waitForReadyRead(60000)) break;
            out += process.readAllStandardOutput();
        }
        std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
        if (process.state() == QProcess::Running) ::kill(static_cast<pid_t>(process.processId()), signal);
        process.waitForFinished(60000);
        return process.exitStatus() == QProcess::CrashExit || signal != SIGKILL;
    }

private Q_SLOTS:
    void initTestCase();
    void killedRunsEndAlike_data();
    void killedRunsEndAlike();
    void interruptedRunEndsAlike();
    void aSecondProcessIsRefused();
};

void TestKillAndResume::initTestCase() {
    vit::saveImage(vit::test::gradientImage(40, 30), path("one.png").toStdString());
    vit::saveImage(vit::test::gradientImage(30, 30), path("two.png").toStdString());
}

void TestKillAndResume::killedRunsEndAlike_data() {
    QTest::addColumn<int>("checkpointSteps");
    QTest::newRow("checkpoints at the end of an epoch") << 0;
    QTest::newRow("every second step") << 2;
    QTest::newRow("every step") << 1;
}

void TestKillAndResume::killedRunsEndAlike() {
    QFETCH(int, checkpointSteps);
    const int points = qEnvironmentVariableIntValue("VIT_KILL_POINTS");
    const int kills = points > 0 ? points : 4;
    const QString whole = QString("whole-%1").arg(checkpointSteps);
    QCOMPARE(run(trainCommand(whole, checkpointSteps)), 0);

    std::mt19937 random(static_cast<unsigned>(checkpointSteps));
    int killed = 0;
    for (int round = 0; killed < kills; ++round) {
        const QString name = QString("killed-%1-%2").arg(checkpointSteps).arg(round);
        // Up to six times each, so that some are killed near their end.
        for (int i = 0; i < 6 && killed < kills; ++i) {
            const int steps = std::uniform_int_distribution(0, 6)(random);
            if (!trainAndKill(trainCommand(name, checkpointSteps), steps,
                              std::uniform_int_distribution(0, 4000)(random)))
                break;
            ++killed;
        }
        QString errors;
        QVERIFY2(run(trainCommand(name, checkpointSteps), &errors) == 0, qPrintable(errors));
        const std::string difference = vit::test::runDifference(folder(whole), folder(name));
        QVERIFY2(difference.empty(), difference.c_str());
        QCOMPARE(vit::test::timelessProbes(folder(name)), vit::test::timelessProbes(folder(whole)));
        const QStringList leftOver = QDir(path(name)).entryList({".*.tmp"}, QDir::Files | QDir::Hidden);
        QVERIFY2(leftOver.isEmpty(), qPrintable(leftOver.join(' ')));
    }
    qInfo() << killed << "kill points";
}

void TestKillAndResume::interruptedRunEndsAlike() {
    QCOMPARE(run(trainCommand("undisturbed", 0)), 0);
    QVERIFY(trainAndKill(trainCommand("interrupted", 0), 7, 0, SIGINT));
    const vit::TensorFile state = vit::readSafetensors(folder("interrupted") / "last.safetensors");
    QVERIFY2(std::stoi(state.metadata.at("step")) >= 7, "the step at which it was stopped is saved");
    QCOMPARE(run(trainCommand("interrupted", 0)), 0);
    const std::string difference = vit::test::runDifference(folder("undisturbed"), folder("interrupted"));
    QVERIFY2(difference.empty(), difference.c_str());
}

void TestKillAndResume::aSecondProcessIsRefused() {
    QProcess first;
    start(first, trainCommand("taken", 1, 10000));
    QByteArray out;
    while (!out.contains("\"event\":\"step\"")) {
        QVERIFY(first.waitForReadyRead(60000));
        out += first.readAllStandardOutput();
    }
    QString errors;
    QCOMPARE(run({"train", "--resume", path("taken")}, &errors), 1);
    QVERIFY2(errors.contains(QString("process %1").arg(first.processId())), qPrintable(errors));
    first.kill();
    QVERIFY(first.waitForFinished(60000));
    // The killed process's lock is gone with it.
    QCOMPARE(run({"train", "--resume", path("taken"), "--max-steps", "1"}, &errors), 0);
}

QTEST_GUILESS_MAIN(TestKillAndResume)
#include "test_kill_and_resume.moc"
