// SPDX-License-Identifier: GPL-3.0-or-later
// The Experiment form: built from the schema, tells what is wrong, what was changed and what follows.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/train/likely_speed.h"
#include "ui/bridge/settings.h"
#include "ui/form/epoch_estimate.h"
#include "ui/form/experiment_form.h"
#include "ui/form/number_box.h"
#include "ui/look/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include <cmath>
#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

DataInfo dataSet(const std::string& name, std::int64_t classes, bool available) {
    DataInfo info;
    info.name = name;
    info.title = name;
    info.classes = classes;
    info.channels = 3;
    info.available = available;
    info.downloadable = true;
    return info;
}

}  // namespace

class TestForm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(false); }
    void init();
    void cleanup() { m_form.reset(); }

    void everyFieldHasAnEditor();
    void typingReachesTheConfig_data();
    void typingReachesTheConfig();
    void wrongTextIsExplainedAtTheField_data();
    void wrongTextIsExplainedAtTheField();
    void ruleAcrossFieldsIsExplained();
    void summaryLeadsToTheField();
    void presetFillsTheForm();
    void tuningPresetTakesUpTheShownRun();
    void tuningPresetSaysWhatItNeeds();
    void changesAreMarkedAndReset();
    void searchFilters();
    void whatHasNoEffectIsGrey();
    void theScheduleIsDrawn();
    void factsFollow();
    void timeOfAnEpochIsLearned();
    void timeOfAnEpochIsGuessed();
    void factsNeedKnownClasses();
    void factsAreOfTheDataSetsChannels();
    void timeOfAnEpochIsThatOfTheDataSetsChannels();
    void missingDataSetIsAnIssue();
    void aDataSetBringsItsValidationImages();
    void wheelChangesNothing();
    void arrowKeysStep();
    void lockedFormShowsTheRunningConfig();

private:
    template <class T = QWidget>
    T* find(const QString& name) const {
        T* widget = m_form->findChild<T*>(name);
        if (!widget) qFatal("There is no widget named %s.", qUtf8Printable(name));
        return widget;
    }
    QString problem(const QString& key) const { return find<QLabel>(key + ".problem")->text(); }
    void type(const QString& key, const QString& text) const;

    std::unique_ptr<ExperimentForm> m_form;
};

void TestForm::init() {
    m_form = std::make_unique<ExperimentForm>();
    m_form->resize(380, 800);
    m_form->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_form.get()));
}

void TestForm::type(const QString& key, const QString& text) const {
    auto* widget = find(key);
    widget->setFocus();
    QTest::keyClick(widget, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(widget, Qt::Key_Delete);
    QTest::keyClicks(widget, text);
}

void TestForm::everyFieldHasAnEditor() {
    const auto isEditorOf = [](const Field& field, const QWidget* editor) {
        switch (field.kind) {
            case FieldKind::Boolean: return qobject_cast<const QCheckBox*>(editor) != nullptr;
            case FieldKind::Integer:
            case FieldKind::Real: return qobject_cast<const NumberBox*>(editor) != nullptr;
            case FieldKind::Choice: {
                const auto* box = qobject_cast<const QComboBox*>(editor);
                return box != nullptr && box->count() == static_cast<int>(field.choices.size());
            }
            case FieldKind::Text: {
                const auto* box = qobject_cast<const QComboBox*>(editor);
                return box != nullptr && box->isEditable();
            }
            case FieldKind::IntegerList: return qobject_cast<const QLineEdit*>(editor) != nullptr;
        }
        return false;
    };
    for (const Field& field : schema()) {
        const QWidget* editor = find(QString::fromStdString(field.key));
        QVERIFY2(editor->isVisibleTo(m_form.get()), field.key.c_str());
        QVERIFY2(editor->isEnabled() == matters(field, m_form->config()), field.key.c_str());
        QVERIFY2(!editor->accessibleName().isEmpty(), field.key.c_str());
        QVERIFY2(isEditorOf(field, editor), field.key.c_str());
    }
}

void TestForm::typingReachesTheConfig_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("text");
    QTest::newRow("integer") << "model.layers" << "7";
    QTest::newRow("real") << "optimizer.learning_rate" << "0.0025";
    QTest::newRow("scientific") << "optimizer.learning_rate" << "3e-4";
    QTest::newRow("list") << "head.units" << "512, 256";
    QTest::newRow("empty list") << "head.units" << "";
    QTest::newRow("text") << "data.name" << "my-photos";
}

