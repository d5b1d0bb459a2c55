// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli import keras and compare-reference, run as a person runs them.
#include "core/config/presets.h"
#include "core/runs/run_writer.h"

#include <QtTest>

#include <filesystem>

namespace {

struct Finished {
    int code = -1;
    QString out;
    QString err;
};

Finished runCli(const QStringList& arguments) {
    QProcess process;
    process.start(VIT_CLI_PATH, arguments);
    if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

QString weightFile(const char* name) {
    return QDir::cleanPath(QStringLiteral(VIT_TEST_DATA "/../../parity/golden/") + name);
}

}  // namespace

class TestReferenceCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void importsKerasWeights();
    void importsPretrainedWeights();
    void asksForWhatWeightsLack();
    void namesClassesFromAFile();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void comparesWithThePublishedRuns();

private:
    QTemporaryDir m_folder;

    QString path(const QString& name) const { return m_folder.filePath(name); }
    void writeFile(const QString& name, const QByteArray& content) const;
};

void TestReferenceCommands::writeFile(const QString& name, const QByteArray& content) const {
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
}

void TestReferenceCommands::importsKerasWeights() {
    const QStringList command = {"import", "keras", weightFile("keras3_gap.weights.h5"), "--out", path("run")};
    const Finished imported = runCli(command);
    QCOMPARE(imported.err, QString());
    QCOMPARE(imported.code, 0);
    QVERIFY(imported.out.contains("18 and 6 px, 9 patches"));
    QVERIFY(imported.out.contains("2 heads of 16"));
    QVERIFY(imported.out.contains("gap, units 24, 12"));

    QImage picture(40, 30, QImage::Format_RGB888);
    picture.fill(Qt::darkGreen);
    QVERIFY(picture.save(path("green.png")));
    const Finished predicted = runCli({"predict", path("green.png"), "--run", path("run"), "--top", "3"});
    QCOMPARE(predicted.code, 0);
    QCOMPARE(predicted.out.count("class "), 3);

    QCOMPARE(runCli(command).code, 2);  // the folder is in use now
}

void TestReferenceCommands::importsPretrainedWeights() {
    const Finished imported = runCli({"import", weightFile("pretrained/hf_vit"), "--out", path("hf")});
    QCOMPARE(imported.err, QString());
    QCOMPARE(imported.code, 0);
    QVERIFY2(imported.out.contains("Hugging Face weights (safetensors)"), qPrintable(imported.out));
    QVERIFY2(imported.out.contains("16 and 4 px, 16 patches"), qPrintable(imported.out));
    QImage picture(40, 30, QImage::Format_RGB888);
    picture.fill(Qt::darkGreen);
    QVERIFY(picture.save(path("photo.png")));
    const Finished predicted = runCli({"predict", path("photo.png"), "--run", path("hf"), "--top", "3"});
    QCOMPARE(predicted.out.count("kind "), 3);
    QCOMPARE(runCli({"import", weightFile("pretrained/hf_dinov2_registers"), "--out", path("headless")}).code, 0);
    const Finished headless = runCli({"predict", path("photo.png"), "--run", path("headless")});
    QCOMPARE(headless.code, 2);
    QVERIFY2(headless.err.contains("tells no classes apart yet"), qPrintable(headless.err));
    const Finished larger =
        runCli({"import", weightFile("pretrained/hf_vit"), "--out", path("large"), "--set", "model.image_size=32"});
    QVERIFY2(larger.out.contains("4 × 4 patches were interpolated to 8 × 8"), qPrintable(larger.out + larger.err));
    const Finished wider = runCli({"import", weightFile("pretrained/hf_vit"), "--out", path("wider"), "--set",
                                   "model.image_size=16", "--set", "model.image_width=28"});
    QVERIFY2(wider.out.contains("4 × 4 patches were interpolated to 4 × 7"), qPrintable(wider.out + wider.err));
    QVERIFY2(wider.out.contains("16 × 28 and 4 px, 28 patches"), qPrintable(wider.out));
    QCOMPARE(runCli({"predict", path("photo.png"), "--run", path("wider"), "--top", "2"}).out.count("kind "), 2);
    const Finished exported = runCli({"export", path("hf"), "--format", "onnx", "--out", path("hf.onnx")});
    QVERIFY2(exported.code == 0, qPrintable(exported.err));
}

