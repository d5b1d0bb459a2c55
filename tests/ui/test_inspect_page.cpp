// SPDX-License-Identifier: GPL-3.0-or-later
// The Inspect page through its widgets: photos by dialog, drop and paste, the patches, and the engine's predictions.
#include "core/config/presets.h"
#include "core/data/store/data_store.h"
#include "core/runs/included_model.h"
#include "tests/support/made_images.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/lens/map_view.h"
#include "ui/pages/inspect/dataset_picker.h"
#include "ui/pages/inspect/image_view.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/inspect/patch_grid_view.h"
#include "ui/pages/inspect/prediction_bars.h"
#include "ui/pages/inspect/prediction_panel.h"
#include "ui/pages/inspect/probability_strip.h"
#include "ui/widgets/qimage_convert.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include <memory>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatience = 30000;  // ms; what takes a blink takes seconds on a busy machine

// The page with an engine of its own; runs lie in `folder`.
struct Bench {
    Bench(const QString& folder, std::shared_ptr<DataStore> store, const Config& config = {},
          const std::filesystem::path& included = {})
        : bridge({.dataFolder = store->folder(), .runsFolder = folder.toStdString(), .includedModel = included}),
          page(bridge, std::move(store), prompts) {
        page.resize(1000, 700);
        page.setConfig(config);
        page.show();
    }

    template <class T>
    T* find(const char* name) {
        T* widget = page.findChild<T*>(name);
        if (!widget) qFatal("There is no widget %s.", name);
        return widget;
    }
    bool showsContent() { return find<QStackedWidget>("inspectStack")->currentIndex() == 1; }
    QString banner() {
        auto* text = find<QLabel>("bannerText");
        return text->isVisible() ? text->text() : QString();
    }
    QString message() {
        auto* text = find<QLabel>("predictionMessage");
        return text->isVisible() ? text->text() : QString();
    }
    const std::vector<ClassProbability>& bars() { return find<PredictionBars>("predictionBars")->bars(); }
    int patches() { return find<PatchGridView>("patchGrid")->patchCount(); }

    void drop(QMimeData& mime) {
        QDragEnterEvent enter({50, 50}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&page, &enter);
        accepted = enter.isAccepted();
        if (!accepted) return;
        QDropEvent event(QPointF(50, 50), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&page, &event);
    }

    test::ScriptedPrompts prompts;
    SessionBridge bridge;
    InspectPage page;
    bool accepted = false;
};

Prediction prediction(std::int64_t epoch, std::vector<ClassProbability> top) {
    Prediction p;
    p.top = std::move(top);
    p.model = "2026-03-01-1407-first-steps";
    p.epoch = epoch;
    p.step = epoch * 10;
    p.training = true;
    p.milliseconds = 4.12;
    return p;
}

}  // namespace

