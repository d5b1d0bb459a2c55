// SPDX-License-Identifier: GPL-3.0-or-later
// idx files, plain and compressed, good and bad ones.
#include "core/base/error.h"
#include "core/data/sources/idx.h"
#include "tests/support/files.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <zlib.h>

using vit::Dataset;
using vit::DatasetView;
using vit::Split;
using namespace vit::test;

namespace {

QByteArray header(std::initializer_list<int> shape, char type = 0x08) {
    QByteArray bytes("\0\0", 2);
    bytes += type;
    bytes += char(shape.size());
    for (int size : shape)
        for (int shift : {24, 16, 8, 0}) bytes += char(size >> shift & 255);
    return bytes;
}

// `count` images of 3 × 2: image i has the values 10 i, 10 i + 1, ….
QByteArray images(int count, int channels = 0) {
    QByteArray bytes = channels > 0 ? header({count, 2, 3, channels}) : header({count, 2, 3});
    const int values = 6 * std::max(channels, 1);
    for (int i = 0; i < count; ++i)
        for (int v = 0; v < values; ++v) bytes += char(10 * i + v);
    return bytes;
}

QByteArray labels(int count) {
    QByteArray bytes = header({count});
    for (int i = 0; i < count; ++i) bytes += char(i % 4);
    return bytes;
}

QByteArray compressed(const QByteArray& bytes) {
    const QTemporaryDir folder;
    const QString path = folder.filePath("x.gz");
    gzFile file = gzopen(path.toUtf8(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return readFile(path);
}

// Eight images to train and four to test.
void writeSet(const QString& folder, bool gz = false, int channels = 0) {
    const auto write = [&](const QString& name, const QByteArray& bytes) {
        writeFile(folder + "/" + name + (gz ? ".gz" : ""), gz ? compressed(bytes) : bytes);
    };
    write("train-images-idx3-ubyte", images(8, channels));
    write("train-labels-idx1-ubyte", labels(8));
    write("t10k-images-idx3-ubyte", images(4, channels));
    write("t10k-labels-idx1-ubyte", labels(4));
}

}  // namespace

class TestIdx : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plainAndCompressed_data();
    void plainAndCompressed();
    void otherUsualNames();
    void classNames();
    void damaged_data();
    void damaged();
    void compressedAndCutOff();
    void twoFilesForOnePart();
    void numbersAsExpected();
};

void TestIdx::plainAndCompressed_data() {
    QTest::addColumn<bool>("gz");
    QTest::addColumn<int>("channels");
    QTest::newRow("plain") << false << 0;
    QTest::newRow("compressed") << true << 0;
    QTest::newRow("colour") << false << 3;
    QTest::newRow("one channel said so") << true << 1;
}

void TestIdx::plainAndCompressed() {
    QFETCH(bool, gz);
    QFETCH(int, channels);
    const QTemporaryDir folder;
    writeSet(folder.path(), gz, channels);
    QCOMPARE(vit::idxFiles(pathOf(folder.path())).size(), std::size_t(4));
    const auto data = measured("digits", vit::readIdx("digits", pathOf(folder.path())));
    QCOMPARE(data->shape(), (Dataset::Shape{3, 2, std::max(channels, 1)}));
    QCOMPARE(data->trainCount(), 8);
    QCOMPARE(data->testCount(), 4);
    QCOMPARE(data->classNames(), (std::vector<std::string>{"0", "1", "2", "3"}));
    const DatasetView train(data, Split::Train, 0);
    QCOMPARE(train.label(6), 2);
    QCOMPARE(int(train.image(6).at(2, 1, 0)), 60 + 5 * std::max(channels, 1));
}

void TestIdx::otherUsualNames() {
    const QTemporaryDir folder;
    writeFile(folder.filePath("emnist-letters-train-images-idx3-ubyte"), images(8));
    writeFile(folder.filePath("emnist-letters-train-labels-idx1-ubyte"), labels(8));
    writeFile(folder.filePath("emnist-letters-test-images-idx3-ubyte"), images(4));
    QVERIFY(vit::idxFiles(pathOf(folder.path())).empty());
    writeFile(folder.filePath("emnist-letters-test-labels-idx1-ubyte"), labels(4));
    writeFile(folder.filePath(".train-images-idx3-ubyte.part"), "not this");
    QCOMPARE(vit::readIdx("letters", pathOf(folder.path())).test->count(), 4);
}

void TestIdx::classNames() {
    const QTemporaryDir folder;
    writeSet(folder.path());
    const std::vector<std::string> names = {"a", "b", "c", "d", "e"};
    QCOMPARE(vit::readIdx("digits", pathOf(folder.path()), names).classNames, names);
    const QString message =
        thrown<vit::Error>([&] { vit::readIdx("digits", pathOf(folder.path()), {"a", "b", "c"}); });
    QVERIFY2(message.contains("train-labels-idx1-ubyte: label 3 of image 3"), qPrintable(message));
}

void TestIdx::damaged_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("cause");
    const QString trainImages = "train-images-idx3-ubyte";
    QTest::newRow("cut off") << trainImages << images(8).chopped(1) << "has 63 bytes, but expected are 64";
    QTest::newRow("too long") << trainImages << images(8) + "x" << "more than the expected 64 bytes";
    QTest::newRow("empty") << trainImages << QByteArray() << "ends within its header";
    QTest::newRow("header cut off") << trainImages << images(8).left(10) << "ends within its header";
    QTest::newRow("text") << trainImages << QByteArray("<html>Not found") << "no idx file";
    QTest::newRow("not bytes") << trainImages << header({1, 1, 1}, 0x0D) + QByteArray(4, 'x') << "no idx file";
    QTest::newRow("no pictures") << trainImages << labels(8) << "holds no pictures";
    QTest::newRow("two channels") << trainImages << images(8, 2) << "1 or 3 channels";
    QTest::newRow("no image") << trainImages << header({0, 2, 3}) << "impossible dimensions";
    QTest::newRow("absurdly many") << trainImages << header({1 << 30, 1 << 20, 1 << 20}) << "impossible dimensions";
    QTest::newRow("more than it holds") << trainImages << header({1 << 20, 100, 100}) << "expected are 10,485,760,016";
    QTest::newRow("fewer labels") << "train-labels-idx1-ubyte" << labels(7) << "has 7 labels, but expected are 8";
    QTest::newRow("other size to test") << "t10k-images-idx3-ubyte" << header({4, 1, 1}) + "1234" << "another size";
    QTest::newRow("new class to test") << "t10k-labels-idx1-ubyte" << header({4}) + "\1\2\3\4" << "label 4 of image 3";
}

