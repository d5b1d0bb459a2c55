// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of a list of runs: their texts and order, and the filter that uses them.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/runs/run_columns.h"
#include "core/runs/run_filter.h"
#include "tests/support/thrown.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace vit;

namespace {

RunSummary example() {
    RunSummary run;
    run.name = "Wide Model";
    run.folder = "/runs/2026-03-01-1407-wide";
    run.created = "2026-03-01T14:07:05";
    run.about = {"Wide Model", "tried a wider head", {"baseline", "wide"}};
    run.config = preset("testing").config;
    run.config.model.layers = 6;
    run.config.optimizer.learningRate = 0.003;
    run.epochsDone = 12;
    run.bestEpoch = 11;
    run.bestValidationAccuracy = 0.5514;
    run.seconds = 3725;
    run.last = EpochDone{};
    run.last->validation.loss = 1.23456;
    run.last->imagesPerSecond = 1499.6;
    run.result = RunFinished{};
    return run;
}

const RunColumn& column(const char* key) {
    const RunColumn* found = findRunColumn(key);
    if (!found) qFatal("There is no column %s.", key);
    return *found;
}

}  // namespace

class TestRunColumns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keysAreUniqueAndExplained();
    void everyHyperparameterIsAColumn();
    void shortKeys();
    void texts_data();
    void texts();
    void order();
    void differing();
    void filters_data();
    void filters();
    void misunderstoodFilters_data();
    void misunderstoodFilters();
};

void TestRunColumns::keysAreUniqueAndExplained() {
    std::set<std::string> keys;
    for (const RunColumn& each : runColumns()) {
        QVERIFY2(keys.insert(each.key).second, each.key.c_str());
        QVERIFY2(!each.label.empty() && !each.help.empty() && !each.group.empty(), each.key.c_str());
        each.get(RunSummary{});  // of a run that has nothing
        cellText(each, RunSummary{});
    }
}

void TestRunColumns::everyHyperparameterIsAColumn() {
    for (const Field& field : schema()) {
        const RunColumn* found = findRunColumn(field.key);
        QVERIFY2(found && found->isSetting(), field.key.c_str());
    }
}

void TestRunColumns::shortKeys() {
    QCOMPARE(findRunColumn("layers"), findRunColumn("model.layers"));
    QVERIFY(!findRunColumn("type"));  // the head's or the schedule's
    QVERIFY(!findRunColumn("nonsense"));
}

void TestRunColumns::texts_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("text");
    QTest::newRow("name") << "name" << "Wide Model";
    QTest::newRow("time") << "created" << "2026-03-01 14:07";
    QTest::newRow("tags") << "tags" << "baseline, wide";
    QTest::newRow("state") << "state" << "finished";
    QTest::newRow("share") << "best_accuracy" << "55.14 %";
    QTest::newRow("not tested") << "test_accuracy" << "";
    QTest::newRow("duration") << "time" << "1 h 02 min";
    QTest::newRow("number") << "validation_loss" << "1.235";
    QTest::newRow("whole number") << "images_per_second" << "1500";
    QTest::newRow("setting") << "optimizer.learning_rate" << "0.003";
    QTest::newRow("unknown number") << "parameters" << "";
}

void TestRunColumns::texts() {
    QFETCH(QString, key);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(cellText(column(key.toUtf8()), example())), text);
}

void TestRunColumns::order() {
    QVERIFY(isBefore(RunValue(), RunValue(-1.0)));
    QVERIFY(isBefore(RunValue(2.0), RunValue(10.0)));
    QVERIFY(isBefore(RunValue(std::string("a")), RunValue(std::string("b"))));
    QVERIFY(!isBefore(RunValue(), RunValue()));
    RunSummary noImages = example();
    noImages.last->validation.loss = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(std::holds_alternative<std::monostate>(column("validation_loss").get(noImages)));
}

void TestRunColumns::differing() {
    const RunSummary a = example();
    RunSummary b = example();
    QVERIFY(differingColumns({&a, &b}).empty());
    QVERIFY(differingColumns({}).empty());
    b.config.model.layers = 8;
    b.bestEpoch = 12;
    const auto columns = differingColumns({&a, &b});
    QCOMPARE(columns.size(), std::size_t{2});
    QCOMPARE(columns[0]->key, std::string("model.layers"));
    QCOMPARE(columns[1]->key, std::string("best_epoch"));
}

void TestRunColumns::filters_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("matches");
    QTest::newRow("empty") << "" << true;
    QTest::newRow("name in any case") << "wide MODEL" << true;
    QTest::newRow("tag") << "baseline" << true;
    QTest::newRow("notes") << "wider" << true;
    QTest::newRow("folder") << "1407" << true;
    QTest::newRow("state") << "finished" << true;
    QTest::newRow("data set") << "synthetic" << true;
    QTest::newRow("one word missing") << "wide narrow" << false;
    QTest::newRow("number") << "model.layers=6" << true;
    QTest::newRow("short key") << "layers>=6" << true;
    QTest::newRow("greater") << "layers>6" << false;
    QTest::newRow("unequal") << "layers!=6" << false;
    QTest::newRow("small number") << "learning_rate<=3e-3" << true;
    QTest::newRow("percent") << "best_accuracy>55%" << true;
    QTest::newRow("share") << "best_accuracy>0.56" << false;
    QTest::newRow("bare percent") << "best_accuracy<56" << true;
    QTest::newRow("text") << "state=Finished" << true;
    QTest::newRow("text unequal") << "state!=stopped" << true;
    QTest::newRow("no value") << "test_accuracy>0" << false;
    QTest::newRow("no value is unequal") << "test_accuracy!=1" << true;
    QTest::newRow("word and comparison") << "wide layers=6 best_epoch<12" << true;
    QTest::newRow("sign alone is a word") << "=x" << false;
}

void TestRunColumns::filters() {
    QFETCH(QString, text);
    QFETCH(bool, matches);
    QCOMPARE(RunFilter(text.toStdString()).matches(example()), matches);
}

void TestRunColumns::misunderstoodFilters_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("unknown column") << "layres=6" << "layres";
    QTest::newRow("ambiguous column") << "type=gap" << "type";
    QTest::newRow("no number") << "layers>many" << "needs a number";
    QTest::newRow("nothing behind") << "layers>=" << "needs a number";
}

void TestRunColumns::misunderstoodFilters() {
    QFETCH(QString, text);
    QFETCH(QString, says);
    const QString problem = test::thrown<InvalidInput>([&] { RunFilter filter(text.toStdString()); });
    QVERIFY2(problem.contains(says), qPrintable(problem));
}

QTEST_GUILESS_MAIN(TestRunColumns)
#include "test_run_columns.moc"
