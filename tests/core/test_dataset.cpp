// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets in memory: what they refuse, their statistics and their splits.
#include "core/base/error.h"
#include "core/data/dataset.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/thrown.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

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

// One class after the other; the images' values are their positions.
std::shared_ptr<const Dataset> byClass(const std::vector<int>& sizes) {
    ImageTable table;
    std::vector<std::string> names;
    for (const int size : sizes) {
        for (int i = 0; i < size; ++i) {
            table.pixels.push_back(static_cast<std::uint8_t>(table.labels.size()));
            table.labels.push_back(static_cast<std::int32_t>(names.size()));
        }
        names.push_back("class " + std::to_string(names.size()));
    }
    return datasetInMemory("sorted", {1, 1, 1}, names, table, table);
}

// Whose last training images are set aside.
std::shared_ptr<const Dataset> withOwnValidation(int train, int validation, int test) {
    const vit::Dataset::Shape shape{1, 1, 1};
    return vit::test::measured("own", {.classNames = {"even", "odd"},
                                       .train = std::make_shared<const vit::MemoryImages>(shape, numbered(train)),
                                       .test = std::make_shared<const vit::MemoryImages>(shape, numbered(test)),
                                       .validation = validation});
}

vit::DataConfig stratified(double share, std::int64_t seed = 1) {
    return {.validationShare = share, .validationSplit = vit::ValidationSplit::Stratified, .validationSeed = seed};
}

