// SPDX-License-Identifier: GPL-3.0-or-later
// Photos that stay on the disk: the same pixels as those in memory, no more of them held than may be, and words for one that
// is gone.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/data/dataset.h"
#include "core/data/sources/photo_images.h"
#include "core/session/session.h"
#include "tests/support/made_images.h"
#include "tests/support/photo_folder.h"
#include "tests/support/pictures.h"
#include "tests/support/recorder.h"
#include "tests/support/same_run.h"
#include "tests/support/thrown.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <thread>
#include <unistd.h>

using namespace vit;

namespace fs = std::filesystem;

namespace {

constexpr int kSide = 24;
constexpr std::int64_t kPhotoBytes = std::int64_t{kSide} * kSide * 3;
constexpr std::int64_t kMuch = std::int64_t{1} << 30;

using Bytes = std::vector<std::uint8_t>;

const PhotoImages& photos(const std::shared_ptr<const ImageSource>& images) {
    return dynamic_cast<const PhotoImages&>(*images);
}

Bytes bytesOf(const ImageSource& images, std::int64_t index) {
    Bytes bytes(images.shape().bytes());
    images.fill(index, bytes);
    return bytes;
}

}  // namespace

class TestPhotoImages : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;  // folder/CLASS: photos of every kind
    fs::path folder() const { return test::pathOf(m_home.filePath("folder")); }
    LabelledImages read(std::int64_t memory, const DataConfig& how = {}) const {
        return readImageFolder("own", folder(), kSide, {}, how, memory);
    }
    // Four classes of ten photos as a data set "own" of a store, whose photos may take so many bytes.
    std::shared_ptr<DataStore> store(const QTemporaryDir& home, std::int64_t memory) const;
    // A run of two epochs on them.
    TrainRequest request(const QTemporaryDir& home, const QString& name) const;
    QString endOfARun(const QTemporaryDir& home, const std::function<void(const fs::path& files)>& change);

private Q_SLOTS:
    void initTestCase();
    void pixelsAreThoseOfTheFiles_data();
    void pixelsAreThoseOfTheFiles();
    void whatFitsIsDecodedOnceAndAtTheStart();
    void noMoreIsHeldThanMayBe();
    void threadsReadTheSame();
    void goneOrDamaged();
    void replacedOrChanged_data();
    void replacedOrChanged();
    void marksAreOfPathsLabelsSizesAndTimes();
    void memoryIsAShareOfWhatThereIs();
    void runsAreTheSameFromDiskAndMemory();
    void aRunEndsInWordsWhenAPhotoIsGone();
    void aRunEndsInWordsWhenAPhotoIsReplaced();
    void aRunThatGoesOnKnowsItsPhotos_data();
    void aRunThatGoesOnKnowsItsPhotos();
    void aRunIsJudgedByTheDataSetsOwn();
};

void TestPhotoImages::initTestCase() {
    const auto path = [&](const char* name) { return m_home.filePath(QString("folder/") + name); };
    fs::create_directories(folder() / "a");
    fs::create_directories(folder() / "b");
    saveImage(test::gradientImage(90, 50), test::pathOf(path("a/camera.jpg")));
    test::writeFile(path("a/turned.jpg"), test::withOrientation(test::readFile(path("a/camera.jpg")), 6));
    saveImage(test::gradientImage(30, 31), test::pathOf(path("a/plain.png")));
    saveImage(convertChannels(test::gradientImage(60, 44), 1), test::pathOf(path("a/grey.png")));
    saveImage(test::gradientImage(240, 20), test::pathOf(path("b/wide.png")));
    saveImage(test::gradientImage(250, 250), test::pathOf(path("b/large.jpg")));  // decoded at a part of its size
    saveImage(test::gradientImage(kSide, kSide), test::pathOf(path("b/fitting.png")));
    QVERIFY(loadImage(test::pathOf(path("a/turned.jpg"))).width == 50);
}

void TestPhotoImages::pixelsAreThoseOfTheFiles_data() {
    QTest::addColumn<int>("fit");
    QTest::addColumn<int>("filter");
    QTest::addColumn<double>("share");
    QTest::newRow("as usual") << int(PhotoFit::Crop) << int(PhotoFilter::Area) << 1.0;
    QTest::newRow("as timm") << int(PhotoFit::Crop) << int(PhotoFilter::Bicubic) << 0.875;
    QTest::newRow("squashed") << int(PhotoFit::Squash) << int(PhotoFilter::Bilinear) << 1.0;
}

