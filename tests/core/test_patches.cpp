// SPDX-License-Identifier: GPL-3.0-or-later
// Patches: their number, the order of their elements, and how they are drawn.
#include "core/base/error.h"
#include "core/inspect/patches.h"

#include <QTest>

using namespace vit;

namespace {

// Every value tells its place: row, column and channel, as long as there are fewer than 256 values.
Image numbered(int side, int channels) {
    Image image{side, side, channels, {}};
    for (int i = 0; i < side * side * channels; ++i) image.pixels.push_back(static_cast<std::uint8_t>(i));
    return image;
}

using Colour = std::array<std::uint8_t, 3>;

Colour colourAt(const Image& image, int x, int y) { return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)}; }

}  // namespace

class TestPatches : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void publishedExample();
    void elementsGoByRowColumnChannel();
    void patchesGoRowByRow();
    void oblongPicturesHaveRowsAndColumns();
    void resizesAnyPicture();
    void greyHasOneChannel();
    void meanColours();
    void drawsWithSpacing();
    void drawsGreyAsColour();
    void refusesSizes_data();
    void refusesSizes();
    void refusesDrawings_data();
    void refusesDrawings();
};

void TestPatches::publishedExample() {
    const Image photo{100, 80, 3, std::vector<std::uint8_t>(100 * 80 * 3, 7)};
    const PatchGrid grid = cutPatches(photo, 72, 6);
    QCOMPARE(grid.rows, 12);
    QCOMPARE(grid.columns, 12);
    QCOMPARE(grid.patchCount(), 144);
    QCOMPARE(grid.elementsPerPatch(), 108);
    QCOMPARE(grid.elements(143).size(), std::size_t{108});
    QCOMPARE(QString::fromStdString(patchFacts(grid)),
             QString("Image size: 72 X 72\nPatch size: 6 X 6\nPatches per image: 144\nElements per patch: 108\n"));
}

void TestPatches::elementsGoByRowColumnChannel() {
    const PatchGrid grid = cutPatches(numbered(4, 3), 4, 2);  // a row of the picture is 12 values long
    QCOMPARE(grid.elements(0), (std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17}));
    QCOMPARE(grid.elements(3), (std::vector<std::uint8_t>{30, 31, 32, 33, 34, 35, 42, 43, 44, 45, 46, 47}));
}

void TestPatches::patchesGoRowByRow() {
    const PatchGrid grid = cutPatches(numbered(6, 1), 6, 2);
    std::vector<std::uint8_t> firsts;
    for (int i = 0; i < grid.patchCount(); ++i) firsts.push_back(grid.patch(i).at(0, 0, 0));
    QCOMPARE(firsts, (std::vector<std::uint8_t>{0, 2, 4, 12, 14, 16, 24, 26, 28}));
    const Image last = grid.patch(8);
    QCOMPARE(last, (Image{2, 2, 1, {28, 29, 34, 35}}));
}

void TestPatches::oblongPicturesHaveRowsAndColumns() {
    Image picture{6, 4, 1, {}};
    for (int i = 0; i < 24; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i));
    const PatchGrid grid = cutPatches(picture, {4, 6}, 2);
    QCOMPARE(grid.rows, 2);
    QCOMPARE(grid.columns, 3);
    QCOMPARE(grid.image, picture);
    std::vector<std::uint8_t> firsts;
    for (int i = 0; i < grid.patchCount(); ++i) firsts.push_back(grid.patch(i).at(0, 0, 0));
    QCOMPARE(firsts, (std::vector<std::uint8_t>{0, 2, 4, 12, 14, 16}));
    const Image drawing = drawPatchGrid(grid, 3, 2, {9, 9, 9});
    QCOMPARE(drawing.width, 6 * 2 + 2 * 3);
    QCOMPARE(drawing.height, 4 * 2 + 3);
    QCOMPARE(colourAt(drawing, 17, 10), (Colour{23, 23, 23}));
    QCOMPARE(colourAt(drawing, 4, 0), (Colour{9, 9, 9}));
    QCOMPARE(QString::fromStdString(patchFacts(grid)),
             QString("Image size: 4 X 6\nPatch size: 2 X 2\nPatches per image: 6\nElements per patch: 4\n"));
    QVERIFY_EXCEPTION_THROWN(cutPatches(picture, {4, 5}, 2), InvalidInput);
    QVERIFY_EXCEPTION_THROWN(cutPatches(picture, {4, 0}, 2), InvalidInput);
}

