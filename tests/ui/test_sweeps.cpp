// SPDX-License-Identifier: GPL-3.0-or-later
// Sweeps in the window: the dialog's plan and preview, the table, and the queue run by real clicks.
#include "core/config/presets.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/look/format.h"
#include "ui/pages/sweeps/axis_row.h"
#include "ui/pages/sweeps/sweep_dialog.h"
#include "ui/pages/sweeps/sweep_page.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kTrainingTimeoutMs = 120'000;  // a loaded machine; seconds otherwise

Config smallBase(std::int64_t epochs = 1) {
    Config config = preset("testing").config;
    config.run.epochs = epochs;
    config.run.threads = 1;
    config.data.trainLimit = 64;
    config.data.validationShare = 0.02;
    return config;
}

template <class T>
T* find(const QWidget* parent, const QString& name) {
    T* widget = parent->findChild<T*>(name);
    if (!widget) qFatal("There is no widget named %s.", qUtf8Printable(name));
    return widget;
}

void type(QLineEdit* edit, const QString& text) {
    edit->setFocus();
    QTest::keyClick(edit, Qt::Key_A, Qt::ControlModifier);
    if (text.isEmpty()) QTest::keyClick(edit, Qt::Key_Delete);
    QTest::keyClicks(edit, text);
}

void choose(QComboBox* combo, const QString& text) {
    const int index = combo->findText(text);
    if (index < 0) qFatal("There is no choice %s.", qUtf8Printable(text));
    combo->setFocus();
    QTest::keyClick(combo, Qt::Key_Home);
    for (int i = 0; i < index; ++i) QTest::keyClick(combo, Qt::Key_Down);
}

void click(const QWidget* parent, const QString& name) {
    QTest::mouseClick(find<QPushButton>(parent, name), Qt::LeftButton);
}

QString cell(const QTableView* table, int row, int column) {
    return table->model()->index(row, column).data().toString();
}

}  // namespace

class TestSweeps : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<SessionBridge> m_bridge;
    std::unique_ptr<SweepPage> m_page;
    test::ScriptedPrompts m_prompts;

    void open();
    SweepController& controller() const { return m_page->controller(); }
    SweepPlan layers(std::int64_t epochs, std::vector<Value> values) const {
        SweepPlan plan;
        plan.name = "layers";
        plan.base = smallBase(epochs);
        plan.axes = {{.key = "model.layers", .values = std::move(values)}};
        return plan;
    }

private Q_SLOTS:
    void init();
    void cleanup();

    void theDialogPlansAsOneTypes();
    void wrongTextsAreExplainedAtTheirRow();
    void halvingShowsItsRungs();
    void theTimeIsEstimatedFromAMeasuredSpeed();
    void theTimeIsThatOfTheDataSetsChannels();
    void theModelKeepsItsRules();
    void aSweepIsStartedByClicks();
    void pauseAndResume();
    void theQueueIsReordered();
    void moreTrialsAreAdded();
    void aSweepOfBeforeIsShown();
    void noSweepBesideARun();
};

void TestSweeps::init() {
    m_home = std::make_unique<QTemporaryDir>();
    open();
}

void TestSweeps::open() {
    m_page.reset();
    m_bridge.reset();
    Session::Options options;
    options.dataFolder = m_home->filePath("data").toStdString();
    options.runsFolder = m_home->filePath("runs").toStdString();
    m_bridge = std::make_unique<SessionBridge>(options);
    m_page = std::make_unique<SweepPage>(*m_bridge, m_prompts);
    m_page->resize(900, 600);
    m_page->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
}

void TestSweeps::cleanup() {
    m_page.reset();
    m_bridge.reset();
    m_home.reset();
}