void TestPhotoImages::pixelsAreThoseOfTheFiles() {
    QFETCH(int, fit);
    QFETCH(int, filter);
    QFETCH(double, share);
    DataConfig how;
    how.photoFit = static_cast<PhotoFit>(fit);
    how.photoFilter = static_cast<PhotoFilter>(filter);
    how.photoShare = share;
    const ImageFolder listed = listImageFolder(folder());
    for (const std::int64_t memory : {std::int64_t{0}, 2 * kPhotoBytes, kMuch}) {
        const LabelledImages images = read(memory, how);
        for (const auto& [files, source] : {std::pair(&listed.train, images.train), std::pair(&listed.test, images.test)}) {
            QCOMPARE(source->count(), static_cast<std::int64_t>(files->size()));
            for (std::size_t i = 0; i < files->size(); ++i) {
                const LabelledFile& file = (*files)[i];
                const Image whole = loadImage(folder() / file.path, static_cast<int>(std::ceil(2 * kSide / share)));
                const Bytes expected = prepareForModel(whole, {kSide, kSide, 3}, how).pixels;
                const auto index = static_cast<std::int64_t>(i);
                QCOMPARE(source->label(index), file.label);
                for (int time = 0; time < 2; ++time)
                    QVERIFY2(bytesOf(*source, index) == expected, file.path.c_str());
            }
        }
    }
}

void TestPhotoImages::whatFitsIsDecodedOnceAndAtTheStart() {
    const ImageFolder listed = listImageFolder(folder());
    const auto all = static_cast<std::int64_t>(listed.train.size() + listed.test.size());
    const LabelledImages images = read(all * kPhotoBytes);
    for (int time = 0; time < 2; ++time) {
        for (const auto& table : {images.train, images.test}) {
            QCOMPARE(photos(table).decoded(), table->count());
            QCOMPARE(photos(table).held(), table->count());
            for (std::int64_t i = 0; i < table->count(); ++i) {
                QVERIFY(table->isAtHand(i));
                QCOMPARE(table->read(i, {}).data(), table->read(i, {}).data());  // no copy
            }
        }
    }
}

void TestPhotoImages::noMoreIsHeldThanMayBe() {
    const LabelledImages images = read(3 * kPhotoBytes + kPhotoBytes / 2);
    const PhotoImages& train = photos(images.train);
    QVERIFY(train.count() > 3);
    QCOMPARE(train.decoded(), 0);  // nothing before it is wanted
    constexpr std::int64_t kTimes = 4;
    for (std::int64_t time = 0; time < kTimes; ++time)
        for (const auto& table : {images.train, images.test})
            for (std::int64_t i = 0; i < table->count(); ++i) bytesOf(*table, i);
    QCOMPARE(train.held(), 3);
    QCOMPARE(train.decoded(), 3 + kTimes * (train.count() - 3));
    QVERIFY(train.isAtHand(2) && !train.isAtHand(3));
    QCOMPARE(photos(images.test).held(), 0);
    QCOMPARE(photos(images.test).decoded(), kTimes * images.test->count());
}

void TestPhotoImages::threadsReadTheSame() {
    const LabelledImages reference = read(kMuch);
    const LabelledImages images = read(2 * kPhotoBytes);
    std::atomic<int> different = 0;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread)
        threads.emplace_back([&, thread] {
            for (std::int64_t step = 0; step < 40; ++step) {
                const std::int64_t i = (step + thread % 3) % images.train->count();
                if (bytesOf(*images.train, i) != bytesOf(*reference.train, i)) ++different;
            }
        });
    threads.clear();
    QCOMPARE(different, 0);
    QCOMPARE(photos(images.train).held(), 2);
}

