// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli check: its table, its file and its exit codes.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

Finished check(const QStringList& arguments) {
    QProcess process;
    process.start(VIT_CLI_PATH, QStringList{"check", "--device", "cpu"} + arguments);
    if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

}  // namespace

class TestCheckCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allHolds();
    void whatIsFalsifiedFails();
    void wrongUse_data();
    void wrongUse();
};

void TestCheckCommand::allHolds() {
    const QTemporaryDir folder;
    const QString path = folder.filePath("report.txt");
    const Finished finished = check({"--quick", "--threads", "1", "--out", path});
    QVERIFY2(finished.code == 0, qPrintable(finished.out + finished.err));
    for (const char* word : {"ViT Workbench", "libtorch", "CPU", "numbers.gradients", "run.resume", "≤", "holds",
                             "a CPU's steps are not recorded"})
        QVERIFY2(finished.out.contains(word), word);
    QVERIFY(!finished.out.contains("speed."));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), finished.out);
}

void TestCheckCommand::whatIsFalsifiedFails() {
    const QTemporaryDir folder;
    const QString path = folder.filePath("report.json");
    const Finished finished = check({"--threads", "1", "--only", "input", "--spoil", "input.labels", "--json", "--out", path});
    QCOMPARE(finished.code, 1);
    QVERIFY2(finished.err.contains("input.labels") && finished.err.contains("not to be trusted"),
             qPrintable(finished.err));
    const QJsonObject report = QJsonDocument::fromJson(finished.out.toUtf8()).object();
    QCOMPARE(report["holds"].toBool(true), false);
    for (const QJsonValue row : report["checks"].toArray())
        QCOMPARE(row["state"].toString(), row["key"].toString() == "input.labels" ? "failed" : "held");
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(file.readAll()), finished.out);
}

void TestCheckCommand::wrongUse_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    QTest::newRow("check") << QStringList{"--only", "nothing"} << "numbers.forward";
    QTest::newRow("spoil") << QStringList{"--spoil", "nothing"} << "numbers.forward";
    QTest::newRow("threads") << QStringList{"--threads", "0"} << "--threads";
}

void TestCheckCommand::wrongUse() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    const Finished finished = check(arguments);
    QCOMPARE(finished.code, 2);
    QVERIFY2(finished.err.contains(says), qPrintable(finished.err));
}

QTEST_GUILESS_MAIN(TestCheckCommand)
#include "test_check_command.moc"
