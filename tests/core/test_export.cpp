// SPDX-License-Identifier: GPL-3.0-or-later
// What an export refuses: files that are there already, models that are missing, weights that do not fit.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/export/run_export.h"
#include "core/io/safetensors.h"
#include "tests/support/exported_run.h"
#include "tests/support/files.h"
#include "tests/support/made_weights.h"
#include "tests/support/thrown.h"

#include <QTest>

#include <filesystem>
#include <string>

using namespace vit;
namespace fs = std::filesystem;

class TestExport : public test::ExportTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whatIsThereIsKept_data();
    void whatIsThereIsKept();
    void modelThatIsMissingIsSaid();
    void weightsThatDoNotFitAreRefused();
};

void TestExport::initTestCase() {
    test::writeRunWithWeights(at("a & b"));
}

void TestExport::whatIsThereIsKept_data() {
    QTest::addColumn<int>("format");
    for (const ExportKind& kind : exportKinds()) QTest::newRow(kind.name.c_str()) << static_cast<int>(kind.format);
}

void TestExport::whatIsThereIsKept() {
    QFETCH(int, format);
    const auto kind = static_cast<ExportFormat>(format);
    const fs::path out = at(std::string("kept.") + QTest::currentDataTag());
    const ExportResult first = exportRun(at("a & b"), kind, out, Existing::Keep);
    const QString path = QString::fromStdString(first.files.back().string());
    test::writeFile(path, "mine");
    const QString text = test::thrown<InvalidInput>([&] { exportRun(at("a & b"), kind, out, Existing::Keep); });
    QVERIFY2(text.contains("is there already"), qPrintable(text));
    QCOMPARE(test::readFile(path), QByteArray("mine"));
    exportRun(at("a & b"), kind, out, Existing::Replace);
    QVERIFY(test::readFile(path) != "mine");
}

void TestExport::modelThatIsMissingIsSaid() {
    test::writeRun(at("without model"), preset("testing").config, false);
    for (const ExportFormat format : {ExportFormat::Safetensors, ExportFormat::Onnx}) {
        const QString text =
            test::thrown<InvalidInput>([&] { exportRun(at("without model"), format, at("none"), Existing::Keep); });
        QVERIFY2(text.contains("no weights yet"), qPrintable(text));
        QVERIFY(!fs::exists(at("none")));
    }
}

void TestExport::weightsThatDoNotFitAreRefused() {
    Config config = test::configWithHead(HeadType::Flatten, {});
    test::writeRun(at("wrong"), config, false);
    config.head.units = {9};
    writeSafetensors(at("wrong") / "best.safetensors", test::weightsFor(config));
    const QString text =
        test::thrown<Error>([&] { exportRun(at("wrong"), ExportFormat::Onnx, at("wrong.onnx"), Existing::Keep); });
    QVERIFY2(text.contains("does not fit"), qPrintable(text));
}

QTEST_GUILESS_MAIN(TestExport)
#include "test_export.moc"
