// SPDX-License-Identifier: GPL-3.0-or-later
// Weights that Keras wrote, opened from the window: a run appears, or the reason is said.
#include "core/config/presets.h"
#include "core/runs/run_store.h"
#include "ui/look/theme.h"
#include "ui/pages/train/curve_grid.h"
#include "ui/shell/model_import.h"

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kWaitMs = 30000;
const QString kGolden = QDir::cleanPath(QStringLiteral(VIT_TEST_DATA "/../../parity/golden")) + '/';

}  // namespace

class TestModelImport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(false); }
    void weightsBecomeARun();
    void whatIsNoWeightFileIsRefused();
    void pretrainedWeightsBecomeARun();
    void whatTheFileLacksIsAsked();
    void whatHasNoUsualAnswerMustBeChosen();
    void shapesOfPicturesAreAsked();
    void publishedCurvesAreOneClickAway();
};

void TestModelImport::weightsBecomeARun() {
    const QTemporaryDir home;
    const std::filesystem::path runs = home.filePath("runs").toStdString();
    ModelImport import(std::make_shared<DataStore>(home.filePath("data").toStdString()), runs);
    QSignalSpy imported(&import, &ModelImport::imported);
    QSignalSpy failed(&import, &ModelImport::failed);
    // The form's data set has other classes than the weights: they are numbered.
    import.importFile(kGolden + "keras3.weights.h5", preset("first-steps").config);
    QTRY_VERIFY_WITH_TIMEOUT(imported.count() + failed.count() > 0, kWaitMs);
    QVERIFY2(failed.isEmpty(), qPrintable(failed.value(0).value(0).toString()));
    const RunSummary run = readRun(imported[0][0].toString().toStdString());
    QVERIFY(run.hasModel);
    QVERIFY(imported[0][1].toString().contains("parameters"));
}

void TestModelImport::whatIsNoWeightFileIsRefused() {
    const QTemporaryDir home;
    const QString path = home.filePath("broken.h5");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no weights");
    file.close();
    ModelImport import(std::make_shared<DataStore>(home.filePath("data").toStdString()),
                       home.filePath("runs").toStdString());
    QSignalSpy imported(&import, &ModelImport::imported);
    QSignalSpy failed(&import, &ModelImport::failed);
    import.importFile(path, preset("first-steps").config);
    QVERIFY(failed.wait(kWaitMs));
    QCOMPARE(imported.count(), 0);
    QVERIFY(failed[0][0].toString().contains("broken.h5"));
    QVERIFY(RunStore(home.filePath("runs").toStdString()).list().empty());
}

void TestModelImport::pretrainedWeightsBecomeARun() {
    const QTemporaryDir home;
    ModelImport import(std::make_shared<DataStore>(home.filePath("data").toStdString()), home.filePath("runs").toStdString());
    QSignalSpy imported(&import, &ModelImport::imported);
    QSignalSpy failed(&import, &ModelImport::failed);
    import.importFile(kGolden + "pretrained/hf_vit/model.safetensors", preset("first-steps").config);
    QTRY_VERIFY_WITH_TIMEOUT(imported.count() + failed.count() > 0, kWaitMs);
    QVERIFY2(failed.isEmpty(), qPrintable(failed.value(0).value(0).toString()));
    QVERIFY2(imported[0][1].toString().contains("7 classes, kind 0 to kind 6"), qPrintable(imported[0][1].toString()));
    const RunSummary run = readRun(imported[0][0].toString().toStdString());
    QVERIFY(run.hasModel);
    QCOMPARE(run.config.model.heads, 2);
}

