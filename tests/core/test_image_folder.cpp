// SPDX-License-Identifier: GPL-3.0-or-later
// A person's own pictures: which are found, how they are split, read and checked.
#include "core/base/error.h"
#include "core/data/sources/image_folder.h"
#include "tests/support/files.h"
#include "tests/support/memory_dataset.h"
#include "tests/support/pictures.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using vit::DatasetView;
using vit::ImageFolder;
using vit::LabelledFile;
using vit::Split;
using namespace vit::test;

namespace {

void writeClass(const QString& folder, int count, std::uint8_t red = 0) {
    for (int i = 0; i < count; ++i) writePicture(folder + QString("/%1.png").arg(i), {red, 50, 100});
}

std::set<std::string> pathsOf(const std::vector<LabelledFile>& files) {
    std::set<std::string> paths;
    for (const LabelledFile& file : files) paths.insert(file.path.string());
    return paths;
}

std::int64_t countLabel(const std::vector<LabelledFile>& files, std::int32_t label) {
    return std::count_if(files.begin(), files.end(), [&](const LabelledFile& file) { return file.label == label; });
}

}  // namespace

class TestImageFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFifthOfEachClassIsHeldBack();
    void smallClasses_data();
    void smallClasses();
    void naturalOrderAndNesting();
    void whatIsNoPictureIsPassedOver();
    void splitFolders_data();
    void splitFolders();
    void validationPicturesComeLast();
    void validationPicturesAreCounted_data();
    void validationPicturesAreCounted();
    void aClassMayBeCalledTrain();
    void refused();
    void classWithoutTraining_data();
    void classWithoutTraining();
    void namesOfOtherEncodings();
    void linkedFolders();
    void picturesBecomeSquares();
    void picturesBecomeOblong();
    void brokenPictures();
    void tooLargeForMemory();
    void progressAndCancel();
};

void TestImageFolder::aFifthOfEachClassIsHeldBack() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("cat"), 30);
    writeClass(folder.filePath("dog"), 10);
    QVERIFY(vit::isImageFolder(pathOf(folder.path())));
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(images.classNames, (std::vector<std::string>{"cat", "dog"}));
    QCOMPARE(countLabel(images.train, 0), 24);
    QCOMPARE(countLabel(images.test, 0), 6);
    QCOMPARE(countLabel(images.train, 1), 8);
    QCOMPARE(countLabel(images.test, 1), 2);
    std::set<std::string> all = pathsOf(images.train);
    all.merge(pathsOf(images.test));
    QCOMPARE(all.size(), std::size_t(40));
    // Mixed, so that the last tenth has both classes; and the same again next time.
    QVERIFY(!std::is_sorted(images.train.begin(), images.train.end(),
                            [](const LabelledFile& a, const LabelledFile& b) { return a.label < b.label; }));
    const ImageFolder again = vit::listImageFolder(pathOf(folder.path()));
    for (std::size_t i = 0; i < images.train.size(); ++i) QCOMPARE(again.train[i].path, images.train[i].path);
    QCOMPARE(pathsOf(again.test), pathsOf(images.test));
}

void TestImageFolder::smallClasses_data() {
    QTest::addColumn<int>("images");
    QTest::addColumn<int>("test");
    QTest::newRow("one") << 1 << 0;
    QTest::newRow("two") << 2 << 1;
    QTest::newRow("seven") << 7 << 1;
    QTest::newRow("eight") << 8 << 2;
}

void TestImageFolder::smallClasses() {
    QFETCH(int, images);
    QFETCH(int, test);
    const QTemporaryDir folder;
    writeClass(folder.filePath("a"), images);
    writeClass(folder.filePath("b"), 5);
    const ImageFolder listed = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(countLabel(listed.test, 0), test);
    QCOMPARE(countLabel(listed.train, 0), images - test);
}

void TestImageFolder::naturalOrderAndNesting() {
    const QTemporaryDir folder;
    for (const char* name : {"10", "9", "1"}) writeClass(folder.filePath(name), 2);
    writePicture(folder.filePath("9/deeper/and deeper/x.JPG"), {0, 50, 100});
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(images.classNames, (std::vector<std::string>{"1", "9", "10"}));
    QCOMPARE(countLabel(images.train, 1) + countLabel(images.test, 1), 3);
}

