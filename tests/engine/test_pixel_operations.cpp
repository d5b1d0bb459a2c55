// SPDX-License-Identifier: GPL-3.0-or-later
// Each operation on pixels against what Pillow makes of the same picture, and shears, moves and turns against exact
// ones.
#include "core/device/device.h"
#include "core/input/augmentation/drawn_operation.h"
#include "core/input/augmentation/pixel_operations.h"

#include <torch/utils.h>

#include <QtTest>

#include <map>
#include <vector>

using namespace vit;

using Pixels = std::vector<int>;  // [3, 5, 5]

namespace {

constexpr std::int64_t kSide = 5;

// The picture of all goldens, as Pillow 13.0 had it: (x·37 + y²·11 + c·53 + x·y·c·7 + 20) mod 200, and 10 more where
// c is 1.
torch::Tensor picture() {
    torch::Tensor pixels = torch::empty({1, 3, kSide, kSide});
    for (std::int64_t c = 0; c < 3; ++c)
        for (std::int64_t y = 0; y < kSide; ++y)
            for (std::int64_t x = 0; x < kSide; ++x)
                pixels[0][c][y][x] = (x * 37 + y * y * 11 + c * 53 + x * y * c * 7 + 20) % 200 + (c == 1 ? 10 : 0);
    return pixels;
}

torch::Tensor of(double amount) { return torch::full({1}, amount, torch::kFloat64); }

torch::Tensor operated(const torch::Tensor& pixels, DrawnOperation operation, double amount) {
    return operateOn(pixels, of(static_cast<double>(operation)), of(amount));
}

}  // namespace

class TestPixelOperations : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void areThoseOfPillow_data();
    void areThoseOfPillow();
    void equalizesAsPillow();
    void picturesOfOneColourStay();
    void invertsTwiceToTheSame();
    void greyPicturesHaveNoSaturation();
    void movesShearsAndTurns();
    void eachImageGetsItsOwn();
};

