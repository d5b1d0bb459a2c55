// SPDX-License-Identifier: GPL-3.0-or-later
// The page My photos through its widgets, in the whole window, on the real engine.
#include "core/data/images/image.h"
#include "core/import/imported_model.h"
#include "core/runs/run_store.h"
#include "core/session/session.h"
#include "tests/support/photo_folder.h"
#include "tests/support/window_driver.h"
#include "ui/pages/evaluate/evaluated_images.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/photos/learning_plot.h"
#include "ui/pages/photos/photos_page.h"
#include "ui/pages/train/train_page.h"
#include "ui/widgets/banner.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QtTest>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kPatience = 60'000;  // ms; what takes seconds on a quiet machine

class FolderPrompts : public test::AnsweringPrompts {
public:
    QString openFolder(QWidget*, const QString&, const QString&) override { return file; }
};

}  // namespace

class TestPhotosPage : public QObject, test::WindowDriver {
    Q_OBJECT

private:
    QTemporaryDir m_trained;  // the runs folder with one run

    QString path(const QString& name) const { return m_folder->filePath(name); }
    QString text(const char* label) const { return find<QLabel>(label)->text(); }
    void press(const char* button) const { QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton); }
    void check(const char* rung, bool on) const {
        auto* box = find<QCheckBox>(QString("rung.") + rung);
        if (box->isChecked() != on) QTest::mouseClick(box, Qt::LeftButton, {}, {8, box->height() / 2});
        QCOMPARE(box->isChecked(), on);
    }
    bool canStart() const { return find<QPushButton>("photosStart")->isEnabled(); }
    QString problem() const {
        const auto* banner = find<Banner>("photosBanner");
        return banner->showsError() ? banner->text() : QString();
    }
    QString shown() const { return m_window->findChild<QStackedWidget*>()->currentWidget()->metaObject()->className(); }
    void drop(QWidget* target, const QString& folder) const {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(folder)});
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(target, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(target, &event);
    }
    // The first time by the Train button, then a copy of its run; of the run alone, for the window may be writing
    // the store's digest beside it.
    void trainAModel() {
        namespace fs = std::filesystem;
        const fs::path kept = m_trained.path().toStdString(), runs = path("runs").toStdString();
        if (fs::is_empty(kept)) {
            chooseTestingPreset(1);
            clickTrain();
            QTRY_VERIFY_WITH_TIMEOUT(!m_bridge->busy(), kPatience);
            const fs::path run = RunStore(runs).lastTrained()->folder;
            fs::copy(run, kept / run.filename(), fs::copy_options::recursive);
        } else {
            fs::copy(kept, runs, fs::copy_options::recursive);
        }
        m_window->showPage(MainWindow::PhotosPageIndex);
        QTRY_VERIFY(find<QComboBox>("photosModel")->count() == 1);
    }
    void chooseFolder(const QString& folder) {
        m_prompts->file = folder;
        press("photosFolder");
    }

private Q_SLOTS:
    void init() {
        start();
        auto prompts = std::make_unique<FolderPrompts>();
        m_window.reset();
        m_prompts = std::move(prompts);
        open();
    }
    void cleanup() { end(); }
    void beginsByTellingWhatToDo();
    void fromAFolderToAResult();
    void aDroppedFolderLeadsHere();
    void wrongFoldersAreSaid();
    void cancelEndsATraining();
    void waitsForARunThatGoesOn();
};

void TestPhotosPage::beginsByTellingWhatToDo() {
    QTest::mouseClick(find<QToolButton>("page.My photos"), Qt::LeftButton);
    QCOMPARE(shown(), "vit::ui::PhotosPage");
    QTRY_VERIFY(text("photosHint").contains("There is no model"));
    QVERIFY(!canStart());
    trainAModel();
    QVERIFY(text("photosHint").contains("Choose a folder"));
    QVERIFY(text("photosCounts").contains("at least five photos each"));
}