void TestImageFolder::whatIsNoPictureIsPassedOver() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("a"), 2);
    writeClass(folder.filePath("b"), 2);
    writeFile(folder.filePath("a/notes.txt"), "text");
    writeFile(folder.filePath("a/.hidden.png"), "hidden");
    writeFile(folder.filePath("a/.thumbnails/x.png"), "hidden");
    writeFile(folder.filePath("__MACOSX/a/._0.png"), "not a picture");
    writeFile(folder.filePath("documents/readme.md"), "text");
    writeFile(folder.filePath("loose.png"), "belongs to no class");
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(images.classNames.size(), std::size_t(2));
    QCOMPARE(images.train.size() + images.test.size(), std::size_t(4));
}

void TestImageFolder::splitFolders_data() {
    QTest::addColumn<QStringList>("folders");
    QTest::addColumn<int>("train");
    QTest::addColumn<int>("test");
    // Of each class, train has 10 pictures, val 3, test 4.
    QTest::newRow("all three") << QStringList{"train", "val", "test"} << 26 << 8;
    QTest::newRow("train and test") << QStringList{"train", "test"} << 20 << 8;
    QTest::newRow("train and val") << QStringList{"train", "val"} << 20 << 6;
    QTest::newRow("other spellings") << QStringList{"Training", "Validation", "TEST"} << 26 << 8;
    QTest::newRow("another one") << QStringList{"train", "valid", "testing"} << 26 << 8;
    QTest::newRow("test without classes") << QStringList{"train", "test/.."} << 16 << 4;
}

void TestImageFolder::splitFolders() {
    QFETCH(QStringList, folders);
    QFETCH(int, train);
    QFETCH(int, test);
    const QTemporaryDir folder;
    for (const QString& split : folders) {
        const QString path = folder.filePath(split);
        const int count = split[0].toLower() == 'v' ? 3 : split.startsWith("tes", Qt::CaseInsensitive) ? 4 : 10;
        if (split == "test/..") {
            writeClass(folder.filePath("test"), 5);
            continue;
        }
        for (const char* name : {"/cat", "/dog"}) writeClass(path + name, count);
    }
    QVERIFY(vit::isImageFolder(pathOf(folder.path())));
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(images.classNames, (std::vector<std::string>{"cat", "dog"}));
    QCOMPARE(images.train.size(), std::size_t(train));
    QCOMPARE(images.test.size(), std::size_t(test));
}

void TestImageFolder::validationPicturesComeLast() {
    const QTemporaryDir folder;
    for (const char* split : {"train", "val", "test"})
        for (const char* name : {"cat", "dog"}) writeClass(folder.filePath(QString("%1/%2").arg(split, name)), 5);
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    for (std::size_t i = 0; i < 20; ++i)
        QCOMPARE(images.train[i].path.string().starts_with("val/"), i >= 10);
}

void TestImageFolder::validationPicturesAreCounted_data() {
    QTest::addColumn<QStringList>("folders");
    QTest::addColumn<int>("validation");
    QTest::addColumn<bool>("isTheTest");
    QTest::newRow("all three") << QStringList{"train", "val", "test"} << 6 << false;
    QTest::newRow("as valid") << QStringList{"train", "Valid", "test"} << 6 << false;
    QTest::newRow("as validation") << QStringList{"train", "validation", "test"} << 6 << false;
    QTest::newRow("none") << QStringList{"train", "test"} << 0 << false;
    QTest::newRow("in the test's place") << QStringList{"train", "val"} << 0 << true;
}

void TestImageFolder::validationPicturesAreCounted() {
    QFETCH(QStringList, folders);
    QFETCH(int, validation);
    QFETCH(bool, isTheTest);
    const QTemporaryDir folder;
    for (const QString& split : folders)
        for (const char* name : {"cat", "dog"}) writeClass(folder.filePath(split + "/" + name), 3);
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(images.validation, validation);
    QCOMPARE(images.validationIsTheTest, isTheTest);
    const auto data = measured("own", vit::readImageFolder("own", pathOf(folder.path()), 8));
    QCOMPARE(data->validationCount(), validation);
    if (validation == 0) return;
    const vit::DataConfig own{.validationSplit = vit::ValidationSplit::Folder};
    QCOMPARE(DatasetView(data, Split::Train, own).count(), 6);
    QCOMPARE(DatasetView(data, Split::Validation, own).count(), 6);
    QCOMPARE(DatasetView(data, Split::Test, own).count(), 6);
}

