// SPDX-License-Identifier: GPL-3.0-or-later
// The store: what it lists, takes in, refuses, opens and removes.
#include "core/base/error.h"
#include "core/data/store/data_store.h"
#include "tests/support/archive_writer.h"
#include "tests/support/cifar_files.h"
#include "tests/support/pictures.h"
#include "tests/support/thrown.h"

#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <csignal>
#include <thread>

#include <sys/resource.h>

using vit::DataInfo;
using vit::DataStore;
using namespace vit::test;

namespace {

class Place {
public:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString storeFolder() const { return path("home/data"); }
    DataStore& store() { return m_store; }

    // Names in the store's folder, hidden ones too.
    QStringList inStore() const {
        return QDir(storeFolder()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    }

    // The same in folders for the splits, of each class as many as there are in the name's place.
    QString split(const std::vector<std::pair<const char*, int>>& splits) const {
        for (const auto& [name, count] : splits)
            for (int i = 0; i < count; ++i)
                for (const char* label : {"red", "blue"})
                    writePicture(path(QString("split/%1/%2/%3.png").arg(name, label).arg(i)),
                                 {static_cast<std::uint8_t>(label[0] == 'r' ? 255 : 0), 9, 90}, 12, 10);
        return path("split");
    }

    // Two classes of flat colours, ten pictures each.
    QString pictures(int broken = 0) const {
        for (int i = 0; i < 10; ++i)
            for (int label = 0; label < 2; ++label) {
                const QString file = path(QString("pictures/%1/%2.png").arg(label ? "blue" : "red").arg(i));
                using Colour = std::array<std::uint8_t, 3>;
                const Colour colour = label == 0 ? Colour{255, 9, 0} : Colour{0, 9, 255};
                writePicture(file, colour, 12 + i % 3, 10);
                if (label == 0 && i < broken) writeFile(file, "no picture");
            }
        return path("pictures");
    }

private:
    QTemporaryDir m_folder;
    DataStore m_store{pathOf(storeFolder())};
};

// Black pictures in MNIST's numbers, with labels that begin as given and then are 1.
void writeMnist(const QString& folder, const QByteArray& firstLabels) {
    const auto number = [](int value) {
        QByteArray bytes;
        for (int shift : {24, 16, 8, 0}) bytes += char(value >> shift & 255);
        return bytes;
    };
    for (const auto& [part, count] : {std::pair{"train", 60'000}, std::pair{"t10k", 10'000}}) {
        const QString start = folder + "/" + part;
        const QByteArray images = QByteArray("\0\0\x8\3", 4) + number(count) + number(28) + number(28);
        const QByteArray labels = QByteArray("\0\0\x8\1", 4) + number(count);
        writeFile(start + "-images-idx3-ubyte", images + QByteArray(qsizetype{28} * 28 * count, '\0'));
        writeFile(start + "-labels-idx1-ubyte", labels + firstLabels + QByteArray(count - firstLabels.size(), '\1'));
    }
}

QString packed(const QString& folder, const QString& archivePath) {
    ArchiveWriter archive(archivePath);
    for (QDirIterator entry(folder, QDir::Files, QDirIterator::Subdirectories); entry.hasNext();) {
        const QString file = entry.next();
        archive.addFile("wrapped/" + QDir(folder).relativeFilePath(file), readFile(file));
    }
    return archivePath;
}

}  // namespace

class TestDataStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatItKnows();
    void unknownNamesAreExplained();
    void defaultFolder_data();
    void defaultFolder();
    void everyKindFromFolderAndArchive_data();
    void everyKindFromFolderAndArchive();
    void refused_data();
    void refused();
    void knownNamesNeedTheirOwnData_data();
    void knownNamesNeedTheirOwnData();
    void mnistAndFashionMnistAreToldApart();
    void fewBrokenPicturesAreLeftOutAndNamed();
    void picturesOfOtherFormatsAreNotPassedOverInSilence();
    void manyBrokenPicturesAreRefused();
    void copiesAreShared();
    void concurrentOpensReadOnce();
    void cancelLeavesNothing();
    void unwritableFolder();
    void damagedManifestIsListedAndRemovable_data();
    void damagedManifestIsListedAndRemovable();
    void removeAndAddAgain();
    void statisticsAreMeasuredOnceAndKept();
    void statisticsOfOlderDataSetsAreMeasuredAndKept();
    void statisticsBelongToAnImageSize();
    void statisticsNeedNoWritableFolder();
    void statisticsAreOfTheFilesThatAreThere();
    void ownValidationImagesAreTold();
    void validationImagesInTheTestsPlaceAreTold();
    void aReplacedPictureIsReadFromANewCopy();
};

