// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures: what is read from files of every kind, and how they are resized.
#include "core/base/error.h"
#include "core/data/images/image.h"
#include "tests/support/pictures.h"
#include "tests/support/thrown.h"

#include <QBuffer>
#include <QFile>
#include <QImage>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>

using vit::Image;
using vit::test::thrown;

namespace {

Image randomImage(int width, int height, int channels) {
    QRandomGenerator random(7);
    Image image{.width = width, .height = height, .channels = channels};
    for (int i = 0; i < width * height * channels; ++i)
        image.pixels.push_back(static_cast<std::uint8_t>(random.bounded(256)));
    return image;
}

Image decoded(const QByteArray& bytes) {
    return vit::decodeImage(
        {reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::size_t>(bytes.size())});
}

QByteArray encoded(const QImage& image, const char* format) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    image.save(&buffer, format, 95);
    return bytes;
}

QList<int> pixel(const Image& image, int x, int y) {
    return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)};
}

// 40 × 24: red on the left, blue on the right.
QImage redAndBlue() {
    QImage image(40, 24, QImage::Format_RGB32);
    for (int y = 0; y < 24; ++y)
        for (int x = 0; x < 40; ++x) image.setPixelColor(x, y, x < 20 ? Qt::red : Qt::blue);
    return image;
}

QByteArray withOrientation(char orientation) {
    return vit::test::withOrientation(encoded(redAndBlue(), "JPEG"), orientation);
}

// What tf.image.resize(…, "bilinear", antialias=False) computes, one value at a time.
double bilinear(const Image& image, int width, int height, int x, int y, int c) {
    const double fx = (x + 0.5) * image.width / width - 0.5;
    const double fy = (y + 0.5) * image.height / height - 0.5;
    const int left = static_cast<int>(std::floor(fx));
    const int top = static_cast<int>(std::floor(fy));
    const auto at = [&](int column, int row) {
        return double(image.at(std::clamp(column, 0, image.width - 1), std::clamp(row, 0, image.height - 1), c));
    };
    const double upper = at(left, top) + (at(left + 1, top) - at(left, top)) * (fx - left);
    const double lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * (fx - left);
    return upper + (lower - upper) * (fy - top);
}

}  // namespace

class TestImage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void savedAndLoaded_data();
    void savedAndLoaded();
    void jpegIsTurnedUpright_data();
    void jpegIsTurnedUpright();
    void transparencyIsLaidOnWhite();
    void sixteenBitsBecomeEight();
    void greyAndPaletteBecomeColour();
    void largeJpegComesReducedOnRequest();
    void formatsThatTheSystemMayLack_data();
    void formatsThatTheSystemMayLack();
    void unreadable_data();
    void unreadable();
    void savingElsewhereFails_data();
    void savingElsewhereFails();
    void centreSquare();
    void centreOfAnyShape();
    void areaAveragesAndGrowsSmoothly();
    void bilinearIsTensorFlows_data();
    void bilinearIsTensorFlows();
    void channelsAreConverted();
};

void TestImage::savedAndLoaded_data() {
    QTest::addColumn<QString>("extension");
    QTest::addColumn<int>("largestDifference");
    for (const char* lossless : {".png", ".bmp", ".dib", ".tif", ".tiff", ".ppm", ".pnm", ".PNG"})
        QTest::newRow(lossless) << QString(lossless) << 0;
    QTest::newRow(".jpg") << ".jpg" << 60;
    QTest::newRow(".webp") << ".webp" << 60;
    QTest::newRow(".jp2") << ".jp2" << 60;
}

void TestImage::savedAndLoaded() {
    QFETCH(QString, extension);
    QFETCH(int, largestDifference);
    const QTemporaryDir folder;
    const std::string path = folder.filePath("a picture ä" + extension).toStdString();
    const Image image = vit::resizeBilinear(randomImage(5, 4, 3), 60, 40);
    vit::saveImage(image, path);
    const Image again = vit::loadImage(path);
    QCOMPARE(again.width, 60);
    QCOMPARE(again.height, 40);
    QCOMPARE(again.channels, 3);
    int difference = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
        difference = std::max(difference, std::abs(image.pixels[i] - again.pixels[i]));
    QVERIFY2(difference <= largestDifference, qPrintable(QString::number(difference)));
}

void TestImage::jpegIsTurnedUpright_data() {
    QTest::addColumn<int>("orientation");
    QTest::addColumn<bool>("upright");
    QTest::addColumn<QPoint>("red");  // where the red half must be, in quarters of the picture
    QTest::newRow("as it is") << 1 << false << QPoint(1, 2);
    QTest::newRow("mirrored") << 2 << false << QPoint(3, 2);
    QTest::newRow("half a turn") << 3 << false << QPoint(3, 2);
    QTest::newRow("quarter turn right") << 6 << true << QPoint(2, 1);
    QTest::newRow("quarter turn left") << 8 << true << QPoint(2, 3);
}

