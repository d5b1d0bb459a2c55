// SPDX-License-Identifier: GPL-3.0-or-later
// Exported tables of comma-separated values, of one run and of many.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/export/run_export.h"
#include "core/io/csv.h"
#include "core/runs/run_store.h"
#include "tests/support/exported_run.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QTest>

#include <filesystem>
#include <string>
#include <vector>

using namespace vit;
namespace fs = std::filesystem;

namespace {

std::vector<QStringList> cells(const fs::path& path) {
    std::vector<QStringList> rows;
    for (const QString& line :
         QString::fromUtf8(test::readFile(QString::fromStdString(path.string()))).split('\n', Qt::SkipEmptyParts))
        rows.push_back(line.split(','));
    return rows;
}

}  // namespace

class TestTableExport : public test::ExportTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cellsAreQuotedWhereNeeded_data();
    void cellsAreQuotedWhereNeeded();
    void tablesAreExact();
    void layersAreATable();
    void runsAreATable();
    void stateIsWhatHappened_data();
    void stateIsWhatHappened();
};

void TestTableExport::initTestCase() {
    test::writeRunWithWeights(at("a & b"));
}

void TestTableExport::cellsAreQuotedWhereNeeded_data() {
    QTest::addColumn<QString>("cell");
    QTest::addColumn<QString>("written");
    QTest::newRow("plain") << "a b"
                           << "a b";
    QTest::newRow("empty") << ""
                           << "";
    QTest::newRow("comma") << "2048, 1024"
                           << "\"2048, 1024\"";
    QTest::newRow("quotation mark") << "6\" wide"
                                    << "\"6\"\" wide\"";
    QTest::newRow("line break") << "a\nb"
                                << "\"a\nb\"";
    QTest::newRow("space at the end") << "a "
                                      << "\"a \"";
}

void TestTableExport::cellsAreQuotedWhereNeeded() {
    QFETCH(QString, cell);
    QFETCH(QString, written);
    QCOMPARE(QString::fromStdString(csvRow({"x", cell.toStdString()})), "x," + written + "\n");
}

void TestTableExport::tablesAreExact() {
    const ExportResult result = exportRun(at("a & b"), ExportFormat::Csv, at("run.csv"), Existing::Keep);
    QCOMPARE(result.files, (std::vector<fs::path>{at("run.csv"), at("run-steps.csv")}));
    const auto epochs = cells(at("run.csv"));
    QCOMPARE(epochs.size(), std::size_t{4});
    // Scripts read these.
    QCOMPARE(epochs[0].join(' '),
             QString("run epoch step train_loss train_accuracy train_top5_accuracy validation_loss validation_accuracy "
                     "validation_top5_accuracy learning_rate images_per_second seconds best"));
    const auto column = epochs[0].indexOf("train_loss");
    QCOMPARE(epochs[3][0], QString("a & b"));
    QCOMPARE(epochs[3][column].toDouble(), test::epochDone(3).train.loss);
    const auto steps = cells(at("run-steps.csv"));
    QCOMPARE(steps.size(), std::size_t{7});
    QCOMPARE(steps[0].join(' '), QString("run step epoch loss accuracy top5_accuracy learning_rate images_per_second "
                                         "elapsed_seconds memory_bytes"));
    QCOMPARE(steps[6][steps[0].indexOf("learning_rate")].toDouble(), 0.1 / 3);
}

void TestTableExport::layersAreATable() {
    test::writeRun(at("measured"), preset("testing").config, false);
    test::measureLayers(at("measured"));
    const ExportResult result = exportRun(at("measured"), ExportFormat::Csv, at("m.csv"), Existing::Keep);
    QCOMPARE(result.files, (std::vector<fs::path>{at("m.csv"), at("m-steps.csv"), at("m-layers.csv")}));
    QCOMPARE(result.files, exportedFiles(ExportFormat::Csv, at("m.csv")));
    const auto rows = cells(at("m-layers.csv"));
    QCOMPARE(rows.size(), std::size_t{4});
    QCOMPARE(rows[0].join(' '), QString("run step epoch layer gradient_norm update_ratio output_mean output_deviation "
                                        "dead_units attention_entropy"));
    QCOMPARE(rows[1].join(' '), QString("measured 2 1 Embedding 0.5 0.001 0 1  "));
    QCOMPARE(rows[2].join(' '), QString("measured 2 1 Block 1 0.25 0.002 0.1 1.5 0.125 0.75"));
    QCOMPARE(rows[3][4].toDouble(), 0.1 / 3);
    QVERIFY(test::thrown<InvalidInput>([&] {
                exportRun(at("measured"), ExportFormat::Csv, at("m.csv"), Existing::Keep);
            }).contains("is there already"));
}

void TestTableExport::runsAreATable() {
    test::writeRun(at("store/one"), preset("testing").config, false);
    test::writeRun(at("store/two"), preset("first-steps").config, false);
    exportRunTable(RunStore(at("store")).list(), at("runs.csv"), Existing::Keep);
    const auto rows = cells(at("runs.csv"));
    QCOMPARE(rows.size(), std::size_t{3});
    for (const Field& field : schema())
        QVERIFY2(rows[0].contains(QString::fromStdString(field.key)), field.key.c_str());
    QCOMPARE(QStringList(rows[0].first(16)).join(' '),
             QString("run created state epochs_done train_loss train_accuracy train_top5_accuracy validation_loss "
                     "validation_accuracy validation_top5_accuracy best_epoch best_validation_accuracy test_loss "
                     "test_accuracy test_top5_accuracy seconds"));
    QCOMPARE(rows[1][rows[0].indexOf("test_accuracy")].toDouble(), 0.5);
    QCOMPARE(rows[1][rows[0].indexOf("best_validation_accuracy")].toDouble(), 0.1 * 3);
}

void TestTableExport::stateIsWhatHappened_data() {
    QTest::addColumn<int>("reason");
    QTest::addColumn<QString>("state");
    QTest::newRow("completed") << int(StopReason::Completed) << "completed";
    QTest::newRow("stopped") << int(StopReason::Stopped) << "stopped";
    QTest::newRow("early") << int(StopReason::EarlyStopped) << "early-stopped";
    QTest::newRow("diverged") << int(StopReason::Diverged) << "diverged";
    QTest::newRow("failed") << int(StopReason::Failed) << "failed";
}

void TestTableExport::stateIsWhatHappened() {
    QFETCH(int, reason);
    QFETCH(QString, state);
    const fs::path store = at("ended-" + state.toStdString());
    test::writeRun(store / "one", preset("testing").config, false);
    test::endAs(store / "one", static_cast<StopReason>(reason), "why");
    exportRunTable(RunStore(store).list(), store / "runs.csv", Existing::Keep);
    const auto rows = cells(store / "runs.csv");
    QCOMPARE(rows[1][rows[0].indexOf("state")], state);
}

QTEST_GUILESS_MAIN(TestTableExport)
#include "test_table_export.moc"