void TestForm::typingReachesTheConfig() {
    QFETCH(QString, key);
    QFETCH(QString, text);
    type(key, text);
    const Field* field = findField(key.toStdString());
    QVERIFY2(m_form->isValid(), qPrintable(problem(key)));
    QCOMPARE(field->get(m_form->config()), parseText(*field, text.toStdString()));
}

void TestForm::wrongTextIsExplainedAtTheField_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("text");
    QTest::newRow("no number") << "model.heads" << "four";
    QTest::newRow("empty") << "model.image_size" << "";
    QTest::newRow("too small") << "run.epochs" << "0";
    QTest::newRow("too large") << "model.attention_dropout" << "1.5";
    QTest::newRow("not a list") << "model.mlp_units" << "128; x";
}

void TestForm::wrongTextIsExplainedAtTheField() {
    QFETCH(QString, key);
    QFETCH(QString, text);
    QSignalSpy configs(m_form.get(), &ExperimentForm::configChanged);
    const Config before = m_form->config();
    type(key, text);
    QVERIFY(!m_form->isValid());
    QVERIFY(!m_form->isReadable());
    QVERIFY(!problem(key).isEmpty());
    QVERIFY(find<QLabel>(key + ".problem")->isVisibleTo(m_form.get()));
    QVERIFY(find<QPushButton>("issueSummary")->isVisibleTo(m_form.get()));
    QVERIFY(!m_form->problemSummary().isEmpty());

    const Field* field = findField(key.toStdString());
    type(key, QString::fromStdString(toText(*field, field->get(before))));
    QVERIFY(m_form->isValid());
    QCOMPARE(m_form->config(), before);
    QVERIFY(problem(key).isEmpty());
    QVERIFY(!find<QPushButton>("issueSummary")->isVisibleTo(m_form.get()));
    QVERIFY(!configs.isEmpty());
}

void TestForm::ruleAcrossFieldsIsExplained() {
    type("model.patch_size", "5");  // first-steps has images of 32 px
    QVERIFY(!m_form->isValid());
    QVERIFY(!problem("model.patch_size").isEmpty() || !problem("model.image_size").isEmpty());
    type("model.image_size", "40");
    QVERIFY2(m_form->isValid(), qPrintable(m_form->problemSummary()));
}

void TestForm::summaryLeadsToTheField() {
    QTest::mouseClick(find<QToolButton>("group.Model"), Qt::LeftButton);
    QVERIFY(!find("model.heads")->isVisibleTo(m_form.get()));
    m_form->setText("model.heads", "many");
    QTest::mouseClick(find<QPushButton>("issueSummary"), Qt::LeftButton);
    QVERIFY(find("model.heads")->isVisibleTo(m_form.get()));
    QTRY_VERIFY(find("model.heads")->hasFocus());
}

void TestForm::presetFillsTheForm() {
    QCOMPARE(m_form->preset(), std::string("first-steps"));
    auto* selector = find<QComboBox>("presetSelector");
    int choices = 0;
    for (int row = 0; row < selector->count(); ++row) {
        const bool heading = selector->itemData(row).isNull();
        choices += heading ? 0 : 1;
        QCOMPARE(bool(selector->model()->flags(selector->model()->index(row, 0)) & Qt::ItemIsEnabled), !heading);
        QCOMPARE(selector->itemData(row, Qt::ToolTipRole).toString().isEmpty(), heading);
    }
    QCOMPARE(choices, int(presetMenu().size()));
    selector->setFocus();
    while (selector->currentData().toString() != "keras-example") QTest::keyClick(selector, Qt::Key_Down);
    QCOMPARE(m_form->config(), preset("keras-example").config);
    QCOMPARE(find<NumberBox>("model.image_size")->text(), QString("72"));
    QCOMPARE(find<QLineEdit>("head.units")->text(), QString("2048, 1024"));
    QVERIFY(!m_form->changed());
}