void TestImage::jpegIsTurnedUpright() {
    QFETCH(int, orientation);
    QFETCH(bool, upright);
    QFETCH(QPoint, red);
    const Image image = decoded(withOrientation(static_cast<char>(orientation)));
    QCOMPARE(QSize(image.width, image.height), upright ? QSize(24, 40) : QSize(40, 24));
    const QList<int> colour = pixel(image, image.width * red.x() / 4, image.height * red.y() / 4);
    QVERIFY2(colour[0] > 200 && colour[2] < 60, qPrintable(QString::number(colour[0])));
}

void TestImage::transparencyIsLaidOnWhite() {
    QImage image(3, 1, QImage::Format_ARGB32);
    image.setPixelColor(0, 0, QColor(200, 100, 0, 0));
    image.setPixelColor(1, 0, QColor(200, 100, 0, 255));
    image.setPixelColor(2, 0, QColor(200, 100, 0, 51));  // one fifth
    const Image result = decoded(encoded(image, "PNG"));
    QCOMPARE(result.channels, 3);
    QCOMPARE(pixel(result, 0, 0), (QList<int>{255, 255, 255}));
    QCOMPARE(pixel(result, 1, 0), (QList<int>{200, 100, 0}));
    QCOMPARE(pixel(result, 2, 0), (QList<int>{244, 224, 204}));
}

void TestImage::sixteenBitsBecomeEight() {
    QImage colour(1, 1, QImage::Format_RGBX64);
    colour.setPixelColor(0, 0, QColor::fromRgba64(65535, 257 * 128, 257 * 3));
    QCOMPARE(pixel(decoded(encoded(colour, "PNG")), 0, 0), (QList<int>{255, 128, 3}));

    QImage grey(1, 1, QImage::Format_Grayscale16);
    *reinterpret_cast<quint16*>(grey.scanLine(0)) = 257 * 77;
    const Image result = decoded(encoded(grey, "PNG"));
    QCOMPARE(result.channels, 3);
    QCOMPARE(pixel(result, 0, 0), (QList<int>{77, 77, 77}));
}

void TestImage::greyAndPaletteBecomeColour() {
    QImage grey(1, 1, QImage::Format_Grayscale8);
    grey.scanLine(0)[0] = 99;
    QCOMPARE(pixel(decoded(encoded(grey, "PNG")), 0, 0), (QList<int>{99, 99, 99}));

    QImage palette(1, 1, QImage::Format_Indexed8);
    palette.setColorTable({qRgb(1, 2, 3), qRgb(10, 20, 30)});
    palette.setPixel(0, 0, 1);
    QCOMPARE(pixel(decoded(encoded(palette, "PNG")), 0, 0), (QList<int>{10, 20, 30}));
}

void TestImage::largeJpegComesReducedOnRequest() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("large.jpg").toStdString();
    vit::saveImage(randomImage(640, 480, 3), path);
    QCOMPARE(vit::loadImage(path).width, 640);
    QCOMPARE(vit::loadImage(path, 100).height, 120);
    QCOMPARE(vit::loadImage(path, 121).height, 240);
    QCOMPARE(vit::loadImage(path, 1000).height, 480);
}