void TestImageFolder::aClassMayBeCalledTrain() {
    const QTemporaryDir folder;
    for (const char* name : {"car", "train", "plane"}) writeClass(folder.filePath(name), 5);
    QCOMPARE(vit::listImageFolder(pathOf(folder.path())).classNames,
             (std::vector<std::string>{"car", "plane", "train"}));
}

void TestImageFolder::refused() {
    const QTemporaryDir folder;
    QVERIFY(!vit::isImageFolder(pathOf(folder.path())));
    writeClass(folder.filePath("only"), 3);
    QVERIFY(!vit::isImageFolder(pathOf(folder.path())));
    const QString message = thrown<vit::InvalidInput>([&] { vit::listImageFolder(pathOf(folder.path())); });
    QVERIFY2(message.contains("two or more classes"), qPrintable(message));
}

void TestImageFolder::classWithoutTraining_data() {
    QTest::addColumn<QString>("split");
    for (const char* split : {"test", "val"}) QTest::newRow(split) << QString(split);
}

void TestImageFolder::classWithoutTraining() {
    QFETCH(QString, split);
    const QTemporaryDir folder;
    for (const char* name : {"train/cat", "train/dog", "val/cat", "test/cat"}) writeClass(folder.filePath(name), 2);
    writeClass(folder.filePath(split + "/hamster"), 2);
    const QString message = thrown<vit::InvalidInput>([&] { vit::listImageFolder(pathOf(folder.path())); });
    QVERIFY2(message.contains("The class hamster") && message.contains(split + "/hamster"), qPrintable(message));
}

// Bytes that no JSON takes: a training on them would fail when its run is written down.
void TestImageFolder::namesOfOtherEncodings() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("new"), 2);
    writeClass(folder.filePath("tea"), 2);
    const std::filesystem::path latin = pathOf(folder.path()) / "caf\xE9";
    std::filesystem::rename(pathOf(folder.filePath("new")), latin);
    const QString message = thrown<vit::InvalidInput>([&] { vit::listImageFolder(pathOf(folder.path())); });
    QVERIFY2(message.contains("caf\\xE9") && message.contains("not UTF-8") && message.contains("ename"),
             qPrintable(message));
    // The names of the pictures are told to nobody but in messages.
    std::filesystem::rename(latin, pathOf(folder.filePath("café")));
    std::filesystem::rename(pathOf(folder.filePath("café/0.png")), pathOf(folder.filePath("café")) / "\xE9.png");
    const ImageFolder images = vit::listImageFolder(pathOf(folder.path()));
    QCOMPARE(images.classNames, (std::vector<std::string>{"café", "tea"}));
    QCOMPARE(countLabel(images.train, 0) + countLabel(images.test, 0), 2);
    std::filesystem::remove(pathOf(folder.filePath("café")) / "\xE9.png");  // QTemporaryDir cannot
}

void TestImageFolder::linkedFolders() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("elsewhere/dogs"), 5);
    writeClass(folder.filePath("set/cat"), 5);
    QVERIFY(QFile::link(folder.filePath("elsewhere/dogs"), folder.filePath("set/dog")));
    const ImageFolder images = vit::listImageFolder(pathOf(folder.filePath("set")));
    QCOMPARE(countLabel(images.train, 1), 4);
    for (const LabelledFile& file : images.train) QVERIFY(!file.path.string().starts_with(".."));
}

// A circle stays one where the centre is cropped, and fills the picture where it is squashed.
void TestImageFolder::picturesBecomeOblong() {
    const QTemporaryDir folder;
    vit::Image circle{80, 80, 3, std::vector<std::uint8_t>(std::size_t{80} * 80 * 3, 0)};
    for (int y = 0; y < 80; ++y)
        for (int x = 0; x < 80; ++x)
            if (std::hypot(x - 39.5, y - 39.5) < 16)
                for (int c = 0; c < 3; ++c) circle.pixels[static_cast<std::size_t>((y * 80 + x) * 3 + c)] = 255;
    for (const char* name : {"a", "b"}) {
        for (int i = 0; i < 5; ++i) {
            const QString path = folder.filePath(QString("%1/%2.png").arg(name).arg(i));
            QDir().mkpath(QFileInfo(path).path());
            vit::saveImage(circle, pathOf(path));
        }
    }
    const auto reach = [](const vit::Image& image) {  // bright pixels of the middle row and column
        int across = 0, down = 0;
        for (int x = 0; x < image.width; ++x) across += image.at(x, image.height / 2, 0) > 127 ? 1 : 0;
        for (int y = 0; y < image.height; ++y) down += image.at(image.width / 2, y, 0) > 127 ? 1 : 0;
        return QSize(across, down);
    };
    // Asked of a model for such pictures whose training images were squares, it is a circle in the end.
    const vit::Image squeezed = vit::prepareForModel(circle, {40, 40, 3}, {}, vit::ImageSize(20, 40));
    QCOMPARE(reach(squeezed), QSize(16, 32));
    QCOMPARE(reach(vit::resizeArea(squeezed, 40, 20)), QSize(16, 16));
    for (const vit::PhotoFit fit : {vit::PhotoFit::Crop, vit::PhotoFit::Squash}) {
        vit::DataConfig how;
        how.photoFit = fit;
        const auto data = measured("own", vit::readImageFolder("own", pathOf(folder.path()), {20, 40}, {}, how));
        QCOMPARE(data->shape(), (vit::Dataset::Shape{40, 20, 3}));
        QCOMPARE(reach(DatasetView(data, Split::Train, 0).image(0)),
                 fit == vit::PhotoFit::Crop ? QSize(16, 16) : QSize(16, 8));
    }
}