void TestIdx::damaged() {
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, cause);
    const QTemporaryDir folder;
    writeSet(folder.path());
    writeFile(folder.filePath(file), content);
    const QString message = thrown<vit::Error>([&] { vit::readIdx("digits", pathOf(folder.path())); });
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY2(message.contains(folder.filePath(file)), qPrintable(message));
    QFile::remove(folder.filePath(file));
    QVERIFY(thrown<vit::Error>([&] { vit::readIdx("digits", pathOf(folder.path())); }).contains("are not in"));
}

void TestIdx::compressedAndCutOff() {
    const QTemporaryDir folder;
    writeSet(folder.path(), true);
    const QString path = folder.filePath("train-images-idx3-ubyte.gz");
    writeFile(path, readFile(path).chopped(12));
    const QString message = thrown<vit::Error>([&] { vit::readIdx("digits", pathOf(folder.path())); });
    QVERIFY2(message.contains(path), qPrintable(message));
    QVERIFY2(message.contains("incomplete") || message.contains("expected are 64"), qPrintable(message));
}

void TestIdx::twoFilesForOnePart() {
    const QTemporaryDir folder;
    writeSet(folder.path());
    writeFile(folder.filePath("train-images-idx3-ubyte.gz"), compressed(images(8)));
    const QString message = thrown<vit::InvalidInput>([&] { vit::idxFiles(pathOf(folder.path())); });
    QVERIFY2(message.contains("remove one of them"), qPrintable(message));
}

void TestIdx::numbersAsExpected() {
    const QTemporaryDir folder;
    writeSet(folder.path());
    const auto read = [&](vit::ExpectedCounts counts) { vit::readIdx("digits", pathOf(folder.path()), {}, counts); };
    read({8, 4, 4});
    QVERIFY(thrown<vit::Error>([&] { read({60'000, 4, 4}); }).contains("holds 8 images, but expected are 60,000"));
    QVERIFY(thrown<vit::Error>([&] { read({8, 5, 4}); }).contains("holds 4 images, but expected are 5"));
}

QTEST_GUILESS_MAIN(TestIdx)
#include "test_idx.moc"
