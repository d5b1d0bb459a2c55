// SPDX-License-Identifier: GPL-3.0-or-later
// Animated PNG, taken apart again, and the chunks of PNG files.
#include "core/base/error.h"
#include "core/data/images/image.h"
#include "core/io/animated_png.h"
#include "core/io/png_chunks.h"
#include "tests/support/made_images.h"
#include "tests/support/thrown.h"

#include <QTest>

using namespace vit;

namespace {

std::string png(const Image& image) {
    const std::vector<std::uint8_t> bytes = encodePng(image);
    return {bytes.begin(), bytes.end()};
}

Image decoded(const std::string& file) {
    return decodeImage({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

std::uint32_t number(std::string_view bytes, std::size_t place, std::size_t size = 4) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[place + i]);
    return value;
}

Image shifted(int by) {
    Image image = test::gradientImage(40, 30);
    for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(pixel + by);
    return image;
}

}  // namespace

class TestAnimatedPng : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void framesAreReadBack();
    void otherReadersSeeTheFirstFrame();
    void refusesFrames_data();
    void refusesFrames();
    void refusesDamage_data();
    void refusesDamage();
};

void TestAnimatedPng::framesAreReadBack() {
    std::vector<std::string> frames;
    for (int i = 0; i < 4; ++i) frames.push_back(png(shifted(50 * i)));
    const std::string file = animatedPng(frames, 200);
    std::string header;
    std::vector<std::string> read;  // each as a PNG of its own
    std::vector<std::uint32_t> delays;
    std::uint32_t sequence = 0;
    for (const PngChunk& chunk : pngChunks(file)) {
        if (chunk.name == "IHDR") header = pngChunk("IHDR", chunk.content);
        if (chunk.name == "acTL") QCOMPARE(number(chunk.content, 0), 4U);
        if (chunk.name == "fcTL") {
            QCOMPARE(number(chunk.content, 0), sequence++);
            QCOMPARE(number(chunk.content, 4), 40U);
            QCOMPARE(number(chunk.content, 8), 30U);
            delays.push_back(number(chunk.content, 20, 2) * 1000 / number(chunk.content, 22, 2));
            read.push_back(std::string(kPngSignature) + header);
        }
        if (chunk.name == "IDAT") read.back() += pngChunk("IDAT", chunk.content);
        if (chunk.name == "fdAT") {
            QCOMPARE(number(chunk.content, 0), sequence++);
            read.back() += pngChunk("IDAT", chunk.content.substr(4));
        }
    }
    QCOMPARE(delays, (std::vector<std::uint32_t>{200, 200, 200, 600}));
    QCOMPARE(read.size(), frames.size());
    for (std::size_t i = 0; i < read.size(); ++i)
        QVERIFY(decoded(read[i] + pngChunk("IEND", {})) == shifted(50 * static_cast<int>(i)));
}

void TestAnimatedPng::otherReadersSeeTheFirstFrame() {
    const std::vector<std::string> frames = {png(shifted(0)), png(shifted(9))};
    QVERIFY(decoded(animatedPng(frames, 1)) == shifted(0));
}

void TestAnimatedPng::refusesFrames_data() {
    QTest::addColumn<std::vector<std::string>>("frames");
    QTest::addColumn<QString>("says");
    QTest::newRow("none") << std::vector<std::string>{} << "at least one";
    QTest::newRow("of another size") << std::vector{png(shifted(0)), png(test::gradientImage(30, 40))}
                                     << "not of one size";
    QTest::newRow("of another kind") << std::vector{png(shifted(0)), png(convertChannels(shifted(0), 1))}
                                     << "not of one size";
    QTest::newRow("no picture") << std::vector<std::string>{"These are words."} << "no PNG";
    QTest::newRow("no header") << std::vector{std::string(kPngSignature) + pngChunk("IEND", {})} << "no header";
}

void TestAnimatedPng::refusesFrames() {
    QFETCH(std::vector<std::string>, frames);
    QFETCH(QString, says);
    const QString fault = test::thrown<Error>([&] { animatedPng(frames, 100); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
}

void TestAnimatedPng::refusesDamage_data() {
    QTest::addColumn<std::string>("file");
    QTest::addColumn<QString>("says");
    const std::string whole = png(shifted(0));
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
    std::string long_ = whole;
    long_[8] = '\x7f';  // the first chunk's length
    QTest::newRow("cut off") << whole.substr(0, whole.size() - 5) << "torn";
    QTest::newRow("a stump") << std::string(kPngSignature) + "abc" << "torn";
    QTest::newRow("a bit flipped") << flipped << "damaged";
    QTest::newRow("a length beyond the end") << long_ << "torn";
}

void TestAnimatedPng::refusesDamage() {
    QFETCH(std::string, file);
    QFETCH(QString, says);
    const QString fault = test::thrown<Error>([&] { pngChunks(file); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
}

QTEST_GUILESS_MAIN(TestAnimatedPng)
#include "test_animated_png.moc"
