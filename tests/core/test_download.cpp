// SPDX-License-Identifier: GPL-3.0-or-later
// Downloads from a server on this computer that does what servers and networks do.
#include "core/base/error.h"
#include "core/data/store/download.h"
#include "tests/support/files.h"
#include "tests/support/http_server.h"
#include "tests/support/thrown.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QScopeGuard>
#include <QtTest>

#include <csignal>
#include <sys/resource.h>

using vit::HashSum;
using vit::ChecksumKind;
using vit::Download;
using namespace vit::test;

namespace {

QByteArray someContent() {
    QByteArray content;
    for (int i = 0; i < 100'000; ++i) content += char(i * 7 % 253);
    return content;
}

HashSum md5Of(const QByteArray& content) {
    return {ChecksumKind::Md5, QCryptographicHash::hash(content, QCryptographicHash::Md5).toHex().toStdString()};
}

class Place {
public:
    QString target() const { return m_folder.filePath("new/data.bin"); }
    QString part() const { return target() + ".part"; }

    void fetch(const Download& download, const vit::Progress& progress = {}) const {
        vit::downloadFile(download, pathOf(target()), progress);
    }
    QByteArray content() const { return readFile(target()); }

private:
    QTemporaryDir m_folder;
};

}  // namespace

class TestDownload : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void checksums_data();
    void checksums();
    void wholeFile_data();
    void wholeFile();
    void presentFileIsCheckedOnly();
    void redirected();
    void resumed_data();
    void resumed();
    void staleBeginningIsFetchedAgain();
    void brokenConnectionIsTakenUp();
    void brokenForGoodKeepsWhatCame();
    void stalled();
    void wrongChecksum();
    void refusedByServer_data();
    void refusedByServer();
    void unreachable_data();
    void unreachable();
    void cancelKeepsThePart();
    void twoAtOnceDoNotMix();
    void unwritable();
    void fullDisk();
};

void TestDownload::init() {
    // A proxy of this computer has no business between the test and its own server.
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"}) qunsetenv(name);
}

void TestDownload::checksums_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<std::string>("hex");
    const int md5 = static_cast<int>(ChecksumKind::Md5);
    const int sha256 = static_cast<int>(ChecksumKind::Sha256);
    QTest::newRow("md5") << md5 << QByteArray("abc") << std::string("900150983cd24fb0d6963f7d28e17f72");
    QTest::newRow("md5 of nothing") << md5 << QByteArray() << std::string("d41d8cd98f00b204e9800998ecf8427e");
    QTest::newRow("sha256") << sha256 << QByteArray("abc")
                            << std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

void TestDownload::checksums() {
    QFETCH(int, kind);
    QFETCH(QByteArray, content);
    QFETCH(std::string, hex);
    const QTemporaryDir folder;
    writeFile(folder.filePath("file"), content);
    const std::filesystem::path file = pathOf(folder.filePath("file"));
    QCOMPARE(vit::checksumOf(file, static_cast<ChecksumKind>(kind)).hex, hex);
    QVERIFY(thrown<vit::Error>([&] { vit::checksumOf("/no/such", ChecksumKind::Md5); }).contains("/no/such"));
}

void TestDownload::wholeFile_data() {
    QTest::addColumn<bool>("sizeKnown");
    QTest::newRow("size known") << true;
    QTest::newRow("size not known") << false;
}

void TestDownload::wholeFile() {
    QFETCH(bool, sizeKnown);
    const QByteArray content = someContent();
    const HttpServer server({.content = content});
    const Place place;
    std::int64_t last = 0;
    std::int64_t all = 0;
    std::string what;
    const auto watch = [&](const std::string& text, std::int64_t done, std::int64_t total) {
        if (!text.starts_with("Downloading")) return true;
        what = text;
        last = done;
        all = std::max(all, total);
        return true;
    };
    place.fetch({server.url(), md5Of(content), sizeKnown ? content.size() : 0}, watch);
    QCOMPARE(place.content(), content);
    QVERIFY(!QFile::exists(place.part()));
    QCOMPARE(what, std::string("Downloading data.bin"));
    QCOMPARE(last, content.size());
    QCOMPARE(all, content.size());
}

