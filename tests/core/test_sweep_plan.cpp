// SPDX-License-Identifier: GPL-3.0-or-later
// Planning a sweep: values, counts, order, what is refused, and that a plan is the same each time.
#include "core/config/presets.h"
#include "core/sweeps/sweep_plan.h"
#include "tests/support/thrown.h"

#include <QtTest>

#include <set>

using namespace vit;

namespace {

SweepPlan planOf(const QString& json) { return sweepPlanFromJson(json.toStdString()); }

// The values of the first setting of each trial.
QString valuesOf(const std::vector<PlannedTrial>& trials) {
    QStringList texts;
    for (const PlannedTrial& trial : trials) {
        const SweepSetting& setting = trial.settings.front();
        texts << QString::fromStdString(toText(*findField(setting.key), setting.value));
    }
    return texts.join(" | ");
}

QString textOf(const Issues& issues) { return QString::fromStdString(InvalidInput(issues).what()); }

QString varying(const QString& axes, const QString& rest = {}) {
    return QString(R"({"preset": "testing", "vary": {%1}%2})").arg(axes, rest.isEmpty() ? rest : ", " + rest);
}

}  // namespace

class TestSweepPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void valuesOfAnAxis_data();
    void valuesOfAnAxis();
    void aGridHasEveryCombination();
    void drawnTrialsAreRepeatable();
    void drawnTrialsStayWithinTheirRange();
    void moreTrialsBeginWithTheFormer();
    void orderChangesNoNumber();
    void halvingTrainsToItsLastRung_data();
    void halvingTrainsToItsLastRung();
    void wrongPlansAreExplained_data();
    void wrongPlansAreExplained();
    void wrongFilesAreExplained_data();
    void wrongFilesAreExplained();
    void trialsMayBeJudgedByTheDataSetsOwn();
    void combinationsCanBeLeftOut();
    void aPlanSurvivesItsFile();
    void aGridHasNoMoreTrials();
    void theWorkIsCounted();
};

void TestSweepPlan::valuesOfAnAxis_data() {
    QTest::addColumn<QString>("axis");
    QTest::addColumn<QString>("values");
    QTest::newRow("list") << R"("model.layers": [2, 4])" << "2 | 4";
    QTest::newRow("list of lists") << R"("head.units": [[], [32], [64, 32]])" << " | 32 | 64, 32";
    QTest::newRow("choices") << R"("head.type": ["flatten", "gap"])" << "flatten | gap";
    QTest::newRow("truths") << R"("augmentation.horizontal_flip": [true, false])" << "true | false";
    QTest::newRow("range by step") << R"("model.mlp_dropout": {"range": [0, 0.3], "step": 0.1})"
                                   << "0 | 0.1 | 0.2 | 0.3";
    QTest::newRow("step that misses the end") << R"("run.epochs": {"range": [1, 6], "step": 2})" << "1 | 3 | 5";
    QTest::newRow("range by count") << R"("run.epochs": {"range": [1, 9], "count": 3})" << "1 | 5 | 9";
    QTest::newRow("logarithmic") << R"("optimizer.learning_rate": {"log_range": [1e-4, 1e-2], "count": 5})"
                                 << "0.0001 | 0.0003162 | 0.001 | 0.003162 | 0.01";
    QTest::newRow("logarithmic, whole") << R"("run.batch_size": {"log_range": [8, 128], "count": 5})"
                                        << "8 | 16 | 32 | 64 | 128";
    QTest::newRow("ends as given") << R"("optimizer.learning_rate": {"log_range": [0.00012345, 0.012345], "count": 2})"
                                   << "0.00012345 | 0.012345";
}

void TestSweepPlan::valuesOfAnAxis() {
    QFETCH(QString, axis);
    QFETCH(QString, values);
    const SweepPreview preview = previewSweep(planOf(varying(axis)));
    QCOMPARE(textOf(preview.issues), QString());
    QCOMPARE(valuesOf(preview.trials), values);
}

void TestSweepPlan::aGridHasEveryCombination() {
    const SweepPreview preview = previewSweep(
        planOf(varying(R"("model.layers": [1, 2], "optimizer.learning_rate": [0.1, 0.01, 0.001])")));
    QCOMPARE(preview.trials.size(), std::size_t{6});
    QCOMPARE(preview.trials[0].config.model.layers, 1);
    QCOMPARE(preview.trials[2].config.optimizer.learningRate, 0.001);
    QCOMPARE(preview.trials[3].config.model.layers, 2);
    for (std::size_t i = 0; i < 6; ++i) QCOMPARE(preview.trials[i].number, static_cast<int>(i) + 1);
    Config rest = preview.trials[5].config;
    rest.model.layers = preset("testing").config.model.layers;
    rest.optimizer.learningRate = preset("testing").config.optimizer.learningRate;
    QVERIFY(rest == preset("testing").config);
}

