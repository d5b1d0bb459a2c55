// SPDX-License-Identifier: GPL-3.0-or-later
// The watch over a folder: what it notices, and how little it looks at for it.
#include "ui/widgets/folder_watch.h"

#include <QFile>
#include <QFileSystemWatcher>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <memory>
#include <string>

using namespace vit::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 20'000;  // ms; what takes a blink takes seconds on a busy machine
constexpr int kQuietMs = 600;      // twice what the watch gathers notes for

void touch(const fs::path& path) {
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly));
}

}  // namespace

class TestFolderWatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void noticesFolders();
    void noticesAFolderThatIsFilledLater();
    void ignoresFilesAndOldFolders();
    void leavesOutWhatIsKnown();
    void outlivesItsFolder_data();
    void outlivesItsFolder();
    void costsNothingWithAThousandFolders();

private:
    bool changes(QSignalSpy& spy) const {
        if (spy.isEmpty()) spy.wait(kPatience);
        QTest::qWait(kQuietMs);  // and what else belongs to it
        const bool any = !spy.isEmpty();
        spy.clear();
        return any;
    }
    bool isQuiet(QSignalSpy& spy) const {
        QTest::qWait(kQuietMs);
        return spy.isEmpty();
    }

    std::unique_ptr<QTemporaryDir> m_home;
    fs::path m_folder;
};

void TestFolderWatch::init() {
    m_home = std::make_unique<QTemporaryDir>();
    m_folder = fs::path(m_home->path().toStdString()) / "data" / "runs";
}

void TestFolderWatch::noticesFolders() {
    fs::create_directories(m_folder);
    const FolderWatch watch(m_folder, "last");
    QSignalSpy spy(&watch, &FolderWatch::changed);
    fs::create_directory(m_folder / "one");
    QVERIFY(changes(spy));
    fs::rename(m_folder / "one", m_folder / "two");
    QVERIFY(changes(spy));
    fs::remove_all(m_folder / "two");
    QVERIFY(changes(spy));
    QVERIFY(isQuiet(spy));
}

void TestFolderWatch::noticesAFolderThatIsFilledLater() {
    fs::create_directories(m_folder);
    const FolderWatch watch(m_folder, "last");
    QSignalSpy spy(&watch, &FolderWatch::changed);
    fs::create_directory(m_folder / "one");
    QVERIFY(changes(spy));
    touch(m_folder / "one" / "first");
    QVERIFY(changes(spy));
    touch(m_folder / "one" / "last");
    QVERIFY(changes(spy));
    touch(m_folder / "one" / "after");  // it was complete
    QVERIFY(isQuiet(spy));
}

void TestFolderWatch::ignoresFilesAndOldFolders() {
    fs::create_directories(m_folder / "old");
    const FolderWatch watch(m_folder, "last");
    QSignalSpy spy(&watch, &FolderWatch::changed);
    touch(m_folder / ".overview.json");  // as the list of runs is kept
    touch(m_folder / "old" / "first");
    touch(m_folder.parent_path() / "settings");
    fs::create_directory(m_folder.parent_path() / "other");
    QVERIFY(isQuiet(spy));
}

void TestFolderWatch::leavesOutWhatIsKnown() {
    fs::create_directories(m_folder);
    FolderWatch watch(m_folder, "last");
    QSignalSpy spy(&watch, &FolderWatch::changed);
    fs::create_directory(m_folder / "own");
    QVERIFY(changes(spy));
    watch.leaveOut(m_folder / "own");
    touch(m_folder / "own" / "first");
    QVERIFY(isQuiet(spy));
    fs::create_directory(m_folder / "other");
    QVERIFY(changes(spy));
}

void TestFolderWatch::outlivesItsFolder_data() {
    QTest::addColumn<bool>("there");    // at the start
    QTest::addColumn<QString>("removed");  // what is removed and made anew
    QTest::newRow("not there yet") << false << "";
    QTest::newRow("removed") << true << "data/runs";
    QTest::newRow("removed with the one above") << true << "data";
}

void TestFolderWatch::outlivesItsFolder() {
    QFETCH(bool, there);
    QFETCH(QString, removed);
    if (there) fs::create_directories(m_folder / "old");
    const FolderWatch watch(m_folder, "last");
    QSignalSpy spy(&watch, &FolderWatch::changed);
    if (there) {
        fs::remove_all(m_home->filePath(removed).toStdString());
        QVERIFY(changes(spy));
    }
    fs::create_directories(m_folder);
    QVERIFY(changes(spy));
    fs::create_directory(m_folder / "new");
    QVERIFY(changes(spy));
    touch(m_folder / "new" / "first");
    QVERIFY(changes(spy));

    // Another one takes its place at once.
    fs::rename(m_folder, m_folder.string() + ".old");
    fs::create_directory(m_folder);
    QVERIFY(changes(spy));
    fs::create_directory(m_folder / "newer");
    QVERIFY(changes(spy));
    touch(m_folder.string() + ".old/first");
    QVERIFY(isQuiet(spy));
}

void TestFolderWatch::costsNothingWithAThousandFolders() {
    for (int i = 0; i < 1000; ++i) fs::create_directories(m_folder / std::to_string(i));
    const FolderWatch watch(m_folder, "last");
    const auto watched = [&] { return watch.findChild<QFileSystemWatcher*>()->directories().size(); };
    QSignalSpy spy(&watch, &FolderWatch::changed);
    QCOMPARE(watched(), 2);  // the folder, and the one above it
    fs::create_directory(m_folder / "new");
    QVERIFY(changes(spy));
    QCOMPARE(watched(), 3);
    touch(m_folder / "new" / "last");
    QVERIFY(changes(spy));
    QCOMPARE(watched(), 2);
    for (int i = 1000; i < 2000; ++i) fs::create_directories(m_folder / std::to_string(i));
    QVERIFY(changes(spy));
    QVERIFY(watched() <= 60);
}

QTEST_GUILESS_MAIN(TestFolderWatch)
#include "test_folder_watch.moc"