void TestForm::tuningPresetTakesUpTheShownRun() {
    const Config model = preset("laptop-hour").config;
    m_form->setShownRun(StartingPoint{"birds", "/runs/birds", model});
    auto* selector = find<QComboBox>("presetSelector");
    selector->setFocus();
    while (selector->currentData().toString() != "linear-probe") QTest::keyClick(selector, Qt::Key_Down);
    QVERIFY(m_form->config() == applied("linear-probe", model));
    QVERIFY(m_form->startsFromWeights());
    QCOMPARE(m_form->start()->name, QString("birds"));
    QCOMPARE(m_form->startProblem(), QString());
    QVERIFY(find<QLabel>("startNote")->text().contains("birds"));
    QVERIFY(!m_form->changed());

    m_form->setText("data.name", "my-photos");  // is not the preset's
    QVERIFY(!m_form->changed());
    m_form->setText("run.epochs", "3");
    QVERIFY(m_form->changed());
    m_form->setShownRun(StartingPoint{"cats", "/runs/cats", preset("testing").config});
    QCOMPARE(m_form->start()->name, QString("birds"));

    QTest::mouseClick(find<QPushButton>("resetAll"), Qt::LeftButton);
    QVERIFY(!m_form->changed());
    QCOMPARE(m_form->config().data.name, std::string("my-photos"));

    m_form->setText("model.layers", "2");
    QVERIFY2(m_form->startProblem().contains("no longer that of birds"), qPrintable(m_form->startProblem()));
    m_form->setText("model.layers", QString::number(model.model.layers).toStdString());
    QCOMPARE(m_form->startProblem(), QString());

    m_form->setPreset("first-steps");
    QVERIFY(!m_form->startsFromWeights());
    QVERIFY(!find<QLabel>("startNote")->isVisibleTo(m_form.get()));
}

void TestForm::tuningPresetSaysWhatItNeeds() {
    const Config before = m_form->config();
    m_form->setPreset("fine-tune");
    QVERIFY(m_form->config().model == before.model);
    QVERIFY(!m_form->start());
    QVERIFY2(m_form->startProblem().contains("Runs page"), qPrintable(m_form->startProblem()));
    QVERIFY(find<QLabel>("startNote")->isVisibleTo(m_form.get()));
    QVERIFY(find<QLabel>("startNote")->text().startsWith(m_form->startProblem()));
}

void TestForm::changesAreMarkedAndReset() {
    auto* reset = find<QToolButton>("run.epochs.reset");
    QVERIFY(!reset->isVisibleTo(m_form.get()));
    const std::int64_t epochs = m_form->config().run.epochs;
    type("run.epochs", "3");
    type("run.batch_size", "16");
    QVERIFY(reset->isVisibleTo(m_form.get()));
    QVERIFY(m_form->changed());

    QTest::mouseClick(reset, Qt::LeftButton);
    QCOMPARE(m_form->config().run.epochs, epochs);
    QVERIFY(!reset->isVisibleTo(m_form.get()));
    QVERIFY(m_form->changed());  // the batch size still is

    QTest::mouseClick(find<QPushButton>("resetAll"), Qt::LeftButton);
    QVERIFY(!m_form->changed());
    QVERIFY(!find<QPushButton>("resetAll")->isEnabled());
}

void TestForm::searchFilters() {
    QTest::keyClicks(find<QLineEdit>("fieldSearch"), "dropout");
    QVERIFY(find("model.attention_dropout")->isVisibleTo(m_form.get()));
    QVERIFY(find("head.dropout")->isVisibleTo(m_form.get()));
    QVERIFY(!find("run.epochs")->isVisibleTo(m_form.get()));
    QVERIFY(!find("model.patch_size")->isVisibleTo(m_form.get()));
    find<QLineEdit>("fieldSearch")->clear();
    QVERIFY(find("run.epochs")->isVisibleTo(m_form.get()));
}