void TestImage::unreadable_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("cause");
    const QByteArray png = encoded(redAndBlue(), "PNG");
    const QByteArray jpeg = withOrientation(1);
    QByteArray gigantic = png;
    for (int at : {16, 20}) gigantic.replace(at, 4, QByteArray("\0\1\0\0", 4));  // 65,536 × 65,536
    QTest::newRow("empty") << QByteArray() << "empty";
    QTest::newRow("text") << QByteArray("This is no picture.") << "no picture";
    QTest::newRow("png cut off") << png.left(png.size() / 2) << "damaged";
    QTest::newRow("png header only") << png.left(20) << "damaged";
    QTest::newRow("jpeg cut off") << jpeg.left(jpeg.size() - 40) << "cut off";
    QTest::newRow("jpeg start only") << jpeg.left(4) << "cut off";
    QTest::newRow("absurdly large") << gigantic << "65536 × 65536";
    const auto zeros = [](int count) { return QByteArray(count, '\0'); };
    const QByteArray side("\0\1\0\0", 4);  // 65,536, big-endian, or 256, little-endian
    const QByteArray edis("\0\0\1\0", 4);  // the other way round
    QTest::newRow("absurdly large bmp") << "BM" + zeros(12) + QByteArray("\x28\0\0\0", 4) + edis + edis + zeros(40)
                                        << "65536 × 65536";
    QTest::newRow("absurdly large webp")
        << "RIFF" + zeros(4) + "WEBPVP8X" + QByteArray("\x0A\0\0\0", 4) + zeros(4) +
               QByteArray("\xFF\xFF\0\xFF\xFF\0", 6) + zeros(40)
        << "65536 × 65536";
    const QByteArray width("\1\0\0\4\0\0\0\1", 8), height("\1\1\0\4\0\0\0\1", 8);
    QTest::newRow("absurdly large tiff")
        << QByteArray("MM\0*\0\0\0\x08\0\2", 10) + width + side + height + side + zeros(40) << "65536 × 65536";
    QByteArray little("II*\0\x08\0\0\0\2\0\0\1\4\0\1\0\0\0", 18);
    little += edis + QByteArray("\1\1\4\0\1\0\0\0", 8) + edis + zeros(40);
    QTest::newRow("absurdly large tiff, little-endian") << little << "65536 × 65536";
    QTest::newRow("absurdly large ppm") << QByteArray("P6\n# none\n65536 65536\n255\n") + zeros(40) << "65536 × 65536";
    const QByteArray codestream = QByteArray("\xFF\x4F\xFF\x51\0\x2F\0\0", 8) + side + side + zeros(60);
    QTest::newRow("absurdly large jpeg 2000 codestream") << codestream << "65536 × 65536";
    QTest::newRow("absurdly large jp2")
        << QByteArray("\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x10" "ftypjp2 \0\0\0\0\0\0\0\0jp2c", 36) + codestream
        << "65536 × 65536";
    QTest::newRow("heic") << zeros(3) + QByteArray("\x18" "ftypheic") + zeros(40) << "a HEIC picture";
    QTest::newRow("radiance") << QByteArray("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n") + zeros(4)
                              << "JPEG, PNG";
}