void TestDownload::presentFileIsCheckedOnly() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content});
    const Place place;
    writeFile(place.target(), content);
    place.fetch({server.url(), md5Of(content)});
    QCOMPARE(server.starts().size(), 0);
    writeFile(place.target(), "something else");
    place.fetch({server.url(), md5Of(content)});
    QCOMPARE(place.content(), content);
}

void TestDownload::redirected() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content, .movedTo = "/elsewhere.bin"});
    const Place place;
    place.fetch({server.url(), md5Of(content)});
    QCOMPARE(place.content(), content);
    QCOMPARE(server.starts().size(), 2);
}

void TestDownload::resumed_data() {
    QTest::addColumn<bool>("ranges");
    QTest::addColumn<int>("present");
    QTest::addColumn<QList<qsizetype>>("starts");
    QTest::newRow("from the middle") << true << 40'000 << QList<qsizetype>{40'000};
    QTest::newRow("server cannot") << false << 40'000 << QList<qsizetype>{40'000, 0};
    QTest::newRow("already complete") << true << 100'000 << QList<qsizetype>{};
    QTest::newRow("longer than the file") << true << 100'001 << QList<qsizetype>{0};
}

void TestDownload::resumed() {
    QFETCH(bool, ranges);
    QFETCH(int, present);
    QFETCH(QList<qsizetype>, starts);
    const QByteArray content = someContent();
    const HttpServer server({.content = content, .ranges = ranges});
    const Place place;
    writeFile(place.part(), (content + "x").left(present));
    place.fetch({server.url(), md5Of(content), content.size()});
    QCOMPARE(place.content(), content);
    QCOMPARE(server.starts(), starts);
}

void TestDownload::staleBeginningIsFetchedAgain() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content});
    const Place place;
    writeFile(place.part(), QByteArray(40'000, 'x'));
    place.fetch({server.url(), md5Of(content), content.size()});
    QCOMPARE(place.content(), content);
    QCOMPARE(server.starts(), (QList<qsizetype>{40'000, 0}));
    // Where the size is not known, a complete part is found out by the server's answer.
    const Place other;
    writeFile(other.part(), content);
    other.fetch({server.url(), md5Of(content)});
    QCOMPARE(other.content(), content);
}

void TestDownload::brokenConnectionIsTakenUp() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content, .breakAfter = 30'000});
    const Place place;
    place.fetch({server.url(), md5Of(content)});
    QCOMPARE(place.content(), content);
    QCOMPARE(server.starts(), (QList<qsizetype>{0, 30'000, 60'000, 90'000}));
}

void TestDownload::brokenForGoodKeepsWhatCame() {
    const QByteArray content = someContent();
    HttpServer server({.content = content, .breakAfter = 0});
    const Place place;
    writeFile(place.part(), content.left(5000));
    const QString message = thrown<vit::Error>([&] { place.fetch({server.url(), md5Of(content)}); });
    QVERIFY2(message.contains("try again") && message.contains("kept"), qPrintable(message));
    QCOMPARE(readFile(place.part()), content.left(5000));
    QVERIFY(!QFile::exists(place.target()));
    server.setBehaviour({.content = content});
    place.fetch({server.url(), md5Of(content)});
    QCOMPARE(server.starts().last(), 5000);
    QCOMPARE(place.content(), content);
}

void TestDownload::stalled() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content, .breakAfter = 0, .stall = true});
    const Place place;
    const QString message = thrown<vit::Error>(
        [&] { place.fetch({.url = server.url(), .checksum = md5Of(content), .stallSeconds = 1}); });
    QVERIFY2(message.contains("too slow"), qPrintable(message));
}

void TestDownload::wrongChecksum() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content});
    const Place place;
    const QString message = thrown<vit::Error>([&] { place.fetch({server.url(), md5Of("another file")}); });
    QVERIFY2(message.contains("checksum") && message.contains("100,000 bytes"), qPrintable(message));
    QVERIFY(!QFile::exists(place.part()));
    QVERIFY(!QFile::exists(place.target()));
}

void TestDownload::refusedByServer_data() {
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("words");
    QTest::newRow("404") << 404 << "the file is not there";
    QTest::newRow("403") << 403 << "access is denied";
    QTest::newRow("503") << 503 << "a fault of its own";
    QTest::newRow("429") << 429 << "Try again later";
}

