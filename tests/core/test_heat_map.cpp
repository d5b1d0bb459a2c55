// SPDX-License-Identifier: GPL-3.0-or-later
// Heat maps: their ranges and scales, and the pixels that they are painted with.
#include "core/base/error.h"
#include "core/figure/heat_map.h"
#include "core/figure/scale_ticks.h"
#include "tests/support/thrown.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace vit;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Image plain(int width, int height, Rgb colour) {
    Image image{.width = width, .height = height};
    for (int i = 0; i < width * height; ++i) {
        for (const std::uint8_t channel : colour) image.pixels.push_back(channel);
    }
    return image;
}

Rgb pixel(const Image& image, int x, int y) { return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)}; }

}  // namespace

class TestHeatMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesFromRowsAndColumns() {
        const HeatMap map = heatMapOf({{2, 3}, {1, 2, 3, 4, 5, 6}}, true);
        QCOMPARE(map.rows, 2);
        QCOMPARE(map.columns, 3);
        QVERIFY(map.isSigned);
        QCOMPARE(test::thrown<Error>([] { heatMapOf({{6}, {1, 2, 3, 4, 5, 6}}, false); }),
                 QString("A map has rows and columns, not 1 dimensions."));
        QCOMPARE(test::thrown<Error>([] { heatMapOf({{2, 2}, {1, 2, 3}}, false); }),
                 QString("A map of 2 × 2 patches has 3 values."));
    }

    void scaleRunsFromLeastToGreatest_data() {
        QTest::addColumn<std::vector<float>>("values");
        QTest::addColumn<bool>("isSigned");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        using Values = std::vector<float>;
        QTest::newRow("unsigned") << Values{2, 5, 3} << false << 2.0 << 5.0;
        QTest::newRow("signed, more above") << Values{-1, 4, 0} << true << -4.0 << 4.0;
        QTest::newRow("signed, more below") << Values{-8, 4, 0} << true << -8.0 << 8.0;
        QTest::newRow("signed, all above") << Values{2, 4, 3} << true << -4.0 << 4.0;
        QTest::newRow("signed, all 0") << Values{0, 0, 0} << true << 0.0 << 0.0;
        QTest::newRow("constant") << Values{3, 3, 3} << false << 3.0 << 3.0;
        QTest::newRow("not all finite") << Values{kNan, 1, kInfinity} << false << 1.0 << 1.0;
    }

    void scaleRunsFromLeastToGreatest() {
        QFETCH(std::vector<float>, values);
        QFETCH(bool, isSigned);
        QFETCH(double, low);
        QFETCH(double, high);
        const ColourScale scale = scaleOf(HeatMap{1, 3, values, isSigned}, ColourMap::Magma);
        QCOMPARE(scale.range.low, low);
        QCOMPARE(scale.range.high, high);
        QCOMPARE(scale.map, isSigned ? ColourMap::BlueRed : ColourMap::Magma);
    }

    void mapsShareAScale() {
        const std::vector<HeatMap> maps = {{1, 2, {1, 2}}, {1, 2, {-3, 0}, true}};
        const ColourScale scale = scaleOf(maps, ColourMap::Viridis);
        QCOMPARE(scale.map, ColourMap::BlueRed);
        QCOMPARE(scale.range.low, -3.0);
        QCOMPARE(scale.range.high, 3.0);
    }

    // White is 0, also where a person chose these colours for what has no sign.
    void aDivergingScaleIsSymmetric() {
        const ColourScale scale = scaleOf(HeatMap{1, 2, {1, 4}}, ColourMap::BlueRed);
        QCOMPARE(scale.range.low, -4.0);
        QCOMPARE(scale.shareOf(0), 0.5);
    }

    void aScaleWithoutLengthHasItsMiddle() {
        const ColourScale constant = scaleOf(HeatMap{1, 2, {0.25F, 0.25F}}, ColourMap::Viridis);
        QCOMPARE(constant.shareOf(0.25), 0.5);
        const auto numbers = scaleTicks(constant, 5);
        QCOMPARE(numbers.size(), std::size_t{1});
        QCOMPARE(numbers[0].share, 0.5);
        QCOMPARE(numbers[0].text, std::string("0.25"));
        // Two maps that do not differ: no "-0".
        QCOMPARE(scaleTicks(scaleOf(HeatMap{1, 2, {0, 0}}, ColourMap::BlueRed), 5)[0].text, std::string("0"));
        QVERIFY(scaleTicks(scaleOf(HeatMap{1, 1, {kNan}}, ColourMap::Viridis), 5).empty());
    }

    void ticksAreRound() {
        std::vector<std::string> texts;
        for (const ScaleTick& tick : scaleTicks(scaleOf(HeatMap{1, 2, {-0.07F, 0.3F}, true}, ColourMap::Viridis), 5)) {
            texts.push_back(tick.text);
        }
        QCOMPARE(texts, (std::vector<std::string>{"-0.2", "0", "0.2"}));
    }

    void paintsPatchByPatch() {
        const HeatMap map{2, 2, {0, 1, 2, 3}};
        const Image image =
            paintOver(plain(6, 4, {9, 9, 9}), map, scaleOf(map, ColourMap::Viridis), Shading::Patches, 1);
        QCOMPARE(image.width, 6);
        QCOMPARE(image.height, 4);
        for (int y = 0; y < 4; ++y) {
            for (int x = 0; x < 6; ++x) {
                const double value = (y < 2 ? 0 : 2) + (x < 3 ? 0 : 1);
                const Rgb colour = colourAt(ColourMap::Viridis, std::lround(value / 3 * 256) / 256.0);
                QCOMPARE(pixel(image, x, y), colour);
            }
        }
    }

    void opacityLetsThePictureThrough_data() {
        QTest::addColumn<double>("opacity");
        QTest::addColumn<int>("red");
        QTest::newRow("none") << 0.0 << 200;
        QTest::newRow("a part") << 0.4 << 120;  // of black over 200
        QTest::newRow("all") << 1.0 << 0;
        QTest::newRow("more than all") << 7.0 << 0;
    }

    void opacityLetsThePictureThrough() {
        QFETCH(double, opacity);
        QFETCH(int, red);
        const HeatMap map{1, 2, {0, 1}};
        const Image image = paintOver(plain(2, 1, {200, 100, 50}), map, scaleOf(map, ColourMap::Grey), Shading::Patches,
                                      opacity);
        QCOMPARE(int(image.at(0, 0, 0)), red);
    }

    // Values are interpolated and then coloured: half way from blue to red is white.
    void smoothsValuesNotColours() {
        const HeatMap map{1, 2, {-1, 1}, true};
        const Image image =
            paintOver(plain(101, 1, {0, 0, 0}), map, scaleOf(map, ColourMap::BlueRed), Shading::Smooth, 1);
        QCOMPARE(pixel(image, 0, 0), colourAt(ColourMap::BlueRed, 0));
        QCOMPARE(pixel(image, 100, 0), colourAt(ColourMap::BlueRed, 1));
        for (const std::uint8_t channel : pixel(image, 50, 0)) QVERIFY(channel >= 250);
        for (int x = 1; x < 50; ++x) QVERIFY(image.at(x, 0, 0) >= image.at(x - 1, 0, 0));  // no overshoot
    }

    void paintsZeroWhite() {
        const HeatMap map{1, 3, {-1, 0, 4}, true};
        const Image image = paintOver(plain(3, 1, {9, 9, 9}), map, scaleOf(map, ColourMap::Grey), Shading::Patches, 1);
        QCOMPARE(pixel(image, 1, 0), (Rgb{255, 255, 255}));
    }

    void paintsNothingWhereNothingIsKnown_data() {
        QTest::addColumn<Shading>("shading");
        QTest::newRow("patches") << Shading::Patches;
        QTest::newRow("smooth") << Shading::Smooth;
    }

    void paintsNothingWhereNothingIsKnown() {
        QFETCH(Shading, shading);
        const HeatMap map{1, 3, {1, kNan, 2}};
        const Image image = paintOver(plain(30, 10, {1, 2, 3}), map, scaleOf(map, ColourMap::Magma), shading, 1);
        const Rgb bare{1, 2, 3};
        for (int x = 10; x < 20; ++x) QCOMPARE(pixel(image, x, 5), bare);
        // Its neighbours keep their own values up to its edge.
        QCOMPARE(pixel(image, 9, 5), colourAt(ColourMap::Magma, 0));
        QCOMPARE(pixel(image, 20, 5), colourAt(ColourMap::Magma, 1));
    }

    void paintsMapsOfAnyKind_data() {
        QTest::addColumn<std::vector<float>>("values");
        QTest::addColumn<bool>("isSigned");
        using Values = std::vector<float>;
        QTest::newRow("constant") << Values(4, 0.3F) << false;
        QTest::newRow("constant, signed") << Values(4, -0.3F) << true;
        QTest::newRow("zero") << Values(4, 0) << true;
        QTest::newRow("as large as can be") << Values{3e38F, -3e38F, 0, 1} << false;
        QTest::newRow("as small as can be") << Values{1e-45F, 0, 0, 0} << false;
    }

    void paintsMapsOfAnyKind() {
        QFETCH(std::vector<float>, values);
        QFETCH(bool, isSigned);
        const HeatMap map{2, 2, values, isSigned};
        const ColourScale scale = scaleOf(map, ColourMap::Viridis);
        for (const Shading shading : {Shading::Patches, Shading::Smooth}) {
            const Image image = paintOver(plain(4, 4, {0, 0, 0}), map, scale, shading, 1);
            const Rgb first = colourAt(scale.map, std::lround(scale.shareOf(values[0]) * 256) / 256.0);
            QCOMPARE(pixel(image, 0, 0), first);
        }
        QVERIFY(!scaleTicks(scale, 5).empty());
    }

    void smallAndLargeMeet() {
        const HeatMap one{1, 1, {5}};
        const Image dot = paintOver(plain(1, 1, {0, 0, 0}), one, scaleOf(one, ColourMap::Grey), Shading::Smooth, 1);
        QCOMPARE(pixel(dot, 0, 0), colourAt(ColourMap::Grey, 0.5));
        // More patches than pixels.
        const HeatMap many{37, 37, std::vector<float>(37 * 37, 1)};
        QCOMPARE(paintOver(plain(5, 5, {0, 0, 0}), many, scaleOf(many, ColourMap::Grey), Shading::Patches, 1).width, 5);
        // None at all.
        const Image picture = plain(3, 3, {4, 5, 6});
        QCOMPARE(paintOver(picture, {}, {}, Shading::Patches, 1), picture);
    }

    void greyPicturesBecomeColour() {
        const HeatMap map{1, 1, {5}};
        const Image grey{.width = 1, .height = 1, .channels = 1, .pixels = {100}};
        QCOMPARE(paintOver(grey, map, scaleOf(map, ColourMap::Viridis), Shading::Patches, 0).pixels,
                 (std::vector<std::uint8_t>{100, 100, 100}));
    }
};

QTEST_APPLESS_MAIN(TestHeatMap)
#include "test_heat_map.moc"
