// SPDX-License-Identifier: GPL-3.0-or-later
// Colours of known maps, and what makes a map fit to read numbers from.
#include "core/base/error.h"
#include "core/figure/colour_map.h"
#include "tests/support/thrown.h"

#include <QTest>

#include <cmath>
#include <cstdlib>

using namespace vit;

namespace {

// CIE lightness, 0 … 100.
double lightness(const Rgb& colour) {
    const auto linear = [](int value) {
        const double share = value / 255.0;
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    const double y = 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
    return y > 0.008856 ? 116 * std::cbrt(y) - 16 : 903.3 * y;
}

}  // namespace

class TestColourMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Of Matplotlib's tables of 256 colours.
    void hasTheColoursOfItsName_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("share");
        QTest::addColumn<QVector<int>>("colour");
        QTest::newRow("viridis 0") << "viridis" << 0.0 << QVector<int>{68, 1, 84};
        QTest::newRow("viridis 64") << "viridis" << 64 / 255.0 << QVector<int>{59, 82, 139};
        QTest::newRow("viridis 128") << "viridis" << 128 / 255.0 << QVector<int>{33, 145, 140};
        QTest::newRow("viridis 191") << "viridis" << 191 / 255.0 << QVector<int>{92, 200, 99};
        QTest::newRow("viridis 255") << "viridis" << 1.0 << QVector<int>{253, 231, 37};
        QTest::newRow("magma 0") << "magma" << 0.0 << QVector<int>{0, 0, 4};
        QTest::newRow("magma 64") << "magma" << 64 / 255.0 << QVector<int>{81, 18, 124};
        QTest::newRow("magma 128") << "magma" << 128 / 255.0 << QVector<int>{183, 55, 121};
        QTest::newRow("magma 191") << "magma" << 191 / 255.0 << QVector<int>{251, 135, 97};
        QTest::newRow("magma 255") << "magma" << 1.0 << QVector<int>{252, 253, 191};
        QTest::newRow("grey") << "grey" << 100 / 255.0 << QVector<int>{100, 100, 100};
        QTest::newRow("white is 0") << "blue-red" << 0.5 << QVector<int>{255, 255, 255};
    }

    void hasTheColoursOfItsName() {
        QFETCH(QString, name);
        QFETCH(double, share);
        QFETCH(QVector<int>, colour);
        const Rgb found = colourAt(colourMapNamed(name.toStdString()), share);
        for (int c = 0; c < 3; ++c) {
            QVERIFY2(std::abs(found[std::size_t(c)] - colour[c]) <= 2,
                     qPrintable(QString("channel %1 is %2").arg(c).arg(found[std::size_t(c)])));
        }
    }

    // Rising without a fall or a jump; the diverging one from its middle, alike on both sides.
    void lightnessTellsTheOrder() {
        for (const ColourMapInfo& info : colourMaps()) {
            const double first = info.diverging ? 0.5 : 0;
            double before = lightness(colourAt(info.map, first));
            for (int i = 1; i <= 100; ++i) {
                const double share = first + (1 - first) * i / 100;
                const double now = lightness(colourAt(info.map, share));
                const double step = info.diverging ? before - now : now - before;
                const QString place = QString("%1 at %2: ").arg(info.name.c_str()).arg(share);
                QVERIFY2(step > 0 && step < 3, qPrintable(place + QString::number(step)));
                if (info.diverging) {
                    const double other = lightness(colourAt(info.map, 1 - share));
                    QVERIFY2(std::abs(other - now) < 5, qPrintable(place + QString::number(other - now)));
                }
                before = now;
            }
        }
    }

    // With either of the two common forms of red-green blindness, what is blue stays bluer than what is red.
    void bothSidesOfZeroAreToldApart() {
        for (int i = 10; i <= 100; i += 10) {
            const Rgb above = colourAt(ColourMap::BlueRed, 0.5 + i / 200.0);
            const Rgb below = colourAt(ColourMap::BlueRed, 0.5 - i / 200.0);
            const auto blueness = [](const Rgb& colour) { return colour[2] - (colour[0] + colour[1]) / 2; };
            QVERIFY(blueness(below) - blueness(above) > i);
        }
    }

    void endsAtItsEnds() {
        for (const ColourMapInfo& info : colourMaps()) {
            QCOMPARE(colourAt(info.map, -3), colourAt(info.map, 0));
            QCOMPARE(colourAt(info.map, 3), colourAt(info.map, 1));
        }
    }

    void refusesAnotherName() {
        QCOMPARE(test::thrown<InvalidInput>([] { colourMapNamed("jet"); }),
                 QString("There is no colour map \"jet\"; choose one of viridis, magma, grey, blue-red."));
    }
};

QTEST_APPLESS_MAIN(TestColourMap)
#include "test_colour_map.moc"
