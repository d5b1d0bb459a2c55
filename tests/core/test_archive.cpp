// SPDX-License-Identifier: GPL-3.0-or-later
// Unpacking: honest archives come out whole, and the others leave nothing outside their folder.
#include "core/base/error.h"
#include "core/data/store/archive.h"
#include "tests/support/archive_writer.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QDirIterator>
#include <QTemporaryDir>
#include <QtTest>

#include <clocale>

using namespace vit::test;

namespace {

// A folder with an archive in it and a folder to unpack to.
class Place {
public:
    explicit Place(const QString& name) : m_archive(m_folder.filePath(name)) { QDir().mkpath(into()); }

    QString archive() const { return m_archive; }
    QString into() const { return m_folder.filePath("a/b/into"); }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    void unpack(const vit::Progress& progress = {}, const vit::ArchiveLimits& limits = {}) const {
        vit::unpackArchive(pathOf(m_archive), pathOf(into()), progress, limits);
    }

    // Everything but the archive and what lies in `into`.
    QStringList outside() const {
        QStringList names;
        for (QDirIterator entry(m_folder.path(), QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                                QDirIterator::Subdirectories);
             entry.hasNext();) {
            const QString path = entry.next();
            if (path != m_archive && !path.startsWith(into())) names << path.mid(m_folder.path().size());
        }
        names.sort();
        return names;
    }

private:
    QTemporaryDir m_folder;
    QString m_archive;
};

}  // namespace

class TestArchive : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void honest_data();
    void honest();
    void namesInAnyLocale();
    void evil_data();
    void evil();
    void linkAndThenAFileThroughIt();
    void limits_data();
    void limits();
    void bombs();
    void moreThanTheDiskHolds();
    void damaged_data();
    void damaged();
    void progressAndCancel();
};

void TestArchive::honest_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"x.tar", "x.tar.gz", "x.tar.xz", "x.zip"}) QTest::newRow(name) << QString(name);
}

void TestArchive::honest() {
    QFETCH(QString, name);
    const Place place(name);
    const QByteArray large(3'000'000, 'z');
    {
        ArchiveWriter archive(place.archive());
        archive.addFolder("set");
        archive.addFile("set/one.txt", "one");
        archive.addFile("./set/deep/er/two.txt", large);
        archive.addFile("set/empty", "");
    }
    place.unpack();
    QCOMPARE(readFile(place.into() + "/set/one.txt"), QByteArray("one"));
    QCOMPARE(readFile(place.into() + "/set/deep/er/two.txt"), large);
    QCOMPARE(readFile(place.into() + "/set/empty"), QByteArray());
}

void TestArchive::namesInAnyLocale() {
    for (const char* name : {"x.tar.gz", "x.zip"}) {
        const Place place(name);
        QVERIFY(std::setlocale(LC_ALL, "C.UTF-8") != nullptr);  // the writer needs it
        { ArchiveWriter(place.archive()).addFile("Äpfel/süß 林檎.txt", "one"); }
        std::setlocale(LC_ALL, "C");  // as in a program that never asked for another
        place.unpack();
        QCOMPARE(readFile(place.into() + "/Äpfel/süß 林檎.txt"), QByteArray("one"));
    }
}

void TestArchive::evil_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("cause");
    QTest::newRow("parent") << "file" << "../x" << "outside";
    QTest::newRow("parent on the way") << "file" << "set/../../x" << "outside";
    QTest::newRow("parent as folder") << "folder" << "../y" << "outside";
    QTest::newRow("absolute") << "file" << "/tmp/vit-workbench-test-evil" << "outside";
    QTest::newRow("symlink") << "symlink" << "set/link" << "link";
    QTest::newRow("hard link") << "hardlink" << "set/link" << "link";
    QTest::newRow("device") << "device" << "set/null" << "device";
}

void TestArchive::evil() {
    QFETCH(QString, kind);
    QFETCH(QString, name);
    QFETCH(QString, cause);
    for (const char* format : {"x.tar", "x.zip"}) {
        if (QString(format) == "x.zip" && (kind == "hardlink" || kind == "device")) continue;  // zip has none
        const Place place(format);
        {
            ArchiveWriter archive(place.archive());
            archive.addFile("good.txt", "good");
            if (kind == "file") archive.addFile(name, "evil");
            if (kind == "folder") archive.addFolder(name);
            if (kind == "symlink") archive.addSymlink(name, "/etc/passwd");
            if (kind == "hardlink") archive.addHardlink(name, "good.txt");
            if (kind == "device") archive.addDevice(name);
        }
        const QStringList before = place.outside();
        const QString message = thrown<vit::Error>([&] { place.unpack(); });
        QVERIFY2(message.contains(cause), qPrintable(message));
        QVERIFY2(message.contains(place.archive()), qPrintable(message));
        QCOMPARE(place.outside(), before);
        QVERIFY(!QFile::exists("/tmp/vit-workbench-test-evil"));
    }
}