void TestPixelOperations::areThoseOfPillow_data() {
    QTest::addColumn<QString>("operation");
    QTest::addColumn<double>("amount");
    QTest::addColumn<Pixels>("expected");
    QTest::newRow("brightness 1.4") << "brightness" << 1.4
        << Pixels{28, 79, 131, 183, 235, 43, 95, 147, 198, 250, 89, 141, 193, 245, 16, 166, 218, 255, 42, 93, 255,
                  46, 98, 149, 201, 116, 168, 219, 255, 43, 131, 193, 254, 36, 98, 177, 249, 40, 112, 183, 254, 56,
                  137, 218, 19, 82, 173, 255, 75, 166, 176, 228, 0, 51, 103, 191, 255, 54, 126, 197, 238, 49, 140,
                  231, 42, 35, 145, 255, 86, 197, 142, 255, 123, 253, 103};
    QTest::newRow("contrast 0.3") << "contrast" << 0.3
        << Pixels{80, 91, 102, 113, 124, 83, 94, 105, 116, 127, 93, 104, 115, 126, 77, 109, 121, 132, 83, 94, 133,
                  84, 95, 106, 117, 99, 110, 121, 132, 83, 102, 115, 128, 82, 95, 112, 127, 82, 98, 113, 128, 86,
                  103, 121, 78, 91, 111, 130, 90, 109, 112, 123, 74, 85, 96, 115, 130, 85, 101, 116, 125, 84, 104,
                  123, 83, 81, 105, 129, 92, 116, 104, 132, 100, 128, 96};
    QTest::newRow("contrast 1.5") << "contrast" << 1.5
        << Pixels{0, 32, 88, 143, 199, 0, 49, 104, 160, 215, 43, 98, 154, 209, 0, 125, 181, 236, 0, 47, 241, 0, 52,
                  107, 163, 71, 127, 182, 238, 0, 88, 154, 220, 0, 52, 137, 214, 0, 67, 143, 220, 7, 94, 181, 0, 35,
                  133, 230, 28, 125, 136, 191, 0, 2, 58, 152, 229, 5, 82, 158, 202, 0, 97, 194, 0, 0, 103, 221, 40,
                  158, 100, 239, 79, 218, 58};
    QTest::newRow("saturation 0.2") << "saturation" << 0.2
        << Pixels{59, 96, 114, 151, 95, 70, 112, 135, 82, 124, 103, 131, 83, 129, 69, 139, 96, 147, 92, 48, 123, 90,
                  127, 88, 125, 71, 108, 127, 164, 67, 82, 126, 150, 59, 102, 115, 146, 61, 110, 93, 152, 73, 128,
                  117, 38, 95, 108, 151, 78, 120, 80, 117, 96, 133, 76, 91, 136, 122, 72, 117, 124, 118, 76, 127,
                  73, 121, 86, 145, 98, 63, 104, 123, 131, 103, 111};
    QTest::newRow("saturation 1.8") << "saturation" << 1.8
        << Pixels{0, 17, 73, 110, 240, 0, 24, 74, 201, 233, 24, 70, 192, 220, 0, 98, 215, 238, 0, 85, 255, 0, 12,
                  125, 162, 94, 131, 186, 223, 0, 105, 150, 213, 0, 37, 138, 209, 0, 49, 168, 211, 6, 67, 194, 0,
                  22, 139, 226, 30, 117, 171, 208, 0, 0, 71, 182, 240, 0, 107, 165, 215, 0, 124, 202, 0, 0, 121,
                  220, 25, 218, 99, 255, 44, 255, 36};
    QTest::newRow("sharpness 0.1") << "sharpness" << 0.1
        << Pixels{20, 57, 94, 131, 168, 31, 72, 109, 133, 179, 64, 105, 129, 138, 12, 119, 132, 142, 75, 67, 196,
                  33, 70, 107, 144, 83, 120, 157, 194, 31, 94, 129, 145, 71, 70, 127, 141, 74, 84, 131, 182, 85,
                  102, 119, 14, 59, 124, 189, 54, 119, 126, 163, 0, 37, 74, 137, 137, 71, 81, 141, 170, 80, 104,
                  128, 30, 25, 108, 146, 94, 141, 102, 195, 88, 181, 74};
    QTest::newRow("sharpness 1.9") << "sharpness" << 1.9
        << Pixels{20, 57, 94, 131, 168, 31, 63, 100, 151, 179, 64, 96, 147, 211, 12, 119, 179, 243, 0, 67, 196, 33,
                  70, 107, 144, 83, 120, 157, 194, 31, 94, 147, 218, 0, 70, 127, 214, 0, 75, 131, 182, 0, 93, 192,
                  14, 59, 124, 189, 54, 119, 126, 163, 0, 37, 74, 137, 238, 6, 99, 141, 170, 0, 95, 201, 30, 25, 99,
                  219, 29, 141, 102, 195, 88, 181, 74};
    QTest::newRow("posterize 3") << "posterize" << 3.0
        << Pixels{0, 32, 64, 128, 160, 0, 64, 96, 128, 160, 64, 96, 128, 160, 0, 96, 128, 192, 0, 64, 192, 32, 64,
                  96, 128, 64, 96, 128, 192, 0, 64, 128, 160, 0, 64, 96, 160, 0, 64, 128, 160, 32, 96, 128, 0, 32,
                  96, 160, 32, 96, 96, 160, 0, 32, 64, 128, 160, 32, 64, 128, 160, 32, 96, 160, 0, 0, 96, 160, 32,
                  128, 96, 192, 64, 160, 64};
    QTest::newRow("solarize 100") << "solarize" << 100.0
        << Pixels{20, 57, 94, 124, 87, 31, 68, 150, 113, 76, 64, 154, 117, 80, 12, 136, 99, 62, 30, 67, 59, 33, 70,
                  148, 111, 83, 135, 98, 61, 31, 94, 117, 73, 26, 70, 128, 77, 29, 80, 124, 73, 40, 98, 99, 14, 59,
                  131, 66, 54, 136, 129, 92, 0, 37, 74, 118, 67, 39, 90, 114, 85, 35, 155, 90, 30, 25, 151, 72, 62,
                  114, 153, 60, 88, 74, 74};
    QTest::newRow("stretched") << "stretched" << 0.0
        << Pixels{11, 62, 113, 164, 216, 26, 77, 128, 180, 231, 72, 123, 174, 225, 0, 148, 199, 250, 24, 76, 255,
                  29, 80, 131, 182, 97, 150, 202, 255, 24, 113, 175, 238, 17, 79, 160, 232, 21, 93, 165, 238, 36,
                  119, 201, 0, 63, 155, 247, 56, 148, 164, 213, 0, 48, 96, 179, 245, 51, 117, 184, 222, 45, 130,
                  215, 39, 32, 136, 239, 81, 184, 133, 255, 115, 236, 96};
}