const QString kDrawn = R"("optimizer.learning_rate": {"log_range": [1e-4, 1e-1]}, "model.layers": {"range": [1, 3]})";

void TestSweepPlan::drawnTrialsAreRepeatable() {
    const SweepPlan plan = planOf(varying(kDrawn, R"("strategy": "random", "count": 6, "seed": 7)"));
    const QString values = valuesOf(previewSweep(plan).trials);
    QCOMPARE(valuesOf(previewSweep(plan).trials), values);
    // The same on every computer: SplitMix64 from seed 7, on a logarithmic scale, to four digits.
    QCOMPARE(values, QString("0.001477 | 0.05038 | 0.002277 | 0.002534 | 0.0002528 | 0.0002045"));
    SweepPlan other = plan;
    other.seed = 8;
    QVERIFY(valuesOf(previewSweep(other).trials) != values);
}

void TestSweepPlan::drawnTrialsStayWithinTheirRange() {
    const SweepPlan plan = planOf(varying(kDrawn, R"("strategy": "random", "count": 300)"));
    const SweepPreview preview = previewSweep(plan);
    QCOMPARE(preview.trials.size(), std::size_t{300});
    int low = 0;
    std::set<std::int64_t> layers;
    for (const PlannedTrial& trial : preview.trials) {
        const double rate = trial.config.optimizer.learningRate;
        QVERIFY(rate >= 1e-4 && rate <= 1e-1);
        low += rate < 1e-3;  // a third of the logarithmic range
        layers.insert(trial.config.model.layers);
    }
    QVERIFY2(low > 70 && low < 130, qPrintable(QString::number(low)));
    QCOMPARE(layers, (std::set<std::int64_t>{1, 2, 3}));
}

void TestSweepPlan::moreTrialsBeginWithTheFormer() {
    const SweepPlan plan = planOf(varying(kDrawn, R"("strategy": "halving", "count": 5, "rungs": [1, 2])"));
    const SweepPreview before = previewSweep(plan);
    const SweepPreview after = previewSweep(extendedPlan(plan, 4));
    QCOMPARE(after.trials.size(), std::size_t{9});
    for (std::size_t i = 0; i < 5; ++i) QVERIFY(after.trials[i].settings == before.trials[i].settings);
}

void TestSweepPlan::orderChangesNoNumber() {
    const QString axes = R"("model.layers": [3, 1, 2])";
    const auto numbers = [](const SweepPreview& preview) {
        QString text;
        for (const PlannedTrial& trial : preview.trials) text += QString::number(trial.number);
        return text;
    };
    QCOMPARE(numbers(previewSweep(planOf(varying(axes)))), QString("123"));
    QCOMPARE(numbers(previewSweep(planOf(varying(axes, R"("order": "cheapest_first")")))), QString("231"));
    const QString shuffled = numbers(previewSweep(planOf(varying(axes, R"("order": "shuffled", "seed": 3)"))));
    QVERIFY(shuffled != "123");
    QCOMPARE(numbers(previewSweep(planOf(varying(axes, R"("order": "shuffled", "seed": 3)")))), shuffled);
}

void TestSweepPlan::halvingTrainsToItsLastRung_data() {
    QTest::addColumn<int>("epochs");
    QTest::addColumn<QString>("rungs");
    QTest::addColumn<QString>("expected");
    QTest::newRow("given") << 2 << "[1, 4, 16]" << "1 4 16";
    QTest::newRow("a ninth, a third, all") << 27 << "" << "3 9 27";
    QTest::newRow("few epochs") << 4 << "" << "1 4";
    QTest::newRow("one epoch") << 1 << "" << "1";
}

void TestSweepPlan::halvingTrainsToItsLastRung() {
    QFETCH(int, epochs);
    QFETCH(QString, rungs);
    QFETCH(QString, expected);
    SweepPlan plan = planOf(varying(R"("model.layers": [1, 2, 3])",
                                    R"("strategy": "halving")" + (rungs.isEmpty() ? rungs : ", \"rungs\": " + rungs)));
    plan.base.run.epochs = epochs;
    QStringList texts;
    for (const std::int64_t rung : sweepRungs(plan)) texts << QString::number(rung);
    QCOMPARE(texts.join(' '), expected);
    for (const PlannedTrial& trial : previewSweep(plan).trials)
        QCOMPARE(QString::number(trial.config.run.epochs), texts.back());
}

