// SPDX-License-Identifier: GPL-3.0-or-later
// Thumbnails and class counts of a data set as item models.
#include "core/base/error.h"
#include "tests/support/made_images.h"
#include "tests/support/read_images.h"
#include "ui/pages/data/class_count_model.h"
#include "ui/pages/data/dataset_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QListView>
#include <QSignalSpy>
#include <QTest>

using namespace vit;
using namespace vit::ui;

class TestDatasetModel : public QObject {
    Q_OBJECT

private:
    static DataConfig withShare(double share, std::int64_t limit = 0) {
        DataConfig data;
        data.validationShare = share;
        data.trainLimit = limit;
        return data;
    }

    static int firstValue(const QModelIndex& index) {
        const auto image = index.data(Qt::DecorationRole).value<QImage>();
        return image.isNull() ? -1 : image.pixelColor(0, 0).red();
    }

    class GoneImages : public test::ReadImages {
    public:
        using ReadImages::ReadImages;
        std::span<const std::uint8_t> read(std::int64_t, std::span<std::uint8_t>) const override {
            throw Error("The picture cannot be opened.");
        }
    };

    // The images of countingTable() as a source that has to read them.
    template <class Source>
    static std::shared_ptr<const Dataset> fromDisk() {
        const ImageShape shape{8, 8, 3};
        const auto images = std::make_shared<const Source>(shape, test::countingTable(10, 2, 8 * 8 * 3));
        return std::make_shared<const Dataset>("disk", LabelledImages{{"even", "odd"}, images, images},
                                               ChannelStatistics{});
    }

private Q_SLOTS:
    void obeysTheModelRules() {
        DatasetModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto dataset = test::countingDataset(40, 10, 4);
        model.setSelection(DatasetSelection(dataset, Split::Train, withShare(0.1)));
        model.setSelection(DatasetSelection(dataset, Split::Test, withShare(0.1), 3));
        model.showAugmented({}, 1);
        model.showOriginals();
        model.setSelection({});
        QCOMPARE(model.rowCount(), 0);
    }

    void picksSplitAndClass_data() {
        QTest::addColumn<int>("split");
        QTest::addColumn<int>("classIndex");
        QTest::addColumn<QList<int>>("values");  // the grey value is the position in the table
        QTest::newRow("train, class 1") << int(Split::Train) << 1 << QList<int>{1, 5, 9, 13};
        QTest::newRow("validation") << int(Split::Validation) << -1 << QList<int>{16, 17, 18, 19};  // the table's end
        QTest::newRow("validation, class 3") << int(Split::Validation) << 3 << QList<int>{19};
        QTest::newRow("test") << int(Split::Test) << -1 << QList<int>{0, 1, 2, 3, 4};
        QTest::newRow("test, class 0") << int(Split::Test) << 0 << QList<int>{0, 4};
    }

    void picksSplitAndClass() {
        QFETCH(int, split);
        QFETCH(int, classIndex);
        QFETCH(QList<int>, values);
        DatasetModel model;
        model.setSelection(DatasetSelection(test::countingDataset(20, 5, 4), static_cast<Split>(split), withShare(0.2),
                                            classIndex));
        QCOMPARE(model.rowCount(), values.size());
        for (int row = 0; row < model.rowCount(); ++row) {
            const QModelIndex index = model.index(row);
            QCOMPARE(firstValue(index), values[row]);
            QCOMPARE(index.data(DatasetModel::LabelRole).toInt(), values[row] % 4);
            QCOMPARE(index.data().toString(), QStringLiteral("class-%1").arg(values[row] % 4));
        }
    }

    void respectsTheTrainingLimit() {
        const DatasetSelection selection(test::countingDataset(20, 5, 4), Split::Train, withShare(0.1, 6));
        QCOMPARE(selection.count(), 6);
    }

    void saysWhereAnImageIsFrom() {
        DatasetModel model;
        model.setSelection(DatasetSelection(test::countingDataset(20, 5, 4), Split::Test, withShare(0.2), 1));
        QCOMPARE(model.selection().title(0), "counting · test 1");
        QCOMPARE(model.index(0).data(DatasetModel::IndexRole).toLongLong(), 1);
    }

    void largeImagesAreScaledDown() {
        DatasetModel model;
        const auto dataset = test::countingDataset(2, 1, 1, {300, 300, 3});
        model.setSelection(DatasetSelection(dataset, Split::Test, withShare(0.5)));
        const auto thumbnail = model.index(0).data(Qt::DecorationRole).value<QImage>();
        QCOMPARE(thumbnail.size(), QSize(DatasetModel::kLargestSide, DatasetModel::kLargestSide));
    }

