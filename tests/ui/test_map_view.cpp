// SPDX-License-Identifier: GPL-3.0-or-later
// A map over a picture in the window: its pixels, what mouse and keys do, what is read out.
#include "tests/support/made_images.h"
#include "ui/lens/map_view.h"
#include "ui/look/theme.h"
#include "ui/widgets/qimage_convert.h"

#include <QHelpEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

#include <cmath>
#include <limits>

using namespace vit;
using namespace vit::ui;

class TestMapView : public QObject {
    Q_OBJECT

private:
    // Value = index.
    static HeatMap countingMap(int rows, int columns) {
        HeatMap map{rows, columns};
        for (int i = 0; i < rows * columns; ++i) map.values.push_back(float(i));
        return map;
    }

    static QColor colourOf(const MapView& view, double value) {
        const ColourScale scale = view.scale();
        const Rgb colour = colourAt(scale.map, std::lround(scale.shareOf(value) * 256) / 256.0);
        return {colour[0], colour[1], colour[2]};
    }

    static void show(MapView& view, const HeatMap& map, QSize size = {400, 440}) {
        view.resize(size);
        view.setMap(map);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
    }

private Q_SLOTS:
    void cleanup() { applyTheme(false); }

    void eachPatchHasItsPlace_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<QSize>("size");
        QTest::newRow("12 × 12") << 12 << 12 << QSize(400, 440);
        QTest::newRow("37 × 37") << 37 << 37 << QSize(300, 500);
        QTest::newRow("wide") << 2 << 7 << QSize(400, 440);
        QTest::newRow("1 × 1") << 1 << 1 << QSize(400, 440);
    }

    void eachPatchHasItsPlace() {
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(QSize, size);
        MapView view;
        view.resize(size);
        view.setMap(countingMap(rows, columns));
        QCOMPARE(view.patchCount(), rows * columns);
        QRect all;
        for (int patch = 0; patch < view.patchCount(); ++patch) {
            const QRect rect = view.patchRect(patch);
            QCOMPARE(rect.size(), view.patchRect(0).size());
            QVERIFY(rect.width() == rect.height() && view.rect().contains(rect));
            QCOMPARE(view.patchAt(rect.topLeft()), patch);
            QCOMPARE(view.patchAt(rect.bottomRight()), patch);
            QVERIFY(!all.intersects(rect));
            if (patch % columns == columns - 1) all |= rect;
        }
        QCOMPARE(view.patchAt(view.patchRect(0).topLeft() - QPoint(1, 0)), -1);
        QCOMPARE(view.patchAt(view.patchRect(view.patchCount() - 1).bottomRight() + QPoint(0, 1)), -1);
        QVERIFY(view.patchRect(-1).isNull() && view.patchRect(view.patchCount()).isNull());
    }

    // Where there are more patches than pixels they still cover the map without a gap.
    void morePatchesThanPixels() {
        MapView view;
        view.resize(180, 220);
        view.setMap(countingMap(300, 300));
        const QPoint begin = view.patchRect(0).topLeft();
        for (int x = begin.x(); view.patchAt({x, begin.y()}) >= 0; ++x) {
            QVERIFY(view.patchRect(view.patchAt({x, begin.y()})).contains(x, begin.y()));
        }
    }

    void drawsEachPatchInItsColour() {
        MapView view;
        view.resize(400, 440);
        view.setMap(countingMap(12, 12));
        const QImage drawn = view.grab().toImage();
        for (const int patch : {0, 11, 77, 143}) {
            QCOMPARE(drawn.pixelColor(view.patchRect(patch).topLeft()), colourOf(view, patch));
            QCOMPARE(drawn.pixelColor(view.patchRect(patch).bottomRight()), colourOf(view, patch));
        }
        // The bar begins and ends with the colours of the least and the greatest value.
        const QRect last = view.patchRect(143);
        const int barY = last.bottom() + 1 + kSpace + 5;
        QCOMPARE(drawn.pixelColor(view.patchRect(0).left(), barY), colourOf(view, 0));
        QCOMPARE(drawn.pixelColor(last.right(), barY), colourOf(view, 143));
    }

    void drawsThePictureWhereNothingIsKnown() {
        const Image picture = test::gradientImage(72, 72);
        MapView view;
        view.resize(400, 440);
        view.setPicture(picture);
        view.setMap({2, 2, std::vector<float>(4, std::numeric_limits<float>::quiet_NaN())});
        const QRect all = view.patchRect(0) | view.patchRect(3);
        const QImage expected = toQImage(resizeArea(picture, all.width(), all.height()));
        QCOMPARE(view.grab(all).toImage().convertToFormat(QImage::Format_RGB888), expected);
        QVERIFY(view.patchText(3).endsWith("no value"));
    }

    void opacityMixes() {
        MapView view;
        view.resize(400, 440);
        view.setPicture({.width = 1, .height = 1, .pixels = {200, 100, 0}});
        view.setMap(countingMap(1, 2));
        view.setStyle({.colours = ColourMap::Grey, .opacity = 0.4});
        const QColor mixed = view.grab().toImage().pixelColor(view.patchRect(0).center());
        QCOMPARE(mixed, QColor(120, 60, 0));
    }

    void smoothIsNoLongerFlat() {
        MapView view;
        view.resize(400, 440);
        view.setMap(countingMap(2, 2));
        const auto colours = [&] {
            const QImage drawn = view.grab(view.patchRect(0)).toImage();
            QSet<QRgb> found;
            for (int x = 0; x < drawn.width(); ++x) found.insert(drawn.pixel(x, x));
            return found.size();
        };
        QCOMPARE(colours(), 1);
        view.setStyle({.shading = Shading::Smooth});
        QVERIFY(colours() > 20);
    }

    void signedMapsAreWhiteAtZero() {
        MapView view;
        view.resize(400, 440);
        view.setMap({1, 3, {-1, 0, 4}, true});
        QCOMPARE(view.scale().range.low, -4.0);
        QCOMPARE(view.grab().toImage().pixelColor(view.patchRect(1).center()), QColor(Qt::white));
    }

    void aScaleOfOthersStays() {
        MapView view;
        view.resize(400, 440);
        view.setScale(ColourScale{ColourMap::Magma, {0, 100}});
        view.setMap(countingMap(1, 2));
        QCOMPARE(view.grab().toImage().pixelColor(view.patchRect(1).center()), colourOf(view, 1));
        QCOMPARE(colourOf(view, 100), QColor(252, 253, 191));
        view.setScale({});
        QCOMPARE(view.scale().range.high, 1.0);
    }

    void aHeldScaleStaysUntilThereIsAnotherQuantity() {
        MapView view;
        view.setQuantity("attention");
        view.setMap(countingMap(1, 3));
        view.setScaleHeld(true);
        view.setMap(countingMap(1, 8));
        QCOMPARE(view.scale().range.high, 2.0);
        view.setStyle({.colours = ColourMap::Magma});
        QCOMPARE(view.scale().map, ColourMap::Magma);
        QCOMPARE(view.scale().range.high, 2.0);
        view.setQuantity("norm");
        view.setMap(countingMap(1, 5));
        QCOMPARE(view.scale().range.high, 4.0);
        view.setMap(countingMap(1, 9));
        QCOMPARE(view.scale().range.high, 4.0);
        view.setScaleHeld(false);
        QCOMPARE(view.scale().range.high, 8.0);
    }

    void mousePoints() {
        MapView view;
        show(view, countingMap(12, 12));
        view.setQuantity("attention");
        QSignalSpy hovered(&view, &MapView::patchHovered);
        QTest::mouseMove(&view, view.patchRect(17).center());
        QTRY_COMPARE(hovered.count(), 1);
        QCOMPARE(hovered.last().at(0).toInt(), 17);
        QCOMPARE(view.accessibleDescription(), "Patch 17 · row 1, column 5 · attention 17");
        QTest::mouseMove(&view, view.patchRect(17).center() + QPoint(3, 3));  // the same one
        QTest::mouseMove(&view, QPoint(1, 1));
        QTRY_COMPARE(hovered.last().at(0).toInt(), -1);
        QCOMPARE(hovered.count(), 2);
    }

    void clickSetsTheCursor() {
        MapView view;
        show(view, countingMap(12, 12));
        QSignalSpy clicked(&view, &MapView::patchClicked);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.patchRect(40).center());
        QCOMPARE(view.currentPatch(), 40);
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked.last().at(0).toInt(), 40);
        QTest::mouseClick(&view, Qt::RightButton, {}, view.patchRect(41).center());
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(1, 1));
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(view.currentPatch(), 40);
        // Once the mouse is away, the cursor is what is pointed at.
        QTest::mouseMove(&view, view.patchRect(3).center());
        QTRY_COMPARE(view.pointedPatch(), 3);
        QTest::mouseMove(&view, QPoint(1, 1));
        QTRY_COMPARE(view.pointedPatch(), 40);
    }

    void draggingLeavesNoPatchOut() {
        MapView view;
        show(view, countingMap(12, 12));
        QList<std::pair<int, int>> way;
        connect(&view, &MapView::patchDragged, &view, [&way](int from, int to) { way.append({from, to}); });
        QTest::mousePress(&view, Qt::LeftButton, {}, view.patchRect(2).center());
        QTest::mouseMove(&view, view.patchRect(5).center());
        QCOMPARE(way, (QList<std::pair<int, int>>{{2, 3}, {3, 4}, {4, 5}}));
        QCOMPARE(view.currentPatch(), 5);
        QTest::mouseRelease(&view, Qt::LeftButton, {}, view.patchRect(5).center());
        QTest::mouseMove(&view, view.patchRect(40).center());
        QCOMPARE(way.size(), 3);
        QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(way.last(), std::pair(5, 17));
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(way.size(), 4);
    }

    void aPatchCanHaveWords() {
        MapView view;
        show(view, countingMap(2, 2));
        view.setPatchTexts({"a cat", "a dog", "a cat", "nothing"});
        view.setCurrentPatch(1);
        QCOMPARE(view.accessibleDescription(), "Patch 1 · row 0, column 1 · a dog");
        view.setHidden({1});
        QCOMPARE(view.accessibleDescription(), "Patch 1 · row 0, column 1 · hidden");
        view.setMap(countingMap(1, 1));
        QVERIFY(!view.patchText(0).contains("cat"));
    }

    void keysWalk_data() {
        QTest::addColumn<int>("from");
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<Qt::KeyboardModifier>("modifier");
        QTest::addColumn<int>("to");
        QTest::newRow("first") << -1 << Qt::Key_Right << Qt::NoModifier << 0;
        QTest::newRow("left") << 13 << Qt::Key_Left << Qt::NoModifier << 12;
        QTest::newRow("left at the edge") << 12 << Qt::Key_Left << Qt::NoModifier << 12;
        QTest::newRow("right") << 13 << Qt::Key_Right << Qt::NoModifier << 14;
        QTest::newRow("right at the edge") << 23 << Qt::Key_Right << Qt::NoModifier << 23;
        QTest::newRow("up") << 13 << Qt::Key_Up << Qt::NoModifier << 1;
        QTest::newRow("up at the edge") << 1 << Qt::Key_Up << Qt::NoModifier << 1;
        QTest::newRow("down") << 13 << Qt::Key_Down << Qt::NoModifier << 25;
        QTest::newRow("down at the edge") << 143 << Qt::Key_Down << Qt::NoModifier << 143;
        QTest::newRow("home") << 17 << Qt::Key_Home << Qt::NoModifier << 12;
        QTest::newRow("end") << 17 << Qt::Key_End << Qt::NoModifier << 23;
        QTest::newRow("very first") << 17 << Qt::Key_Home << Qt::ControlModifier << 0;
        QTest::newRow("very last") << 17 << Qt::Key_End << Qt::ControlModifier << 143;
        QTest::newRow("escape") << 17 << Qt::Key_Escape << Qt::NoModifier << -1;
        QTest::newRow("another key") << 17 << Qt::Key_A << Qt::NoModifier << 17;
    }

    void keysWalk() {
        QFETCH(int, from);
        QFETCH(Qt::Key, key);
        QFETCH(Qt::KeyboardModifier, modifier);
        QFETCH(int, to);
        MapView view;
        show(view, countingMap(12, 12));
        view.setCurrentPatch(from);
        QSignalSpy hovered(&view, &MapView::patchHovered);
        QTest::keyClick(&view, key, modifier);
        QCOMPARE(view.currentPatch(), to);
        QCOMPARE(hovered.count(), from == to ? 0 : 1);
        if (from != to) QCOMPARE(hovered.last().at(0).toInt(), to);
    }

    void enterClicks_data() {
        QTest::addColumn<Qt::Key>("key");
        QTest::newRow("Return") << Qt::Key_Return;
        QTest::newRow("Enter") << Qt::Key_Enter;
        QTest::newRow("Space") << Qt::Key_Space;
    }

    void enterClicks() {
        QFETCH(Qt::Key, key);
        MapView view;
        show(view, countingMap(3, 3));
        QSignalSpy clicked(&view, &MapView::patchClicked);
        QTest::keyClick(&view, key);  // there is no cursor yet
        QCOMPARE(clicked.count(), 0);
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, key);
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked.last().at(0).toInt(), 3);
    }

    void focusAndCursorAreSeen() {
        MapView view;
        show(view, countingMap(3, 3));
        view.clearFocus();
        const QColor before = view.grab().toImage().pixelColor(0, 0);
        view.activateWindow();
        view.setFocus();
        QTRY_VERIFY(view.hasFocus());
        QTest::keyClick(&view, Qt::Key_Down);
        const QImage drawn = view.grab().toImage();
        QVERIFY(before != colors(&view).accent);
        QCOMPARE(drawn.pixelColor(0, 0), colors(&view).accent);
        QCOMPARE(drawn.pixelColor(view.patchRect(0).topLeft() - QPoint(2, 2)), colors(&view).accent);
    }

    void hiddenPatchesAreCovered_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }

    void hiddenPatchesAreCovered() {
        QFETCH(bool, dark);
        applyTheme(dark);
        MapView view;
        view.resize(400, 440);
        view.setMap(countingMap(3, 3));
        view.setHidden({4});
        const QImage drawn = view.grab().toImage();
        const QRect hidden = view.patchRect(4);
        QCOMPARE(drawn.pixelColor(hidden.center() - QPoint(0, hidden.height() / 4)), colors(&view).surface);
        QCOMPARE(drawn.pixelColor(view.patchRect(3).center()), colourOf(view, 3));
        view.setHidden({});
        QCOMPARE(view.grab().toImage().pixelColor(hidden.center()), colourOf(view, 4));
    }

    void toolTipTellsTheValue() {
        MapView view;
        show(view, countingMap(12, 12));
        view.setQuantity("attention");
        const QPoint at = view.patchRect(17).center();
        QHelpEvent help(QEvent::ToolTip, at, view.mapToGlobal(at));
        QCoreApplication::sendEvent(&view, &help);
        QCOMPARE(QToolTip::text(), "Patch 17 · row 1, column 5 · attention 17");
        QVERIFY(!view.accessibleName().isEmpty());
    }

    void aNewMapKeepsTheCursorThatItHas() {
        MapView view;
        view.resize(400, 440);
        view.setMap(countingMap(12, 12));
        view.setCurrentPatch(100);
        view.setHidden({5, 120});
        QSignalSpy hovered(&view, &MapView::patchHovered);
        HeatMap other = countingMap(12, 12);
        other.values[100] = 0.5;
        view.setMap(other);
        QCOMPARE(view.currentPatch(), 100);
        QCOMPARE(hovered.count(), 0);
        QVERIFY(view.accessibleDescription().endsWith("0.5"));
        view.setMap(countingMap(6, 6));
        QCOMPARE(view.currentPatch(), -1);
        QCOMPARE(hovered.last().at(0).toInt(), -1);
        view.grab();  // with a patch hidden that is no more
    }

    void withNothingToShowNothingHappens() {
        MapView view;
        view.resize(400, 440);
        view.grab();
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::mouseClick(&view, Qt::LeftButton, {}, {100, 100});
        QCOMPARE(view.currentPatch(), -1);
        view.setPicture(test::gradientImage(10, 10));
        QVERIFY(view.grab().toImage().pixelColor(200, 100) != view.grab().toImage().pixelColor(100, 200));
    }
};

QTEST_MAIN(TestMapView)
#include "test_map_view.moc"