void TestSweepPlan::wrongPlansAreExplained_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const QString& json, const char* key, const char* says) {
        QTest::newRow(name) << json << key << says;
    };
    row("nothing varied", varying(""), "vary", "at least one");
    row("no value", varying(R"("model.layers": [])"), "model.layers", "at least one value");
    row("the same value twice", varying(R"("model.layers": [2, 3, 2])"), "model.layers", "twice");
    row("end out of range", varying(R"("model.layers": {"range": [0, 3], "step": 1})"), "model.layers", "0");
    row("downwards", varying(R"("model.layers": {"range": [3, 1], "step": 1})"), "model.layers", "upwards");
    row("half a layer", varying(R"("model.layers": {"range": [1.5, 3], "step": 1})"), "model.layers", "whole number");
    row("half a step", varying(R"("model.layers": {"range": [1, 3], "step": 0.5})"), "model.layers", "whole number");
    row("step and count", varying(R"("model.layers": {"range": [1, 3], "step": 1, "count": 3})"), "model.layers",
        "not both");
    row("step too large", varying(R"("model.layers": {"range": [1, 3], "step": 5})"), "model.layers",
        "larger than the range");
    row("log from zero", varying(R"("model.mlp_dropout": {"log_range": [0, 0.5], "count": 3})"), "model.mlp_dropout",
        "above 0");
    row("log by step", varying(R"("model.mlp_dropout": {"log_range": [0.1, 0.5], "step": 0.1})"), "model.mlp_dropout",
        "count");
    row("too few whole numbers", varying(R"("model.layers": {"range": [1, 3], "count": 9})"), "model.layers",
        "smaller count");
    row("endless grid", varying(R"("model.layers": {"range": [1, 3]})"), "model.layers", "step or a count");
    row("range of a choice", varying(R"("head.type": {"range": [1, 3], "step": 1})"), "head.type", "list");
    row("too many runs", varying(R"("run.seed": {"range": [1, 999], "step": 1}, "model.layers": [1, 2])"), "vary",
        "1,000");
    row("far too many values", varying(R"("run.seed": {"range": [1, 1e9], "step": 1})"), "run.seed", "1,000");
    row("too many drawn", varying(kDrawn, R"("strategy": "random", "count": 1001)"), "count", "1,000");
    row("none drawn", varying(kDrawn, R"("strategy": "random")"), "count", "how many");
    row("count of a grid", varying(R"("model.layers": [1, 2])", R"("count": 3)"), "count", "grid");
    row("more than there are", varying(R"("model.layers": [1, 2, 3])", R"("strategy": "random", "count": 4)"), "count",
        "Only 3");
    row("combination that is forbidden", varying(R"("model.patch_size": [4, 5])"), "model.patch_size",
        "patch_size = 5");
    row("rungs that fall", varying(kDrawn, R"("strategy": "halving", "count": 9, "rungs": [3, 1])"), "rungs", "grow");
    row("rungs of a grid", varying(R"("model.layers": [1, 2])", R"("rungs": [1, 2])"), "rungs", "halving");
    row("epochs in halving", varying(R"("run.epochs": [1, 2])", R"("strategy": "halving")"), "run.epochs", "rungs");
    row("no validation", varying(R"("data.validation_share": [0, 0.1])"), "data.validation_share", "more than 0");
}

void TestSweepPlan::wrongPlansAreExplained() {
    QFETCH(QString, json);
    QFETCH(QString, key);
    QFETCH(QString, says);
    const SweepPreview preview = previewSweep(planOf(json));
    QVERIFY(!preview.issues.empty());
    QCOMPARE(QString::fromStdString(preview.issues.front().key), key);
    QVERIFY2(textOf(preview.issues).contains(says), qPrintable(textOf(preview.issues)));
}

