// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli finetune as a person runs it: a folder of photos, a model, and what comes of it.
#include "tests/support/files.h"
#include "tests/support/photo_folder.h"

#include <QtTest>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

}  // namespace

class TestFinetuneCommand : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

    QString path(const QString& name) const { return m_home.filePath(name); }

    Finished run(const QStringList& arguments) const {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", path("data"));
        environment.insert("XDG_CACHE_HOME", path("cache"));
        environment.insert("CUDA_VISIBLE_DEVICES", "-1");
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        process.start(VIT_CLI_PATH, arguments);
        if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
    }
    static QJsonObject objectOf(const QString& text) { return QJsonDocument::fromJson(text.toUtf8()).object(); }

private Q_SLOTS:
    void initTestCase();
    void theWholeLadder();
    void theQuickRungsFromWhatIsKept();
    void wrongUseEndsWithTwo_data();
    void wrongUseEndsWithTwo();
};

void TestFinetuneCommand::initTestCase() {
    QVERIFY(m_home.isValid());
    const Finished trained = run({"train", "--preset", "testing", "--run-dir", "base", "--max-steps", "4", "--json"});
    QVERIFY2(trained.code == 0, qPrintable(trained.err));
    vit::test::writePhotos(vit::test::pathOf(path("colours")), 12);
    vit::test::writePhotos(vit::test::pathOf(path("one")), 2, 1);
    QVERIFY(QDir(m_home.path()).mkdir("empty"));
}

void TestFinetuneCommand::theWholeLadder() {
    const Finished finished = run({"finetune", "base", "--data", "colours", "--ladder", "--epochs", "1"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    for (const char* said : {"colours: 30 photos to train with, 6 to test, 3 classes", "Nearest neighbours", "Linear probe",
                             "Last blocks", "Low-rank adapters", "All blocks", "Learning curve of the linear probe",
                             "told right", "-colours-all-blocks", "1 of 2 blocks frozen"})
        QVERIFY2(finished.out.contains(said), qPrintable(QString(said) + "\n" + finished.out));
    // What it left can be asked like any other run.
    const Finished runs = run({"runs", "list"});
    QVERIFY2(runs.out.contains("colours-linear-probe") && runs.out.contains("colours-last-blocks"), qPrintable(runs.out));
    const Finished predicted = run({"predict", "colours/blue/photo3.png", "--json"});
    QVERIFY2(predicted.code == 0, qPrintable(predicted.err));
    QCOMPARE(objectOf(predicted.out)["top"].toArray().size(), 3);
}

void TestFinetuneCommand::theQuickRungsFromWhatIsKept() {
    QCOMPARE(run({"finetune", "base", "--data", "colours"}).code, 0);
    const Finished finished = run({"finetune", "base", "--data", "colours", "--rung", "linear-probe", "--json"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QJsonObject all = objectOf(finished.out);
    QCOMPARE(all["data"].toString(), "colours");  // the folder was not added again
    QVERIFY(all["features"].toObject()["kept"].toBool());
    QCOMPARE(all["report"].toObject()["classes"].toArray().size(), 3);
    QCOMPARE(all["rungs"].toArray().size(), 1);
    const QJsonObject rung = all["rungs"].toArray()[0].toObject();
    QCOMPARE(rung["rung"].toString(), "linear-probe");
    QVERIFY(rung["test_accuracy"].toDouble() > 0.4);
    QVERIFY(rung["run"].toString().endsWith("colours-linear-probe") || rung["run"].toString().contains("linear-probe-"));
    QVERIFY(all["learning_curve"].toArray().size() > 2);
    const QJsonObject evaluated = objectOf(run({"evaluate", rung["run"].toString(), "--json"}).out);
    QCOMPARE(evaluated["accuracy"].toDouble(), rung["test_accuracy"].toDouble());
}

void TestFinetuneCommand::wrongUseEndsWithTwo_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("said");
    QTest::newRow("no data") << "finetune base" << "--data";
    QTest::newRow("unknown data") << "finetune base --data nonsense" << "nonsense";
    QTest::newRow("empty folder") << "finetune base --data empty" << "two or more classes";
    QTest::newRow("one class") << "finetune base --data one" << "two or more classes";
    QTest::newRow("unknown model") << "finetune nobody --data colours" << "There is no run \"nobody\"";
    QTest::newRow("unknown rung") << "finetune base --data colours --rung unheard-of" << "choose among neighbours";
    QTest::newRow("both") << "finetune base --data colours --rung neighbours --ladder" << "excludes";
    QTest::newRow("no epochs") << "finetune base --data colours --epochs 0" << "--epochs";
}

void TestFinetuneCommand::wrongUseEndsWithTwo() {
    QFETCH(QString, arguments);
    QFETCH(QString, said);
    const Finished finished = run(arguments.split(' '));
    QCOMPARE(finished.code, 2);
    QVERIFY2(finished.err.contains(said), qPrintable(finished.err));
}

QTEST_GUILESS_MAIN(TestFinetuneCommand)
#include "test_finetune_command.moc"
