// SPDX-License-Identifier: GPL-3.0-or-later
// Atomic writing: the old file or the new one, whatever goes wrong in between.
#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "tests/support/thrown.h"

#include <QDir>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace vit;

namespace {

std::string pathIn(const QTemporaryDir& folder, const char* name) { return folder.filePath(name).toStdString(); }

QStringList namesIn(const QTemporaryDir& folder) {
    return QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
}

}  // namespace

class TestAtomicFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesAndReplaces();
    void writesBytesAndParts();
    void writesBesideACallersFolder();
    void keepsToTheUmask();
    void faultLeavesNothingBehind_data();
    void faultLeavesNothingBehind();
    void fullDiskKeepsTheOldFile();
    void readOnlyFolderSaysSo();
    void killedWriterLeavesOldOrNew();
    void writersOfOneFileDoNotMix();
    void takenTemporaryNamesAreNoFault();
    void halfWrittenIsWhatNobodyWrites();
    void readingSaysWhatIsWrong();
};

void TestAtomicFile::writesAndReplaces() {
    const QTemporaryDir folder;
    const std::string path = pathIn(folder, "a.json");
    writeFileAtomically(path, std::string_view("old and long"));
    writeFileAtomically(path, std::string_view("new"));
    QCOMPARE(readTextFile(path), std::string("new"));
    writeFileAtomically(path, std::string_view());
    QCOMPARE(readTextFile(path), std::string());
    QCOMPARE(namesIn(folder), QStringList("a.json"));
}

