// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli sweep as a person runs it: planned, run, killed, resumed, extended, moved, paused; and what it says.
#include <QtTest>

#include <csignal>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

const QByteArray kHalving = R"({"preset": "testing", "config": {"run": {"threads": 1}},
    "vary": {"optimizer.learning_rate": {"log_range": [1e-4, 1e-1]}, "model.layers": [1, 2]},
    "strategy": "halving", "count": 9, "rungs": [1, 2, 3]})";

}  // namespace

class TestSweepCommand : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

    QString path(const QString& name) const { return m_home.filePath(name); }

    void write(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), qint64(content.size()));
    }

    void start(QProcess& process, const QStringList& arguments) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", path("data"));
        environment.insert("CUDA_VISIBLE_DEVICES", "-1");  // no GPU is there
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        process.start(VIT_CLI_PATH, QStringList("sweep") + arguments);
    }

    Finished run(const QStringList& arguments) const {
        QProcess process;
        start(process, arguments);
        if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
    }

    // Starts the command and reads its JSON lines until `count` of them hold `event`.
    void startUntil(QProcess& process, const QStringList& arguments, const QByteArray& event, int count) const {
        start(process, arguments);
        QVERIFY(process.waitForStarted());
        for (int seen = 0; seen < count;) {
            QVERIFY2(process.canReadLine() || process.waitForReadyRead(60000), "the sweep ended too early");
            while (process.canReadLine() && seen < count)
                seen += process.readLine().contains("\"event\":\"" + event + "\"");
        }
    }

    // Of each trial what it has found out, by number; not where its run lies.
    QJsonObject outcome(const QString& sweep) const {
        const Finished finished = run({"status", sweep, "--json"});
        QJsonObject trials;
        for (const QJsonValue& value : QJsonDocument::fromJson(finished.out.toUtf8()).object()["trials"].toArray()) {
            QJsonObject trial = value.toObject();
            trial.remove("run");
            trials[QString::number(trial["trial"].toInt())] = trial;
        }
        return trials;
    }

private Q_SLOTS:
    void initTestCase();
    void wrongUseEndsWithTwo_data();
    void wrongUseEndsWithTwo();
    void planShowsTheTrials();
    void killedSweepGoesOn();
    void interruptStopsAndKeeps();
    void queueChangesWhileItRuns();
    void damagedSweepIsExplained();
    void allFailedEndsWithOne();
};

void TestSweepCommand::initTestCase() {
    QVERIFY(m_home.isValid());
    write("halving.json", kHalving);
    write("grid.json", R"({"preset": "testing", "config": {"run": {"epochs": 1}}, "vary": {"model.layers": [1, 2]}})");
    write("wrong.json",
          R"({"preset": "testing", "vary": {"model.layer": [1, 2], "model.patch_size": {"range": [1]}}})");
    write("forbidden.json", R"({"preset": "testing", "vary": {"model.patch_size": [4, 5]}})");
    write("far.json", R"({"preset": "keras-example", "vary": {"model.layers": [1, 2]}})");
    write("failing.json",
          R"({"preset": "testing", "config": {"run": {"device": "cuda"}}, "vary": {"model.layers": [1]}})");
}

void TestSweepCommand::wrongUseEndsWithTwo_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("says");
    QTest::newRow("no part") << "" << "subcommand";
    QTest::newRow("no file") << "run" << "file";
    QTest::newRow("missing file") << "run none.json" << "none.json";
    QTest::newRow("unknown hyperparameter") << "run wrong.json" << "model.layers";
    QTest::newRow("all faults at once") << "plan wrong.json" << "two numbers";
    QTest::newRow("forbidden combination") << "run forbidden.json" << "patch_size = 5";
    QTest::newRow("data set that is not here") << "run far.json" << "vit-cli data download cifar-100";
    QTest::newRow("folder in use") << "run grid.json --out ." << "not empty";
    QTest::newRow("unknown sweep") << "status nonsense" << "vit-cli sweep list";
    QTest::newRow("folder without a sweep") << "resume ." << "no sweep";
    QTest::newRow("add none") << "add --count 0" << "--count";
}

void TestSweepCommand::wrongUseEndsWithTwo() {
    QFETCH(QString, arguments);
    QFETCH(QString, says);
    const Finished finished = run(arguments.split(' ', Qt::SkipEmptyParts));
    QCOMPARE(finished.code, 2);
    QVERIFY2((finished.err + finished.out).contains(says), qPrintable(finished.err + finished.out));
}