void TestModelImport::whatTheFileLacksIsAsked() {
    const QTemporaryDir home;
    const QString file = home.filePath("vit.safetensors");
    QVERIFY(QFile::copy(kGolden + "pretrained/timm_vit/model.safetensors", file));
    ModelImport import(std::make_shared<DataStore>(home.filePath("data").toStdString()), home.filePath("runs").toStdString());
    QSignalSpy imported(&import, &ModelImport::imported);
    QSignalSpy failed(&import, &ModelImport::failed);
    Issues questions;
    connect(&import, &ModelImport::asks, this, [&](const QString& asked, const Issues& list) {
        QCOMPARE(asked, file);
        questions = list;
    });
    import.importFile(file, preset("first-steps").config);
    QTRY_COMPARE_WITH_TIMEOUT(questions.size(), std::size_t{2}, kWaitMs);
    QVERIFY(imported.isEmpty() && failed.isEmpty());

    ImportQuestions dialog(file, questions);
    dialog.show();
    auto* heads = dialog.findChild<QSpinBox*>("heads");
    auto* mean = dialog.findChild<QLineEdit*>("mean");
    auto* usual = dialog.findChild<QComboBox*>("usual");
    QVERIFY(heads && mean && usual);
    QCOMPARE(heads->value(), 1);  // as usual for 16 numbers
    heads->setFocus();
    heads->selectAll();
    QTest::keyClicks(heads, "2");
    QPushButton* button = nullptr;
    for (QPushButton* each : dialog.findChildren<QPushButton*>())
        if (each->text() == "Import") button = each;
    QVERIFY(button && button->isEnabled());
    mean->setText("0.5 0.5");
    QVERIFY(!button->isEnabled());
    QTest::keyClick(usual, Qt::Key_Down);
    QVERIFY(button->isEnabled());
    QCOMPARE(mean->text(), "0.485 0.456 0.406");
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(dialog.result(), int(QDialog::Accepted));

    import.importFile(file, preset("first-steps").config, dialog.answers());
    QTRY_VERIFY_WITH_TIMEOUT(imported.count() + failed.count() > 0, kWaitMs);
    QVERIFY2(failed.isEmpty(), qPrintable(failed.value(0).value(0).toString()));
    const std::filesystem::path run = imported[0][0].toString().toStdString();
    QCOMPARE(readRun(run).config.model.keyDim, 8);
    // What was taken as usual is said, and stays in the run's log.
    QVERIFY2(imported[0][2].toString().contains("exact GELU"), qPrintable(imported[0][2].toString()));
    QFile log(QString::fromStdString((run / "log.txt").string()));
    QVERIFY(log.open(QIODevice::ReadOnly));
    QVERIFY(log.readAll().contains("exact GELU"));
}

void TestModelImport::whatHasNoUsualAnswerMustBeChosen() {
    const Issues questions = {{"model.activation", "Which GELU?"}, {"model.norm_place", "Before or after?"}};
    QVERIFY(canAsk(questions));
    QVERIFY(!canAsk({{"model.positions", "The dimension per head must be a multiple of 4."}}));  // a fault, not a question
    ImportQuestions dialog("clip.pt", questions);
    dialog.show();
    QPushButton* button = nullptr;
    for (QPushButton* each : dialog.findChildren<QPushButton*>())
        if (each->text() == "Import") button = each;
    auto* activation = dialog.findChild<QComboBox*>("model.activation");
    auto* place = dialog.findChild<QComboBox*>("model.norm_place");
    QVERIFY(button && activation && place);
    QVERIFY(!button->isEnabled());
    activation->setCurrentIndex(activation->findData("quick-gelu"));
    QVERIFY(!button->isEnabled());
    place->setCurrentIndex(place->findData("after"));
    QVERIFY(button->isEnabled());
    const std::map<std::string, std::string> expected = {{"model.activation", "quick-gelu"}, {"model.norm_place", "after"}};
    QVERIFY(dialog.answers().choices == expected);
}

// Both sides of pictures that are not square.
void TestModelImport::shapesOfPicturesAreAsked() {
    const Issues questions = {{"model.image_width", "Its 29 positions are of no square grid."}};
    QVERIFY(canAsk(questions));
    ImportQuestions dialog("oblong.safetensors", questions);
    auto* height = dialog.findChild<QSpinBox*>("imageSize");
    auto* width = dialog.findChild<QSpinBox*>("imageWidth");
    QVERIFY(height && width);
    height->setValue(16);
    width->setValue(28);
    QVERIFY(dialog.answers().imageSize == 16 && dialog.answers().imageWidth == 28);
    QVERIFY(!dialog.answers().empty());
}

void TestModelImport::publishedCurvesAreOneClickAway() {
    CurveGrid grid;
    grid.resize(900, 600);
    grid.show();
    QVERIFY(!grid.publishedCurvesShown());
    QSignalSpy toggled(&grid, &CurveGrid::publishedCurvesWanted);
    auto* button = grid.findChild<QToolButton*>("plot.accuracy.references");
    QVERIFY(button);
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(toggled.count(), 1);
    for (MetricPlot* plot : {grid.of(kLoss), grid.of(kAccuracy), grid.of(kTop5Accuracy)}) {
        QVERIFY(plot->referencesShown());
        QCOMPARE(plot->references().readable().size(), std::size_t{2});
    }
    const QCPGraph* accuracy = grid.of(kAccuracy)->references().readable()[0].graph;
    QCOMPARE(accuracy->dataCount(), 100);
    QCOMPARE(accuracy->data()->at(0)->value, 9.92);  // per cent, the first epoch of the first run
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(!grid.of(kLoss)->referencesShown());
    QVERIFY(grid.of(kAccuracy)->references().readable().empty());
}

QTEST_MAIN(TestModelImport)
#include "test_model_import.moc"