void TestForm::whatHasNoEffectIsGrey() {
    m_form->setPreset("keras-example");
    auto* optimizer = find<QComboBox>("optimizer.type");
    optimizer->setFocus();
    QVERIFY(!find("optimizer.momentum")->isEnabled());
    QVERIFY(find("optimizer.beta1")->isEnabled());
    while (optimizer->currentText() != "SGD") QTest::keyClick(optimizer, Qt::Key_Down);
    QVERIFY(find("optimizer.momentum")->isEnabled());
    QVERIFY(!find("optimizer.beta1")->isEnabled());
    QVERIFY(find("optimizer.beta1")->parentWidget()->toolTip().contains("Only with Optimizer: AdamW, Lion or Muon."));
    const Config running = preset("first-steps").config;
    m_form->lock(running);
    QVERIFY(!find("optimizer.beta1")->isEnabled());
    m_form->unlock();
    QVERIFY(find("optimizer.momentum")->isEnabled());
    QVERIFY(!find("optimizer.beta1")->isEnabled());
}

void TestForm::theScheduleIsDrawn() {
    auto* preview = find("schedulePreview");
    m_form->setPreset("keras-example");
    QVERIFY2(preview->toolTip().contains("0.001 at first, at most 0.001") &&
             preview->toolTip().endsWith("0.001 at the end"), qPrintable(preview->toolTip()));
    const QImage flat = preview->grab().toImage();
    auto* schedule = find<QComboBox>("schedule.type");
    schedule->setFocus();
    while (schedule->currentText() != "Linear") QTest::keyClick(schedule, Qt::Key_Down);
    type("schedule.final_factor", "0.1");
    QVERIFY2(preview->toolTip().endsWith("0.0001 at the end"), qPrintable(preview->toolTip()));
    type("schedule.warmup_epochs", "10");
    QVERIFY2(preview->toolTip().contains("after 10 of 100 epochs"), qPrintable(preview->toolTip()));
    QVERIFY(preview->grab().toImage() != flat);
}

void TestForm::factsFollow() {
    m_form->setPreset("keras-example");
    const auto fact = [this](const char* name) { return find<QLabel>(name)->text(); };
    QCOMPARE(fact("fact.patches"), QString("144"));
    QCOMPARE(fact("fact.elements"), QString("108"));
    QCOMPARE(fact("fact.parameters"), QString("21,759,012"));

    type("model.patch_size", "8");
    QCOMPARE(fact("fact.patches"), QString("81"));
    QCOMPARE(fact("fact.elements"), QString("192"));
    type("model.patch_size", "7");  // 72 is no multiple
    QCOMPARE(fact("fact.patches"), QString("–"));
    QCOMPARE(fact("fact.parameters"), QString("–"));
}

void TestForm::timeOfAnEpochIsLearned() {
    QTemporaryDir folder;
    const QString file = folder.filePath("settings.ini");
    const auto shown = [this] { return find<QLabel>("fact.epoch")->text(); };
    Settings settings(file);
    EpochEstimate estimate(settings);
    m_form->setPreset("keras-example");
    m_form->setEpochEstimate(&estimate);
    QCOMPARE(shown(), QString("–"));

    RunStarted run;
    run.config = m_form->config();
    run.classNames.resize(100);
    run.trainImages = 45000;
    run.validationImages = 5000;
    estimate.runStarted(run, m_form->modelInput(run.config));
    EpochDone epoch;
    epoch.epoch = 1;
    epoch.seconds = 120;
    estimate.epochDone(epoch);
    m_form->refreshFacts();
    QCOMPARE(shown(), QString("≈ 2 min 00 s"));

    // Twice the blocks take nearly twice as long; another way to compute is not known; a window opened anew still
    // knows.
    const Settings reopened(file);
    type("model.layers", "16");
    const std::optional<double> twice = estimate.seconds(m_form->config(), vit::ModelInput{});
    QVERIFY(twice && *twice > 200 && *twice < 240);
    m_form->setText("run.precision", "bf16");
    QCOMPARE(shown(), QString("–"));
    QCOMPARE(reopened.measured("images of cifar-100"), 50000.0);

    // Another computer's speed is its own.
    m_form->setPreset("keras-example");
    estimate.setPlace("gpubox");
    m_form->refreshFacts();
    QCOMPARE(shown(), QString("–"));
    estimate.runStarted(run, m_form->modelInput(run.config), "gpubox");
    epoch.seconds = 6;
    estimate.epochDone(epoch);
    m_form->refreshFacts();
    QCOMPARE(shown(), QString("≈ 6.0 s"));
    estimate.setPlace({});
    m_form->refreshFacts();
    QCOMPARE(shown(), QString("≈ 2 min 00 s"));
    m_form->setEpochEstimate(nullptr);
}