void TestArchive::linkAndThenAFileThroughIt() {
    const Place place("x.tar");
    QDir().mkpath(place.path("victim"));
    {
        ArchiveWriter archive(place.archive());
        archive.addSymlink("door", place.path("victim"));
        archive.addFile("door/file", "evil");
    }
    QVERIFY(!thrown<vit::Error>([&] { place.unpack(); }).isEmpty());
    QVERIFY(!QFile::exists(place.path("victim/file")));
    // Even a link that was there before is not written through.
    QVERIFY(QFile::link(place.path("victim/file"), place.into() + "/target"));
    { ArchiveWriter(place.archive()).addFile("target", "evil"); }
    QVERIFY(!thrown<vit::Error>([&] { place.unpack(); }).isEmpty());
    QVERIFY(!QFile::exists(place.path("victim/file")));
}

void TestArchive::limits_data() {
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("entries");
    QTest::addColumn<QString>("cause");
    QTest::newRow("enough") << 20'000'000 << 3 << "";
    QTest::newRow("a bomb") << 5'000'000 << 3 << "larger than 5,000,000 bytes";
    QTest::newRow("too many files") << 20'000'000 << 2 << "more than 2 files";
}

void TestArchive::limits() {
    QFETCH(int, bytes);
    QFETCH(int, entries);
    QFETCH(QString, cause);
    const Place place("x.tar.gz");
    {
        ArchiveWriter archive(place.archive());
        for (const char* name : {"a", "b", "c"}) archive.addFile(name, QByteArray(4'000'000, '\0'));
    }
    QVERIFY(QFileInfo(place.archive()).size() < 100'000);
    const QString message = thrown<vit::Error>([&] { place.unpack({}, {bytes, entries}); });
    QCOMPARE(message.isEmpty(), cause.isEmpty());
    QVERIFY2(message.contains(cause), qPrintable(message));
}

// Zeros beyond what any data set packs to; the file says little of what comes out of it.
void TestArchive::bombs() {
    const Place place("x.tar.gz");
    { ArchiveWriter(place.archive()).addZeros("zeros", std::int64_t{300} << 20); }
    QVERIFY(QFileInfo(place.archive()).size() < 1'000'000);
    const QString message = thrown<vit::Error>([&] { place.unpack(); });
    QVERIFY2(message.contains("times its own size") && message.contains(place.archive()), qPrintable(message));
    QVERIFY(QFileInfo(place.into() + "/zeros").size() < std::int64_t{257} << 20);
}

void TestArchive::moreThanTheDiskHolds() {
    const Place place("x.tar");
    constexpr std::int64_t kPetabyte = 1'000'000'000'000'000;
    writeFile(place.archive(), tarThatClaims("large", kPetabyte));
    const QString message = thrown<vit::Error>([&] { place.unpack({}, {.bytes = 2 * kPetabyte}); });
    QVERIFY2(message.contains("free") && message.contains("Make room"), qPrintable(message));
    QVERIFY2(message.contains("1,000,000,000 MB"), qPrintable(message));
    QVERIFY(!QFile::exists(place.into() + "/large"));
}

void TestArchive::damaged_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("keep");  // per cent; 0: text instead
    QTest::newRow("gz cut off") << "x.tar.gz" << 60;
    QTest::newRow("xz cut off") << "x.tar.xz" << 60;
    QTest::newRow("tar cut off") << "x.tar" << 60;
    QTest::newRow("zip cut off") << "x.zip" << 30;
    QTest::newRow("text") << "x.tar.gz" << 0;
}

void TestArchive::damaged() {
    QFETCH(QString, name);
    QFETCH(int, keep);
    const Place place(name);
    QByteArray noise;
    for (int i = 0; i < 100'000; ++i) noise += char(i % 251 * (i % 239) % 256);
    { ArchiveWriter(place.archive()).addFile("set/noise", noise); }
    const QByteArray whole = readFile(place.archive());
    writeFile(place.archive(), keep > 0 ? whole.left(whole.size() * keep / 100) : QByteArray("<html>Not found</html>"));
    const QString message = thrown<vit::Error>([&] { place.unpack(); });
    QVERIFY2(message.contains(place.archive()) && message.contains("damaged"), qPrintable(message));
    QFile::remove(place.archive());
    QVERIFY(thrown<vit::Error>([&] { place.unpack(); }).contains("There is no file"));
}

void TestArchive::progressAndCancel() {
    const Place place("x.tar");
    {
        ArchiveWriter archive(place.archive());
        archive.addFile("first", QByteArray(1'000'000, 'x'));
        archive.addFile("second", QByteArray(1'000'000, 'x'));
    }
    std::int64_t last = -1;
    std::string what;
    place.unpack([&](const std::string& text, std::int64_t done, std::int64_t total) {
        what = text;
        const bool forward = done >= last && done <= total && total == QFileInfo(place.archive()).size();
        last = forward ? done : 1'000'000'000;
        return true;
    });
    QCOMPARE(what, std::string("Unpacking second"));
    QVERIFY(last > 1'900'000 && last < 1'000'000'000);

    const Place other("x.tar");
    QFile::copy(place.archive(), other.archive());
    const auto stop = [](const std::string& text, std::int64_t, std::int64_t) { return text != "Unpacking second"; };
    QVERIFY(!thrown<vit::Cancelled>([&] { other.unpack(stop); }).isEmpty());
    QVERIFY(QFile::exists(other.into() + "/first"));
}

QTEST_GUILESS_MAIN(TestArchive)
#include "test_archive.moc"