void TestAtomicFile::writesBytesAndParts() {
    const QTemporaryDir folder;
    const std::string path = pathIn(folder, "bytes");
    const std::vector<std::byte> zeros(200'000);
    const std::array<std::byte, 2> end = {std::byte{1}, std::byte{0xff}};
    writeFileAtomically(path, zeros);
    QCOMPARE(readTextFile(path), std::string(200'000, '\0'));
    const std::vector<std::span<const std::byte>> parts = {zeros, {}, end};
    writeFileAtomically(path, std::span<const std::span<const std::byte>>(parts));
    QCOMPARE(readTextFile(path), std::string(200'000, '\0') + "\x01\xff");
}

void TestAtomicFile::writesBesideACallersFolder() {
    const QTemporaryDir folder;
    const QString before = QDir::currentPath();
    const auto restore = qScopeGuard([&] { QDir::setCurrent(before); });
    QVERIFY(QDir::setCurrent(folder.path()));
    writeFileAtomically("plain-name", std::string_view("x"));
    QCOMPARE(namesIn(folder), QStringList("plain-name"));
}

void TestAtomicFile::keepsToTheUmask() {
    const QTemporaryDir folder;
    const std::string path = pathIn(folder, "a");
    const mode_t before = ::umask(027);
    const auto restore = qScopeGuard([&] { ::umask(before); });
    writeFileAtomically(path, std::string_view("x"));
    struct stat status {};
    QCOMPARE(::stat(path.c_str(), &status), 0);
    QCOMPARE(status.st_mode & 0777, mode_t{0640});
}

void TestAtomicFile::faultLeavesNothingBehind_data() {
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("says");
    QTest::newRow("folder is missing") << "missing/a.json" << "No such file or directory. Check that the path is right";
    QTest::newRow("folder is a file") << "file/a.json" << "Not a directory";
    QTest::newRow("target is a folder") << "folder" << "Is a directory. There is a folder of that name";
    QTest::newRow("name too long") << QString(300, 'x') << "File name too long";
    QTest::newRow("no name") << "folder/" << "Not a directory";
}

void TestAtomicFile::faultLeavesNothingBehind() {
    QFETCH(QString, target);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir("folder"));
    writeFileAtomically(pathIn(folder, "file"), std::string_view("untouched"));
    const std::string path = folder.filePath(target).toStdString();
    const QString fault = test::thrown<Error>([&] { writeFileAtomically(path, std::string_view("x")); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
    QVERIFY2(fault.contains(QString::fromStdString(path)), qPrintable(fault));
    QCOMPARE(namesIn(folder), (QStringList{"file", "folder"}));
    QVERIFY(QDir(folder.filePath("folder")).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
    QCOMPARE(readTextFile(pathIn(folder, "file")), std::string("untouched"));
}

void TestAtomicFile::fullDiskKeepsTheOldFile() {
    const QTemporaryDir folder;
    const std::string path = pathIn(folder, "a.json");
    writeFileAtomically(path, std::string_view("old"));
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
        const QString fault = test::thrown<Error>([&] { writeFileAtomically(path, std::string(20'000, 'n')); });
        QVERIFY2(fault.contains("File too large"), qPrintable(fault));
    }
    QCOMPARE(readTextFile(path), std::string("old"));
    QCOMPARE(namesIn(folder), QStringList("a.json"));
}

void TestAtomicFile::readOnlyFolderSaysSo() {
    const QTemporaryDir folder;
    QCOMPARE(::chmod(folder.path().toLocal8Bit().constData(), 0555), 0);
    // Root may write anywhere: it becomes nobody for the attempt.
    const uid_t user = ::geteuid();
    if (user == 0) QCOMPARE(::seteuid(65534), 0);
    const QString fault = test::thrown<Error>([&] { writeFileAtomically(pathIn(folder, "a"), std::string_view("x")); });
    if (user == 0) QCOMPARE(::seteuid(user), 0);
    QCOMPARE(::chmod(folder.path().toLocal8Bit().constData(), 0755), 0);
    QVERIFY2(fault.contains("Permission denied. Choose a place that you are allowed to use"), qPrintable(fault));
}

void TestAtomicFile::killedWriterLeavesOldOrNew() {
    const QTemporaryDir folder;
    const std::string path = pathIn(folder, "a");
    const std::string older(300'000, 'a');
    const std::string newer(300'000, 'b');
    writeFileAtomically(path, older);
    for (int round = 0; round < 10; ++round) {
        const pid_t writer = ::fork();
        if (writer == 0) {
            for (bool odd = false;; odd = !odd) writeFileAtomically(path, odd ? older : newer);
        }
        QTest::qSleep(3 + round);
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        const std::string found = readTextFile(path);
        QVERIFY2(found == older || found == newer, "the file is torn");
    }
}

void TestAtomicFile::writersOfOneFileDoNotMix() {
    const QTemporaryDir folder;
    const std::string path = pathIn(folder, "a");
    std::vector<std::jthread> writers;
    for (const char letter : {'a', 'b', 'c', 'd'}) {
        writers.emplace_back([&path, letter] {
            for (int i = 0; i < 10; ++i) writeFileAtomically(path, std::string(50'000, letter));
        });
    }
    writers.clear();  // joins
    const std::string found = readTextFile(path);
    QCOMPARE(found, std::string(50'000, found.at(0)));
    QCOMPARE(namesIn(folder), QStringList("a"));
}

// Left behind by a killed process that had the same number, as it often is in containers, or laid there as links.
void TestAtomicFile::takenTemporaryNamesAreNoFault() {
    const QTemporaryDir folder;
    const std::string victim = pathIn(folder, "victim");
    writeFileAtomically(victim, std::string_view("precious"));
    for (int i = 0; i < 500; ++i) {
        const QString name = QString(".a.json.%1-%2.tmp").arg(::getpid()).arg(i);
        QVERIFY(QFile::link(QString::fromStdString(victim), folder.filePath(name)));
    }
    writeFileAtomically(pathIn(folder, "a.json"), std::string_view("new"));
    QCOMPARE(readTextFile(pathIn(folder, "a.json")), std::string("new"));
    QCOMPARE(readTextFile(victim), std::string("precious"));
}

void TestAtomicFile::halfWrittenIsWhatNobodyWrites() {
    const QTemporaryDir folder;
    const auto made = [&](const std::string& name) {
        const std::filesystem::path path = pathIn(folder, name.c_str());
        std::ofstream(path) << "half";
        return path;
    };
    const std::filesystem::path own = made(".a.json." + std::to_string(::getpid()) + "-3.tmp");
    QVERIFY(!isHalfWritten(own));
    std::filesystem::last_write_time(own, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    QVERIFY(isHalfWritten(own));
    QVERIFY(!isHalfWritten(made(".a.json." + std::to_string(::getppid()) + "-3.tmp")));
    QVERIFY(isHalfWritten(made(".a.json.99999999-3.tmp")));
    for (const char* name : {"a.json", "a.99999999-3.tmp", ".a.tmp", ".a.x-3.tmp", ".-.tmp", ".99999999999999999999-3.tmp"})
        QVERIFY2(!isHalfWritten(made(name)), name);
}

void TestAtomicFile::readingSaysWhatIsWrong() {
    const QTemporaryDir folder;
    const QString missing = test::thrown<Error>([&] { readTextFile(pathIn(folder, "missing")); });
    QVERIFY2(missing.contains("missing: No such file or directory"), qPrintable(missing));
    const QString directory = test::thrown<Error>([&] { readTextFile(folder.path().toStdString()); });
    QVERIFY2(directory.contains("Is a directory"), qPrintable(directory));
}

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "test_atomic_file.moc"
