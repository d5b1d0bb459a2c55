// SPDX-License-Identifier: GPL-3.0-or-later
// Maps on a screen with two dots for each pixel of the window: patches end where the dots do.
#include "ui/lens/map_grid.h"
#include "ui/lens/map_view.h"

#include <QTest>

using namespace vit;
using namespace vit::ui;

class TestMapDensity : public QObject {
    Q_OBJECT

public:
    static void initMain() { qputenv("QT_SCALE_FACTOR", "2"); }

private:
    // Neighbours differ as much as can be.
    static HeatMap chequers() { return {3, 3, {0, 1, 0, 1, 0, 1, 0, 1, 0}}; }

    // Every dot is one colour or the other, none between them.
    static void isSharp(const QImage& dots, QRect place) {
        QSet<QRgb> found;
        for (int x = 2 * place.left(); x <= 2 * place.right() + 1; ++x) {
            found.insert(dots.pixel(x, 2 * place.top() + place.height() / 3));
        }
        QCOMPARE(found.size(), 2);
    }

private Q_SLOTS:
    void viewIsSharp() {
        MapView view;
        view.resize(301, 340);
        view.setMap(chequers());
        const QPixmap drawn = view.grab();
        QCOMPARE(drawn.devicePixelRatio(), 2.0);
        isSharp(drawn.toImage(), view.patchRect(0) | view.patchRect(8));
    }

    void gridIsSharp() {
        MapGrid grid;
        grid.resize(301, 340);
        grid.setTiles({{chequers(), {}}, {chequers(), {}}}, 2);
        isSharp(grid.grab().toImage(), grid.mapRect(1));
    }
};

QTEST_MAIN(TestMapDensity)
#include "test_map_density.moc"