void TestPhotoImages::goneOrDamaged() {
    const QTemporaryDir own;
    const fs::path path = test::pathOf(own.path());
    test::writePhotos(path, 5, 2);
    const LabelledImages images = readImageFolder("own", path, kSide, {}, {}, 2 * kPhotoBytes);
    const ImageFolder listed = listImageFolder(path);
    for (const std::int64_t i : {0, 1}) images.train->read(i, {});
    const Bytes kept = bytesOf(*images.train, 0);
    test::writeFile(QString::fromStdString((path / listed.train[3].path).string()), "no picture");
    fs::remove(path / listed.train[2].path);
    fs::remove(path / listed.train[0].path);
    Bytes into(static_cast<std::size_t>(kPhotoBytes));
    const QString gone = test::thrown<Error>([&] { images.train->read(2, into); });
    QVERIFY2(gone.contains(QString::fromStdString(listed.train[2].path.string())) && gone.contains("No such file"),
             qPrintable(gone));
    const QString damaged = test::thrown<Error>([&] { images.train->read(3, into); });
    QVERIFY2(damaged.contains(QString::fromStdString(listed.train[3].path.string())) &&
                 damaged.contains("is not the one that it was"),
             qPrintable(damaged));
    QVERIFY(bytesOf(*images.train, 0) == kept);  // in memory
}

void TestPhotoImages::replacedOrChanged_data() {
    using Change = std::function<void(const fs::path&)>;
    QTest::addColumn<Change>("change");
    QTest::addColumn<bool>("noticed");
    const auto row = [](const char* name, const Change& change, bool noticed) { QTest::newRow(name) << change << noticed; };
    row("nothing", [](const fs::path&) {}, false);
    row("another photo", [](const fs::path& file) { test::writePhoto(test::noisyPhoto(1, 99, 30), file); }, true);
    row("as many bytes at another time", [](const fs::path& file) {
        fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(1));
    }, true);
    row("another one of an earlier time", [](const fs::path& file) {
        const auto before = fs::last_write_time(file);
        test::writePhoto(test::noisyPhoto(1, 99, 30), file);
        fs::last_write_time(file, before);
    }, true);
    row("moved away and back", [](const fs::path& file) {
        fs::rename(file, file.string() + ".away");
        fs::rename(file.string() + ".away", file);
    }, false);
}

// One that was in memory already stays what it was; another one is named before anybody learns from it.
void TestPhotoImages::replacedOrChanged() {
    using Change = std::function<void(const fs::path&)>;
    QFETCH(Change, change);
    QFETCH(bool, noticed);
    const QTemporaryDir own;
    const fs::path path = test::pathOf(own.path());
    test::writePhotos(path, 5, 2);
    const LabelledImages images = readImageFolder("own", path, kSide, {}, {}, 2 * kPhotoBytes);
    const ImageFolder listed = listImageFolder(path);
    const Bytes kept = bytesOf(*images.train, 0);
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{4}}) change(path / listed.train[i].path);
    QVERIFY(!images.train->isOutdated());
    Bytes into(static_cast<std::size_t>(kPhotoBytes));
    for (const std::int64_t i : {1, 4}) {  // kept when it is read, and never kept
        const QString message = test::thrown<Error>([&] { images.train->read(i, into); });
        const QString name = QString::fromStdString(listed.train[static_cast<std::size_t>(i)].path.string());
        QCOMPARE(message.contains(name) && message.contains("is not the one that it was"), noticed);
    }
    QCOMPARE(images.train->isOutdated(), noticed);
    QVERIFY(!images.test->isOutdated());
    QVERIFY(bytesOf(*images.train, 0) == kept);
    QVERIFY(!bytesOf(*images.train, 2).empty());
}

void TestPhotoImages::marksAreOfPathsLabelsSizesAndTimes() {
    const QTemporaryDir own;
    const fs::path path = test::pathOf(own.filePath("photos"));
    const fs::path copy = test::pathOf(own.filePath("copy"));
    test::writePhotos(path, 5, 2);
    fs::copy(path, copy, fs::copy_options::recursive);
    const auto marks = [](const fs::path& folder) {
        return readImageFolder("own", folder, kSide, {}, {}, 0).train->marks();
    };
    const FileMarks before = marks(path);
    QCOMPARE(before.count, 8);
    QCOMPARE(marks(path).times, before.times);
    const fs::path first = listImageFolder(copy).train.front().path;
    fs::last_write_time(copy / first, fs::last_write_time(copy / first) + std::chrono::hours(1));
    QCOMPARE(marks(copy).sizes, before.sizes);
    QVERIFY(marks(copy).times != before.times);
    QVERIFY(marks(copy).changed > before.changed);
    QCOMPARE(marks(copy).lastChanged, first.string());
    test::writePhoto(test::noisyPhoto(1, 99, 30), copy / first);
    QVERIFY(marks(copy).sizes != before.sizes);
    fs::rename(copy / "red", copy / "blue");  // the same files, with other names and labels
    QVERIFY(marks(copy).sizes != before.sizes);
    QCOMPARE(test::countingDataset(4, 2, 2)->train().marks().count, 0);  // in memory
}

