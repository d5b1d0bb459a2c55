// SPDX-License-Identifier: GPL-3.0-or-later
// Layers that are named: by which rules, how often, and what a run keeps and tells of them.
#include "core/config/presets.h"
#include "core/events/layer_watch.h"
#include "core/runs/run_store.h"
#include "core/session/session.h"
#include "tests/support/recorder.h"
#include "tests/support/same_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <limits>

using namespace vit;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

LayerStatistics healthy() { return {0.1, 1e-3, 0.01, 1.5, 0.1, 0.8}; }

// An embedding, two blocks and a head, of which the second block is as given.
LayersMeasured withBlock2(const LayerStatistics& block) {
    LayerStatistics embedding = healthy();
    embedding.deadUnits = embedding.attentionEntropy = kNan;
    return {1, 1, {embedding, healthy(), block, healthy()}};
}

}  // namespace

class TestLayerWatch : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    Session::Options options() const {
        const std::filesystem::path home = m_home.path().toStdString();
        return {home / "data", home / "runs", nullptr, 0};
    }
    std::filesystem::path at(const char* name) const { return m_home.filePath(name).toStdString(); }

private Q_SLOTS:
    void rules_data();
    void rules();
    void nothingLeftToLearnIsNoFault();
    void whatIsHeldBackIsNoFault();
    void aFindingEndsWithItsCause();
    void toldOnceAndKept();
    void switchedOffNothingIsKept();

private:
    // Trains to so many steps and returns what was warned of layers.
    QStringList train(TrainRequest request, std::int64_t maxSteps);
};

void TestLayerWatch::rules_data() {
    QTest::addColumn<int>("statistic");
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("named");  // after how many measurements; 0: never
    QTest::addColumn<QString>("text");
    const auto row = [](const char* name, int statistic, double value, int named, const char* text = "") {
        QTest::newRow(name) << statistic << value << named << QString(text);
    };
    row("no gradient", 0, 0, 3, "Block 2: gradient norm 0: it does not learn");
    row("hardly a gradient", 0, 1e-9, 3, "Block 2: gradient norm 1e-09: it does not learn");
    row("a small gradient", 0, 1e-5, 0);
    row("a large gradient", 0, 100, 0);
    row("a gradient that explodes", 0, 2e6, 3, "Block 2: gradient norm 2e+06: it explodes");
    row("a gradient that is none", 0, kNan, 1, "Block 2: gradient norm is no number: it has exploded");
    row("no update, as at the start of a warm-up", 1, 0, 0);
    row("large first steps", 1, 0.08, 0);
    row("an update that overthrows", 1, 2.5, 3,
        "Block 2: update ratio 2.5: each step overthrows its weights; try a lower learning rate");
    row("weights that are all 0", 1, kNan, 0);
    row("a wide output", 3, 300, 0);
    row("an output that explodes", 3, 1e5, 3, "Block 2: output deviation 1e+05: it explodes");
    row("many dead units", 4, 0.9, 0);
    row("all units dead", 4, 1, 3, "Block 2: dead units 100.00 %: it is saturated and gives nothing on");
    row("sharp attention", 5, 0.05, 0);
    row("attention at one token", 5, 0.001, 3,
        "Block 2: attention entropy 0.10 %: its attention is saturated: each token looks at a single one");
}

void TestLayerWatch::rules() {
    QFETCH(int, statistic);
    QFETCH(double, value);
    QFETCH(int, named);
    QFETCH(QString, text);
    LayerStatistics block = healthy();
    block.*kLayerStatistics[static_cast<std::size_t>(statistic)].value = value;
    LayerWatch watch;
    for (int i = 1; i <= 5; ++i) {
        watch.see(withBlock2(block));
        QCOMPARE(watch.findings().size(), std::size_t{named > 0 && i >= named});
        QCOMPARE(watch.news().size(), std::size_t{i == named});
    }
    if (named == 0) return;
    QCOMPARE(QString::fromStdString(watch.findings().front().text), text);
    QCOMPARE(watch.findings().front().layer, std::size_t{2});
}