void TestDataStore::whatItKnows() {
    Place place;
    const std::vector<DataInfo> all = place.store().list();
    QStringList names;
    for (const DataInfo& info : all) {
        names << QString::fromStdString(info.name);
        QVERIFY(!info.title.empty() && !info.description.empty() && info.classes > 0);
        QCOMPARE(info.available, info.name == "synthetic-shapes");
        QCOMPARE(info.downloadable, info.name.starts_with("cifar"));
        QCOMPARE(info.downloadBytes > 0, info.downloadable);
    }
    QCOMPARE(names, (QStringList{"synthetic-shapes", "cifar-10", "cifar-100", "mnist", "fashion-mnist"}));
    QVERIFY(!QFile::exists(place.storeFolder()));  // looking makes no folder
    const auto data = place.store().open("synthetic-shapes", 72);
    QCOMPARE(data->classes(), all[0].classes);
}

void TestDataStore::unknownNamesAreExplained() {
    Place place;
    const QString message = thrown<vit::InvalidInput>([&] { place.store().info("cifar-1000"); });
    QVERIFY2(message.contains("cifar-1000") && message.contains("fashion-mnist"), qPrintable(message));
    QVERIFY(thrown<vit::InvalidInput>([&] { place.store().open("cifar-100", 72); }).contains("download it"));
    QVERIFY(thrown<vit::InvalidInput>([&] { place.store().open("mnist", 72); }).contains("add it"));
    QVERIFY(thrown<vit::InvalidInput>([&] { place.store().download("mnist"); }).contains("No address"));
    QVERIFY(thrown<vit::InvalidInput>([&] { place.store().remove("cifar-100"); }).contains("not on this computer"));
    QVERIFY(thrown<vit::InvalidInput>([&] { place.store().remove("synthetic-shapes"); }).contains("cannot be removed"));
}

void TestDataStore::defaultFolder_data() {
    QTest::addColumn<QByteArray>("xdg");
    QTest::addColumn<QByteArray>("home");
    QTest::addColumn<QString>("expected");
    QTest::newRow("XDG") << QByteArray("/data") << QByteArray("/home/user") << "/data/vit-workbench/data";
    QTest::newRow("home") << QByteArray() << QByteArray("/home/user") << "/home/user/.local/share/vit-workbench/data";
    QTest::newRow("relative XDG") << QByteArray("x") << QByteArray("/h") << "/h/.local/share/vit-workbench/data";
    QTest::newRow("nothing") << QByteArray() << QByteArray() << "";
}

void TestDataStore::defaultFolder() {
    QFETCH(QByteArray, xdg);
    QFETCH(QByteArray, home);
    QFETCH(QString, expected);
    const QByteArray xdgBefore = qgetenv("XDG_DATA_HOME");
    const QByteArray homeBefore = qgetenv("HOME");
    qputenv("XDG_DATA_HOME", xdg);
    qputenv("HOME", home);
    QString found;
    const QString message =
        thrown<vit::Error>([&] { found = QString::fromStdString(DataStore::defaultFolder().string()); });
    qputenv("XDG_DATA_HOME", xdgBefore);
    qputenv("HOME", homeBefore);
    QCOMPARE(found, expected);
    QCOMPARE(message.contains("XDG_DATA_HOME"), expected.isEmpty());
}

void TestDataStore::everyKindFromFolderAndArchive_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("archive");  // empty: the folder itself
    for (const char* kind : {"cifar-10", "cifar-100", "pictures"})
        for (const char* archive : {"", "x.tar.gz", "x.tar.xz", "x.zip"})
            QTest::addRow("%s %s", kind, archive) << QString(kind) << QString(archive);
}