void TestDownload::refusedByServer() {
    QFETCH(int, status);
    QFETCH(QString, words);
    const HttpServer server({.content = "x", .status = status});
    const Place place;
    const QString message = thrown<vit::Error>([&] { place.fetch({server.url(), md5Of("x")}); });
    QVERIFY2(message.contains(QString::number(status)) && message.contains(words), qPrintable(message));
    QVERIFY(!QFile::exists(place.target()));
    QVERIFY(!QFile::exists(place.part()));  // the server's words are no part of the file
}

void TestDownload::unreachable_data() {
    QTest::addColumn<std::string>("url");
    QTest::addColumn<QString>("cause");
    QTest::newRow("nobody listens") << std::string("http://127.0.0.1:1/x") << "connect";
    QTest::newRow("no such host") << std::string("http://no-such-host.invalid/x") << "resolve";
    QTest::newRow("a local file") << std::string("file:///etc/passwd") << "file";
}

void TestDownload::unreachable() {
    QFETCH(std::string, url);
    QFETCH(QString, cause);
    const Place place;
    const QString message = thrown<vit::Error>([&] { place.fetch({url, md5Of("x")}); });
    QVERIFY2(message.contains(cause) && message.contains(QString::fromStdString(url)), qPrintable(message));
    QVERIFY(!QFile::exists(place.part()));
}

void TestDownload::cancelKeepsThePart() {
    const QByteArray content = someContent();
    HttpServer server({.content = content, .breakAfter = 50'000, .stall = true});
    const Place place;
    QElapsedTimer timer;
    timer.start();
    const auto stop = [](const std::string&, std::int64_t done, std::int64_t) { return done < 50'000; };
    QVERIFY(!thrown<vit::Cancelled>([&] { place.fetch({server.url(), md5Of(content)}, stop); }).isEmpty());
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(readFile(place.part()), content.left(50'000));
    server.setBehaviour({.content = content});
    place.fetch({server.url(), md5Of(content)});
    QCOMPARE(server.starts().last(), 50'000);
    QCOMPARE(place.content(), content);
}

void TestDownload::twoAtOnceDoNotMix() {
    const QByteArray content = someContent();
    HttpServer server({.content = content, .breakAfter = 50'000, .stall = true});
    const Place place;
    QString refused;
    const auto second = [&](const std::string&, std::int64_t done, std::int64_t) {
        if (done < 50'000 || !refused.isEmpty()) return refused.isEmpty();
        refused = thrown<vit::Error>(
            [&] { place.fetch({.url = server.url(), .checksum = md5Of(content), .stallSeconds = 1}); });
        return false;
    };
    QVERIFY(!thrown<vit::Cancelled>([&] { place.fetch({server.url(), md5Of(content)}, second); }).isEmpty());
    QVERIFY2(refused.contains("data.bin is being downloaded") && refused.contains("Wait"), qPrintable(refused));
    QCOMPARE(readFile(place.part()), content.left(50'000));
    server.setBehaviour({.content = content});
    place.fetch({server.url(), md5Of(content)});  // it is free again
    QCOMPARE(place.content(), content);
}

void TestDownload::unwritable() {
    const HttpServer server({.content = "x"});
    const QTemporaryDir folder;
    writeFile(folder.filePath("file"), "in the way");
    const QString message = thrown<vit::Error>([&] {
        vit::downloadFile({server.url(), md5Of("x")}, pathOf(folder.filePath("file/data.bin")));
    });
    QVERIFY2(message.contains(folder.filePath("file/data.bin")), qPrintable(message));
}

void TestDownload::fullDisk() {
    const QByteArray content = someContent();
    const HttpServer server({.content = content});
    const Place place;
    {
        // A limit on file sizes fails in the middle of writing, as a full disk does.
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{10'000, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto restore = qScopeGuard([&] {
            ::setrlimit(RLIMIT_FSIZE, &before);
            std::signal(SIGXFSZ, handler);
        });
        const QString message = thrown<vit::Error>([&] { place.fetch({server.url(), md5Of(content)}); });
        QVERIFY2(message.contains("data.bin.part: File too large"), qPrintable(message));
    }
    // What does not fit is not begun.
    const QString message =
        thrown<vit::Error>([&] { place.fetch({server.url(), md5Of(content), 1'000'000'000'000'000}); });
    QVERIFY2(message.contains("1,000,000,000 MB") && message.contains("Make room"), qPrintable(message));
}

QTEST_GUILESS_MAIN(TestDownload)
#include "test_download.moc"
