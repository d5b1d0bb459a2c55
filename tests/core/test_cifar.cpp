// SPDX-License-Identifier: GPL-3.0-or-later
// CIFAR's binary files, good and bad ones.
#include "core/base/error.h"
#include "core/data/sources/cifar.h"
#include "tests/support/cifar_files.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

using vit::CifarVersion;
using vit::Dataset;
using vit::DatasetView;
using vit::Split;
using namespace vit::test;

class TestCifar : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cifar100();
    void superclassesOfCifar100_data();
    void superclassesOfCifar100();
    void cifar10InOrderOfBatches();
    void onlyItsFiles();
    void damaged_data();
    void damaged();
    void numbersAsExpected_data();
    void numbersAsExpected();
    void progressAndCancel();
};

void TestCifar::cifar100() {
    const QTemporaryDir folder;
    writeCifar100(folder.path());
    const auto data = measured("small", vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar100));
    QCOMPARE(data->shape(), (Dataset::Shape{32, 32, 3}));
    QCOMPARE(data->classNames(), (std::vector<std::string>{"apple", "bear", "chair"}));
    QCOMPARE(data->trainCount(), 9);
    QCOMPARE(data->testCount(), 3);
    const DatasetView train(data, Split::Train, 0);
    QCOMPARE(train.label(5), 2);
    const vit::Image image = train.image(5);
    QCOMPARE(int(image.at(0, 0, 0)), 100);
    QCOMPARE(int(image.at(0, 0, 2)), 120);
    QCOMPARE(int(image.at(31, 31, 0)), 5);
    QCOMPARE(int(image.at(1, 0, 1)), 6);
    QCOMPARE(int(image.at(0, 1, 2)), 7);
}

void TestCifar::superclassesOfCifar100_data() {
    QTest::addColumn<QByteArray>("coarse");  // of each image in turn; the last is one to test with
    QTest::addColumn<QByteArray>("names");   // empty: there is no such file
    QTest::addColumn<QStringList>("superclasses");
    const QByteArray twoGroups("\1\0\1\1\0\1\1\0\1\1", 10);
    QTest::newRow("named") << twoGroups << QByteArray("fruit\nthing\n") << QStringList{"thing", "fruit", "thing"};
    QTest::newRow("without their names")
        << twoGroups << QByteArray() << QStringList{"superclass 1", "superclass 0", "superclass 1"};
    QTest::newRow("fewer names") << twoGroups << QByteArray("fruit\n")
                                 << QStringList{"superclass 1", "fruit", "superclass 1"};
    QTest::newRow("contradicted") << QByteArray("\1\0\1\1\0\1\1\0\0\1", 10) << QByteArray("a\nb\n") << QStringList{};
    QTest::newRow("contradicted by an image to test with")
        << QByteArray("\1\0\1\1\0\1\1\0\1\0", 10) << QByteArray("a\nb\n") << QStringList{};
}

void TestCifar::superclassesOfCifar100() {
    QFETCH(QByteArray, coarse);
    QFETCH(QByteArray, names);
    QFETCH(QStringList, superclasses);
    constexpr int kRecord = 3074;
    const QTemporaryDir folder;
    writeCifar100(folder.path());
    QByteArray train = cifarRecords(9, 2);
    for (int i = 0; i < 9; ++i) train[i * kRecord] = coarse[i];
    QByteArray test = cifarRecords(1, 2);
    test[0] = coarse[9];
    writeFile(folder.filePath("train.bin"), train);
    writeFile(folder.filePath("test.bin"), test);
    writeFile(folder.filePath("coarse_label_names.txt"), names);
    if (names.isEmpty()) QVERIFY(QFile::remove(folder.filePath("coarse_label_names.txt")));
    const auto data = measured("small", vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar100));
    QStringList found;
    for (const std::string& name : data->superclasses()) found << QString::fromStdString(name);
    QCOMPARE(found, superclasses);
}

void TestCifar::cifar10InOrderOfBatches() {
    const QTemporaryDir folder;
    writeCifar10(folder.path());
    const auto data = measured("small", vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar10));
    QCOMPARE(data->trainCount(), 10);
    QCOMPARE(data->testCount(), 2);
    QVERIFY(data->superclasses().empty());
    const DatasetView train(data, Split::Train, 0);
    for (int i = 0; i < 10; ++i) QCOMPARE(int(train.image(i).at(5, 5, 0)), i);
}