void TestPixelOperations::areThoseOfPillow() {
    QFETCH(QString, operation);
    QFETCH(double, amount);
    QFETCH(Pixels, expected);
    const std::map<QString, DrawnOperation> operations = {
        {"brightness", DrawnOperation::Brightness}, {"contrast", DrawnOperation::Contrast},
        {"saturation", DrawnOperation::Colour},     {"sharpness", DrawnOperation::Sharpness},
        {"posterize", DrawnOperation::Posterize},   {"solarize", DrawnOperation::Solarize},
        {"stretched", DrawnOperation::Stretch}};
    const torch::Tensor found = operated(picture(), operations.at(operation), amount);
    const torch::Tensor theirs = torch::tensor(expected, torch::kInt32).view({1, 3, kSide, kSide}).to(torch::kFloat32);
    // Pillow cuts off what is behind the point, in its grey and smoothed images too.
    const double difference = (found - theirs).abs().max().item<double>();
    const bool exact = operation == "posterize" || operation == "solarize";
    QVERIFY2(difference <= (exact ? 0 : 1.6), qPrintable(QString::number(difference)));
    QVERIFY(amount == 0 || !theirs.equal(picture()));
}

void TestPixelOperations::equalizesAsPillow() {
    const std::map<int, int> theirs = {{5, 0}, {35, 90}, {65, 175}, {95, 253}, {125, 255}, {155, 255}, {185, 255}};
    torch::Tensor pixels = torch::empty({1, 1, 24, 24}), expected = torch::empty({1, 1, 24, 24});
    for (int y = 0; y < 24; ++y)
        for (int x = 0; x < 24; ++x) {
            const int value = (x * x + y * 3) % 7 * 30 + 5;
            pixels[0][0][y][x] = value;
            expected[0][0][y][x] = theirs.at(value);
        }
    QVERIFY(equalized(pixels).equal(expected));
    QVERIFY(equalized(pixels + 0.2).equal(expected));
    QVERIFY(equalized(picture()).equal(picture()));  // fewer pixels than values: Pillow leaves it as it is
}

void TestPixelOperations::picturesOfOneColourStay() {
    const torch::Tensor plain = torch::full({2, 3, 6, 6}, 77.F);
    QVERIFY(stretched(plain).equal(plain));
    QVERIFY(equalized(plain).equal(plain));
    QVERIFY((sharpened(plain, torch::tensor({0.1, 1.9}, torch::kFloat64)) - plain).abs().max().item<double>() < 1e-3);
}

void TestPixelOperations::invertsTwiceToTheSame() {
    const torch::Tensor inverse = operated(picture(), DrawnOperation::Invert, 0);
    QCOMPARE(inverse[0][0][0][0].item<float>(), 255.F - 20.F);
    QVERIFY((inverse + picture()).eq(255).all().item<bool>());
    QVERIFY(inverted(inverse).equal(picture()));
}