void TestPhotoImages::memoryIsAShareOfWhatThereIs() {
    QVERIFY(photoMemory() > std::int64_t{1} << 20);
    QVERIFY(photoMemory() < std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE) / 4 + 1);
}

std::shared_ptr<DataStore> TestPhotoImages::store(const QTemporaryDir& home, std::int64_t memory) const {
    const fs::path data = test::pathOf(home.filePath("data"));
    auto store = std::make_shared<DataStore>(data, memory);
    if (!fs::exists(data / "own")) {
        test::writePhotos(test::pathOf(home.filePath("photos")), 10, 4);
        store->add("own", test::pathOf(home.filePath("photos")));
    }
    return store;
}

TrainRequest TestPhotoImages::request(const QTemporaryDir& home, const QString& name) const {
    TrainRequest request;
    request.config = preset("testing").config;
    request.config.data.name = "own";
    request.config.run.batchSize = 8;
    request.config.run.threads = 1;
    request.runFolder = test::pathOf(home.filePath(name));
    return request;
}

void TestPhotoImages::runsAreTheSameFromDiskAndMemory() {
    const QTemporaryDir home;
    const std::int64_t photo = std::int64_t{16} * 16 * 3;
    for (const auto& [name, memory] : {std::pair("memory", kMuch), std::pair("disk", std::int64_t{0}),
                                       std::pair("both", 7 * photo)}) {
        test::Recorder recorder;
        Session session({test::pathOf(home.filePath("data")), test::pathOf(home.filePath("runs")), store(home, memory), 0},
                        recorder.listener());
        session.train(request(home, name));
        session.wait();
        QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
        QCOMPARE(test::runDifference(test::pathOf(home.filePath("memory")), test::pathOf(home.filePath(name))),
                 std::string());
    }
}

// How a run ends whose photos, which are read from the disk, are changed after its first epoch.
QString TestPhotoImages::endOfARun(const QTemporaryDir& home, const std::function<void(const fs::path& files)>& change) {
    test::Recorder recorder;
    recorder.react = [&](const Event& event) {
        const auto* epoch = std::get_if<EpochDone>(&event);
        if (epoch && epoch->epoch == 1) change(test::pathOf(home.filePath("data/own/files")));
    };
    Session session({test::pathOf(home.filePath("data")), test::pathOf(home.filePath("runs")), store(home, 0), 0},
                    recorder.listener());
    session.train(request(home, "run"));
    session.wait();
    const auto failed = recorder.all<RunFailed>();
    return failed.size() == 1 && recorder.all<EpochDone>().size() == 1 ? QString::fromStdString(failed.front().text) : QString();
}

void TestPhotoImages::aRunEndsInWordsWhenAPhotoIsGone() {
    const QTemporaryDir home;
    const QString text = endOfARun(home, [](const fs::path& files) { fs::remove_all(files / "green"); });
    QVERIFY2(text.contains("own/files/green/photo") && text.contains("No such file"), qPrintable(text));
    QVERIFY(fs::exists(test::pathOf(home.filePath("run/last.safetensors"))));  // of the epoch before
}

void TestPhotoImages::aRunEndsInWordsWhenAPhotoIsReplaced() {
    const QTemporaryDir home;
    const QString text = endOfARun(home, [](const fs::path& files) {
        for (int i = 0; i < 10; ++i)
            test::writePhoto(test::noisyPhoto(0, static_cast<std::uint64_t>(9000 + i), 30),
                             files / "green" / ("photo" + std::to_string(i) + ".png"));
    });
    QVERIFY2(text.contains("own/files/green/photo") && text.contains("is not the one that it was"), qPrintable(text));
}

void TestPhotoImages::aRunThatGoesOnKnowsItsPhotos_data() {
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("refused");  // empty: it goes on
    QTest::addColumn<QString>("warned");   // empty: without a word
    QTest::newRow("nothing") << "nothing" << "" << "";
    QTest::newRow("replaced") << "replaced" << "(green/photo3.png was written last)" << "";
    QTest::newRow("fewer") << "fewer" << "they were 40 and are 39" << "";
    QTest::newRow("more") << "more" << "they were 40 and are 41" << "";
    QTest::newRow("renamed") << "renamed" << "replaced, changed or renamed" << "";
    QTest::newRow("copied") << "copied" << "" << "as copies are (green/photo3.png was written last)";
    QTest::newRow("a run that does not say") << "older" << "" << "";
}