void TestPhotosPage::fromAFolderToAResult() {
    test::writePhotos(path("my colours").toStdString(), 12);
    trainAModel();
    chooseFolder(path("my colours"));
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
    QVERIFY2(text("photosCounts").contains("30 photos to train with, 6 to test, in 3 classes: blue (12)"),
             qPrintable(text("photosCounts")));
    QCOMPARE(find<QComboBox>("photosData")->currentData().toString(), "my-colours");
    for (const char* rung : {"neighbours", "linear-probe", "all-blocks"}) check(rung, true);
    check("last-blocks", false);
    find<QSpinBox>("photosEpochs")->setValue(1);
    press("photosStart");
    QVERIFY(!canStart());
    QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>("photosShowRun")->isVisible(), kPatience);
    QVERIFY2(text("photosVerdict").contains("of 6 photos told right"), qPrintable(text("photosVerdict")));
    for (const char* rung : {"neighbours", "linear-probe", "all-blocks"})
        QVERIFY2(text(qPrintable(QString("rungResult.") + rung)).contains("%"), rung);
    QVERIFY(!text("rungResult.last-blocks").contains("%"));
    const auto* plot = m_window->findChild<LearningPlot*>();
    QCOMPARE(plot->plot()->graph()->dataCount(), 4);  // with 1, 2, 5 and all 10 photos of each class
    QVERIFY(!text("learningAdvice").isEmpty());
    QVERIFY(canStart());

    // Another start takes the features that are kept; a wrong photo is looked into with the new model.
    auto* view = m_window->photosPage()->findChild<QListView*>("wrongPhotos");
    QTest::mouseClick(m_window->photosPage()->findChild<QPushButton*>("uncertainHits"), Qt::LeftButton);
    QVERIFY(view->model()->rowCount() > 0);
    const QPoint first = view->visualRect(view->model()->index(0, 0)).center();
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, first);
    QTest::mouseDClick(view->viewport(), Qt::LeftButton, {}, first);
    QCOMPARE(shown(), "vit::ui::InspectPage");
    QTRY_VERIFY_WITH_TIMEOUT(text("predictionCaption").contains("-my-colours-"), kPatience);
    m_window->showPage(MainWindow::PhotosPageIndex);
    press("photosShowRun");
    QCOMPARE(shown(), "vit::ui::TrainPage");
    QTRY_VERIFY(m_window->trainPage()->shownRun().has_value());
    QVERIFY(QString::fromStdString(m_window->trainPage()->shownRun()->name).contains("my-colours"));
}

void TestPhotosPage::aDroppedFolderLeadsHere() {
    test::writePhotos(path("dropped").toStdString(), 6);
    trainAModel();
    m_window->showPage(MainWindow::RunsPageIndex);
    drop(m_window.get(), path("dropped"));
    QCOMPARE(shown(), "vit::ui::PhotosPage");
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
    QVERIFY(text("photosCounts").contains("in 3 classes"));
    // Onto the card itself; a class of three is warned of.
    std::filesystem::create_directories(path("dropped/rare").toStdString());
    for (int i = 0; i < 3; ++i)
        test::writePhoto(test::noisyPhoto(3, static_cast<std::uint64_t>(500 + i)),
                         path(QString("dropped/rare/%1.png").arg(i)).toStdString());
    drop(find<QPushButton>("photosFolder")->parentWidget(), path("dropped"));
    QTRY_VERIFY_WITH_TIMEOUT(text("photosWarnings").contains("rare"), kPatience);
    QCOMPARE(find<QComboBox>("photosData")->currentData().toString(), "dropped-2");
}

void TestPhotosPage::wrongFoldersAreSaid() {
    trainAModel();
    QDir(m_folder->path()).mkdir("empty");
    chooseFolder(path("empty"));
    QTRY_VERIFY_WITH_TIMEOUT(problem().contains("two or more classes"), kPatience);
    QVERIFY(!canStart());
    chooseFolder({});  // the dialog was cancelled
    QVERIFY(problem().contains("two or more classes"));
    test::writePhotos(path("right").toStdString(), 6, 2);
    chooseFolder(path("right"));
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
    QVERIFY(problem().isEmpty());
    check("neighbours", false);
    check("linear-probe", false);
    QVERIFY(!canStart());
    QVERIFY(text("photosHint").contains("Choose a way"));
}

void TestPhotosPage::cancelEndsATraining() {
    test::writePhotos(path("photos").toStdString(), 10, 2);
    trainAModel();
    chooseFolder(path("photos"));
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
    check("all-blocks", true);
    check("linear-probe", false);
    find<QSpinBox>("photosEpochs")->setValue(1000);
    press("photosStart");
    QTRY_VERIFY_WITH_TIMEOUT(m_bridge->busy(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(find<Banner>("photosBanner")->text().contains("all-blocks, epoch"), kPatience);
    QTest::mouseClick(find<Banner>("photosBanner")->findChild<QToolButton*>("bannerClose"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
    QVERIFY(!m_bridge->busy());
    QVERIFY(problem().isEmpty());
}

void TestPhotosPage::waitsForARunThatGoesOn() {
    test::writePhotos(path("photos").toStdString(), 6, 2);
    trainAModel();
    chooseFolder(path("photos"));
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
    m_window->showPage(MainWindow::TrainPageIndex);
    chooseTestingPreset(1000);
    clickTrain();
    QVERIFY(!canStart());
    QVERIFY(text("photosHint").contains("Wait until"));
    m_bridge->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(canStart(), kPatience);
}

QTEST_MAIN(TestPhotosPage)
#include "test_photos_page.moc"