void TestSweepCommand::planShowsTheTrials() {
    const Finished text = run({"plan", "halving.json"});
    QCOMPARE(text.code, 0);
    QVERIFY2(text.out.contains("9 trials; the best third goes on after epoch 1, 2"), qPrintable(text.out));
    QVERIFY(text.out.startsWith("Trial  learning_rate  layers  Epochs"));
    const QJsonObject plan = QJsonDocument::fromJson(run({"plan", "halving.json", "--json"}).out.toUtf8()).object();
    QCOMPARE(plan["name"].toString(), QString("halving"));
    QCOMPARE(plan["config"].toObject()["run"].toObject()["threads"].toInt(), 1);
}

void TestSweepCommand::killedSweepGoesOn() {
    QCOMPARE(run({"run", "halving.json", "--out", "whole"}).code, 0);
    const QJsonObject expected = outcome("whole");
    QCOMPARE(expected.size(), 9);

    QProcess first;
    startUntil(first, {"run", "halving.json", "--out", "killed", "--json"}, "step", 20);
    first.kill();
    QVERIFY(first.waitForFinished());
    QCOMPARE(first.exitStatus(), QProcess::CrashExit);
    QVERIFY(run({"status", "killed"}).out.contains("interrupted"));
    QProcess second;
    startUntil(second, {"resume", "killed", "--json"}, "step", 55);
    second.kill();
    QVERIFY(second.waitForFinished());
    const Finished last = run({"resume", "killed", "--json"});
    QCOMPARE(last.code, 0);
    QCOMPARE(outcome("killed"), expected);
    // The first three trials were through when it was killed for the second time.
    QVERIFY(!last.out.contains("{\"event\":\"trial_started\",\"trial\":1,\"rung\":0"));
    const Finished nothing = run({"resume", "killed", "--json"});
    QCOMPARE(nothing.code, 0);
    QVERIFY(!nothing.out.contains("trial_started"));
}

void TestSweepCommand::interruptStopsAndKeeps() {
    QProcess process;
    startUntil(process, {"run", "halving.json", "--out", "stopped", "--json"}, "step", 11);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitCode(), 0);
    // How far it came until the signal arrived is a matter of speed.
    QMap<QString, int> count;
    for (const QJsonValue trial : outcome("stopped")) ++count[trial.toObject()["status"].toString()];
    QVERIFY(count["done"] >= 1 && count["waiting"] >= 1);
    QCOMPARE(count["done"] + count["waiting"], 9);
    const Finished status = run({"status", "stopped"});
    const QString words =
        QString("%1 done, %2 waiting; vit-cli sweep resume goes on").arg(count["done"]).arg(count["waiting"]);
    QVERIFY2(status.out.contains(words), qPrintable(status.out));
}

void TestSweepCommand::queueChangesWhileItRuns() {
    QProcess process;
    startUntil(process, {"run", "halving.json", "--out", "live", "--json"}, "step", 1);
    const Finished second = run({"resume", "live"});
    QCOMPARE(second.code, 1);
    QVERIFY2(second.err.contains("Another"), qPrintable(second.err));
    QCOMPARE(run({"move", "live", "--trial", "9"}).code, 0);
    QCOMPARE(run({"add", "live", "--count", "2"}).code, 0);
    QVERIFY(run({"status", "live"}).out.contains("it is being run"));
    QCOMPARE(run({"pause", "live"}).code, 0);
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(outcome("live").size(), 11);
    QCOMPARE(run({"pause", "live"}).code, 2);
    QCOMPARE(run({"move", "live", "--trial", "12"}).code, 2);
    QProcess again;
    startUntil(again, {"resume", "live", "--json"}, "trial_started", 1);
    again.kill();
    QVERIFY(again.waitForFinished());
    QCOMPARE(run({"run", "grid.json", "--out", "grid"}).code, 0);
    QCOMPARE(run({"add", "grid", "--count", "2"}).code, 2);
}

void TestSweepCommand::damagedSweepIsExplained() {
    QVERIFY(QDir(m_home.path()).mkdir("damaged"));
    write("damaged/sweep.json", "{\"format\": 1, \"pau");
    const Finished finished = run({"resume", "damaged"});
    QCOMPARE(finished.code, 1);
    QVERIFY2(finished.err.contains("damaged/sweep.json"), qPrintable(finished.err));
}

void TestSweepCommand::allFailedEndsWithOne() {
    const Finished finished = run({"run", "failing.json"});
    QCOMPARE(finished.code, 1);
    QVERIFY2(finished.err.contains("Every trial failed"), qPrintable(finished.err));
    QVERIFY(run({"list"}).out.contains("failing"));
    QVERIFY(run({"status"}).out.contains("1 failed"));
    QCOMPARE(run({"resume", "--retry-failed"}).code, 1);
}

QTEST_GUILESS_MAIN(TestSweepCommand)
#include "test_sweep_command.moc"