void TestDataStore::everyKindFromFolderAndArchive() {
    QFETCH(QString, kind);
    QFETCH(QString, archive);
    Place place;
    if (kind == "cifar-10") writeCifar10(place.path("source"));
    if (kind == "cifar-100") writeCifar100(place.path("source"));
    QString source = kind == "pictures" ? place.pictures() : place.path("source");
    if (!archive.isEmpty()) source = packed(source, place.path(archive));

    const DataInfo info = place.store().add("my-own.1", pathOf(source));
    QVERIFY(info.available);
    QCOMPARE(info.classes, kind == "pictures" ? 2 : 3);
    QCOMPARE(place.inStore(), QStringList{"my-own.1"});
    QVERIFY(QFile::exists(source));
    QCOMPARE(place.store().list().back().name, std::string("my-own.1"));

    const auto data = place.store().open("my-own.1", 8);
    QCOMPARE(data->name(), std::string("my-own.1"));
    QCOMPARE(data->shape().width, kind == "pictures" ? 8 : 32);
    QCOMPARE(data->trainCount() + data->testCount(), kind == "pictures" ? 20 : 12);
    // Another store on the same folder finds it too.
    QVERIFY(DataStore(pathOf(place.storeFolder())).info("my-own.1").available);
}

void TestDataStore::refused_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("cause");
    QTest::newRow("no such file") << "mine" << "missing.zip" << "There is no file";
    QTest::newRow("nothing in it") << "mine" << "empty" << "There is no data set in";
    QTest::newRow("built in") << "synthetic-shapes" << "good" << "already";
    QTest::newRow("taken") << "taken" << "good" << "remove it first";
    for (const char* name : {"", "../up", "a/b", ".hidden", "-option", "with space", "ümlaut"})
        QTest::newRow(qPrintable(QString("name ") + name)) << QString(name) << "good" << "cannot be the name";
    QTest::newRow("long name") << QString(65, 'x') << "good" << "cannot be the name";
    QTest::newRow("damaged") << "mine" << "damaged" << "multiple of 3,074";
    QTest::newRow("no archive") << "mine" << "damaged/train.bin" << "neither tar nor zip";
}

void TestDataStore::refused() {
    QFETCH(QString, name);
    QFETCH(QString, from);
    QFETCH(QString, cause);
    Place place;
    writeCifar100(place.path("good"));
    writeCifar100(place.path("damaged"));
    writeFile(place.path("damaged/train.bin"), "short");
    QDir().mkpath(place.path("empty"));
    place.store().add("taken", pathOf(place.path("good")));
    const QString message =
        thrown<vit::Error>([&] { place.store().add(name.toStdString(), pathOf(place.path(from))); });
    QVERIFY2(message.contains(cause), qPrintable(message));
    QCOMPARE(place.inStore(), QStringList{"taken"});
}

void TestDataStore::knownNamesNeedTheirOwnData_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("cause");
    QTest::newRow("cifar-100") << "cifar-100" << "names 3 classes, but expected are 100";
    QTest::newRow("cifar-10") << "cifar-10" << "there are CIFAR-100 binaries, but cifar-10 needs CIFAR-10 binaries";
    QTest::newRow("mnist") << "mnist" << "but mnist needs idx files";
}

void TestDataStore::knownNamesNeedTheirOwnData() {
    QFETCH(QString, name);
    QFETCH(QString, cause);
    Place place;
    writeCifar100(place.path("good"));
    const QString message =
        thrown<vit::Error>([&] { place.store().add(name.toStdString(), pathOf(place.path("good"))); });
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY(!place.store().info(name.toStdString()).available);
    QCOMPARE(place.inStore(), QStringList{});
}

void TestDataStore::mnistAndFashionMnistAreToldApart() {
    Place place;
    writeMnist(place.path("fashion"), QByteArray("\x9\0\0\3\0\2\7\2\5\5", 10));
    const QString message =
        thrown<vit::InvalidInput>([&] { place.store().add("mnist", pathOf(place.path("fashion"))); });
    QVERIFY2(message.contains("add them as fashion-mnist"), qPrintable(message));
    QCOMPARE(place.inStore(), QStringList{});
    QVERIFY(place.store().add("fashion-mnist", pathOf(place.path("fashion"))).available);
    const auto data = place.store().open("fashion-mnist", 0);
    QCOMPARE(data->shape(), (vit::Dataset::Shape{28, 28, 1}));
    QCOMPARE(data->classNames()[9], std::string("ankle boot"));
    QCOMPARE(place.store().info("fashion-mnist").channels, 1);
    // Under a name of one's own they are what one says.
    const DataInfo own = place.store().add("clothes", pathOf(place.path("fashion")));
    QVERIFY(own.available);
    QCOMPARE(own.channels, 1);
}