std::vector<int> pixelsOf(const DatasetView& view) {
    std::vector<int> values;
    for (std::int64_t i = 0; i < view.count(); ++i) {
        const int value = view.image(i).pixels[0];
        if (view.label(i) != view.dataset().train().label(value)) throw std::logic_error("label of another image");
        values.push_back(value);
    }
    return values;
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
    void theLastImagesAreHeldBackAsARule();
    void eachClassGivesItsShare_data();
    void eachClassGivesItsShare();
    void theSeedDrawsWhatIsHeldBack();
    void theDataSetsOwnAreHeldBack();
    void anotherDataSetIsCutItsOwnWay();
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

void TestDataset::theLastImagesAreHeldBackAsARule() {
    const auto data = dataset(50, 7);
    const vit::DataConfig usual;
    for (const Split split : {Split::Train, Split::Validation, Split::Test})
        QVERIFY(pixelsOf({data, split, usual}) == pixelsOf({data, split, 0.1}));
    QCOMPARE(pixelsOf({data, Split::Validation, usual}), (std::vector<int>{45, 46, 47, 48, 49}));
}

void TestDataset::eachClassGivesItsShare_data() {
    QTest::addColumn<std::vector<int>>("sizes");
    QTest::addColumn<double>("share");
    QTest::addColumn<std::vector<int>>("held");
    QTest::newRow("whole numbers") << std::vector{50, 30, 15, 5} << 0.2 << std::vector{10, 6, 3, 1};
    QTest::newRow("the largest remainders") << std::vector{50, 30, 15, 5} << 0.1 << std::vector{5, 3, 2, 0};
    QTest::newRow("no class gives its last") << std::vector{1, 1, 8} << 0.5 << std::vector{0, 0, 5};
    QTest::newRow("a class without images") << std::vector{10, 0, 10} << 0.3 << std::vector{3, 0, 3};
    QTest::newRow("nothing held back") << std::vector{4, 4} << 0.0 << std::vector{0, 0};
}

// Stored one class after the other, where the last images are of the last class only.
void TestDataset::eachClassGivesItsShare() {
    QFETCH(std::vector<int>, sizes);
    QFETCH(double, share);
    QFETCH(std::vector<int>, held);
    const auto data = byClass(sizes);
    const vit::DataConfig cut = stratified(share);
    const DatasetView validation(data, Split::Validation, cut);
    std::vector<int> counts(sizes.size());
    for (std::int64_t i = 0; i < validation.count(); ++i) ++counts[static_cast<std::size_t>(validation.label(i))];
    QCOMPARE(counts, held);
    QCOMPARE(validation.count(), DatasetView(data, Split::Validation, share).count());  // as many as of the last ones
    // Each image is in one of them, and each split is in the order of the table.
    const std::vector<int> first = pixelsOf({data, Split::Train, cut}), second = pixelsOf(validation);
    std::vector<int> all;
    std::ranges::merge(first, second, std::back_inserter(all));
    QVERIFY(std::ranges::is_sorted(first) && std::ranges::is_sorted(second));
    QVERIFY(all == pixelsOf({data, Split::Train, 0.0}));
}

void TestDataset::theSeedDrawsWhatIsHeldBack() {
    const auto data = byClass({60, 60});
    const std::vector<int> one = pixelsOf({data, Split::Validation, stratified(0.2)});
    QVERIFY(one == pixelsOf({byClass({60, 60}), Split::Validation, stratified(0.2)}));
    QVERIFY(one != pixelsOf({data, Split::Validation, stratified(0.2, 2)}));
    QVERIFY(one != pixelsOf({data, Split::Validation, 0.2}));
    // A limit leaves out training images and changes nothing of what is held back; parts are cut out of the split.
    vit::DataConfig limited = stratified(0.2);
    limited.trainLimit = 10;
    QVERIFY(one == pixelsOf({data, Split::Validation, limited}));
    std::vector<int> train = pixelsOf({data, Split::Train, stratified(0.2)});
    train.resize(10);
    QVERIFY(train == pixelsOf({data, Split::Train, limited}));
    QCOMPARE(pixelsOf(DatasetView(data, Split::Validation, limited).part(3, 2)), (std::vector{one[3], one[4]}));
}

// Whatever the share is, with which everything else is cut.
void TestDataset::theDataSetsOwnAreHeldBack() {
    const auto data = withOwnValidation(20, 6, 4);
    QCOMPARE(data->validationCount(), 6);
    for (const double share : {0.0, 0.1, 0.95}) {
        const vit::DataConfig own{.validationShare = share, .validationSplit = vit::ValidationSplit::Folder};
        QCOMPARE(pixelsOf({data, Split::Validation, own}), (std::vector<int>{14, 15, 16, 17, 18, 19}));
        QCOMPARE(DatasetView(data, Split::Train, own).count(), 14);
        QCOMPARE(DatasetView(data, Split::Test, own).count(), 4);
        vit::DataConfig limited = own;
        limited.trainLimit = 3;
        QCOMPARE(pixelsOf({data, Split::Train, limited}), (std::vector<int>{0, 1, 2}));
        QCOMPARE(DatasetView(data, Split::Validation, limited).count(), 6);
    }
    QCOMPARE(DatasetView(data, Split::Validation, 0.1).count(), 2);  // as ever, where it is not asked for
    for (const Split split : {Split::Train, Split::Validation}) {
        const vit::DataConfig own{.validationSplit = vit::ValidationSplit::Folder};
        const QString message = thrown<vit::InvalidInput>([&] { DatasetView(dataset(20, 4), split, own); });
        QVERIFY2(message.contains("numbers sets no images aside") && message.contains("stratified"), qPrintable(message));
    }
    const QString all = thrown<vit::Error>([] { withOwnValidation(6, 6, 4); });
    QVERIFY2(all.contains("none to train with"), qPrintable(all));
}

void TestDataset::anotherDataSetIsCutItsOwnWay() {
    using enum vit::ValidationSplit;
    const auto own = withOwnValidation(20, 6, 4);
    const auto without = dataset(20, 4);
    const auto cut = [](const auto& data, const char* name, vit::ValidationSplit split) {
        return vit::cutFor(*data, {.name = name, .validationSplit = split}).validationSplit;
    };
    QVERIFY(vit::cutFor(*own).validationSplit == Folder);
    QVERIFY(vit::cutFor(*without).validationSplit == End);
    QVERIFY(cut(own, "own", End) == End);  // that was decided for this one
    QVERIFY(cut(own, "numbers", Stratified) == Folder);
    QVERIFY(cut(without, "own", Folder) == End);
    QVERIFY(cut(without, "own", Stratified) == Stratified);
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