void TestImageFolder::picturesBecomeSquares() {
    const QTemporaryDir folder;
    for (int i = 0; i < 5; ++i) {
        writePicture(folder.filePath(QString("dark/%1.png").arg(i)), {10, 50, 100}, 40 + i, 20);
        writePicture(folder.filePath(QString("light/%1.jpg").arg(i)), {240, 50, 100}, 500, 700 + i);
    }
    const auto data = measured("own", vit::readImageFolder("own", pathOf(folder.path()), 24));
    QCOMPARE(data->shape(), (vit::Dataset::Shape{24, 24, 3}));
    QCOMPARE(data->trainCount(), 8);
    for (Split split : {Split::Train, Split::Test}) {
        const DatasetView view(data, split, 0);
        for (std::int64_t i = 0; i < view.count(); ++i) {
            const int red = view.image(i).at(12, 12, 0);
            QVERIFY2(std::abs(red - (view.label(i) == 0 ? 10 : 240)) < 6, qPrintable(QString::number(red)));
        }
    }
}

void TestImageFolder::brokenPictures() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("a"), 5);
    writeClass(folder.filePath("b"), 5);
    const ImageFolder good = vit::listImageFolder(pathOf(folder.path()));
    QVERIFY(vit::findBrokenImages(pathOf(folder.path()), good).empty());
    writeFile(folder.filePath("b/3.png"), "no picture");
    writeFile(folder.filePath("a/4.png"), readFile(folder.filePath("a/3.png")).left(60));
    const auto broken = vit::findBrokenImages(pathOf(folder.path()), good);
    QCOMPARE(broken.size(), std::size_t(2));
    QCOMPARE(broken[0].path.string(), std::string("a/4.png"));
    QCOMPARE(broken[1].path.string(), std::string("b/3.png"));
    QVERIFY(QString::fromStdString(broken[1].cause).contains("no picture of a known format"));
    // Reading does not pass over them.
    const QString message = thrown<vit::Error>([&] { vit::readImageFolder("own", pathOf(folder.path()), 8); });
    QVERIFY2(message.contains("a/4.png") || message.contains("b/3.png"), qPrintable(message));
}

void TestImageFolder::tooLargeForMemory() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("a"), 2);
    writeClass(folder.filePath("b"), 2);
    const QString message = thrown<vit::Error>([&] { vit::readImageFolder("own", pathOf(folder.path()), 2'000'000); });
    QVERIFY2(message.contains("12,000,000 MB of memory"), qPrintable(message));
}

void TestImageFolder::progressAndCancel() {
    const QTemporaryDir folder;
    writeClass(folder.filePath("a"), 5);
    writeClass(folder.filePath("b"), 5);
    std::int64_t last = 0;
    std::int64_t all = 0;
    const auto watch = [&](const std::string&, std::int64_t done, std::int64_t total) {
        last = done;
        all = total;
        return true;
    };
    vit::readImageFolder("own", pathOf(folder.path()), 8, watch);
    QVERIFY(all > 0);
    QCOMPARE(last, all);
    const auto stop = [](const std::string&, std::int64_t, std::int64_t) { return false; };
    QVERIFY(!thrown<vit::Cancelled>([&] { vit::readImageFolder("own", pathOf(folder.path()), 8, stop); }).isEmpty());
}

QTEST_GUILESS_MAIN(TestImageFolder)
#include "test_image_folder.moc"
