// SPDX-License-Identifier: GPL-3.0-or-later
// Other data as a model takes them: labels by the names of classes, images in its size and channels.
#include "core/base/error.h"
#include "core/data/adapted_dataset.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/thrown.h"

#include <QtTest>

using namespace vit;
using vit::test::datasetInMemory;
using vit::test::thrown;

namespace {

using Names = std::vector<std::string>;

DataDescription model(const ImageShape& shape = {2, 2, 1}) {
    return {"pets", {"cat", "dog", "bird"}, shape, {{100}, {50}}};
}

// Grey images of one value each: 10 of the first class, 20 of the second and so on.
std::shared_ptr<const Dataset> greys(const Names& names, const ImageShape& shape) {
    ImageTable train, test;
    for (std::int32_t label = 0; label < static_cast<std::int32_t>(names.size()); ++label) {
        for (ImageTable* table : {&train, &test}) {
            table->labels.push_back(label);
            table->pixels.insert(table->pixels.end(), shape.bytes(), static_cast<std::uint8_t>(10 * (label + 1)));
        }
    }
    return datasetInMemory("other", shape, names, train, test);
}

}  // namespace

class TestAdaptedDataset : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatFitsIsTakenAsItIs() {
        const auto data = greys(model().classNames, {2, 2, 1});
        QCOMPARE(adaptedTo(model(), data), data);
    }

    void labelsGoByTheNames_data() {
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<QList<int>>("labels");
        QTest::newRow("another order") << QStringList{"bird", "cat", "dog"} << QList<int>{2, 0, 1};
        QTest::newRow("some of them") << QStringList{"dog", "bird"} << QList<int>{1, 2};
    }
    void labelsGoByTheNames() {
        QFETCH(QStringList, names);
        QFETCH(QList<int>, labels);
        Names given;
        for (const QString& name : names) given.push_back(name.toStdString());
        const auto adapted = adaptedTo(model(), greys(given, {2, 2, 1}));
        QCOMPARE(adapted->classNames(), model().classNames);
        QCOMPARE(adapted->name(), std::string("other"));
        const DatasetView test(adapted, Split::Test, 0);
        QCOMPARE(test.count(), static_cast<std::int64_t>(labels.size()));
        for (int i = 0; i < labels.size(); ++i) {
            QCOMPARE(test.label(i), labels[i]);
            QCOMPARE(int(test.image(i).pixels[0]), 10 * (i + 1));  // the image is still its own
        }
    }

    void imagesAreBroughtToTheModelsShape_data() {
        QTest::addColumn<int>("side");
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::newRow("larger") << 6 << 1 << 1;
        QTest::newRow("smaller") << 1 << 1 << 1;
        QTest::newRow("grey for a model of colours") << 2 << 1 << 3;
        QTest::newRow("colours for a model of greys") << 4 << 3 << 1;
    }
    void imagesAreBroughtToTheModelsShape() {
        QFETCH(int, side);
        QFETCH(int, from);
        QFETCH(int, to);
        const ImageShape shape{2, 2, to};
        const auto adapted = adaptedTo(model(shape), greys(model().classNames, {side, side, from}));
        const DatasetView test(adapted, Split::Test, 0);
        for (int i = 0; i < 3; ++i) {
            const Image image = test.image(i);
            QVERIFY(adapted->shape() == shape);
            QCOMPARE(image.pixels, std::vector<std::uint8_t>(shape.bytes(), static_cast<std::uint8_t>(10 * (i + 1))));
        }
    }

    void unknownClassesAreRefused() {
        const QString text = thrown<InvalidInput>([] { adaptedTo(model(), greys({"cat", "horse"}, {2, 2, 1})); });
        QVERIFY2(text.contains("does not know the class \"horse\" of the data set other"), qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(TestAdaptedDataset)
#include "test_adapted_dataset.moc"