// Before anything was trained, from what the processor can do, for data whose images are known in number.
void TestForm::timeOfAnEpochIsGuessed() {
    QTemporaryDir folder;
    Settings settings(folder.filePath("settings.ini"));
    const double flops = derive(preset("keras-example").config, {3, 100}).trainingFlopsPerImage * (45000 + 5000 / 3.0);
    EpochEstimate estimate(settings, [&](const Config& config) {
        return config.run.device == DeviceChoice::Cuda ? 0 : flops / 60;
    });
    m_form->setPreset("keras-example");
    m_form->setEpochEstimate(&estimate);
    QCOMPARE(find<QLabel>("fact.epoch")->text(), QString("≈ 1 min 00 s"));
    QCOMPARE(find<QLabel>("runDuration")->text(), QString("About 1 h 40 min: 100 epochs of 1 min 00 s each."));
    m_form->setText("run.patience", "5");
    QVERIFY(find<QLabel>("runDuration")->text().startsWith("At most about 1 h 40 min"));
    m_form->setText("run.patience", "0");
    Config config = preset("keras-example").config;
    config.run.device = DeviceChoice::Cuda;
    QVERIFY(!estimate.seconds(config, {3, 100}));
    config = preset("keras-example").config;
    config.data.name = "my-photos";
    QVERIFY(!estimate.seconds(config, {3, 100}));
    estimate.setPlace("gpubox");
    QVERIFY(!estimate.seconds(preset("keras-example").config, {3, 100}));
    m_form->setEpochEstimate(nullptr);
    QVERIFY(!find<QLabel>("runDuration")->isVisibleTo(m_form.get()));

#if VIT_FUSED_KERNELS
    config = preset("laptop-hour").config;
    const double fused = likelySpeed(config);
    QVERIFY(fused > 1e9);
    config.model.activation = Activation::Silu;  // which the fused kernels do not know
    QVERIFY(likelySpeed(config) < fused);
#endif
}

// Unless others were chosen, and not when an experiment is opened that says how it is judged.
void TestForm::aDataSetBringsItsValidationImages() {
    DataInfo own = dataSet("own", 10, true);
    own.validation = 200;
    m_form->setDataSets({dataSet("synthetic-shapes", 10, true), own});
    m_form->setPreset("first-steps");
    const auto split = [&](const char* data) {
        m_form->setText("data.name", data);
        return m_form->config().data.validationSplit;
    };
    QVERIFY(split("own") == ValidationSplit::Folder);
    QVERIFY(split("own-") == ValidationSplit::Folder);  // a name that is being typed
    QVERIFY(split("synthetic-shapes") == ValidationSplit::End);
    m_form->setText("data.validation_split", "stratified");
    QVERIFY(split("own") == ValidationSplit::Stratified);
    QVERIFY(split("synthetic-shapes") == ValidationSplit::Stratified);

    Config config = preset("first-steps").config;
    config.data.name = "own";
    m_form->setConfig(config, "first-steps");
    QVERIFY(m_form->config() == config);
}

void TestForm::factsNeedKnownClasses() {
    m_form->setDataSets(
        {dataSet("mine", 0, true), dataSet("cifar-100", 100, true), dataSet("synthetic-shapes", 10, true)});
    m_form->setPreset("keras-example");
    QCOMPARE(find<QLabel>("fact.parameters")->text(), QString("21,759,012"));
    m_form->setText("data.name", "mine");
    QVERIFY(m_form->isValid());
    QCOMPARE(find<QLabel>("fact.parameters")->text(), QString("–"));
    QCOMPARE(find<QLabel>("fact.patches")->text(), QString("144"));
}