void TestPhotoImages::aRunThatGoesOnKnowsItsPhotos() {
    QFETCH(QString, change);
    QFETCH(QString, refused);
    QFETCH(QString, warned);
    const QTemporaryDir home;
    const fs::path run = test::pathOf(home.filePath("run"));
    const fs::path green = test::pathOf(home.filePath("data/own/files/green"));
    const fs::path photo = green / "photo3.png";
    const auto train = [&](test::Recorder& recorder, const TrainRequest& wanted) {
        // Another store each time, as of another program: nothing is in memory.
        Session session({test::pathOf(home.filePath("data")), test::pathOf(home.filePath("runs")), store(home, 0), 0},
                        recorder.listener());
        session.train(wanted);
        session.wait();
    };
    test::Recorder first;
    TrainRequest begun = request(home, "run");
    begun.stopAfterEpoch = 1;
    train(first, begun);
    QCOMPARE(first.all<RunFinished>().size(), std::size_t{1});

    if (change == "replaced") test::writePhoto(test::noisyPhoto(0, 99, 30), photo);
    if (change == "fewer") fs::remove(photo);
    if (change == "more") fs::copy_file(photo, green / "photo99.png");
    if (change == "renamed") fs::rename(photo, green / "photo99.png");
    if (change == "copied") fs::last_write_time(photo, fs::last_write_time(photo) + std::chrono::hours(1));
    if (change == "older") {
        const QString environment = QString::fromStdString((run / "environment.json").string());
        QJsonObject json = QJsonDocument::fromJson(test::readFile(environment)).object();
        QVERIFY(json.contains("files"));
        json.remove("files");
        test::writeFile(environment, QJsonDocument(json).toJson());
        test::writePhoto(test::noisyPhoto(0, 99, 30), photo);
    }
    test::Recorder second;
    TrainRequest again;
    again.resumeFrom = run;
    train(second, again);
    const auto failed = second.all<RunFailed>();
    const QString text = failed.empty() ? QString() : QString::fromStdString(failed.front().text);
    QVERIFY2(refused.isEmpty() ? failed.empty() : text.contains(refused) && text.contains("own"), qPrintable(text));
    QString warnings;
    for (const Message& message : second.all<Message>())
        if (message.severity == Severity::Warning) warnings += QString::fromStdString(message.text);
    QVERIFY2(warned.isEmpty() ? warnings.isEmpty() : warnings.contains(warned), qPrintable(warnings));
    QCOMPARE(second.all<EpochDone>().size(), std::size_t(refused.isEmpty() ? 1 : 0));
}

void TestPhotoImages::aRunIsJudgedByTheDataSetsOwn() {
    const QTemporaryDir home;
    const fs::path photos = test::pathOf(home.filePath("photos"));
    for (const auto& [split, each, first] : {std::tuple("train", 8, 0), std::tuple("val", 3, 100), std::tuple("test", 2, 200)})
        test::writePhotos(photos / split, each, 4, first);
    auto store = std::make_shared<DataStore>(test::pathOf(home.filePath("data")));
    store->add("own", photos);
    for (const bool own : {true, false}) {
        TrainRequest wanted = request(home, own ? "own" : "share");
        wanted.config.data.validationSplit = own ? ValidationSplit::Folder : ValidationSplit::End;
        test::Recorder recorder;
        Session session({test::pathOf(home.filePath("data")), test::pathOf(home.filePath("runs")), store, 0},
                        recorder.listener());
        session.train(wanted);
        session.wait();
        const auto started = recorder.all<RunStarted>();
        QCOMPARE(started.size(), std::size_t{1});
        QCOMPARE(started[0].trainImages, own ? 32 : 39);  // of 44, a tenth of which is 5
        QCOMPARE(started[0].validationImages, own ? 12 : 5);
        QCOMPARE(started[0].testImages, 8);
        QString said;
        for (const Message& message : recorder.all<Message>()) said += QString::fromStdString(message.text);
        QCOMPARE(said.contains("sets 12 images aside"), !own);
    }
}

QTEST_GUILESS_MAIN(TestPhotoImages)
#include "test_photo_images.moc"