void TestPatches::resizesAnyPicture() {
    const Image photo{3, 5, 3, std::vector<std::uint8_t>(3 * 5 * 3, 200)};
    const PatchGrid grid = cutPatches(photo, 8, 4);
    QCOMPARE(grid.image, (Image{8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3, 200)}));
    QCOMPARE(cutPatches(numbered(8, 3), 8, 8).image, numbered(8, 3));
    QCOMPARE(cutPatches(numbered(8, 3), 8, 1).patchCount(), 64);
}

void TestPatches::greyHasOneChannel() {
    const PatchGrid grid = cutPatches(numbered(4, 1), 4, 2);
    QCOMPARE(grid.channels, 1);
    QCOMPARE(grid.elementsPerPatch(), 4);
    QCOMPARE(grid.elements(1), (std::vector<std::uint8_t>{2, 3, 6, 7}));
}

void TestPatches::meanColours() {
    const Image image{2, 2, 3, {10, 0, 255, 20, 0, 255, 30, 0, 255, 40, 4, 255}};
    QCOMPARE(cutPatches(image, 2, 2).meanColour(0), (std::array<double, 3>{25, 1, 255}));
    QCOMPARE(cutPatches(image, 2, 1).meanColour(3), (std::array<double, 3>{40, 4, 255}));
    QCOMPARE(cutPatches(Image{2, 2, 1, {1, 2, 3, 4}}, 2, 2).meanColour(0), (std::array<double, 3>{2.5, 2.5, 2.5}));
}

void TestPatches::drawsWithSpacing() {
    const PatchGrid grid = cutPatches(numbered(4, 3), 4, 2);
    constexpr Colour kBackground = {250, 251, 252};
    constexpr int kSpacing = 5;
    constexpr int kScale = 3;
    const Image drawing = drawPatchGrid(grid, kSpacing, kScale, kBackground);
    QCOMPARE(drawing.width, 4 * kScale + kSpacing);
    QCOMPARE(drawing.height, drawing.width);
    QCOMPARE(drawing.channels, 3);
    for (int y = 0; y < drawing.height; ++y) {
        for (int x = 0; x < drawing.width; ++x) {
            // Two patches of 6 px with 5 px in between.
            const auto pixelAt = [](int at) { return at < 6 ? at / kScale : at < 11 ? -1 : 2 + (at - 11) / kScale; };
            const bool between = pixelAt(x) < 0 || pixelAt(y) < 0;
            QCOMPARE(colourAt(drawing, x, y), between ? kBackground : colourAt(grid.image, pixelAt(x), pixelAt(y)));
        }
    }
    QCOMPARE(drawPatchGrid(grid, 0, 1, kBackground), grid.image);
}

void TestPatches::drawsGreyAsColour() {
    const Image drawing = drawPatchGrid(cutPatches(numbered(2, 1), 2, 1), 1, 1, {9, 8, 7});
    QCOMPARE(drawing.pixels, (std::vector<std::uint8_t>{0, 0, 0, 9, 8, 7, 1, 1, 1,    //
                                                        9, 8, 7, 9, 8, 7, 9, 8, 7,    //
                                                        2, 2, 2, 9, 8, 7, 3, 3, 3}));
}

void TestPatches::refusesSizes_data() {
    QTest::addColumn<int>("imageSize");
    QTest::addColumn<int>("patchSize");
    QTest::newRow("no multiple") << 72 << 7;
    QTest::newRow("patch larger than the picture") << 6 << 72;
    QTest::newRow("patch 0") << 72 << 0;
    QTest::newRow("negative") << -72 << -6;
}

void TestPatches::refusesSizes() {
    QFETCH(int, imageSize);
    QFETCH(int, patchSize);
    QVERIFY_EXCEPTION_THROWN(cutPatches(numbered(8, 3), imageSize, patchSize), InvalidInput);
    QVERIFY_EXCEPTION_THROWN(cutPatches(Image{}, 72, 6), InvalidInput);
}

void TestPatches::refusesDrawings_data() {
    QTest::addColumn<int>("spacing");
    QTest::addColumn<int>("scale");
    QTest::newRow("negative spacing") << -1 << 1;
    QTest::newRow("no scale") << 0 << 0;
    QTest::newRow("too large a scale") << 0 << 10'000;
    QTest::newRow("too large a spacing") << 2'000'000'000 << 1;
}

void TestPatches::refusesDrawings() {
    QFETCH(int, spacing);
    QFETCH(int, scale);
    const PatchGrid grid = cutPatches(numbered(8, 3), 8, 2);
    QVERIFY_EXCEPTION_THROWN(drawPatchGrid(grid, spacing, scale, {0, 0, 0}), InvalidInput);
}

QTEST_GUILESS_MAIN(TestPatches)
#include "test_patches.moc"