void TestForm::factsAreOfTheDataSetsChannels() {
    DataInfo grey = dataSet("grey", 10, true);
    grey.channels = 1;
    DataInfo color = dataSet("color", 10, true);
    color.format = "idx";  // which may be of either
    DataInfo old = dataSet("old", 10, true);
    old.channels = 0;  // not known
    m_form->setDataSets({grey, color, old});
    m_form->setPreset("first-steps");  // patches of 4 × 4
    const auto elements = [&](const char* name) {
        m_form->setText("data.name", name);
        return find<QLabel>("fact.elements")->text();
    };
    QCOMPARE(elements("grey"), QString("16"));
    QCOMPARE(elements("color"), QString("48"));
    elements("old");
    QCOMPARE(find<QLabel>("fact.parameters")->text(), QString("–"));
}

void TestForm::timeOfAnEpochIsThatOfTheDataSetsChannels() {
    DataInfo grey = dataSet("grey", 10, true);
    grey.channels = 1;
    m_form->setDataSets({grey});
    QTemporaryDir folder;
    Settings settings(folder.filePath("settings.ini"));
    EpochEstimate estimate(settings);
    RunStarted run;
    run.config = preset("first-steps").config;
    run.config.data.name = "grey";
    run.config.model.patchSize = 16;  // much of the arithmetic is in the patches
    run.classNames.resize(10);
    run.trainImages = 900;
    run.validationImages = 100;
    const auto input = m_form->modelInput(run.config);
    estimate.runStarted(run, input);
    EpochDone epoch;
    epoch.epoch = 1;
    epoch.seconds = 60;
    estimate.epochDone(epoch);
    const auto again = estimate.seconds(run.config, *input);
    QVERIFY(again.has_value());
    QVERIFY2(std::abs(*again - 60) < 0.001, qPrintable(QString::number(*again)));
}

void TestForm::missingDataSetIsAnIssue() {
    m_form->setDataSets({dataSet("synthetic-shapes", 10, true), dataSet("cifar-100", 100, false)});
    QVERIFY(m_form->isValid());
    m_form->setText("data.name", "cifar-100");
    QVERIFY(!m_form->isValid());
    QVERIFY(problem("data.name").contains("Data page"));
    m_form->setText("data.name", "no-such-set");
    QVERIFY(problem("data.name").contains("no-such-set"));
    m_form->setText("data.name", "synthetic-shapes");
    QVERIFY(m_form->isValid());
}

void TestForm::wheelChangesNothing() {
    const Config before = m_form->config();
    for (const Field& field : schema()) {
        QWidget* editor = find(QString::fromStdString(field.key));
        editor->setFocus();
        const QPointF middle = QRectF(editor->rect()).center();
        QWheelEvent wheel(middle, editor->mapToGlobal(middle), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(editor, &wheel);
    }
    QCOMPARE(m_form->config(), before);
}

void TestForm::arrowKeysStep() {
    const Field* field = findField("run.batch_size");
    const std::int64_t before = m_form->config().run.batchSize;
    QTest::keyClick(find("run.batch_size"), Qt::Key_Up);
    QCOMPARE(m_form->config().run.batchSize, before + static_cast<std::int64_t>(field->step));
    m_form->setText("run.batch_size", "1");
    QTest::keyClick(find("run.batch_size"), Qt::Key_Down);
    QCOMPARE(m_form->config().run.batchSize, std::int64_t{1});
}

void TestForm::lockedFormShowsTheRunningConfig() {
    type("model.layers", "3");
    const Config own = m_form->config();
    m_form->lock(preset("testing").config);
    for (const Field& field : schema()) {
        const QWidget* editor = find(QString::fromStdString(field.key));
        QVERIFY2(!editor->isEnabled(), field.key.c_str());
    }
    QCOMPARE(find<NumberBox>("model.layers")->text(), QString::number(preset("testing").config.model.layers));
    QVERIFY(find<QLabel>("lockNote")->isVisibleTo(m_form.get()));
    QVERIFY(!find<QComboBox>("presetSelector")->isEnabled());

    m_form->unlock();
    QCOMPARE(m_form->config(), own);
    QCOMPARE(find<NumberBox>("model.layers")->text(), QString("3"));
    QVERIFY(find("model.layers")->isEnabled());
    QVERIFY(!find<QLabel>("lockNote")->isVisibleTo(m_form.get()));
}

QTEST_MAIN(TestForm)
#include "test_form.moc"