void TestCifar::onlyItsFiles() {
    const QTemporaryDir folder;
    QVERIFY(vit::cifarFiles(pathOf(folder.path()), CifarVersion::Cifar100).empty());
    writeCifar100(folder.path());
    writeFile(folder.filePath("readme.html"), "text");
    QCOMPARE(vit::cifarFiles(pathOf(folder.path()), CifarVersion::Cifar100),
             (std::vector<std::string>{"train.bin", "test.bin", "fine_label_names.txt", "coarse_label_names.txt"}));
    QVERIFY(vit::cifarFiles(pathOf(folder.path()), CifarVersion::Cifar10).empty());
}

void TestCifar::damaged_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("cause");
    const QByteArray records = cifarRecords(9, 2);
    QByteArray wrongLabel = records;
    wrongLabel[3074 + 1] = 3;
    QTest::newRow("cut off") << "train.bin" << records.chopped(1) << "has 27,665 bytes";
    QTest::newRow("too long") << "train.bin" << records + "x" << "expected are a multiple of 3,074";
    QTest::newRow("empty") << "test.bin" << QByteArray() << "has 0 bytes";
    QTest::newRow("no name") << "train.bin" << wrongLabel << "image 1 has label 3, but expected are 0 to 2";
    QTest::newRow("of CIFAR-10") << "train.bin" << cifarRecords(9, 1) << "has 27,657 bytes";
    QTest::newRow("names of another encoding") << "fine_label_names.txt" << QByteArray("tea\ncaf\xE9\nmilk\n")
                                               << "line 2 is not UTF-8";
    QTest::newRow("no names") << "fine_label_names.txt" << QByteArray("\n \n") << "names 0 classes";
}

void TestCifar::damaged() {
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, cause);
    const QTemporaryDir folder;
    writeCifar100(folder.path());
    writeFile(folder.filePath(file), content);
    const auto read = [&] { vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar100); };
    const QString message = thrown<vit::Error>(read);
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY2(message.contains(folder.filePath(file)), qPrintable(message));
    QFile::remove(folder.filePath(file));
    QVERIFY(thrown<vit::Error>(read).contains("missing") || file == "train.bin");
}

void TestCifar::numbersAsExpected_data() {
    QTest::addColumn<int>("train");
    QTest::addColumn<int>("test");
    QTest::addColumn<int>("classes");
    QTest::addColumn<QString>("cause");
    QTest::newRow("as they are") << 9 << 3 << 3 << "";
    QTest::newRow("more to train") << 10 << 3 << 3 << "train.bin has 27,666 bytes, but expected are 30,740 (10 images)";
    QTest::newRow("fewer to test") << 9 << 2 << 3 << "test.bin has 9,222 bytes, but expected are 6,148 (2 images)";
    QTest::newRow("more classes") << 9 << 3 << 100 << "names 3 classes, but expected are 100";
}

void TestCifar::numbersAsExpected() {
    QFETCH(int, train);
    QFETCH(int, test);
    QFETCH(int, classes);
    QFETCH(QString, cause);
    const QTemporaryDir folder;
    writeCifar100(folder.path());
    const QString message = thrown<vit::Error>([&] {
        vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar100, {train, test, classes});
    });
    QCOMPARE(message.isEmpty(), cause.isEmpty());
    QVERIFY2(message.contains(cause), qPrintable(message));
}

void TestCifar::progressAndCancel() {
    const QTemporaryDir folder;
    writeCifar100(folder.path());
    std::int64_t last = 0;
    std::int64_t all = 0;
    const vit::Progress watch = [&](const std::string&, std::int64_t done, std::int64_t total) {
        last = done;
        all = total;
        return true;
    };
    vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar100, {}, watch);
    QCOMPARE(last, 12 * 3074);
    QCOMPARE(all, 12 * 3074);
    const vit::Progress stop = [](const std::string&, std::int64_t, std::int64_t) { return false; };
    QVERIFY(!thrown<vit::Cancelled>([&] {
        vit::readCifar("small", pathOf(folder.path()), CifarVersion::Cifar100, {}, stop);
    }).isEmpty());
}

QTEST_GUILESS_MAIN(TestCifar)
#include "test_cifar.moc"