void TestDataStore::picturesOfOtherFormatsAreNotPassedOverInSilence() {
    Place place;
    const QString folder = place.pictures(0);
    writeFile(folder + "/red/IMG_1.HEIC", "what no codec here knows");
    const DataInfo info = place.store().add("pictures", pathOf(folder));
    const QString description = QString::fromStdString(info.description);
    QVERIFY2(description.contains("red/IMG_1.HEIC") && description.contains("JPEG, PNG"), qPrintable(description));
    // A folder with nothing else is no data set, and that is why.
    writeFile(place.path("phone/cat/IMG_1.HEIC"), "x");
    writeFile(place.path("phone/dog/IMG_2.HEIC"), "x");
    const QString message = thrown<vit::InvalidInput>([&] { place.store().add("phone", pathOf(place.path("phone"))); });
    QVERIFY2(message.contains("IMG_1.HEIC") && message.contains("convert them"), qPrintable(message));
}

void TestDataStore::fewBrokenPicturesAreLeftOutAndNamed() {
    Place place;
    const DataInfo info = place.store().add("pictures", pathOf(place.pictures(1)));
    const QString description = QString::fromStdString(info.description);
    QVERIFY2(description.contains("1 picture that cannot be opened was left out (red/0.png)"), qPrintable(description));
    const auto data = place.store().open("pictures", 8);
    QCOMPARE(data->trainCount() + data->testCount(), 19);
    QVERIFY(QFile::exists(place.path("pictures/red/0.png")));  // the person's own file
}

void TestDataStore::manyBrokenPicturesAreRefused() {
    Place place;
    const QString message =
        thrown<vit::InvalidInput>([&] { place.store().add("pictures", pathOf(place.pictures(3))); });
    QVERIFY2(message.contains("3 of 20 pictures") && message.contains("red/0.png"), qPrintable(message));
    QCOMPARE(place.inStore(), QStringList{});
}

void TestDataStore::copiesAreShared() {
    Place place;
    writeCifar100(place.path("good"));
    place.store().add("binary", pathOf(place.path("good")));
    place.store().add("pictures", pathOf(place.pictures()));
    auto binary = place.store().open("binary", 72);
    QCOMPARE(place.store().open("binary", 32), binary);
    const auto small = place.store().open("pictures", 8);
    QCOMPARE(place.store().open("pictures", 8), small);
    const auto large = place.store().open("pictures", 16);
    QVERIFY(large != small);
    QCOMPARE(large->shape().width, 16);
    std::weak_ptr<const vit::Dataset> weak = binary;
    binary.reset();
    QVERIFY(weak.expired());  // the store itself keeps nothing alive
}

void TestDataStore::concurrentOpensReadOnce() {
    Place place;
    place.store().add("pictures", pathOf(place.pictures()));
    std::vector<std::shared_ptr<const vit::Dataset>> copies(4);
    std::vector<std::thread> threads;
    threads.reserve(copies.size());
    for (auto& copy : copies) threads.emplace_back([&] { copy = place.store().open("pictures", 64); });
    for (std::thread& thread : threads) thread.join();
    for (const auto& copy : copies) QCOMPARE(copy, copies[0]);
}

void TestDataStore::cancelLeavesNothing() {
    Place place;
    writeCifar100(place.path("good"));
    const QString archive = packed(place.path("good"), place.path("x.tar.gz"));
    QStringList seen;
    const auto watch = [&](const std::string& what, std::int64_t, std::int64_t) {
        seen << QString::fromStdString(what).section(' ', 0, 0);
        return true;
    };
    place.store().add("mine", pathOf(archive), watch);
    for (const QString& phase : QStringList{"Unpacking", "Sorting", "Reading"}) {
        QVERIFY2(seen.contains(phase), qPrintable(phase));
        const auto stop = [&](const std::string& what, std::int64_t, std::int64_t) {
            return !QString::fromStdString(what).startsWith(phase);
        };
        QVERIFY(!thrown<vit::Cancelled>([&] { place.store().add("other", pathOf(archive), stop); }).isEmpty());
        QCOMPARE(place.inStore(), QStringList{"mine"});
    }
}

void TestDataStore::unwritableFolder() {
    Place place;
    writeCifar100(place.path("good"));
    writeFile(place.path("home"), "a file where the folder should be");
    const QString message = thrown<vit::Error>([&] { place.store().add("mine", pathOf(place.path("good"))); });
    QVERIFY2(message.contains(place.storeFolder()), qPrintable(message));
}

void TestDataStore::damagedManifestIsListedAndRemovable_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("torn") << QByteArray("{\"kind\": \"idx\"");
    QTest::newRow("an entry missing") << QByteArray("{\"kind\": \"idx\"}");
    QTest::newRow("of the wrong kind") << QByteArray("{\"kind\": 5}");
}