void TestLayerWatch::nothingLeftToLearnIsNoFault() {
    LayersMeasured measured = withBlock2(healthy());
    for (LayerStatistics& layer : measured.layers) layer.gradientNorm = 0;
    LayerWatch watch;
    for (int i = 0; i < 5; ++i) watch.see(measured);
    QVERIFY(watch.findings().empty());
}

void TestLayerWatch::whatIsHeldBackIsNoFault() {
    LayerStatistics block = healthy();
    block.gradientNorm = block.updateRatio = kNan;
    LayerWatch watch;
    for (int i = 0; i < 5; ++i) watch.see(withBlock2(block));
    QVERIFY(watch.findings().empty());
    block.outputDeviation = kNan;  // as where numbers have been lost
    watch.see(withBlock2(block));
    QCOMPARE(watch.findings().size(), std::size_t{1});
}

void TestLayerWatch::aFindingEndsWithItsCause() {
    LayerStatistics dead = healthy();
    dead.gradientNorm = 0;
    LayerWatch watch;
    for (int i = 0; i < 2; ++i) watch.see(withBlock2(dead));
    watch.see(withBlock2(healthy()));
    for (int i = 0; i < 2; ++i) watch.see(withBlock2(dead));
    QVERIFY(watch.findings().empty());  // three in a row are asked for
    watch.see(withBlock2(dead));
    QCOMPARE(watch.news().size(), std::size_t{1});
    watch.see(withBlock2(healthy()));
    QVERIFY(watch.findings().empty());
    for (int i = 0; i < 3; ++i) watch.see(withBlock2(dead));
    QCOMPARE(watch.findings().size(), std::size_t{1});
    QVERIFY(watch.news().empty());  // it was told
}

QStringList TestLayerWatch::train(TrainRequest request, std::int64_t maxSteps) {
    request.maxSteps = maxSteps;
    test::Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(request);
    if (!recorder.waitFor<RunFinished>()) qWarning("The run did not finish.");
    QStringList warnings;
    for (const Message& message : recorder.all<Message>())
        if (message.severity == Severity::Warning && message.text.ends_with(")."))
            warnings << QString::fromStdString(message.text);
    return warnings;
}

// A learning rate at which every layer explodes, in one run and in a run that goes on twice.
void TestLayerWatch::toldOnceAndKept() {
    TrainRequest request;
    request.config = preset("testing").config;
    request.config.optimizer.learningRate = 0.5;
    request.config.run.threads = 1;
    request.config.run.layerStatisticsSteps = 3;
    request.runFolder = at("whole");
    const QStringList warnings = train(request, 8);
    const QStringList ofBlock1 = warnings.filter("Block 1: update ratio");
    QCOMPARE(ofBlock1.size(), 1);
    QVERIFY2(ofBlock1.front().contains("overthrows its weights; try a lower learning rate (step 3)."),
             qPrintable(ofBlock1.front()));

    request.runFolder = at("pieces");
    QStringList inPieces = train(request, 4);
    TrainRequest rest;
    rest.resumeFrom = at("pieces");
    inPieces += train(rest, 6);
    inPieces += train(rest, 8);
    QCOMPARE(inPieces, warnings);
    const std::string difference = test::runDifference(at("whole"), at("pieces"));
    QVERIFY2(difference.empty(), difference.c_str());

    std::vector<std::int64_t> steps;
    for (const LayersMeasured& measured : readCurves(at("pieces")).layers) steps.push_back(measured.step);
    QVERIFY((steps == std::vector<std::int64_t>{1, 2, 3, 6}));
    const QString log = QString::fromStdString(readTextFile(at("pieces") / "log.txt"));
    QCOMPARE(log.count("Block 1: update ratio"), 1);
}

void TestLayerWatch::switchedOffNothingIsKept() {
    TrainRequest request;
    request.config = preset("testing").config;
    request.config.run.layerStatisticsSteps = 0;
    request.runFolder = at("off");
    QCOMPARE(train(request, 2), QStringList());
    QVERIFY(!std::filesystem::exists(at("off") / "layers.jsonl"));
    QVERIFY(readCurves(at("off")).layers.empty());
}

QTEST_GUILESS_MAIN(TestLayerWatch)
#include "test_layer_watch.moc"