void TestSweeps::theDialogPlansAsOneTypes() {
    SweepDialog dialog(smallBase(), "mine", {}, {});
    dialog.show();
    auto* table = find<QTableView>(&dialog, "planTable");
    auto* row = dialog.findChild<AxisRow*>();
    QCOMPARE(table->model()->rowCount(), 1);  // the base's own learning rate
    type(find<QLineEdit>(row, "axisValues"), "0.01, 0.001");
    QTRY_COMPARE(table->model()->rowCount(), 2);
    QCOMPARE(cell(table, 0, 1), QString("0.01"));
    choose(find<QComboBox>(row, "axisScale"), "Log range");
    type(find<QLineEdit>(row, "axisFrom"), "1e-4");
    type(find<QLineEdit>(row, "axisTo"), "1e-2");
    QTRY_COMPARE(table->model()->rowCount(), 3);
    QTRY_COMPARE(cell(table, 1, 1), QString("0.001"));

    click(&dialog, "addAxis");
    QTRY_COMPARE(dialog.findChildren<AxisRow*>().size(), 2);
    AxisRow* second = dialog.findChildren<AxisRow*>().back();
    QCOMPARE(second->key(), std::string("model.layers"));
    type(find<QLineEdit>(second, "axisValues"), "1, 2");
    QTRY_COMPARE(table->model()->rowCount(), 6);
    QVERIFY(find<QLabel>(&dialog, "planSummary")->text().startsWith("6 trials"));
    choose(find<QComboBox>(&dialog, "sweepStrategy"), "Random");
    QTRY_VERIFY(find<QLabel>(&dialog, "planProblems")->text().contains("Only 6"));  // nine are asked for
    QVERIFY(!find<QPushButton>(&dialog, "startSweep")->isEnabled());
    find<QSpinBox>(&dialog, "sweepCount")->setValue(4);
    QTRY_COMPARE(table->model()->rowCount(), 4);

    QTest::mouseClick(find<QToolButton>(second, "axisRemove"), Qt::LeftButton);
    QTRY_COMPARE(table->model()->columnCount(), 1 + 1 + 4);
    find<QSpinBox>(&dialog, "sweepCount")->setValue(3);
    QTRY_VERIFY(find<QPushButton>(&dialog, "startSweep")->isEnabled());
    click(&dialog, "startSweep");
    QCOMPARE(dialog.result(), int(QDialog::Accepted));
    QCOMPARE(dialog.plan().name, std::string("mine"));
    QCOMPARE(dialog.plan().count, 3);
    QVERIFY(previewSweep(dialog.plan()).issues.empty());
}

void TestSweeps::wrongTextsAreExplainedAtTheirRow() {
    SweepDialog dialog(smallBase(), "mine", {}, {});
    dialog.show();
    auto* row = dialog.findChild<AxisRow*>();
    auto* problem = find<QLabel>(row, "axisProblem");
    auto* start = find<QPushButton>(&dialog, "startSweep");
    for (const auto& [text, says] : {std::pair("0.01, fast", "fast"), std::pair("-1", "-1"),
                                     std::pair("", "at least one"), std::pair("0.1, 0.1", "twice")}) {
        type(find<QLineEdit>(row, "axisValues"), text);
        QTRY_VERIFY2(problem->isVisible() && problem->text().contains(says), qPrintable(problem->text()));
        QVERIFY(!start->isEnabled());
    }
    type(find<QLineEdit>(row, "axisValues"), "0.1");
    QTRY_VERIFY(!problem->isVisible());
    QVERIFY(start->isEnabled());
    choose(find<QComboBox>(row, "axisScale"), "Range");
    type(find<QLineEdit>(row, "axisFrom"), "0.5");
    type(find<QLineEdit>(row, "axisTo"), "0.1");
    QTRY_VERIFY(problem->text().contains("upwards"));
    type(find<QLineEdit>(row, "axisTo"), "");
    QTRY_VERIFY(problem->text().contains("largest"));
    choose(find<QComboBox>(row, "axisField"), "Model · Patch size");
    type(find<QLineEdit>(row, "axisValues"), "4, 5");
    QTRY_VERIFY(problem->text().contains("patch_size = 5"));
}

void TestSweeps::halvingShowsItsRungs() {
    SweepDialog dialog(smallBase(9), "mine", {}, {});
    dialog.show();
    auto* row = dialog.findChild<AxisRow*>();
    choose(find<QComboBox>(row, "axisScale"), "Log range");
    choose(find<QComboBox>(&dialog, "sweepStrategy"), "Successive halving");
    type(find<QLineEdit>(row, "axisCount"), "");
    auto* summary = find<QLabel>(&dialog, "planSummary");
    QTRY_VERIFY2(summary->text().startsWith("9 trials: 9 to epoch 1, 3 to epoch 3, 1 to epoch 9"),
                 qPrintable(summary->text()));
    type(find<QLineEdit>(&dialog, "sweepRungs"), "2, 4");
    QTRY_VERIFY(summary->text().startsWith("9 trials: 9 to epoch 2, 3 to epoch 4"));
    type(find<QLineEdit>(&dialog, "sweepRungs"), "4, 2");
    QTRY_VERIFY(find<QLabel>(&dialog, "planProblems")->text().contains("grow"));
}

void TestSweeps::theTimeIsEstimatedFromAMeasuredSpeed() {
    const Config base = smallBase(2);
    const ModelInput input{.channels = 3, .classes = 10};
    const MeasuredSpeed speed{.imagesPerSecond = 10, .config = base, .trainImages = 300};  // 30 s an epoch
    SweepDialog known(base, "mine", input, speed);
    known.show();
    type(find<QLineEdit>(known.findChild<AxisRow*>(), "axisValues"), "0.1, 0.2");
    QTRY_VERIFY2(find<QLabel>(&known, "planSummary")->text().contains("About 2 min"),
                 qPrintable(find<QLabel>(&known, "planSummary")->text()));
    SweepDialog unknown(base, "mine", input, {});
    QVERIFY(find<QLabel>(&unknown, "planSummary")->text().contains("after a run"));
}

