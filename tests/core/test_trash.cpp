// SPDX-License-Identifier: GPL-3.0-or-later
// The trash as the specification wants it, so that a file manager brings things back.
#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/io/trash.h"
#include "tests/support/thrown.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace vit;
namespace fs = std::filesystem;

class TestTrash : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    fs::path m_home;
    QByteArray m_before;

    fs::path made(const std::string& name) {
        const fs::path path = m_folder.path().toStdString() + "/here/" + name;
        fs::create_directories(path);
        writeFileAtomically(path / "file", "content");
        return path;
    }

private Q_SLOTS:
    void init() {
        m_before = qgetenv("XDG_DATA_HOME");
        m_home = m_folder.path().toStdString() + "/home";
        qputenv("XDG_DATA_HOME", m_home.c_str());
    }
    void cleanup() { qputenv("XDG_DATA_HOME", m_before); }

    void goesWhole();
    void infoTellsWhence_data();
    void infoTellsWhence();
    void sameNameTwice();
    void whatIsNotThereStays();
    void anotherDisk();
};

void TestTrash::goesWhole() {
    const fs::path path = made("run");
    const fs::path kept = moveToTrash(path / "");
    QVERIFY(!fs::exists(path));
    QCOMPARE(kept, m_home / "Trash/files/run");
    QCOMPARE(readTextFile(kept / "file"), std::string("content"));
    QCOMPARE(fs::status(m_home / "Trash").permissions(), fs::perms::owner_all);
}

void TestTrash::infoTellsWhence_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("encoded");
    QTest::newRow("plain") << "2026-run_1.x" << "2026-run_1.x";
    QTest::newRow("blanks and signs") << "my run %1" << "my%20run%20%251";
    QTest::newRow("letters of any script") << "鳥" << "%E9%B3%A5";
}

void TestTrash::infoTellsWhence() {
    QFETCH(QString, name);
    QFETCH(QString, encoded);
    const fs::path path = made(name.toStdString());
    moveToTrash(path);
    const auto info = QString::fromStdString(readTextFile(m_home / "Trash/info" / (name.toStdString() + ".trashinfo")));
    const QRegularExpression pattern("^\\[Trash Info\\]\nPath=(.*)\nDeletionDate=(.*)\n$");
    const auto match = pattern.match(info);
    QVERIFY2(match.hasMatch(), qPrintable(info));
    QVERIFY2(match.captured(1).endsWith("/here/" + encoded), qPrintable(info));
    QCOMPARE(QByteArray::fromPercentEncoding(match.captured(1).toUtf8()), QByteArray::fromStdString(path.string()));
    const auto time = QDateTime::fromString(match.captured(2), Qt::ISODate);
    QVERIFY(std::abs(time.secsTo(QDateTime::currentDateTime())) < 120);
}

void TestTrash::sameNameTwice() {
    const fs::path first = moveToTrash(made("twin"));
    const fs::path second = moveToTrash(made("twin"));
    QVERIFY(first != second);
    QVERIFY(fs::exists(first / "file") && fs::exists(second / "file"));
    QVERIFY(fs::exists(m_home / "Trash/info" / (second.filename().string() + ".trashinfo")));
}

void TestTrash::whatIsNotThereStays() {
    const QString problem = test::thrown<Error>([&] { moveToTrash(m_folder.path().toStdString() + "/gone"); });
    QVERIFY2(problem.contains("gone"), qPrintable(problem));
    QVERIFY(!fs::exists(m_home / "Trash/info/gone.trashinfo"));
}

void TestTrash::anotherDisk() {
    struct stat home {};
    struct stat shared {};
    QCOMPARE(::stat(qPrintable(m_folder.path()), &home), 0);
    // In a system in a folder of another it is a plain folder.
    if (::stat("/dev/shm", &shared) != 0 || shared.st_dev == home.st_dev || ::access("/dev/shm", W_OK) != 0)
        QSKIP("There is no second file system to write to");
    const QTemporaryDir other("/dev/shm/vit-trash-XXXXXX");
    QVERIFY(other.isValid());
    const fs::path path = other.path().toStdString() + "/run";
    fs::create_directories(path);
    const fs::path kept = moveToTrash(path);
    const auto clean = qScopeGuard([&] {
        fs::remove_all(kept);
        fs::remove(kept.parent_path().parent_path() / "info" / (kept.filename().string() + ".trashinfo"));
    });
    QVERIFY(!fs::exists(path) && fs::exists(kept));
    QVERIFY2(kept.string().starts_with("/dev/shm/.Trash"), kept.c_str());
    const fs::path trash = kept.parent_path().parent_path();
    const auto info = readTextFile(trash / "info" / (kept.filename().string() + ".trashinfo"));
    QVERIFY2(info.find("\nPath=vit-trash-") != std::string::npos, info.c_str());  // relative to the disk's top
}

QTEST_GUILESS_MAIN(TestTrash)
#include "test_trash.moc"
