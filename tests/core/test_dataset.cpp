// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets in memory: what they refuse, their statistics and their splits.
#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/thrown.h"

#include <QtTest>

#include <cmath>

using vit::Dataset;
using vit::DatasetView;
using vit::ImageTable;
using vit::Split;
using vit::test::datasetInMemory;
using vit::test::thrown;

namespace {

// One grey pixel an image: its value is its position.
ImageTable numbered(int count) {
    ImageTable table;
    for (int i = 0; i < count; ++i) {
        table.pixels.push_back(static_cast<std::uint8_t>(i));
        table.labels.push_back(i % 2);
    }
    return table;
}

std::shared_ptr<const Dataset> dataset(int train, int test) {
    return datasetInMemory("numbers", {1, 1, 1}, {"even", "odd"}, numbered(train), numbered(test));
}

}  // namespace

class TestDataset : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refused_data();
    void refused();
    void statisticsOfEachChannel();
    void splits_data();
    void splits();
    void viewsShowTheRightImages();
    void partsAreCutFromViews_data();
    void partsAreCutFromViews();
    void superclassesMustFit();
    void shareThatLeavesNothingIsRefused_data();
    void shareThatLeavesNothingIsRefused();
};

void TestDataset::refused_data() {
    QTest::addColumn<int>("pixels");
    QTest::addColumn<int>("label");
    QTest::addColumn<int>("classes");
    QTest::addColumn<int>("channels");
    QTest::addColumn<QString>("cause");
    QTest::newRow("too few pixels") << 11 << 0 << 2 << 3 << "need 12 bytes of pixels, but there are 11";
    QTest::newRow("too many pixels") << 13 << 0 << 2 << 3 << "there are 13";
    QTest::newRow("label too high") << 12 << 2 << 2 << 3 << "image 0 has label 2, but there are 2 classes";
    QTest::newRow("negative label") << 12 << -1 << 2 << 3 << "label -1";
    QTest::newRow("no classes") << 12 << 0 << 0 << 3 << "no classes";
    QTest::newRow("two channels") << 8 << 0 << 2 << 2 << "1 or 3 channels";
}

void TestDataset::refused() {
    QFETCH(int, pixels);
    QFETCH(int, label);
    QFETCH(int, classes);
    QFETCH(int, channels);
    QFETCH(QString, cause);
    const ImageTable table{.pixels = std::vector<std::uint8_t>(pixels), .labels = {label}};
    const Dataset::Shape shape{2, 2, channels};
    const std::vector<std::string> names(classes, "name");
    const QString message = thrown<vit::Error>([&] { datasetInMemory("pets", shape, names, table); });
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY2(message.contains("pets") || message.contains("2 × 2 × 3"), qPrintable(message));
    const QString empty = thrown<vit::Error>([&] { datasetInMemory("pets", {2, 2, 3}, {"cat"}, {}); });
    QVERIFY2(empty.contains("no training images"), qPrintable(empty));
}

void TestDataset::statisticsOfEachChannel() {
    const ImageTable train{.pixels = {0, 10, 255, 4, 10, 255, 8, 10, 0}, .labels = {0, 0, 0}};
    const ImageTable test{.pixels = {200, 200, 200}, .labels = {0}};  // must not count
    const auto colours = datasetInMemory("colours", {1, 1, 3}, {"any"}, train, test);
    QCOMPARE(colours->statistics().mean, (std::array<double, 3>{4, 10, 170}));
    QCOMPARE(colours->statistics().deviation[0], std::sqrt(32.0 / 3));
    QCOMPARE(colours->statistics().deviation[1], 0.0);
    QCOMPARE(colours->statistics().deviation[2], std::sqrt((2 * 85.0 * 85 + 170.0 * 170) / 3));
}

void TestDataset::splits_data() {
    QTest::addColumn<int>("images");
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("limit");
    QTest::addColumn<int>("train");
    QTest::addColumn<int>("validation");
    QTest::newRow("a tenth") << 200 << 0.1 << 0 << 180 << 20;
    QTest::newRow("rounded down") << 15 << 0.1 << 0 << 13 << 2;
    QTest::newRow("nothing held back") << 10 << 0.0 << 0 << 10 << 0;
    QTest::newRow("limited") << 200 << 0.1 << 50 << 50 << 20;
    QTest::newRow("limit above all") << 200 << 0.1 << 500 << 180 << 20;
}

