// SPDX-License-Identifier: GPL-3.0-or-later
// The patch grid: where each patch lies, what the mouse and the keys do, what is read out.
#include "tests/support/made_images.h"
#include "ui/pages/inspect/patch_grid_view.h"
#include "ui/pages/inspect/patch_panel.h"

#include <QHelpEvent>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolTip>

using namespace vit;
using namespace vit::ui;

class TestPatchGrid : public QObject {
    Q_OBJECT

private:
    // Of the published example: 72 px in patches of 6.
    static PatchGrid exampleGrid() { return cutPatches(test::gradientImage(72, 72), 72, 6); }

private Q_SLOTS:
    void countsPatches() {
        PatchGridView view;
        QCOMPARE(view.patchCount(), 0);
        view.setGrid(exampleGrid());
        QCOMPARE(view.patchCount(), 144);
    }

    void oblongGridsHaveRowsAndColumns() {
        PatchGridView view;
        view.resize(400, 200);
        view.setGrid(cutPatches(test::gradientImage(96, 48), {48, 96}, 12));
        QCOMPARE(view.patchCount(), 32);
        for (int index = 0; index < 32; ++index) {
            const QRect rect = view.patchRect(index);
            QVERIFY(rect.width() == rect.height() && rect.width() > 30 && view.rect().contains(rect));
            QCOMPARE(view.patchAt(rect.center()), index);
        }
        QVERIFY(view.placeText(9).contains("row 1, column 1"));
        view.select(24);
        QTest::keyClick(&view, Qt::Key_Down);  // the last of four rows
        QCOMPARE(view.selected(), 24);
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.selected(), 31);
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(view.selected(), 23);
    }

    void eachPatchHasItsPlace_data() {
        QTest::addColumn<int>("spacing");
        QTest::addColumn<QSize>("size");
        QTest::newRow("no spacing") << 0 << QSize(400, 400);
        QTest::newRow("spacing") << 3 << QSize(400, 400);
        QTest::newRow("largest spacing") << 12 << QSize(500, 300);
        QTest::newRow("no room for the spacing") << 12 << QSize(180, 180);
    }

    void eachPatchHasItsPlace() {
        QFETCH(int, spacing);
        QFETCH(QSize, size);
        PatchGridView view;
        view.resize(size);
        view.setGrid(exampleGrid());
        view.setSpacing(spacing);
        QRect all;
        for (int index = 0; index < view.patchCount(); ++index) {
            const QRect rect = view.patchRect(index);
            QVERIFY(rect.width() >= 2 && rect.width() == rect.height());
            QVERIFY(view.rect().contains(rect));
            QVERIFY(!all.isValid() || index % 12 == 0 || rect.left() > view.patchRect(index - 1).right());
            // Its own corners belong to it, to the pixel.
            QCOMPARE(view.patchAt(rect.topLeft()), index);
            QCOMPARE(view.patchAt(rect.bottomRight()), index);
            all |= rect;
        }
        QCOMPARE(view.patchAt(all.topLeft() - QPoint(1, 0)), -1);
        QCOMPARE(view.patchAt(all.topLeft() - QPoint(0, 1)), -1);
        QCOMPARE(view.patchAt(all.bottomRight() + QPoint(1, 0)), -1);
        QCOMPARE(view.patchAt(all.bottomRight() + QPoint(0, 1)), -1);
        QVERIFY(view.patchRect(144).isNull());
        QVERIFY(view.patchRect(-1).isNull());
    }

    void gapsBelongToNoPatch() {
        PatchGridView view;
        view.resize(400, 400);
        view.setGrid(exampleGrid());
        view.setSpacing(0);
        QCOMPARE(view.patchRect(1).left() - view.patchRect(0).right(), 1);
        view.setSpacing(5);
        const QRect first = view.patchRect(0);
        QCOMPARE(view.patchRect(1).left() - first.right(), 6);
        for (int gap = 1; gap <= 5; ++gap) {
            QCOMPARE(view.patchAt(first.topRight() + QPoint(gap, 0)), -1);
            QCOMPARE(view.patchAt(first.bottomLeft() + QPoint(0, gap)), -1);
        }
        QCOMPARE(view.patchAt(first.topRight() + QPoint(6, 0)), 1);
        QCOMPARE(view.patchAt(first.bottomLeft() + QPoint(0, 6)), 12);
    }

    void drawsEachPatchInItsPlace() {
        PatchGridView view;
        view.resize(400, 400);
        view.setGrid(exampleGrid());
        view.setSpacing(4);
        const QImage drawn = view.grab().toImage();
        for (const int index : {0, 11, 77, 143}) {
            // The gradient's red value is the column of the pixel, its green value the row.
            const QColor corner = drawn.pixelColor(view.patchRect(index).topLeft());
            QCOMPARE(corner.red(), index % 12 * 6);
            QCOMPARE(corner.green(), index / 12 * 6);
        }
    }

    void drawsGrey() {
        PatchGridView view;
        view.resize(200, 200);
        view.setGrid(cutPatches(Image{2, 2, 1, {0, 80, 160, 240}}, 2, 1));
        QCOMPARE(view.patchCount(), 4);
        QCOMPARE(view.meanColour(2), QColor(160, 160, 160));
        QCOMPARE(view.grab().toImage().pixelColor(view.patchRect(2).center()), QColor(160, 160, 160));
    }

    void hoverIsReadOut() {
        PatchPanel panel;
        panel.resize(500, 600);
        panel.setGrid(exampleGrid());
        panel.show();
        PatchGridView& view = *panel.view();
        const auto* readout = panel.findChild<QLabel*>("patchReadout");
        const QString hint = readout->text();
        QTest::mouseMove(&view, view.patchRect(17).center());
        QTRY_COMPARE(view.hovered(), 17);
        // Columns 30 to 35 and rows 6 to 11 of the gradient.
        QCOMPARE(view.meanColour(17), QColor(33, 9, 41));
        QCOMPARE(readout->text(), "Patch 17 · row 1, column 5\nmean colour 33, 9, 41 (#210929)");
        QTest::mouseMove(&view, QPoint(1, 1));
        QTRY_COMPARE(view.hovered(), -1);
        QCOMPARE(readout->text(), hint);
    }

    void toolTipShowsTheColour() {
        PatchGridView view;
        view.resize(400, 400);
        view.setGrid(exampleGrid());
        view.show();
        const QPoint at = view.patchRect(17).center();
        QHelpEvent help(QEvent::ToolTip, at, view.mapToGlobal(at));
        QCoreApplication::sendEvent(&view, &help);
        QVERIFY(QToolTip::text().contains("row 1, column 5"));
        QVERIFY(QToolTip::text().contains("background-color:#210929"));
    }

    void clickSelects() {
        PatchGridView view;
        view.resize(400, 400);
        view.setGrid(exampleGrid());
        QSignalSpy selected(&view, &PatchGridView::selectedChanged);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.patchRect(40).center());
        QCOMPARE(view.selected(), 40);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.at(0).at(0).toInt(), 40);
        QTest::mouseClick(&view, Qt::RightButton, {}, view.patchRect(41).center());
        QCOMPARE(view.selected(), 40);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(0, 0));
        QCOMPARE(view.selected(), -1);
    }

    void keysWalk_data() {
        QTest::addColumn<int>("from");
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<int>("to");
        QTest::newRow("first") << -1 << Qt::Key_Right << 0;
        QTest::newRow("left") << 13 << Qt::Key_Left << 12;
        QTest::newRow("left at the edge") << 12 << Qt::Key_Left << 12;
        QTest::newRow("right") << 13 << Qt::Key_Right << 14;
        QTest::newRow("right at the edge") << 23 << Qt::Key_Right << 23;
        QTest::newRow("up") << 13 << Qt::Key_Up << 1;
        QTest::newRow("up at the edge") << 1 << Qt::Key_Up << 1;
        QTest::newRow("down") << 13 << Qt::Key_Down << 25;
        QTest::newRow("down at the edge") << 143 << Qt::Key_Down << 143;
        QTest::newRow("home") << 17 << Qt::Key_Home << 12;
        QTest::newRow("end") << 17 << Qt::Key_End << 23;
        QTest::newRow("escape") << 17 << Qt::Key_Escape << -1;
    }

    void keysWalk() {
        QFETCH(int, from);
        QFETCH(Qt::Key, key);
        QFETCH(int, to);
        PatchGridView view;
        view.resize(400, 400);
        view.setGrid(exampleGrid());
        view.select(from);
        QTest::keyClick(&view, key);
        QCOMPARE(view.selected(), to);
    }

    void aNewGridKeepsTheSelectionThatItHas() {
        PatchGridView view;
        view.setGrid(exampleGrid());
        view.select(100);
        QSignalSpy selected(&view, &PatchGridView::selectedChanged);
        view.setGrid(exampleGrid());
        QCOMPARE(view.selected(), 100);
        QCOMPARE(selected.count(), 1);  // its content may be another
        view.setGrid(cutPatches(test::gradientImage(72, 72), 72, 12));
        QCOMPARE(view.patchCount(), 36);
        QCOMPARE(view.selected(), -1);
    }

    void sliderSetsTheSpacing() {
        PatchPanel panel;
        panel.setGrid(exampleGrid());
        auto* slider = panel.findChild<QSlider*>("patchSpacing");
        QCOMPARE(slider->minimum(), 0);
        QCOMPARE(slider->maximum(), 12);
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_End);
        QCOMPARE(panel.view()->spacing(), 12);
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(panel.view()->spacing(), 0);
    }

    void factsAreThoseOfTheExample() {
        PatchPanel panel;
        panel.setGrid(exampleGrid());
        const QString facts = panel.findChild<QLabel*>("patchFacts")->text();
        QCOMPARE(facts.split('\n').size(), 4);
        for (const char* number : {"72", "6", "144", "108"}) QVERIFY2(facts.contains(number), qUtf8Printable(facts));
    }
};

QTEST_MAIN(TestPatchGrid)
#include "test_patch_grid.moc"