void TestSweepPlan::wrongFilesAreExplained_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("says");
    QTest::newRow("no JSON") << "{" << "JSON";
    QTest::newRow("no object") << "[]" << "object";
    QTest::newRow("no base") << R"({"vary": {"model.layers": [1]}})" << "preset";
    QTest::newRow("unknown preset") << R"({"preset": "x", "vary": {"model.layers": [1]}})" << "testing";
    QTest::newRow("wrong base") << R"({"config": {"model": {"layers": 0}}, "vary": {"model.heads": [1]}})"
                                << "model.layers";
    QTest::newRow("nothing varied") << R"({"preset": "testing"})" << "vary";
    QTest::newRow("unknown hyperparameter") << varying(R"("model.layer": [1, 2])") << "model.layers";
    QTest::newRow("unknown key") << varying(R"("model.layers": [1])", R"("strateg": "grid")") << "strategy";
    QTest::newRow("unknown strategy") << varying(R"("model.layers": [1])", R"("strategy": "best")") << "halving";
    QTest::newRow("value of another kind") << varying(R"("model.layers": ["two"])") << "model.layers";
    QTest::newRow("value out of range") << varying(R"("model.layers": [-1])") << "model.layers";
    QTest::newRow("no list") << varying(R"("model.layers": 3)") << "list of values";
    QTest::newRow("range of one") << varying(R"("model.layers": {"range": [1]})") << "two numbers";
    QTest::newRow("two ranges") << varying(R"("model.layers": {"range": [1, 2], "log_range": [1, 2]})") << "one range";
    QTest::newRow("unknown word in a range") << varying(R"("model.layers": {"range": [1, 2], "by": 1})") << "by";
    QTest::newRow("rungs") << varying(R"("model.layers": [1])", R"("rungs": "1 3")") << "rungs";
}

void TestSweepPlan::wrongFilesAreExplained() {
    QFETCH(QString, json);
    QFETCH(QString, says);
    const QString said = test::thrown<InvalidInput>([&] { planOf(json); });
    QVERIFY2(said.contains(says), qPrintable(said));
}

// Whatever the share is.
void TestSweepPlan::trialsMayBeJudgedByTheDataSetsOwn() {
    const QString axes = R"("data.validation_share": [0, 0.1], "data.validation_split": ["folder"])";
    const SweepPreview preview = previewSweep(planOf(varying(axes)));
    QVERIFY2(preview.issues.empty(), qPrintable(textOf(preview.issues)));
    QCOMPARE(preview.trials.size(), std::size_t{2});
}

void TestSweepPlan::combinationsCanBeLeftOut() {
    const QString axes = R"("model.patch_size": [2, 3, 4, 5, 8])";
    const SweepPreview grid = previewSweep(planOf(varying(axes, R"("skip_invalid": true)")));
    QCOMPARE(valuesOf(grid.trials), QString("2 | 4 | 8"));
    QCOMPARE(grid.leftOut, 2);
    const SweepPreview drawn =
        previewSweep(planOf(varying(axes, R"("skip_invalid": true, "strategy": "random", "count": 3)")));
    QCOMPARE(drawn.trials.size(), std::size_t{3});
    const SweepPreview none = previewSweep(planOf(varying(R"("model.patch_size": [3, 5])", R"("skip_invalid": true)")));
    QCOMPARE(none.issues.size(), std::size_t{1});
}

void TestSweepPlan::aPlanSurvivesItsFile() {
    SweepPlan plan =
        planOf(varying(kDrawn + R"(, "head.units": [[], [16]], "run.batch_size": {"range": [8, 16], "step": 8})",
                       R"("strategy": "halving", "count": 9, "seed": 5, "rungs": [1, 3], "name": "mine",
                                       "objective": "validation_loss", "order": "shuffled", "skip_invalid": true)"));
    plan.base.optimizer.learningRate = 0.1 + 0.2;
    QVERIFY(sweepPlanFromJson(toJson(plan)) == plan);
    QCOMPARE(sweepPlanFromJson(varying(R"("model.layers": [1])").toStdString(), "from-file").name,
             std::string("from-file"));
}

void TestSweepPlan::aGridHasNoMoreTrials() {
    const SweepPlan plan = planOf(varying(R"("model.layers": [1, 2])"));
    QVERIFY(test::thrown<InvalidInput>([&] { extendedPlan(plan, 1); }).contains("grid"));
}

void TestSweepPlan::theWorkIsCounted() {
    const SweepPlan halving = planOf(varying(R"("optimizer.learning_rate": {"log_range": [1e-3, 1e-2], "count": 9})",
                                             R"("strategy": "halving", "rungs": [1, 3, 9])"));
    const SweepPreview preview = previewSweep(halving);
    const double once = derive(preview.trials[0].config, {}).trainingFlopsPerImage;
    QVERIFY(once > 0);
    QCOMPARE(sweepFlopsPerImage(halving, preview.trials, {}) / once, 9 * 1 + 3 * 2 + 1 * 6.0);
    const SweepPlan grid = planOf(varying(R"("run.epochs": [1, 2, 4])"));
    QCOMPARE(sweepFlopsPerImage(grid, previewSweep(grid).trials, {}) / once, 7.0);
}

QTEST_GUILESS_MAIN(TestSweepPlan)
#include "test_sweep_plan.moc"
