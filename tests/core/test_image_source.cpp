// SPDX-License-Identifier: GPL-3.0-or-later
// Images from wherever they are: in memory without a copy, from elsewhere with the same bytes and the same statistics.
#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/support/read_images.h"
#include "tests/support/thrown.h"

#include <QThread>
#include <QtTest>

#include <cmath>

using namespace vit;

namespace {

constexpr ImageShape kShape{3, 2, 3};
constexpr int kClasses = 4;

// Image i has the bytes 7 i, 7 i + 1, …, all modulo 256.
ImageTable table(std::int64_t count) {
    ImageTable images;
    for (std::int64_t i = 0; i < count; ++i) {
        images.labels.push_back(static_cast<std::int32_t>(i % kClasses));
        for (std::size_t p = 0; p < kShape.bytes(); ++p)
            images.pixels.push_back(static_cast<std::uint8_t>(7 * i + static_cast<std::int64_t>(p)));
    }
    return images;
}

}  // namespace

class TestImageSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void memoryIsNotCopied();
    void viewsShowImagesFromAnywhere();
    void statisticsAreExactWhateverTheOrder();
    void measuringTellsOfItsProgressAndStops();
    void tablesOfTwoShapesAreRefused();
};

void TestImageSource::memoryIsNotCopied() {
    const MemoryImages images(kShape, table(5));
    const std::uint8_t* first = images.read(0, {}).data();
    QCOMPARE(images.read(3, {}).data(), first + 3 * kShape.bytes());
    std::vector<std::uint8_t> into(kShape.bytes());
    images.fill(3, into);
    for (std::size_t p = 0; p < into.size(); ++p) QCOMPARE(int(into[p]), int((21 + p) % 256));
}

void TestImageSource::viewsShowImagesFromAnywhere() {
    const std::vector<std::string> names(kClasses, "name");
    const auto read = std::make_shared<const test::ReadImages>(kShape, table(20));
    const auto held = std::make_shared<const MemoryImages>(kShape, table(6));
    const auto dataset = std::make_shared<const Dataset>("files", LabelledImages{names, read, held},
                                                         ChannelStatistics{{1, 2, 3}, {4, 5, 6}});
    QCOMPARE(read->reads(), 0);  // a data set is there before any image is
    QCOMPARE(dataset->statistics().deviation[2], 6.0);
    const DatasetView validation(dataset, Split::Validation, 0.25);
    QCOMPARE(validation.count(), 5);
    QCOMPARE(validation.label(2), 17 % kClasses);
    const Image image = validation.image(2);
    QCOMPARE(image.width, 3);
    QCOMPARE(int(image.at(2, 1, 2)), (7 * 17 + 17) % 256);
    QCOMPARE(read->reads(), 1);
    QCOMPARE(DatasetView(dataset, Split::Test, 0.25).image(5).pixels,
             DatasetView(dataset, Split::Train, 0.25).image(5).pixels);
}

void TestImageSource::statisticsAreExactWhateverTheOrder() {
    constexpr std::int64_t kCount = 1000;  // several threads' parts, the last one smaller
    const ImageTable images = table(kCount);
    const ChannelStatistics statistics = measureChannels(MemoryImages(kShape, images));
    QVERIFY(statistics == measureChannels(test::ReadImages(kShape, images)));
    for (std::size_t c = 0; c < 3; ++c) {
        std::uint64_t sum = 0;
        std::uint64_t squares = 0;
        for (std::size_t i = c; i < images.pixels.size(); i += 3) {
            const std::uint64_t value = images.pixels[i];
            sum += value;
            squares += value * value;
        }
        const double mean = static_cast<double>(sum) / (kCount * 6);
        QCOMPARE(statistics.mean[c], mean);
        QCOMPARE(statistics.deviation[c], std::sqrt(static_cast<double>(squares) / (kCount * 6) - mean * mean));
    }
}

void TestImageSource::measuringTellsOfItsProgressAndStops() {
    class Slow : public test::ReadImages {
    public:
        using ReadImages::ReadImages;
        std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const override {
            QThread::msleep(1);
            return ReadImages::read(index, into);
        }
    };
    const Slow images(kShape, table(4000));
    std::int64_t all = 0;
    const Progress stop = [&](const std::string&, std::int64_t, std::int64_t total) {
        all = total;
        return false;
    };
    QVERIFY(!test::thrown<Cancelled>([&] { measureChannels(images, stop); }).isEmpty());
    QCOMPARE(all, static_cast<std::int64_t>(4000 * kShape.bytes()));
    QVERIFY(images.reads() < 4000);
}

void TestImageSource::tablesOfTwoShapesAreRefused() {
    const auto train = std::make_shared<const MemoryImages>(kShape, table(4));
    const auto other = std::make_shared<const MemoryImages>(ImageShape{1, 1, 3}, ImageTable{{1, 2, 3}, {0}});
    const std::vector<std::string> names(kClasses, "name");
    const QString message = test::thrown<Error>([&] { Dataset("pets", {names, train, other}, {}); });
    QVERIFY2(message.contains("pets: the test images are of 1 × 1 × 3"), qPrintable(message));
}

QTEST_GUILESS_MAIN(TestImageSource)
#include "test_image_source.moc"