// From 60 s an epoch with patches of 16 × 16 to that with patches of 4 × 4, whose arithmetic grey images lessen less.
void TestSweeps::theTimeIsThatOfTheDataSetsChannels() {
    Config measured = smallBase();
    measured.model.patchSize = 16;
    const MeasuredSpeed speed{.imagesPerSecond = 5, .config = measured, .trainImages = 300};
    for (const std::int64_t channels : {1, 3}) {
        const ModelInput input{.channels = channels, .classes = 10};
        SweepDialog dialog(smallBase(), "mine", input, speed);
        type(find<QLineEdit>(dialog.findChild<AxisRow*>(), "axisValues"), "0.1");
        const double ratio =
            derive(smallBase(), input).trainingFlopsPerImage / derive(measured, input).trainingFlopsPerImage;
        const QString time = "About " + durationText(60 * ratio) + ",";
        const auto* summary = find<QLabel>(&dialog, "planSummary");
        QTRY_VERIFY2(summary->text().contains(time), qPrintable(time + " not in: " + summary->text()));
    }
}

void TestSweeps::theModelKeepsItsRules() {
    SweepModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    SweepState state = startedSweep(layers(3, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}));
    model.setState(state);
    QCOMPARE(model.rowCount(), 3);
    state.trials[1].status = TrialStatus::Done;
    state.trials[1].results = {0.25};
    state.trials[1].epochs = 3;
    state.trials[2].status = TrialStatus::Running;
    model.setState(state);
    model.setProgress(0.43);
    QCOMPARE(model.trialAt(0)->number, 2);  // the best
    QCOMPARE(model.index(0, 4).data().toString(), QString("25.00 %"));
    QCOMPARE(model.index(0, 3).data().toString(), QString("3/3"));
    QCOMPARE(model.index(model.rowOf(3), 5).data().toString(), QString("training 43 %"));
    QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QString::fromStdString(findField("model.layers")->label));
    model.setOrder(SweepModel::Order::Queue);
    QCOMPARE(model.trialAt(0)->number, 1);
    QCOMPARE(model.rowOf(9), -1);
    QVERIFY(model.trialAt(3) == nullptr);
    state.trials[0].status = TrialStatus::Failed;
    state.trials[0].problem = "The disk is full.";
    model.setState(state);
    QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(), QString("The disk is full."));
    model.setState(startedSweep(layers(1, {std::int64_t{1}})));
    QCOMPARE(model.rowCount(), 1);
}

void TestSweeps::aSweepIsStartedByClicks() {
    connect(m_page.get(), &SweepPage::newSweepRequested, m_page.get(),
            [this] { m_page->newSweep(smallBase(), "clicked", {}); });
    QTimer::singleShot(0, this, [] {
        auto* dialog = QApplication::activeModalWidget();
        auto* row = dialog->findChild<AxisRow*>();
        type(find<QLineEdit>(row, "axisValues"), "0.01, 0.001");
        click(dialog, "startSweep");
    });
    click(m_page.get(), "firstSweep");
    QVERIFY(controller().sweep());
    QVERIFY(controller().sweep()->name().find("clicked") != std::string::npos);
    auto* table = find<QTableView>(m_page.get(), "sweepTable");
    QCOMPARE(table->model()->rowCount(), 2);
    QTRY_VERIFY_WITH_TIMEOUT(countTrials(controller().state()).done == 2, kTrainingTimeoutMs);
    QTRY_VERIFY(!controller().running());
    QVERIFY(cell(table, 0, 4).contains('%'));
    QCOMPARE(cell(table, 0, 5), QString("finished"));
    QVERIFY(find<QLabel>(m_page.get(), "sweepSummary")->text().contains("2 done"));
    QVERIFY(controller().speed());

    QSignalSpy chosen(m_page.get(), &SweepPage::runChosen);
    table->selectRow(0);
    click(m_page.get(), "openTrial");
    QCOMPARE(chosen.size(), 1);
    QVERIFY(readRun(chosen[0][0].toString().toStdString()).hasModel);
}