void TestImage::unreadable() {
    QFETCH(QByteArray, content);
    QFETCH(QString, cause);
    const QTemporaryDir folder;
    QFile file(folder.filePath("picture"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const QString message = thrown<vit::Error>([&] { vit::loadImage(file.fileName().toStdString()); });
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY2(message.contains(file.fileName()), qPrintable(message));
    QVERIFY(thrown<vit::Error>([&] { decoded(content); }).contains(cause));
    QVERIFY(thrown<vit::Error>([&] { vit::loadImage(folder.path().toStdString()); }).contains("folder"));
    QVERIFY(thrown<vit::Error>([&] { vit::loadImage("/no/such.png"); }).contains("No such file"));
}

void TestImage::formatsThatTheSystemMayLack_data() {
    QTest::addColumn<QString>("ending");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("name");
    const QByteArray gif = QByteArray("GIF89a\1\0\1\0\x80\0\0\xFF\xFF\xFF\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;", 35);
    QTest::newRow("gif") << ".gif" << gif << "a GIF picture";
    const QByteArray heic = QByteArray(3, '\0') + "\x18" "ftypheic" + QByteArray(40, '\0');
    QTest::newRow("heic") << ".heic" << heic << "a HEIC picture";
}

// What the dialogs offer is what opens; of the rest the message says what would.
void TestImage::formatsThatTheSystemMayLack() {
    QFETCH(QString, ending);
    QFETCH(QByteArray, content);
    QFETCH(QString, name);
    const auto& offered = vit::imageExtensions();
    QVERIFY(std::find(offered.begin(), offered.end(), ".jpg") != offered.end());
    if (std::find(offered.begin(), offered.end(), ending.toStdString()) != offered.end()) {
        QCOMPARE(decoded(content).width, 1);
        return;
    }
    const QString message = thrown<vit::Error>([&] { decoded(content); });
    QVERIFY2(message.contains(name) && message.contains("JPEG, PNG, "), qPrintable(message));
    for (const std::string& other : {std::string(".jp2"), std::string(".webp"), std::string(".tif")}) {
        const bool opens = std::find(offered.begin(), offered.end(), other) != offered.end();
        const QString inWords = other == ".jp2" ? "JPEG 2000" : other == ".webp" ? "WebP" : "TIFF";
        QVERIFY2(message.contains(inWords) == opens, qPrintable(message));
    }
}

void TestImage::savingElsewhereFails_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("cause");
    QTest::newRow("unknown format") << "picture.xyz" << ".png";
    QTest::newRow("no ending") << "picture" << ".png";
    QTest::newRow("no such folder") << "missing/picture.png" << "missing";
}

void TestImage::savingElsewhereFails() {
    QFETCH(QString, name);
    QFETCH(QString, cause);
    const QTemporaryDir folder;
    const std::string path = folder.filePath(name).toStdString();
    const QString message = thrown<vit::Error>([&] { vit::saveImage(randomImage(4, 4, 3), path); });
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY(thrown<vit::Error>([&] { vit::saveImage(Image{}, path); }).contains("empty"));
}

void TestImage::centreSquare() {
    const Image wide = randomImage(7, 4, 3);
    const Image square = vit::cropCentreSquare(wide);
    QCOMPARE(QSize(square.width, square.height), QSize(4, 4));
    QCOMPARE(pixel(square, 0, 0), pixel(wide, 1, 0));
    QCOMPARE(pixel(square, 3, 3), pixel(wide, 4, 3));
    const Image tall = randomImage(3, 9, 1);
    QCOMPARE(vit::cropCentreSquare(tall).at(0, 0, 0), tall.at(0, 3, 0));
}

void TestImage::centreOfAnyShape() {
    const Image image = randomImage(20, 12, 1);
    const auto size = [](const Image& part) { return QSize(part.width, part.height); };
    const Image wide = vit::cropCentre(image, 2, 1);
    QCOMPARE(size(wide), QSize(20, 10));
    QCOMPARE(wide.at(0, 0, 0), image.at(0, 1, 0));
    const Image tall = vit::cropCentre(image, 100, 200);
    QCOMPARE(size(tall), QSize(6, 12));
    QCOMPARE(tall.at(0, 0, 0), image.at(7, 0, 0));
    QCOMPARE(size(vit::cropCentre(image, 2, 1, 0.5)), QSize(10, 5));
    QCOMPARE(size(vit::cropCentre(image, 1, 1, 0.5)), QSize(6, 6));
    QCOMPARE(vit::cropCentre(image, 5, 3), image);
    QCOMPARE(size(vit::cropCentre(image, 1, 1000)), QSize(1, 12));
}

void TestImage::areaAveragesAndGrowsSmoothly() {
    const Image image{.width = 4, .height = 2, .channels = 1, .pixels = {0, 100, 10, 30, 20, 80, 50, 70}};
    QCOMPARE(vit::resizeArea(image, 2, 1).pixels, (std::vector<std::uint8_t>{50, 40}));
    const Image taller = vit::resizeArea(image, 2, 4);  // narrower and taller at once
    QCOMPARE(QSize(taller.width, taller.height), QSize(2, 4));
    QCOMPARE(int(taller.at(0, 0, 0)), 50);
    QCOMPARE(vit::resizeArea(image, 4, 2), image);
}

void TestImage::bilinearIsTensorFlows_data() {
    QTest::addColumn<QSize>("from");
    QTest::addColumn<QSize>("to");
    QTest::addColumn<int>("channels");
    QTest::newRow("of the published example") << QSize(32, 32) << QSize(72, 72) << 3;
    QTest::newRow("smaller") << QSize(50, 40) << QSize(24, 31) << 3;
    QTest::newRow("half") << QSize(64, 32) << QSize(32, 16) << 3;
    QTest::newRow("grey") << QSize(28, 28) << QSize(72, 72) << 1;
    QTest::newRow("one pixel") << QSize(1, 1) << QSize(5, 3) << 3;
    QTest::newRow("the same") << QSize(9, 8) << QSize(9, 8) << 3;
}

void TestImage::bilinearIsTensorFlows() {
    QFETCH(QSize, from);
    QFETCH(QSize, to);
    QFETCH(int, channels);
    const Image image = randomImage(from.width(), from.height(), channels);
    const Image result = vit::resizeBilinear(image, to.width(), to.height());
    QCOMPARE(QSize(result.width, result.height), to);
    double largest = 0;
    for (int y = 0; y < to.height(); ++y)
        for (int x = 0; x < to.width(); ++x)
            for (int c = 0; c < channels; ++c) {
                const double exact = bilinear(image, to.width(), to.height(), x, y, c);
                largest = std::max(largest, std::abs(result.at(x, y, c) - exact));
            }
    // Rounding alone moves a value by a half; single precision adds a trifle.
    QVERIFY2(largest <= 0.501, qPrintable(QString::number(largest)));
}

void TestImage::channelsAreConverted() {
    const Image colour{.width = 2, .height = 1, .channels = 3, .pixels = {255, 0, 0, 10, 10, 10}};
    const Image grey = vit::convertChannels(colour, 1);
    QCOMPARE(grey.pixels, (std::vector<std::uint8_t>{76, 10}));  // 0.299 of red
    QCOMPARE(vit::convertChannels(grey, 3).pixels, (std::vector<std::uint8_t>{76, 76, 76, 10, 10, 10}));
    QCOMPARE(vit::convertChannels(colour, 3), colour);
    QVERIFY(thrown<vit::Error>([&] { vit::convertChannels(colour, 2); }).contains("1 or 3"));
}

QTEST_GUILESS_MAIN(TestImage)
#include "test_image.moc"