void TestPixelOperations::greyPicturesHaveNoSaturation() {
    const torch::Tensor grey = torch::rand({1, 1, 4, 4}) * 255;
    QVERIFY(saturated(grey, of(0.1)).equal(grey));
    const torch::Tensor coloured = grey.expand({1, 3, 4, 4});
    QVERIFY((saturated(coloured, of(1.9)) - coloured).abs().max().item<double>() < 1e-3);
}

void TestPixelOperations::movesShearsAndTurns() {
    const torch::Tensor pixels = torch::rand({1, 3, 8, 8}) * 255;
    const auto is = [&](DrawnOperation operation, double amount, const torch::Tensor& expected) {
        return (operated(pixels, operation, amount) - expected).abs().max().item<double>() < 0.05;
    };
    // Two to the right: what comes in is columns 1 and 0, reflected.
    const torch::Tensor right = pixels.index_select(3, torch::tensor({1, 0, 0, 1, 2, 3, 4, 5}));
    QVERIFY(is(DrawnOperation::MoveX, 2, right));
    QVERIFY(is(DrawnOperation::MoveShareX, 0.25, right));
    const torch::Tensor up = pixels.index_select(2, torch::tensor({3, 4, 5, 6, 7, 7, 6, 5}));
    QVERIFY(is(DrawnOperation::MoveY, -3, up));
    QVERIFY(is(DrawnOperation::MoveShareY, -0.375, up));
    QVERIFY(is(DrawnOperation::Rotate, 180, pixels.flip({2, 3})));
    QVERIFY(is(DrawnOperation::Rotate, 90, pixels.rot90(-1, {2, 3})) ||
            is(DrawnOperation::Rotate, 90, pixels.rot90(1, {2, 3})));
    QVERIFY(is(DrawnOperation::Nothing, 0, pixels));
    // A picture whose rows are all alike stays when its columns move up and down; one whose columns are, when rows do.
    const torch::Tensor stripes = torch::rand({1, 1, 1, 9}).expand({1, 1, 9, 9}) * 255;
    QVERIFY((operated(stripes, DrawnOperation::ShearY, 0.7) - stripes).abs().max().item<double>() < 0.05);
    const torch::Tensor sheared = operated(stripes, DrawnOperation::ShearX, 1);
    for (std::int64_t y = 1; y < 8; ++y) {  // row y is moved by y - 4
        const torch::Tensor expected = stripes[0][0][4].roll(4 - y);
        const std::int64_t first = std::max<std::int64_t>(0, 4 - y), count = 9 - std::abs(4 - y);
        const torch::Tensor off = sheared[0][0][y].narrow(0, first, count) - expected.narrow(0, first, count);
        QVERIFY(off.abs().max().item<double>() < 0.05);
    }
}

// In a batch of all operations each image is what it is alone, to the bit.
void TestPixelOperations::eachImageGetsItsOwn() {
    constexpr std::int64_t kAll = static_cast<std::int64_t>(DrawnOperation::Invert) + 1;
    const torch::Tensor pixels = torch::rand({kAll, 3, 20, 20}) * 255;
    const torch::Tensor which = torch::arange(kAll, torch::kFloat64);
    const torch::Tensor amount = torch::linspace(0.3, 3, kAll, torch::kFloat64);
    const torch::Tensor together = operateOn(pixels, which, amount);
    for (std::int64_t i = 0; i < kAll; ++i) {
        const torch::Tensor alone =
            operateOn(pixels.narrow(0, i, 1), which.narrow(0, i, 1), amount.narrow(0, i, 1));
        QVERIFY2(together[i].equal(alone[0]), qPrintable(QString::number(i)));
        QVERIFY2(together[i].equal(pixels[i]) == (i == 0), qPrintable(QString::number(i)));
    }
}

QTEST_GUILESS_MAIN(TestPixelOperations)
#include "test_pixel_operations.moc"