void TestDataStore::damagedManifestIsListedAndRemovable() {
    QFETCH(QByteArray, content);
    Place place;
    writeFile(place.storeFolder() + "/mine/dataset.json", content);
    const DataInfo info = place.store().info("mine");
    QVERIFY(!info.available);
    QVERIFY(QString::fromStdString(info.description).contains("dataset.json is damaged"));
    QVERIFY2(!QString::fromStdString(info.description).contains("json.exception"), info.description.c_str());
    QVERIFY(!thrown<vit::InvalidInput>([&] { place.store().open("mine", 8); }).isEmpty());
    place.store().remove("mine");
    QCOMPARE(place.inStore(), QStringList{});
}

void TestDataStore::removeAndAddAgain() {
    Place place;
    writeCifar100(place.path("good"), 9);
    writeCifar100(place.path("better"), 12);
    place.store().add("mine", pathOf(place.path("good")));
    const auto old = place.store().open("mine", 32);
    place.store().remove("mine");
    QCOMPARE(place.inStore(), QStringList{});
    QVERIFY(!thrown<vit::InvalidInput>([&] { place.store().open("mine", 32); }).isEmpty());
    place.store().add("mine", pathOf(place.path("better")));
    QCOMPARE(place.store().open("mine", 32)->trainCount(), 12);
    QCOMPARE(old->trainCount(), 9);
}

// What the manifest says counts: nothing is measured again.
void TestDataStore::statisticsAreMeasuredOnceAndKept() {
    Place place;
    writeCifar100(place.path("good"));
    place.store().add("mine", pathOf(place.path("good")));
    const QString manifest = place.storeFolder() + "/mine/dataset.json";
    const auto data = place.store().open("mine", 32);
    const vit::ChannelStatistics measured = vit::measureChannels(data->train());
    QVERIFY(data->statistics() == measured);

    QJsonObject json = QJsonDocument::fromJson(readFile(manifest)).object();
    QJsonArray entries = json["measured"].toArray();
    QCOMPARE(entries.size(), 1);
    QJsonObject entry = entries[0].toObject();
    for (int c = 0; c < 3; ++c) QCOMPARE(entry["mean"].toArray()[c].toDouble(), measured.mean[std::size_t(c)]);
    entry["mean"] = QJsonArray{1.5, 2.5, 3.5};
    entries[0] = entry;
    json["measured"] = entries;
    writeFile(manifest, QJsonDocument(json).toJson());
    const auto again = DataStore(pathOf(place.storeFolder())).open("mine", 32);
    QCOMPARE(again->statistics().mean, (std::array<double, 3>{1.5, 2.5, 3.5}));
    QCOMPARE(again->statistics().deviation, measured.deviation);

    // Of other images than there are now: measured anew.
    entry["images"] = 8;
    entries[0] = entry;
    json["measured"] = entries;
    writeFile(manifest, QJsonDocument(json).toJson());
    QVERIFY(DataStore(pathOf(place.storeFolder())).open("mine", 32)->statistics() == measured);
    QVERIFY(!readFile(manifest).contains("1.5"));
}

void TestDataStore::statisticsOfOlderDataSetsAreMeasuredAndKept() {
    Place place;
    writeCifar100(place.path("good"));
    place.store().add("mine", pathOf(place.path("good")));
    const QString manifest = place.storeFolder() + "/mine/dataset.json";
    const QByteArray whole = readFile(manifest);
    QJsonObject json = QJsonDocument::fromJson(whole).object();
    json.remove("measured");
    writeFile(manifest, QJsonDocument(json).toJson());
    const auto data = place.store().open("mine", 32);
    QVERIFY(data->statistics() == vit::measureChannels(data->train()));
    QCOMPARE(readFile(manifest), whole);
}

void TestDataStore::statisticsBelongToAnImageSize() {
    Place place;
    place.store().add("pictures", pathOf(place.pictures()));
    const auto measured = [&] {
        const QByteArray manifest = readFile(place.storeFolder() + "/pictures/dataset.json");
        return QJsonDocument::fromJson(manifest).object()["measured"].toArray();
    };
    QCOMPARE(measured().size(), 0);
    for (const int size : {8, 16, 8}) {
        const auto data = place.store().open("pictures", size);
        QVERIFY(data->statistics() == vit::measureChannels(data->train()));
    }
    QCOMPARE(measured().size(), 2);
    QCOMPARE(measured()[1].toObject()["width"].toInt(), 16);
}

