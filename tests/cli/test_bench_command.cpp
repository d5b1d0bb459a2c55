// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli bench: its figures fit one another, and its options reach the run.
#include <QtTest>

namespace {

struct Finished {
    int code = -1;
    QByteArray out;
    QString err;
};

Finished bench(const QStringList& arguments, const QString& instructionSet = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (!instructionSet.isEmpty()) environment.insert("VIT_INSTRUCTION_SET", instructionSet);
    process.setProcessEnvironment(environment);
    process.start(VIT_CLI_PATH,
                  QStringList{"bench", "--preset", "testing", "--batch", "6", "--steps", "3"} + arguments);
    if (!process.waitForFinished(120000)) return {-1, {}, process.errorString()};
    return {process.exitCode(), process.readAllStandardOutput(), QString::fromUtf8(process.readAllStandardError())};
}

}  // namespace

class TestBenchCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void figuresFitOneAnother();
    void predictionIsMeasuredWithoutTraining();
    void shapeIsThatOfTheArguments();
    void kernelsAreThoseChosen();
    void tableIsForPeople();
    void wrongUseEndsWithTwo_data();
    void wrongUseEndsWithTwo();
};

void TestBenchCommand::figuresFitOneAnother() {
    const Finished finished = bench({"--json", "--device", "cpu", "--precision", "fp32", "--threads", "1"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QJsonObject result = QJsonDocument::fromJson(finished.out).object();
    const auto number = [&](const char* key) { return result[key].toDouble(-1); };
    QCOMPARE(number("batch_size"), 6.0);
    QCOMPARE(number("steps"), 3.0);
    QCOMPARE(number("threads"), 1.0);
    QVERIFY(number("parameters") > 1000 && number("peak_memory_bytes") > 1e7);
    QVERIFY(number("forward_ms") > 0 && number("backward_ms") > 0 && number("optimizer_ms") > 0);
    QVERIFY(number("step_ms") >= number("forward_ms"));
    QVERIFY(number("loss") > 0 && number("loss") < 1e3);
    QVERIFY(qAbs(number("images_per_second") * number("step_ms") / 6000 - 1) < 1e-9);
    QVERIFY(number("gflops") > 0);
    QVERIFY(!result.contains("peak_gflops") || number("peak_gflops") > number("gflops"));
    QCOMPARE(result["precision"].toString(), QString("fp32"));
}

void TestBenchCommand::predictionIsMeasuredWithoutTraining() {
    const Finished finished = bench({"--json", "--device", "cpu", "--mode", "predict"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QJsonObject result = QJsonDocument::fromJson(finished.out).object();
    QCOMPARE(result["mode"].toString(), QString("predict"));
    QVERIFY(result["photo_ms"].toDouble() > 0 && result["peak_memory_bytes"].toDouble() > 1e7);
    QVERIFY(qAbs(result["images_per_second"].toDouble() * result["step_ms"].toDouble() / 6000 - 1) < 1e-9);
    QVERIFY(!result.contains("backward_ms") && !result.contains("loss"));
}

// ViT-Ti/16 has as many parameters as everywhere else.
void TestBenchCommand::shapeIsThatOfTheArguments() {
    const Finished finished = bench({"--json",
                                     "--device",
                                     "cpu",
                                     "--mode",
                                     "predict",
                                     "--classes",
                                     "1000",
                                     "--set",
                                     "model.image_size=224",
                                     "--set",
                                     "model.patch_size=16",
                                     "--set",
                                     "model.projection_dim=192",
                                     "--set",
                                     "model.heads=3",
                                     "--set",
                                     "model.key_dim=64",
                                     "--set",
                                     "model.mlp_units=768,192",
                                     "--set",
                                     "model.layers=12",
                                     "--set",
                                     "head.type=class-token",
                                     "--set",
                                     "head.units=",
                                     "--set",
                                     "run.batch_size=1"});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    const QJsonObject result = QJsonDocument::fromJson(finished.out).object();
    QCOMPARE(result["parameters"].toInteger(), qint64{5717416});
}

void TestBenchCommand::kernelsAreThoseChosen() {
    const auto kernels = [](const QStringList& arguments, const QString& instructionSet = {}) {
        const Finished finished = bench(QStringList{"--json", "--device", "cpu"} + arguments, instructionSet);
        return QJsonDocument::fromJson(finished.out).object()["kernels"].toString();
    };
    QCOMPARE(kernels({"--kernels", "plain"}), QString("plain libtorch (as chosen)"));
    QVERIFY(kernels({}, "plain").startsWith("plain libtorch ("));
#if VIT_FUSED_KERNELS && defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) return;
    QCOMPARE(kernels({"--kernels", "fused"}, "avx2"), QString("fused, AVX2 (libxsmm, Highway)"));
    QVERIFY(kernels({"--precision", "bf16"}, "avx2").contains("products in fp32"));
#endif
}

void TestBenchCommand::tableIsForPeople() {
    const Finished predicted = bench({"--mode", "predict"});
    QVERIFY2(predicted.out.contains("One photo"), qPrintable(predicted.err));
    const Finished finished = bench({});
    QVERIFY2(finished.code == 0, qPrintable(finished.err));
    for (const char* word : {"images/s", "forward", "backward", "optimizer", "GFLOP/s", "Peak memory", "Kernels"})
        QVERIFY2(finished.out.contains(word), word);
}

void TestBenchCommand::wrongUseEndsWithTwo_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("instructionSet");
    QTest::addColumn<QString>("says");
    QTest::newRow("precision") << QStringList{"--precision", "fp8"} << "" << "run.precision";
    QTest::newRow("kernels") << QStringList{"--kernels", "fast"} << "" << "run.kernels";
    QTest::newRow("mode") << QStringList{"--mode", "sleep"} << "" << "--mode";
    QTest::newRow("one class") << QStringList{"--classes", "1"} << "" << "--classes";
    QTest::newRow("no steps") << QStringList{"--steps", "0"} << "" << "--steps";
    QTest::newRow("fused on a graphics card") << QStringList{"--kernels", "fused", "--device", "cuda"} << ""
                                              << "for the CPU";
#if VIT_FUSED_KERNELS
    QTest::newRow("fused where there is nothing for it")
        << QStringList{"--kernels", "fused", "--device", "cpu"} << "plain"
        << "Choose auto or plain";
    QTest::newRow("unknown instruction set") << QStringList{"--device", "cpu"} << "mmx" << "VIT_INSTRUCTION_SET";
#endif
}

void TestBenchCommand::wrongUseEndsWithTwo() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, instructionSet);
    QFETCH(QString, says);
    const Finished finished = bench(arguments, instructionSet);
    QVERIFY2(finished.code == 2, qPrintable(QString::number(finished.code) + ": " + finished.err));
    QVERIFY2(finished.err.contains(says), qPrintable(finished.err));
}

QTEST_GUILESS_MAIN(TestBenchCommand)
#include "test_bench_command.moc"