void TestDataset::splits() {
    QFETCH(int, images);
    QFETCH(double, share);
    QFETCH(int, limit);
    QFETCH(int, train);
    QFETCH(int, validation);
    const auto data = dataset(images, 7);
    const DatasetView held(data, Split::Validation, share, limit);
    QCOMPARE(DatasetView(data, Split::Train, share, limit).count(), train);
    QCOMPARE(held.count(), validation);
    QCOMPARE(DatasetView(data, Split::Test, share, limit).count(), 7);
    if (validation > 0) {
        QCOMPARE(int(held.image(0).pixels[0]), images - validation);  // the last ones
        QCOMPARE(int(held.image(validation - 1).pixels[0]), images - 1);
    }
}

void TestDataset::viewsShowTheRightImages() {
    const auto data = dataset(20, 5);
    const DatasetView validation(data, Split::Validation, 0.1);
    QCOMPARE(validation.label(1), 19 % 2);
    const vit::Image image = validation.image(1);
    QCOMPARE(image.pixels, std::vector<std::uint8_t>{19});
    QCOMPARE(image.channels, 1);
    QCOMPARE(QString(vit::splitName(validation.split())), "validation");
    const DatasetView test(data, Split::Test, 0.1);
    QCOMPARE(int(test.image(4).pixels[0]), 4);
}

void TestDataset::partsAreCutFromViews_data() {
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("count");
    QTest::addColumn<QList<int>>("images");
    QTest::newRow("the first") << 0 << 2 << QList<int>{17, 18};
    QTest::newRow("within") << 1 << 2 << QList<int>{18, 19};
    QTest::newRow("up to the end") << 3 << 10 << QList<int>{20, 21};
    QTest::newRow("beyond the end") << 7 << 3 << QList<int>{};
    QTest::newRow("nothing") << 1 << 0 << QList<int>{};
}

void TestDataset::partsAreCutFromViews() {
    QFETCH(int, first);
    QFETCH(int, count);
    QFETCH(QList<int>, images);
    const DatasetView part = DatasetView(dataset(22, 5), Split::Validation, 0.2).part(first, count);
    QCOMPARE(part.count(), std::int64_t{images.size()});
    for (int i = 0; i < images.size(); ++i) {
        QCOMPARE(int(part.image(i).pixels[0]), images[i]);
        QCOMPARE(part.label(i), images[i] % 2);
    }
    QVERIFY(part.split() == Split::Validation);
}

void TestDataset::superclassesMustFit() {
    const auto with = [](const std::vector<std::string>& superclasses) {
        vit::LabelledImages images{{"even", "odd"},
                                   std::make_shared<const vit::MemoryImages>(Dataset::Shape{1, 1, 1}, numbered(3)),
                                   std::make_shared<const vit::MemoryImages>(Dataset::Shape{1, 1, 1}, numbered(1)),
                                   superclasses};
        return vit::test::measured("numbers", std::move(images));
    };
    QVERIFY(with({})->superclasses().empty());
    QCOMPARE(with({"whole", "whole"})->superclasses()[1], std::string("whole"));
    const QString message = thrown<vit::Error>([&] { with({"whole"}); });
    QVERIFY2(message.contains("1 superclasses for 2 classes"), qPrintable(message));
}

void TestDataset::shareThatLeavesNothingIsRefused_data() {
    QTest::addColumn<double>("share");
    QTest::newRow("all") << 1.0;
    QTest::newRow("nearly all") << 0.99;
    QTest::newRow("more than all") << 1.5;
    QTest::newRow("negative") << -0.5;
}

void TestDataset::shareThatLeavesNothingIsRefused() {
    QFETCH(double, share);
    const QString message = thrown<vit::InvalidInput>([&] { DatasetView(dataset(10, 1), Split::Train, share); });
    QVERIFY2(message.startsWith("data.validation_share: "), qPrintable(message));
}

QTEST_GUILESS_MAIN(TestDataset)
#include "test_dataset.moc"
