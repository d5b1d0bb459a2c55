// SPDX-License-Identifier: GPL-3.0-or-later
// Many maps side by side: their places and colours, and how one is selected.
#include "tests/support/made_images.h"
#include "ui/lens/map_grid.h"
#include "ui/look/theme.h"

#include <QHelpEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

using namespace vit;
using namespace vit::ui;

class TestMapGrid : public QObject {
    Q_OBJECT

private:
    // Tile i is i all over.
    static std::vector<MapTile> flatTiles(int count) {
        std::vector<MapTile> tiles;
        for (int i = 0; i < count; ++i) {
            MapTile& tile = tiles.emplace_back();
            tile.map = {2, 2, std::vector<float>(4, float(i))};
            tile.caption = QString("Head %1").arg(i + 1);
        }
        return tiles;
    }

    static void show(MapGrid& grid, int count, int columns) {
        grid.resize(600, 500);
        grid.setTiles(flatTiles(count), columns);
        grid.show();
        QVERIFY(QTest::qWaitForWindowExposed(&grid));
    }

private Q_SLOTS:
    void eachTileHasItsPlace_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("laidOut");
        QTest::newRow("heads of a layer") << 12 << 4 << 4;
        QTest::newRow("layers × heads") << 144 << 12 << 12;
        QTest::newRow("last row not full") << 7 << 3 << 3;
        QTest::newRow("as many as suit") << 6 << 0 << 3;
        QTest::newRow("one") << 1 << 0 << 1;
    }

    void eachTileHasItsPlace() {
        QFETCH(int, count);
        QFETCH(int, columns);
        QFETCH(int, laidOut);
        MapGrid grid;
        grid.resize(600, 500);
        grid.setTiles(flatTiles(count), columns);
        QCOMPARE(grid.columns(), laidOut);
        for (int tile = 0; tile < count; ++tile) {
            const QRect rect = grid.tileRect(tile);
            QVERIFY(grid.rect().contains(rect) && rect.contains(grid.mapRect(tile)));
            QCOMPARE(grid.mapRect(tile).size(), grid.mapRect(0).size());
            QCOMPARE(grid.tileAt(rect.center()), tile);
            for (int other = 0; other < tile; ++other) QVERIFY(!rect.intersects(grid.tileRect(other)));
        }
        QCOMPARE(grid.tileAt(grid.tileRect(0).topLeft() - QPoint(1, 0)), -1);
        QVERIFY(grid.tileRect(count).isNull() && grid.mapRect(-1).isNull());
    }

    void oneScaleForAllOrOneEach() {
        MapGrid grid;
        grid.resize(600, 500);
        grid.setTiles(flatTiles(3), 3);
        const auto colourOf = [&](int tile) { return grid.grab().toImage().pixelColor(grid.mapRect(tile).center()); };
        const auto expected = [](double share) {
            const Rgb colour = colourAt(ColourMap::Viridis, share);
            return QColor(colour[0], colour[1], colour[2]);
        };
        QCOMPARE(colourOf(0), expected(0));
        QCOMPARE(colourOf(1), expected(0.5));
        QCOMPARE(colourOf(2), expected(1));
        grid.setSharedScale(false);
        for (int tile = 0; tile < 3; ++tile) QCOMPARE(colourOf(tile), expected(0.5));  // each is constant
    }

    void mapsLieOverThePicture() {
        MapGrid grid;
        grid.resize(600, 500);
        grid.setTiles(flatTiles(2), 2);
        grid.setPicture({.width = 2, .height = 1, .pixels = {200, 100, 0, 200, 100, 0}});
        QCOMPARE(grid.mapRect(0).height() * 2, grid.mapRect(0).width());
        grid.setStyle({.opacity = 0});
        QCOMPARE(grid.grab().toImage().pixelColor(grid.mapRect(1).center()), QColor(200, 100, 0));
    }

    void clickSelects() {
        MapGrid grid;
        show(grid, 12, 4);
        QSignalSpy selected(&grid, &MapGrid::selected);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.mapRect(5).center());
        QCOMPARE(grid.selectedTile(), 5);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.last().at(0).toInt(), 5);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.mapRect(5).center());  // it is already
        QTest::mouseClick(&grid, Qt::RightButton, {}, grid.mapRect(6).center());
        QTest::mouseClick(&grid, Qt::LeftButton, {}, QPoint(1, 1));
        QCOMPARE(selected.count(), 1);
        QCOMPARE(grid.grab().toImage().pixelColor(grid.mapRect(5).topLeft() - QPoint(2, 2)), colors(&grid).accent);
    }

    void clickAndEnterChoose() {
        MapGrid grid;
        show(grid, 6, 3);
        QSignalSpy clicked(&grid, &MapGrid::tileClicked);
        QTest::keyClick(&grid, Qt::Key_Return);  // none is selected yet
        QCOMPARE(clicked.count(), 0);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.mapRect(4).center());
        QTest::keyClick(&grid, Qt::Key_Left);
        QCOMPARE(clicked.count(), 1);
        QTest::keyClick(&grid, Qt::Key_Return);
        QTest::keyClick(&grid, Qt::Key_Space);
        QCOMPARE(clicked.count(), 3);
        QCOMPARE(clicked.first().at(0).toInt(), 4);
        QCOMPARE(clicked.last().at(0).toInt(), 3);
    }

    void marksAreFrames() {
        MapGrid grid;
        grid.resize(600, 500);
        std::vector<MapTile> tiles = flatTiles(2);
        tiles[1].marked = true;
        grid.setTiles(tiles, 2);
        const QImage drawn = grid.grab().toImage();
        QCOMPARE(drawn.pixelColor(grid.mapRect(1).topLeft() - QPoint(2, 2)), colors(&grid).validation);
        QVERIFY(drawn.pixelColor(grid.mapRect(0).topLeft() - QPoint(2, 2)) != colors(&grid).validation);
    }

    void keysSelect_data() {
        QTest::addColumn<int>("from");
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<int>("to");
        QTest::newRow("first") << -1 << Qt::Key_Down << 0;
        QTest::newRow("right") << 1 << Qt::Key_Right << 2;
        QTest::newRow("right at the edge") << 2 << Qt::Key_Right << 2;
        QTest::newRow("left at the edge") << 3 << Qt::Key_Left << 3;
        QTest::newRow("down") << 2 << Qt::Key_Down << 5;
        QTest::newRow("down where the last row ends") << 5 << Qt::Key_Down << 5;
        QTest::newRow("up") << 6 << Qt::Key_Up << 3;
        QTest::newRow("home") << 5 << Qt::Key_Home << 3;
        QTest::newRow("end") << 3 << Qt::Key_End << 5;
        QTest::newRow("end of the last row") << 6 << Qt::Key_End << 6;
    }

    void keysSelect() {
        QFETCH(int, from);
        QFETCH(Qt::Key, key);
        QFETCH(int, to);
        MapGrid grid;
        show(grid, 7, 3);
        grid.select(from);
        QSignalSpy selected(&grid, &MapGrid::selected);
        QTest::keyClick(&grid, key);
        QCOMPARE(grid.selectedTile(), to);
        QCOMPARE(selected.count(), from == to ? 0 : 1);
    }

    void theSelectionIsReadOut() {
        MapGrid grid;
        show(grid, 12, 4);
        grid.setQuantity("attention");
        grid.select(3);
        QCOMPARE(grid.accessibleDescription(), "Head 4 · attention 3 to 3");
        const QPoint at = grid.mapRect(7).center();
        QHelpEvent help(QEvent::ToolTip, at, grid.mapToGlobal(at));
        QCoreApplication::sendEvent(&grid, &help);
        QCOMPARE(QToolTip::text(), "Head 8 · attention 7 to 7");
    }

    void newTilesKeepTheSelectionThatTheyHave() {
        MapGrid grid;
        show(grid, 12, 4);
        grid.select(10);
        QSignalSpy selected(&grid, &MapGrid::selected);
        grid.setTiles(flatTiles(12), 4);
        QCOMPARE(grid.selectedTile(), 10);
        QCOMPARE(selected.count(), 0);
        grid.setTiles(flatTiles(6), 3);
        QCOMPARE(grid.selectedTile(), -1);
        QCOMPARE(selected.count(), 1);
    }

    void withNothingToShowNothingHappens() {
        MapGrid grid;
        grid.resize(300, 200);
        grid.grab();
        QTest::keyClick(&grid, Qt::Key_Right);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, {50, 50});
        QCOMPARE(grid.selectedTile(), -1);
        grid.setTiles({{{}, "empty"}});
        grid.grab();
        grid.select(0);
        QCOMPARE(grid.accessibleDescription(), "empty");  // of no quantity
        QVERIFY(!grid.sizeHint().isEmpty());
    }
};

QTEST_MAIN(TestMapGrid)
#include "test_map_grid.moc"