void TestDataStore::statisticsNeedNoWritableFolder() {
    Place place;
    place.store().add("pictures", pathOf(place.pictures()));
    const QString manifest = place.storeFolder() + "/pictures/dataset.json";
    const QByteArray before = readFile(manifest);
    // Not by the folder's rights, which do not bind an administrator: no file can grow.
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit none{0, limit.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &none), 0);
    std::shared_ptr<const vit::Dataset> data;
    const QString message = thrown<vit::Error>([&] { data = place.store().open("pictures", 8); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, ignored);
    QVERIFY2(message.isEmpty(), qPrintable(message));
    QVERIFY(data->statistics() == vit::measureChannels(data->train()));
    QCOMPARE(readFile(manifest), before);
}

// As many as before, and of the same size in pixels, but others.
void TestDataStore::statisticsAreOfTheFilesThatAreThere() {
    Place place;
    place.store().add("pictures", pathOf(place.pictures()));
    const vit::ChannelStatistics before = place.store().open("pictures", 8)->statistics();
    for (int i = 0; i < 10; ++i)
        writePicture(place.storeFolder() + QString("/pictures/files/red/%1.png").arg(i), {9, 255, 9}, 12, 10);
    const auto data = place.store().open("pictures", 8);
    QVERIFY(!(data->statistics() == before));
    QVERIFY(data->statistics() == vit::measureChannels(data->train()));
    const QByteArray manifest = readFile(place.storeFolder() + "/pictures/dataset.json");
    QCOMPARE(QJsonDocument::fromJson(manifest).object()["measured"].toArray().size(), 1);
}

void TestDataStore::ownValidationImagesAreTold() {
    Place place;
    const DataInfo info =
        place.store().add("split", pathOf(place.split({{"train", 5}, {"val", 2}, {"test", 3}})));
    QCOMPARE(info.validation, 4);
    const QString description = QString::fromStdString(info.description);
    QVERIFY2(description.contains("10 images to train, 4 to validate, 6 to test."), qPrintable(description));
    QCOMPARE(place.store().open("split", 8)->validationCount(), 4);
    vit::DataConfig config;
    vit::useOwnValidation(config, info);
    QVERIFY(config.validationSplit == vit::ValidationSplit::Folder);

    const QString manifest = place.storeFolder() + "/split/dataset.json";
    QJsonObject json = QJsonDocument::fromJson(readFile(manifest)).object();
    json.remove("validation");  // of an older version
    writeFile(manifest, QJsonDocument(json).toJson());
    const DataInfo older = place.store().info("split");
    QVERIFY(older.available);
    QCOMPARE(older.validation, 0);
    config = {};
    vit::useOwnValidation(config, older);
    QVERIFY(config == vit::DataConfig{});
    QCOMPARE(place.store().open("split", 8)->validationCount(), 4);  // which can be asked for all the same
}

void TestDataStore::validationImagesInTheTestsPlaceAreTold() {
    Place place;
    const DataInfo info = place.store().add("split", pathOf(place.split({{"train", 5}, {"val", 2}})));
    QCOMPARE(info.validation, 0);
    const QString description = QString::fromStdString(info.description);
    QVERIFY2(description.contains("10 images to train, 4 to test.") &&
                 description.contains("Its validation images are the test"),
             qPrintable(description));
}

void TestDataStore::aReplacedPictureIsReadFromANewCopy() {
    Place place;
    place.pictures();
    DataStore store(pathOf(place.storeFolder()), 0);  // all stay on the disk
    store.add("pictures", pathOf(place.path("pictures")));
    const auto old = store.open("pictures", 8);
    for (const char* label : {"red", "blue"})
        for (int i = 0; i < 10; ++i)
            writePicture(place.storeFolder() + QString("/pictures/files/%1/%2.png").arg(label).arg(i), {1, 2, 3}, 40, 40);
    QCOMPARE(store.open("pictures", 8), old);  // not known yet
    std::vector<std::uint8_t> into(old->shape().bytes());
    const QString message = thrown<vit::Error>([&] { old->train().read(0, into); });
    QVERIFY2(message.contains("is not the one that it was"), qPrintable(message));
    const auto now = store.open("pictures", 8);
    QVERIFY(now != old);
    QCOMPARE(int(now->train().read(0, into)[0]), 1);
}

QTEST_GUILESS_MAIN(TestDataStore)
#include "test_data_store.moc"