void TestReferenceCommands::asksForWhatWeightsLack() {
    const QString file = path("alone.safetensors");
    QVERIFY(QFile::copy(weightFile("pretrained/timm_vit/model.safetensors"), file));
    const Finished asked = runCli({"import", file, "--out", path("alone")});
    QCOMPARE(asked.code, 2);
    QVERIFY2(asked.err.contains("--set model.heads") && asked.err.contains("--mean and --std"), qPrintable(asked.err));
    QVERIFY(!QFileInfo::exists(path("alone")));
    const Finished imported = runCli({"import", file, "--out", path("alone"), "--set", "model.heads=2", "--mean", "0.5", "0.5",
                                      "0.5", "--std", "0.5", "0.5", "0.5"});
    QVERIFY2(imported.code == 0, qPrintable(imported.err));
    QVERIFY2(imported.out.contains("Its classes have no names"), qPrintable(imported.out));

    const QString oblong = path("oblong.safetensors");
    QVERIFY(QFile::copy(weightFile("pretrained/timm_oblong/model.safetensors"), oblong));
    const Finished shapeless = runCli({"import", oblong, "--out", path("shapeless")});
    QCOMPARE(shapeless.code, 2);
    QVERIFY2(shapeless.err.contains("model.image_width"), qPrintable(shapeless.err));
}

void TestReferenceCommands::namesClassesFromAFile() {
    writeFile("names.txt", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    const Finished imported = runCli({"import", "keras", weightFile("keras3_odd.weights.h5"), "--out", path("named"),
                                      "--classes", path("names.txt"), "--set", "run.epochs=7"});
    QVERIFY2(imported.code == 0, qPrintable(imported.err));
    QFile environment(path("named/environment.json"));
    QVERIFY(environment.open(QIODevice::ReadOnly));
    const QJsonObject object = QJsonDocument::fromJson(environment.readAll()).object();
    QCOMPARE(object["class_names"].toArray().last().toString(), QStringLiteral("seven"));
    QVERIFY(object["imported_from"].toString().contains("keras3_odd.weights.h5"));
}

void TestReferenceCommands::saysWhatIsWrong_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("said");
    const QString file = weightFile("keras3.weights.h5");
    QTest::newRow("no file") << QStringList{"import", "keras"} << 2 << "file";
    QTest::newRow("a missing file") << QStringList{"import", "keras", "missing.h5"} << 2 << "missing.h5";
    QTest::newRow("mean without variance")
        << QStringList{"import", "keras", file, "--mean", "1", "2", "3"} << 2 << "--variance";
    QTest::newRow("an unknown data set") << QStringList{"import", "keras", file, "--data", "nonsense"} << 2
                                         << "nonsense";
    QTest::newRow("an unknown key") << QStringList{"import", "keras", file, "--set", "run.epoch=3"} << 2
                                    << "run.epochs";
    QTest::newRow("an unknown run") << QStringList{"compare-reference", "nonsense"} << 2 << "nonsense";
    QTest::newRow("an unknown metric") << QStringList{"compare-reference", "--metric", "speed"} << 2 << "speed";
}

void TestReferenceCommands::saysWhatIsWrong() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, said);
    const Finished finished = runCli(arguments);
    QCOMPARE(finished.code, code);
    QVERIFY2((finished.err + finished.out).contains(said), qPrintable(finished.err));
}

void TestReferenceCommands::comparesWithThePublishedRuns() {
    const QString folder = path("compared");
    QVERIFY(QDir().mkpath(folder));
    {
        vit::RunWriter writer(folder.toStdString());
        vit::Config config = vit::preset("keras-example").config;
        writer.writeConfig(config);
        for (int i = 1; i <= 2; ++i) {
            vit::EpochDone epoch;
            epoch.epoch = i;
            epoch.train = {4.0, 0.05, 0.2};
            epoch.validation = {3.9, i == 1 ? 0.1 : 0.2, 0.3};
            writer.append(epoch);
        }
        writer.flush();
    }
    const Finished text = runCli({"compare-reference", folder});
    QVERIFY2(text.code == 0, qPrintable(text.err));
    QVERIFY(text.out.contains("0.0992"));
    QVERIFY(text.out.contains("+0.0008"));  // 0.1 - 0.0992
    QVERIFY(text.out.contains("in epoch 2"));
    QVERIFY(!text.out.contains("another experiment"));

    const Finished loss = runCli({"compare-reference", folder, "--metric", "loss", "--train"});
    QVERIFY(loss.out.contains("4.8863") && loss.out.contains("-0.8863"));

    const Finished json = runCli({"compare-reference", folder, "--json"});
    const QList<QByteArray> lines = json.out.toUtf8().trimmed().split('\n');
    QCOMPARE(lines.size(), 2);
    const QJsonObject second = QJsonDocument::fromJson(lines[1]).object();
    QCOMPARE(second["run"]["validation"]["accuracy"].toDouble(), 0.2);
    QCOMPARE(second["Keras example, run 1"]["validation"]["accuracy"].toDouble(), 0.163);
}

QTEST_GUILESS_MAIN(TestReferenceCommands)
#include "test_reference_commands.moc"