class TestInspectPage : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::shared_ptr<DataStore> m_store;
    std::shared_ptr<const Dataset> m_shapes;  // kept, so that the pages need not make it anew
    QString m_photo;   // 120 × 90
    QString m_broken;  // named like a photo

    QString newFolder() const {
        static int count = 0;
        return m_folder.filePath(QString::number(++count));
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_store = std::make_shared<DataStore>(m_folder.filePath("data").toStdString());
        m_shapes = m_store->open("synthetic-shapes", 72);
        m_photo = m_folder.filePath("photo.jpg");
        saveImage(test::gradientImage(120, 90), m_photo.toStdString());
        m_broken = m_folder.filePath("broken.jpg");
        QFile file(m_broken);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("this is no picture");
    }

    void beginsEmpty() {
        Bench bench(newFolder(), m_store);
        QVERIFY(!bench.showsContent());
        QVERIFY(bench.find<QPushButton>("inspectEmptyOpen")->isVisible());
    }

    void dropsAFile() {
        Bench bench(newFolder(), m_store);
        QSignalSpy opened(&bench.page, &InspectPage::photoOpened);
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(m_photo)});
        bench.drop(mime);
        QVERIFY(bench.accepted);
        QVERIFY(opened.wait(kPatience));
        QCOMPARE(opened.at(0).at(0).toString(), m_photo);
        QVERIFY(bench.showsContent());
        QCOMPARE(bench.find<ImageView>("originalView")->image().size(), QSize(120, 90));
        QVERIFY(bench.find<QLabel>("originalViewCaption")->text().contains("120 × 90 px"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 144, kPatience);
        QCOMPARE(bench.find<ImageView>("inputView")->image().size(), QSize(72, 72));
        QVERIFY(bench.find<QLabel>("patchFacts")->text().contains("144"));
    }

    void dropsAPicture() {
        Bench bench(newFolder(), m_store);
        QMimeData mime;
        QImage picture(50, 40, QImage::Format_ARGB32);
        picture.fill(Qt::transparent);
        mime.setImageData(picture);
        bench.drop(mime);
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
        QCOMPARE(bench.find<ImageView>("originalView")->image().pixelColor(5, 5), QColor(Qt::white));
    }

    void refusesOtherDrops() {
        Bench bench(newFolder(), m_store);
        QMimeData words;
        words.setText("words");
        bench.drop(words);
        QVERIFY(!bench.accepted);
        QMimeData link;
        link.setUrls({QUrl("https://example.org/photo.jpg")});
        bench.drop(link);
        QVERIFY(bench.banner().contains("Only files on this computer"));
    }

    void pastesPicturesAndFiles() {
        Bench bench(newFolder(), m_store);
        auto* clipboard = QGuiApplication::clipboard();
        clipboard->clear();
        bench.find<QPushButton>("inspectPaste")->click();
        QVERIFY(bench.banner().contains("no picture on the clipboard"));

        QImage picture(30, 20, QImage::Format_RGB32);
        picture.fill(Qt::red);
        clipboard->setImage(picture);
        bench.page.pastePhoto();
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
        QVERIFY(bench.banner().isEmpty());
        QCOMPARE(bench.find<ImageView>("originalView")->image().pixelColor(3, 3), QColor(Qt::red));

        auto* files = new QMimeData;
        files->setUrls({QUrl::fromLocalFile(m_photo)});
        clipboard->setMimeData(files);
        bench.page.pastePhoto();
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<ImageView>("originalView")->image().size(), QSize(120, 90), kPatience);
    }

    void opensByDialog() {
        Bench bench(newFolder(), m_store);
        bench.find<QPushButton>("inspectOpen")->click();  // cancelled
        QCOMPARE(bench.prompts.asked.size(), 1);
        QVERIFY(!bench.showsContent());
        bench.prompts.file = m_photo;
        bench.find<QPushButton>("inspectEmptyOpen")->click();
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
    }

    void saysWhatIsWrongWithAFile_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<bool>("begins");  // what is in a file is found out later
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << m_folder.filePath("none.jpg") << false << "is not there";
        QTest::newRow("folder") << m_folder.path() << false << "is a folder";
        QTest::newRow("no picture") << m_broken << true << "broken.jpg";
    }

    void saysWhatIsWrongWithAFile() {
        QFETCH(QString, path);
        QFETCH(bool, begins);
        QFETCH(QString, words);
        Bench bench(newFolder(), m_store);
        QSignalSpy opened(&bench.page, &InspectPage::photoOpened);
        QCOMPARE(bench.page.openPhoto(path), begins);
        QTRY_VERIFY2_WITH_TIMEOUT(bench.banner().contains(words), qUtf8Printable(bench.banner()), kPatience);
        QVERIFY(!bench.showsContent());
        QCOMPARE(opened.count(), 0);
        bench.find<QToolButton>("bannerClose")->click();
        QVERIFY(bench.banner().isEmpty());
    }

    void followsTheConfiguration() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 144, kPatience);
        Config config;
        config.model.imageSize = 32;
        config.model.patchSize = 8;
        bench.page.setConfig(config);
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 16, kPatience);
        QCOMPARE(bench.find<ImageView>("inputView")->image().size(), QSize(32, 32));
    }

    // What the model sees stands beside what it says; the form's patches are one click, or two keys, away.
    void showsThePatchesOfTheModelOrOfTheForm() {
        Bench bench(newFolder(), m_store);  // the form has the published example's
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 144, kPatience);
        auto* ofModel = bench.find<QToolButton>("patchesOfModel");
        auto* ofForm = bench.find<QToolButton>("patchesOfForm");
        QVERIFY(!ofModel->isVisible() && !ofForm->isVisible());  // there is no model

        ModelOpened opened;
        opened.runName = "a run";
        opened.config = preset("first-steps").config;
        Q_EMIT bench.bridge.modelOpened(opened);
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 64, kPatience);
        QVERIFY(ofModel->isVisible() && ofModel->isChecked() && !ofForm->isChecked());
        QVERIFY(!ofModel->toolTip().isEmpty() && !ofForm->toolTip().isEmpty());
        QTest::mouseClick(ofForm, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 144, kPatience);
        QCOMPARE(bench.find<ImageView>("inputView")->image().size(), QSize(72, 72));
        ofForm->setFocus();
        QTest::keyClick(ofForm, Qt::Key_Left);
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 64, kPatience);
        QTest::keyClick(ofModel, Qt::Key_Right);
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 144, kPatience);

        bench.page.setConfig(opened.config);  // nothing to choose between
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 64, kPatience);
        QVERIFY(!ofForm->isVisible());
    }

    void bringsAPhotoToTheDataSetsSizeFirst() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        auto* caption = bench.find<QLabel>("inputViewCaption");
        QTRY_VERIFY_WITH_TIMEOUT(caption->text().contains("by way of"), kPatience);
        QVERIFY(caption->text().startsWith("72 × 72 px"));
    }

    void enlargesTheSelectedPatch() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 144, kPatience);
        auto* grid = bench.find<PatchGridView>("patchGrid");
        QTest::mouseClick(grid, Qt::LeftButton, {}, grid->patchRect(30).center());
        QTest::keyClick(grid, Qt::Key_Right);
        QCOMPARE(bench.find<QLabel>("patchTitle")->text(), "Patch 31");
        QCOMPARE(bench.find<QTableView>("patchTable")->model()->rowCount(), 36);
        QCOMPARE(bench.find<ImageView>("patchPreview")->image().size(), QSize(6, 6));
    }

    void saysThatThereIsNoModel() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_COMPARE_WITH_TIMEOUT(bench.message(), "No model yet: click Train, or open a run.", kPatience);
        QVERIFY(bench.bars().empty());
    }

    // The first photo on a new computer gets an answer at once.
    void asksTheModelThatCameWithTheProgram() {
        QVERIFY(!includedModel().empty());
        Bench bench(newFolder(), m_store, {}, includedModel());
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_COMPARE_WITH_TIMEOUT(bench.bars().size(), std::size_t{5}, kPatience);
        auto* caption = bench.find<QLabel>("predictionCaption");
        QVERIFY2(caption->text().contains("came with the program"), qPrintable(caption->text()));
        QTRY_COMPARE_WITH_TIMEOUT(bench.patches(), 64, kPatience);  // 4 px of 32
        bench.find<QAbstractButton>("lensRelevance")->click();
        auto* map = bench.find<MapView>("relevanceView");
        QTRY_VERIFY_WITH_TIMEOUT(!map->map().empty(), kPatience);
    }

    void showsWhatTheProbeGives() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_VERIFY_WITH_TIMEOUT(bench.message().contains("No model yet"), kPatience);
        Q_EMIT bench.bridge.probePredicted({prediction(
            1, {{3, "ring", 0.4}, {1, "star", 0.3}, {0, "disc", 0.1}, {2, "bar", 0.05}, {4, "dot", 0.04}})});
        QCOMPARE(bench.bars().size(), 5);
        QCOMPARE(bench.bars().front().name, "ring");
        QVERIFY(bench.message().isEmpty());
        QCOMPARE(bench.find<QLabel>("predictionCaption")->text(),
                 "2026-03-01-1407-first-steps · epoch 1 of training · still training, step 10 · 4.1 ms");
        auto* history = bench.find<ProbabilityStrip>("predictionHistory");
        QVERIFY(!history->isVisible());

        Q_EMIT bench.bridge.probePredicted({prediction(
            2, {{5, "moon", 0.6}, {3, "ring", 0.2}, {1, "star", 0.1}, {0, "disc", 0.05}, {2, "bar", 0.02}})});
        QVERIFY(history->isVisible());
        QCOMPARE(history->className(), "moon");
        QCOMPARE(history->points().size(), 2);
        QVERIFY(!history->points()[0].probability);  // moon was not among the five then,
        QCOMPARE(history->points()[0].bound, 0.04);  // so it was at most the fifth
        QCOMPARE(*history->points()[1].probability, 0.6);
    }

    void marksTheTrueClass() {
        PredictionPanel panel;
        panel.show();
        auto* truth = panel.findChild<QLabel*>("predictionTruth");
        const auto shown = prediction(1, {{3, "ring", 0.4}, {1, "star", 0.3}});
        panel.showPrediction(shown);
        QVERIFY(!truth->isVisible());
        panel.beginPicture("ring");
        QCOMPARE(truth->text(), "True class: ring");  // the bars are still those of the picture before
        panel.showPrediction(shown);
        QCOMPARE(truth->text(), "True class: ring. Correct.");
        panel.beginPicture("star");
        panel.showPrediction(shown);
        QCOMPARE(truth->text(), "True class: star, in place 2.");
        panel.beginPicture("moon");
        panel.showPrediction(shown);
        QCOMPARE(truth->text(), "True class: moon, not among these.");
    }

    void saysWhatAModelWithoutClassesIsFor() {
        PredictionPanel panel;
        panel.show();
        panel.showPrediction(prediction(1, {{0, "no class", 1}}));
        const auto* message = panel.findChild<QLabel*>("predictionMessage");
        QVERIFY(message->isVisible());
        QVERIFY(message->text().contains("My photos"));
        QVERIFY(!panel.findChild<QWidget*>("predictionBars")->isVisible());
        panel.showPrediction(prediction(1, {{3, "ring", 0.4}, {1, "star", 0.3}}));
        QVERIFY(!message->isVisible());
    }

    // An answer about the picture before is not shown.
    void showsOnlyAnswersToItsOwnQuestion() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_VERIFY_WITH_TIMEOUT(bench.message().contains("No model yet"), kPatience);
        const auto late = prediction(1, {{3, "ring", 0.4}, {1, "star", 0.3}});
        Q_EMIT bench.bridge.modelOpened({.runName = "a run"});  // the page asks anew
        Q_EMIT bench.bridge.probePredicted({late});             // of the picture before, as its own answer is due
        QVERIFY(bench.bars().empty());
        // The engine, which has no model, says so itself.
        QTRY_VERIFY_WITH_TIMEOUT(!bench.message().contains("No model yet"), kPatience);
        QVERIFY(bench.bars().empty());
        Q_EMIT bench.bridge.probePredicted({late});
        QCOMPARE(bench.bars().size(), 2);
    }

    void saysThatAModelCannotBeOpened() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_VERIFY_WITH_TIMEOUT(bench.message().contains("No model yet"), kPatience);
        Q_EMIT bench.bridge.modelOpened({.runName = "a run", .problem = "Its weights are torn."});
        QCOMPARE(bench.message(), "The model of a run could not be opened: Its weights are torn.");
    }

    // A whole run of the real engine: from no model to predictions after each epoch, and again after a new start.
    void predictsWithTheModelThatIsTrained() {
        const QString folder = newFolder();
        Config config = preset("testing").config;
        config.run.threads = 1;  // two that wait for each other take far longer on a busy machine
        config.data.trainLimit = 64;
        QString runName;
        {
            Bench bench(folder, m_store, config);
            QVERIFY(bench.page.openPhoto(m_photo));
            QTRY_VERIFY_WITH_TIMEOUT(bench.message().contains("No model yet"), kPatience);
            QSignalSpy finished(&bench.bridge, &SessionBridge::runFinished);
            QSignalSpy failed(&bench.bridge, &SessionBridge::runFailed);
            connect(&bench.bridge, &SessionBridge::runStarted, this,
                    [&](const RunStarted& event) { runName = QString::fromStdString(event.runName); });
            bench.bridge.train({.config = config, .label = "testing"});
            QTRY_VERIFY_WITH_TIMEOUT(finished.count() + failed.count() > 0, 4 * kPatience);
            QCOMPARE(failed.count(), 0);
            auto* history = bench.find<ProbabilityStrip>("predictionHistory");
            // Before training, and after each of two epochs.
            QTRY_VERIFY_WITH_TIMEOUT(history->points().size() >= 3, kPatience);
            verifyFiveBars(bench);
            auto* caption = bench.find<QLabel>("predictionCaption");
            QTRY_VERIFY_WITH_TIMEOUT(!caption->text().contains("still training"), kPatience);
            QVERIFY(caption->text().startsWith(runName));
        }
        Bench bench(folder, m_store, config);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_COMPARE_WITH_TIMEOUT(bench.bars().size(), 5, kPatience);
        verifyFiveBars(bench);
        QVERIFY(bench.find<QLabel>("predictionCaption")->text().startsWith(runName));

        // What is shown as the model's input is what the model was given, to the pixel.
        QImage own;
        const auto look = [photo = loadImage(m_photo.toStdString())](LoadedModel& model) {
            return model.look(photo).picture;
        };
        bench.bridge.ask(this, look, [&](const Reply<Image>& reply) { own = toQImage(reply.answer.value()); });
        QTRY_VERIFY_WITH_TIMEOUT(!own.isNull(), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<ImageView>("inputView")->image().convertToFormat(own.format()), own,
                                  kPatience);
    }

    void walksThroughTheDataSet() {
        Bench bench(newFolder(), m_store, preset("testing").config);
        bench.find<QPushButton>("inspectEmptySample")->click();
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
        auto* caption = bench.find<QLabel>("originalViewCaption");
        const QString first = caption->text();
        QVERIFY2(first.startsWith("synthetic-shapes · test 0"), qUtf8Printable(first));
        bench.find<QToolButton>("pickerNext")->click();
        QVERIFY(caption->text().startsWith("synthetic-shapes · test 1"));
        bench.find<QToolButton>("pickerPrevious")->click();
        QCOMPARE(caption->text(), first);
        bench.find<QToolButton>("pickerRandom")->click();
        QVERIFY(caption->text() != first);

        auto* classes = bench.find<QComboBox>("pickerClass");
        classes->setCurrentIndex(2);
        QVERIFY(bench.find<QLabel>("predictionTruth")->text().contains(classes->currentText()));
        auto* split = bench.find<QComboBox>("pickerSplit");
        split->setFocus();
        QTest::keyClick(split, Qt::Key_Home);
        QVERIFY(caption->text().contains("train"));

        bench.find<QToolButton>("sourcePhoto")->click();
        QVERIFY(!bench.showsContent());  // there is no photo yet
        QVERIFY(!split->isVisible());
    }

    void beginsWithASplitThatHasImages() {
        DatasetPicker picker;
        QSignalSpy failed(&picker, &DatasetPicker::failed);
        picker.setDataset(test::countingDataset(10, 0, 2), {});
        QVERIFY(!picker.empty());
        QCOMPARE(picker.selection().title(0), "counting · train 0");
        DataConfig data;
        data.validationShare = 0.99;
        picker.setDataset(test::countingDataset(10, 0, 2), data);
        QVERIFY(picker.empty());
        QCOMPARE(failed.count(), 1);
    }

    void saysThatADataSetIsMissing() {
        Config config;
        config.data.name = "cifar-100";
        Bench bench(newFolder(), m_store, config);
        bench.find<QToolButton>("sourceDataset")->click();
        QTRY_VERIFY_WITH_TIMEOUT(bench.banner().contains("cifar-100", Qt::CaseInsensitive), kPatience);
        QVERIFY(!bench.find<QToolButton>("pickerNext")->isEnabled());
    }

    void zoomsTheOriginal() {
        Bench bench(newFolder(), m_store);
        QVERIFY(bench.page.openPhoto(m_photo));
        QTRY_VERIFY_WITH_TIMEOUT(bench.showsContent(), kPatience);
        auto* view = bench.find<ImageView>("originalView");
        QVERIFY(view->fitted());
        const double fitted = view->scale();
        QTest::keyClick(view, Qt::Key_Plus);
        QVERIFY(!view->fitted());
        QVERIFY(view->scale() > fitted);
        const QPointF corner = view->imageRect().topLeft();
        QTest::keyClick(view, Qt::Key_Plus);
        QTest::keyClick(view, Qt::Key_Right);
        QVERIFY(view->imageRect().left() < corner.x());
        QTest::keyClick(view, Qt::Key_0);
        QCOMPARE(view->scale(), fitted);
    }

private:
    static void verifyFiveBars(Bench& bench) {
        QCOMPARE(bench.bars().size(), 5);
        double sum = 0;
        for (std::size_t i = 0; i < 5; ++i) {
            QVERIFY(!bench.bars()[i].name.empty());
            QVERIFY(i == 0 || bench.bars()[i].probability <= bench.bars()[i - 1].probability);
            sum += bench.bars()[i].probability;
        }
        QVERIFY(sum > 0 && sum <= 1 + 1e-6);
    }
};

QTEST_MAIN(TestInspectPage)
#include "test_inspect_page.moc"
