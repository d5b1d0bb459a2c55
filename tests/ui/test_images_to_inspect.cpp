// SPDX-License-Identifier: GPL-3.0-or-later
// Images that are opened in Inspect from other pages, through the real window: their true class comes along.
#include "tests/support/window_driver.h"
#include "ui/pages/evaluate/confused_pair_model.h"
#include "ui/pages/evaluate/confusion_view.h"
#include "ui/pages/evaluate/evaluated_images.h"
#include "ui/pages/inspect/inspect_page.h"
#include "ui/pages/inspect/pins/pinned_strip.h"

#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QListView>
#include <QSignalSpy>
#include <QTableView>

using namespace vit;
using namespace vit::ui;

using test::kTrainingTimeoutMs;

class TestImagesToInspect : public QObject, private test::WindowDriver {
    Q_OBJECT

    void train() {
        chooseTestingPreset(1);
        QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
        clickTrain();
        QVERIFY(finished.wait(kTrainingTimeoutMs));
    }
    void evaluate() {
        click("page.Evaluate");
        QTest::mouseClick(find<QPushButton>("evaluateButton"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(find<QListView>("evaluatedImages")->model()->rowCount() > 0, kTrainingTimeoutMs);
    }
    // What is opened, as its own page tells it.
    struct Opened {
        QString title, trueClass;
    };
    Opened open(const char* listName) {
        auto* list = find<QListView>(listName);
        const auto* model = qobject_cast<DatasetModel*>(list->model());
        list->setFocus();
        list->setCurrentIndex(model->index(0));
        QTest::keyClick(list, Qt::Key_Return);
        return {model->selection().title(0), model->selection().className(0)};
    }
    void trueClassIsAskedFor(const Opened& opened) {
        QVERIFY(m_window->inspectPage()->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(find<QLabel>("originalViewCaption")->text().section('\n', 0, 0), opened.title,
                                  kTrainingTimeoutMs);
        QTest::mouseClick(find<QAbstractButton>("lensRelevance"), Qt::LeftButton);
        auto* classes = find<QComboBox>("relevanceClass");
        QTRY_COMPARE_WITH_TIMEOUT(classes->itemText(1), "True class: " + opened.trueClass, kTrainingTimeoutMs);
        classes->setFocus();
        QTest::keyClick(classes, Qt::Key_Home);
        QTest::keyClick(classes, Qt::Key_Down);
        QTRY_VERIFY_WITH_TIMEOUT(
            find<QLabel>("relevanceFinding")->text().contains("“" + opened.trueClass + "”"), kTrainingTimeoutMs);
    }

    void pin(const QString& title) {
        QTRY_COMPARE(find<QLabel>("originalViewCaption")->text().section('\n', 0, 0), title);
        QVERIFY(find<QAction>("inspectPin")->isEnabled());
        find<QAction>("inspectPin")->trigger();
    }

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    void ofEveryPartOfTheEvaluation() {
        train();
        evaluate();
        trueClassIsAskedFor(open("evaluatedImages"));  // a most confident error

        click("page.Evaluate");
        QTest::mouseClick(find<QAbstractButton>("part.pairs"), Qt::LeftButton);
        auto* pairs = find<QTableView>("confusedPairs");
        pairs->setFocus();
        pairs->selectRow(0);
        const Opened ofPair = open("evaluatedImages");
        QCOMPARE(ofPair.trueClass, pairs->model()->index(0, ConfusedPairModel::Truth).data().toString());
        trueClassIsAskedFor(ofPair);

        click("page.Evaluate");
        QTest::mouseClick(find<QAbstractButton>("part.matrix"), Qt::LeftButton);
        auto* matrix = find<ConfusionView>("confusionMatrix");
        QSignalSpy chosen(matrix, &ConfusionView::cellChosen);
        for (int cell = 0; cell < 64; ++cell) {  // one that has images
            QTest::mouseClick(matrix, Qt::LeftButton, {}, matrix->cellRect(cell / 8, cell % 8).center());
            if (chosen.size() == cell + 1 && find<QListView>("evaluatedImages")->model()->rowCount() > 0) break;
        }
        QVERIFY(find<QListView>("evaluatedImages")->model()->rowCount() > 0);
        trueClassIsAskedFor(open("evaluatedImages"));
    }

    void ofTheDataPage() {
        train();
        click("page.Data");
        QTRY_VERIFY_WITH_TIMEOUT(find<QListView>("thumbnails")->model()->rowCount() > 0, kTrainingTimeoutMs);
        trueClassIsAskedFor(open("thumbnails"));
    }

    // What is pinned of a data set, and what was pasted, is there after a restart as a photo is.
    void pinnedOnesComeBack() {
        click("page.Data");
        QTRY_VERIFY_WITH_TIMEOUT(find<QListView>("thumbnails")->model()->rowCount() > 0, kTrainingTimeoutMs);
        const Opened opened = open("thumbnails");
        pin(opened.title);
        QImage pasted(30, 20, QImage::Format_RGB888);
        pasted.fill(QColor(200, 30, 90));
        QGuiApplication::clipboard()->setImage(pasted);
        m_window->inspectPage()->pastePhoto();
        pin("Pasted picture");
        m_window->openPhoto(photo());
        pin("photo.jpg");
        const QStringList names{opened.title, "Pasted picture", "photo.jpg"};
        const QDir folder(m_folder->filePath("pins"));
        QTRY_COMPARE(folder.entryList({"*.png"}).size(), 2);
        QTRY_COMPARE(m_settings->pageState("inspect/pins").toStringList().size(), 3);

        QVERIFY(m_window->close());
        WindowDriver::open();
        auto* strip = find<PinnedStrip>("pinnedStrip");
        const auto text = [strip](int row, int role) { return strip->model()->index(row, 0).data(role).toString(); };
        QCOMPARE(strip->model()->rowCount(), 3);
        for (int row = 0; row < 3; ++row) QTRY_COMPARE(text(row, Qt::DisplayRole), names[row]);
        QVERIFY2(text(0, Qt::ToolTipRole).contains("True class: " + opened.trueClass),
                 qPrintable(text(0, Qt::ToolTipRole)));
        QVERIFY(!text(1, Qt::ToolTipRole).contains("True class"));
        // It is the very image: opened once more, it is known to be pinned.
        click("page.Data");
        QTRY_VERIFY_WITH_TIMEOUT(find<QListView>("thumbnails")->model()->rowCount() > 0, kTrainingTimeoutMs);
        open("thumbnails");
        QTRY_VERIFY(find<QAction>("inspectPin")->isChecked());
        QCOMPARE(strip->currentIndex().row(), 0);

        // Unpinned it leaves nothing behind; the photo stays.
        find<QAction>("inspectPin")->trigger();
        QTRY_COMPARE(folder.entryList({"*.png"}).size(), 1);
        QVERIFY(QFile::exists(photo()));
        QCOMPARE(m_settings->pageState("inspect/pins").toStringList().size(), 2);
    }

    void pinThatCannotBeKeptIsSaid() {
        QFile inTheWay(m_folder->filePath("pins"));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        click("page.Data");
        QTRY_VERIFY_WITH_TIMEOUT(find<QListView>("thumbnails")->model()->rowCount() > 0, kTrainingTimeoutMs);
        const Opened opened = open("thumbnails");
        pin(opened.title);
        const auto said = [this] {
            for (const QLabel* text : m_window->inspectPage()->findChildren<QLabel*>("bannerText"))
                if (text->isVisible()) return text->text();
            return QString();
        };
        QTRY_VERIFY2(said().contains("cannot be kept for the next start"), qPrintable(said()));
        QVERIFY2(said().contains(opened.title), qPrintable(said()));
        QVERIFY(find<QAction>("inspectPin")->isChecked());  // pinned all the same
    }
};

QTEST_MAIN(TestImagesToInspect)
#include "test_images_to_inspect.moc"