    void augmentsOffTheThread() {
        Config config;
        config.model.imageSize = 16;
        config.model.patchSize = 4;
        DatasetModel model;
        model.setSelection(DatasetSelection(test::countingDataset(20, 5, 4), Split::Test, withShare(0.2)));
        model.showAugmented(config, 1);
        QSignalSpy changed(&model, &DatasetModel::dataChanged);
        QCOMPARE(firstValue(model.index(3)), -1);  // not made on this thread
        QVERIFY(changed.wait());
        QCOMPARE(changed.last().at(0).toModelIndex().row(), 3);
        const auto augmented = model.index(3).data(Qt::DecorationRole).value<QImage>();
        QCOMPARE(augmented.size(), QSize(16, 16));  // the model's input, not the stored image
        QCOMPARE(augmented.pixelColor(8, 8).red(), 3);
        model.showOriginals();
        QCOMPARE(model.index(3).data(Qt::DecorationRole).value<QImage>().size(), QSize(8, 8));
    }

    // Photos that are decoded first are decoded elsewhere.
    void readsOffTheThread() {
        DatasetModel model;
        model.setSelection(DatasetSelection(fromDisk<test::ReadImages>(), Split::Test, withShare(0.2)));
        QSignalSpy changed(&model, &DatasetModel::dataChanged);
        QCOMPARE(firstValue(model.index(3)), -1);
        QVERIFY(changed.wait());
        QCOMPARE(changed.last().at(0).toModelIndex().row(), 3);
        QCOMPARE(firstValue(model.index(3)), 3);
        QCOMPARE(int(model.open(2)->pixels[0]), 2);
    }

    void tellsOfPhotosThatAreGone() {
        DatasetModel model;
        model.setSelection(DatasetSelection(fromDisk<GoneImages>(), Split::Test, withShare(0.2)));
        QSignalSpy failed(&model, &DatasetModel::failed);
        QCOMPARE(firstValue(model.index(3)), -1);
        QVERIFY(failed.wait());
        QCOMPARE(failed.last().at(0).toString(), "The picture cannot be opened.");
        QVERIFY(!model.open(2));
        QCOMPARE(failed.size(), 2);
    }

    void anotherSeedAugmentsDifferently() {
        Config config;
        config.model.imageSize = 16;
        config.model.patchSize = 4;
        config.augmentation.rotation = 0.2;
        const ImageTable table{test::gradientImage(16, 16).pixels, {0}};
        const auto dataset = test::datasetInMemory("one", {16, 16, 3}, {"only"}, table, table);
        DatasetModel model;
        model.setSelection(DatasetSelection(dataset, Split::Test, withShare(0)));
        const auto augmented = [&](std::uint64_t seed) {
            model.showAugmented(config, seed);
            QSignalSpy changed(&model, &DatasetModel::dataChanged);
            model.index(0).data(Qt::DecorationRole);
            changed.wait();
            return model.index(0).data(Qt::DecorationRole).value<QImage>();
        };
        const QImage first = augmented(1);
        QVERIFY(!first.isNull());
        QVERIFY(augmented(2) != first);
        QCOMPARE(augmented(1), first);
    }

    // Only what is in view is made into thumbnails, however many images there are.
    void decodesOnDemand() {
        class Counting : public DatasetModel {
        public:
            QVariant data(const QModelIndex& index, int role) const override {
                if (role == Qt::DecorationRole) ++decoded;
                return DatasetModel::data(index, role);
            }
            mutable int decoded = 0;
        };
        Counting model;
        const auto dataset = test::countingDataset(50000, 1, 10, {2, 2, 3});
        model.setSelection(DatasetSelection(dataset, Split::Train, withShare(0)));
        QCOMPARE(model.rowCount(), 50000);
        QListView view;
        view.setViewMode(QListView::IconMode);
        view.setUniformItemSizes(true);
        view.setGridSize({80, 80});
        view.setResizeMode(QListView::Adjust);
        view.setModel(&model);
        view.resize(800, 600);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.grab();
        QVERIFY(model.decoded > 0);
        QVERIFY2(model.decoded < 1000, qPrintable(QString::number(model.decoded)));
    }

    void countsClasses() {
        ClassCountModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const DatasetView view(test::countingDataset(20, 5, 4), Split::Test, 0.1);
        QCOMPARE(classCounts(view), (std::vector<std::int64_t>{2, 1, 1, 1}));
        model.setClasses(view.dataset().classNames(), classCounts(view));
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.index(0, ClassCountModel::Count).data().toString(), "5");
        QCOMPARE(model.index(0, 0).data(ClassCountModel::ClassRole).toInt(), DatasetSelection::kAllClasses);
        QCOMPARE(model.index(1, ClassCountModel::Name).data().toString(), "class-0");
        QCOMPARE(model.index(1, ClassCountModel::Count).data().toString(), "2");
        QCOMPARE(model.index(4, 0).data(ClassCountModel::ClassRole).toInt(), 3);
        model.setClasses(view.dataset().classNames(), {1000, 2, 3, 4});
        QCOMPARE(model.index(0, ClassCountModel::Count).data().toString(), "1,009");
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(TestDatasetModel)
#include "test_dataset_model.moc"
