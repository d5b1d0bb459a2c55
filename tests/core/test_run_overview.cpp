// SPDX-License-Identifier: GPL-3.0-or-later
// The digest of a store: what it gives is what reading every run gives, whatever has happened meanwhile.
#include "core/config/schema.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_overview.h"
#include "tests/benchmarks/run_store_maker.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <functional>

using namespace vit;
namespace fs = std::filesystem;

namespace {

fs::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

std::vector<RunSummary> sortedOverview(const fs::path& store) {
    auto runs = readOverview(store);
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.folder < b.folder; });
    return runs;
}

// Every member that a list shows.
QString textOf(const RunSummary& run) {
    std::string text = run.name + '|' + run.folder.string() + '|' + run.about.notes + '|' + tagsText(run.about.tags) +
                       '|' + run.created + '|' + toJson(run.config) + '|' + run.device + '|' +
                       std::to_string(run.parameters) + '|' + std::to_string(run.epochsDone) + '|' +
                       std::to_string(run.bestEpoch) + '|' + std::to_string(run.bestValidationAccuracy) + '|' +
                       std::to_string(run.seconds) + '|' + (run.hasModel ? "model" : "none");
    for (const float value : run.validationAccuracy) text += ' ' + std::to_string(value);
    if (run.last) text += toJson(Event(*run.last));
    if (run.result) text += toJson(Event(*run.result));
    return QString::fromStdString(text);
}

}  // namespace

class TestRunOverview : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void follows_data();
    void follows();
    void damagedDigestIsMadeAnew_data();
    void damagedDigestIsMadeAnew();
    void comesFromTheDigest();
    void storeThatMayOnlyBeRead();
    void noStoreIsEmpty();
};

using Change = std::function<void(const fs::path& store)>;
Q_DECLARE_METATYPE(Change)

void TestRunOverview::follows_data() {
    QTest::addColumn<Change>("change");
    QTest::newRow("nothing") << Change([](const fs::path&) {});
    QTest::newRow("a new run") << Change([](const fs::path& store) { test::makeRun(store / "new", 9, {1, 2, 2}); });
    QTest::newRow("a run gone") << Change([](const fs::path& store) { fs::remove_all(store / "b"); });
    QTest::newRow("a run moved") << Change([](const fs::path& store) { fs::rename(store / "b", store / "z"); });
    QTest::newRow("a name") << Change([](const fs::path& store) { writeAbout(store / "a", {"named", "n", {"t"}}); });
    QTest::newRow("another epoch") << Change([](const fs::path& store) {
        RunWriter writer(store / "a", 3, 6);
        EpochDone epoch;
        epoch.epoch = 4;
        epoch.validation.accuracy = 0.99;
        writer.append(epoch);
    });
    QTest::newRow("weights") << Change([](const fs::path& store) {
        writeFileAtomically(store / "a/best.safetensors", "x");
    });
    QTest::newRow("a damaged configuration") << Change([](const fs::path& store) {
        writeFileAtomically(store / "a/config.json", "{");
    });
    QTest::newRow("no validation images") << Change([](const fs::path& store) {
        RunWriter writer(store / "a", 3, 6);
        EpochDone epoch;
        epoch.epoch = 4;
        epoch.validation = {std::nan(""), std::nan(""), std::nan("")};
        writer.append(epoch);
    });
}

void TestRunOverview::follows() {
    QFETCH(Change, change);
    const QTemporaryDir folder;
    const fs::path store = pathOf(folder);
    for (const char* run : {"a", "b", "c"}) test::makeRun(store / run, run[0], {1, 3, 2});
    fs::create_directory(store / "no run");
    QCOMPARE(readOverview(store).size(), std::size_t{3});
    change(store);
    for (int round = 0; round < 2; ++round) {  // read anew where it changed, then all from the digest
        std::vector<QString> expected;
        for (const auto& entry : fs::directory_iterator(store)) {
            try {
                expected.push_back(textOf(readRun(entry.path())));
            } catch (const std::exception&) {
                continue;
            }
        }
        std::vector<QString> got;
        for (const RunSummary& run : readOverview(store)) got.push_back(textOf(run));
        std::sort(expected.begin(), expected.end());
        std::sort(got.begin(), got.end());
        QCOMPARE(got, expected);
    }
}

void TestRunOverview::damagedDigestIsMadeAnew_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("torn") << QByteArray("{\"version\": 1, \"runs\": {");
    QTest::newRow("another version") << QByteArray("{\"version\": 99, \"runs\": {}}");
    QTest::newRow("foreign") << QByteArray("[]");
    QTest::newRow("entry without members") << QByteArray("{\"version\": 1, \"runs\": {\"a\": {}}}");
    QTest::newRow("empty") << QByteArray();
}

void TestRunOverview::damagedDigestIsMadeAnew() {
    QFETCH(QByteArray, content);
    const QTemporaryDir folder;
    test::makeRun(pathOf(folder) / "a", 1, {1, 2, 2});
    readOverview(pathOf(folder));
    writeFileAtomically(pathOf(folder) / ".overview.json", content.toStdString());
    QCOMPARE(readOverview(pathOf(folder)).size(), std::size_t{1});
    QVERIFY(fs::file_size(pathOf(folder) / ".overview.json") > 200);
}

// The epochs are not read again: what they say now does not show as long as their file seems the same.
void TestRunOverview::comesFromTheDigest() {
    const QTemporaryDir folder;
    const fs::path epochs = pathOf(folder) / "a/epochs.jsonl";
    test::makeRun(pathOf(folder) / "a", 1, {1, 2, 2});
    readOverview(pathOf(folder));
    const auto time = fs::last_write_time(epochs);
    std::string text = readTextFile(epochs);
    std::fill(text.begin(), text.end(), 'x');
    writeFileAtomically(epochs, text);
    fs::last_write_time(epochs, time);
    QCOMPARE(sortedOverview(pathOf(folder)).at(0).epochsDone, std::int64_t{2});
    fs::last_write_time(epochs, time + std::chrono::seconds(1));
    QCOMPARE(sortedOverview(pathOf(folder)).at(0).epochsDone, std::int64_t{0});  // now it is read: one torn line
}

void TestRunOverview::storeThatMayOnlyBeRead() {
    if (::geteuid() == 0) QSKIP("Root may write everywhere");
    const QTemporaryDir folder;
    test::makeRun(pathOf(folder) / "a", 1, {1, 2, 2});
    fs::permissions(pathOf(folder), fs::perms::owner_read | fs::perms::owner_exec);
    QCOMPARE(readOverview(pathOf(folder)).size(), std::size_t{1});
    fs::permissions(pathOf(folder), fs::perms::owner_all);
    QVERIFY(!fs::exists(pathOf(folder) / ".overview.json"));
}

void TestRunOverview::noStoreIsEmpty() {
    const QTemporaryDir folder;
    QVERIFY(readOverview(pathOf(folder) / "none").empty());
    QVERIFY(!fs::exists(pathOf(folder) / "none"));
}

QTEST_GUILESS_MAIN(TestRunOverview)
#include "test_run_overview.moc"