void TestSweeps::pauseAndResume() {
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    controller().start(layers(200, {std::int64_t{1}, std::int64_t{2}}));
    QTRY_VERIFY_WITH_TIMEOUT(!steps.isEmpty(), kTrainingTimeoutMs);
    QVERIFY(controller().running());
    QVERIFY(controller().progress() > 0);
    QCOMPARE(find<QPushButton>(m_page.get(), "runSweep")->text(), QString("Pause"));
    QSignalSpy checkpoints(m_bridge.get(), &SessionBridge::checkpointSaved);
    QTRY_VERIFY_WITH_TIMEOUT(checkpoints.size() >= 2, kTrainingTimeoutMs);
    click(m_page.get(), "runSweep");
    QTRY_VERIFY_WITH_TIMEOUT(!controller().running(), kTrainingTimeoutMs);
    QVERIFY(!m_bridge->busy());
    QCOMPARE(countTrials(controller().state()).waiting, 2);
    const std::int64_t epochs = controller().state().trials[0].epochs;
    QVERIFY(epochs >= 1 && epochs < 200);

    QSignalSpy started(m_bridge.get(), &SessionBridge::runStarted);
    click(m_page.get(), "runSweep");
    QTRY_VERIFY_WITH_TIMEOUT(!started.isEmpty(), kTrainingTimeoutMs);
    QCOMPARE(started[0][0].value<RunStarted>().firstEpoch, epochs + 1);
    // A stop that was asked for elsewhere in the window ends the sweep too, and keeps it.
    m_bridge->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(!controller().running(), kTrainingTimeoutMs);
    QCOMPARE(countTrials(controller().state()).waiting, 2);
}

void TestSweeps::theQueueIsReordered() {
    controller().show(SweepFolder::createAmong(controller().sweepsFolder(),
                                               layers(1, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}})));
    auto* table = find<QTableView>(m_page.get(), "sweepTable");
    choose(find<QComboBox>(m_page.get(), "sweepOrder"), "In the queue's order");
    auto* up = find<QPushButton>(m_page.get(), "trialUp");
    QVERIFY(!up->isEnabled());
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(table->model()->index(2, 0)).center());
    QVERIFY(up->isEnabled());
    QVERIFY(!find<QPushButton>(m_page.get(), "trialDown")->isEnabled());
    click(m_page.get(), "trialUp");
    QCOMPARE(cell(table, 1, 0), QString("3"));
    click(m_page.get(), "trialUp");
    QCOMPARE(cell(table, 0, 0), QString("3"));
    QVERIFY(!up->isEnabled());
    click(m_page.get(), "trialDown");
    QCOMPARE(cell(table, 1, 0), QString("3"));
    QCOMPARE(controller().sweep()->read().trials[1].number, 3);
    // Another program moves it back.
    controller().sweep()->update([](SweepState& state) { moveTrial(state, 3, 1); });
    QTRY_COMPARE(cell(table, 0, 0), QString("3"));
}

void TestSweeps::moreTrialsAreAdded() {
    SweepPlan plan = layers(1, {std::int64_t{1}});
    controller().show(SweepFolder::createAmong(controller().sweepsFolder(), plan));
    QVERIFY(!find<QPushButton>(m_page.get(), "extendSweep")->isEnabled());
    plan.axes = {{.key = "optimizer.learning_rate", .scale = SweepScale::LogRange, .from = 1e-4, .to = 1e-2}};
    plan.strategy = SweepStrategy::Random;
    plan.count = 2;
    controller().show(SweepFolder::createAmong(controller().sweepsFolder(), plan));
    auto* table = find<QTableView>(m_page.get(), "sweepTable");
    m_prompts.text = "3";
    click(m_page.get(), "extendSweep");
    QCOMPARE(table->model()->rowCount(), 5);
    m_prompts.text = "many";
    click(m_page.get(), "extendSweep");
    QCOMPARE(table->model()->rowCount(), 5);
}

void TestSweeps::aSweepOfBeforeIsShown() {
    const SweepFolder sweep =
        SweepFolder::createAmong(controller().sweepsFolder(), layers(1, {std::int64_t{1}, std::int64_t{2}}));
    sweep.update([](SweepState& state) {
        state.trials[0].status = TrialStatus::Failed;
        state.trials[0].problem = "The disk is full.";
    });
    open();
    QVERIFY(controller().sweep());
    QCOMPARE(find<QComboBox>(m_page.get(), "sweepChoice")->currentText().toStdString(), sweep.name());
    auto* retry = find<QPushButton>(m_page.get(), "retrySweep");
    QVERIFY(retry->isVisible());
    click(m_page.get(), "retrySweep");
    QVERIFY(!retry->isVisible());
    QCOMPARE(countTrials(controller().state()).waiting, 2);
}

void TestSweeps::noSweepBesideARun() {
    controller().show(SweepFolder::createAmong(controller().sweepsFolder(), layers(1, {std::int64_t{1}})));
    TrainRequest request;
    request.config = smallBase(500);
    m_bridge->train(request);
    QVERIFY(!find<QPushButton>(m_page.get(), "runSweep")->isEnabled());
    QVERIFY(!find<QPushButton>(m_page.get(), "newSweep")->isEnabled());
    m_bridge->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>(m_page.get(), "runSweep")->isEnabled(), kTrainingTimeoutMs);
}

QTEST_MAIN(TestSweeps)
#include "test_sweeps.moc"
