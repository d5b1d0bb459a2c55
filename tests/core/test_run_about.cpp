// SPDX-License-Identifier: GPL-3.0-or-later
// What a person says of a run: kept in its folder, names unique, the run found by them.
#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"
#include "tests/benchmarks/run_store_maker.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QTest>

using namespace vit;
namespace fs = std::filesystem;

namespace {

fs::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

}  // namespace

class TestRunAbout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isKeptInTheFolder();
    void tagsFromText_data();
    void tagsFromText();
    void damagedFileIsNamed_data();
    void damagedFileIsNamed();
    void refusedNames_data();
    void refusedNames();
    void renamedRunIsFound();
    void sameNameTwiceIsAsked();
    void probeOverTime();
};

void TestRunAbout::isKeptInTheFolder() {
    const QTemporaryDir folder;
    QCOMPARE(readAbout(pathOf(folder)), RunAbout());
    const RunAbout about = {"Größer", "first line\nsecond \"line\"", {"baseline", "wide model"}};
    writeAbout(pathOf(folder), about);
    QCOMPARE(readAbout(pathOf(folder)), about);
    QVERIFY_EXCEPTION_THROWN(writeAbout(pathOf(folder) / "gone", about), Error);
}

void TestRunAbout::tagsFromText_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("tags");
    QTest::newRow("none") << "" << "";
    QTest::newRow("one") << "baseline" << "baseline";
    QTest::newRow("blanks around") << " a ,  b c " << "a, b c";
    QTest::newRow("empty ones") << ",,a,," << "a";
    QTest::newRow("twice") << "a, b, a" << "a, b";
}

void TestRunAbout::tagsFromText() {
    QFETCH(QString, text);
    QFETCH(QString, tags);
    QCOMPARE(QString::fromStdString(tagsText(vit::tagsFromText(text.toStdString()))), tags);
}

void TestRunAbout::damagedFileIsNamed_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("torn") << QByteArray("{\"name\": \"a");
    QTest::newRow("wrong type") << QByteArray("{\"name\": 5}");
    QTest::newRow("no object") << QByteArray("[1]");
    QTest::newRow("another encoding") << QByteArray("{\"name\": \"caf\xE9\"}");
    QTest::newRow("tags of the wrong type") << QByteArray("{\"tags\": [1]}");
}

void TestRunAbout::damagedFileIsNamed() {
    QFETCH(QByteArray, content);
    const QTemporaryDir folder;
    writeFileAtomically(pathOf(folder) / "about.json", content.toStdString());
    const QString problem = test::thrown<Error>([&] { readAbout(pathOf(folder)); });
    QVERIFY2(problem.contains("about.json"), qPrintable(problem));
    QVERIFY2(!problem.contains("json.exception") && !problem.contains("basic_"), qPrintable(problem));
}

void TestRunAbout::refusedNames_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << "" << "needs a name";
    QTest::newRow("blanks") << "  " << "needs a name";
    QTest::newRow("two lines") << "a\nb" << "one line";
    QTest::newRow("another run's name") << "wide" << "Another run";
    QTest::newRow("another run's folder") << "b" << "Another run";
}

void TestRunAbout::refusedNames() {
    QFETCH(QString, name);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    for (const char* run : {"a", "b"}) test::makeRun(pathOf(folder) / run, 1, {1, 1, 1});
    const RunStore store(pathOf(folder));
    store.rename(pathOf(folder) / "b", "wide");
    const QString problem = test::thrown<InvalidInput>([&] { store.rename(pathOf(folder) / "a", name.toStdString()); });
    QVERIFY2(problem.contains(says), qPrintable(problem));
    QCOMPARE(readRun(pathOf(folder) / "a").name, std::string("a"));
}

void TestRunAbout::renamedRunIsFound() {
    const QTemporaryDir folder;
    test::makeRun(pathOf(folder) / "a", 1, {1, 1, 1});
    writeAbout(pathOf(folder) / "a", {"", "notes stay", {"tag"}});
    const RunStore store(pathOf(folder));
    store.rename(pathOf(folder) / "a", "my best");
    const auto found = store.find("my best");
    QVERIFY(found);
    QCOMPARE(found->folder, pathOf(folder) / "a");
    QCOMPARE(found->result->runName, std::string("my best"));
    QCOMPARE(found->about, (RunAbout{"my best", "notes stay", {"tag"}}));
    QCOMPARE(store.find("a")->name, std::string("my best"));
    QVERIFY(!store.find("nonsense"));
    QVERIFY(!store.find("../" + pathOf(folder).filename().string() + "/a"));
    store.rename(pathOf(folder) / "a", "a");  // its folder's own name again
    QCOMPARE(readAbout(pathOf(folder) / "a").name, std::string());
}

// As after a run's folder was copied by hand.
void TestRunAbout::sameNameTwiceIsAsked() {
    const QTemporaryDir folder;
    for (const char* run : {"a", "b"}) {
        test::makeRun(pathOf(folder) / run, 1, {1, 1, 1});
        writeAbout(pathOf(folder) / run, {"twin", "", {}});
    }
    const QString problem = test::thrown<InvalidInput>([&] { RunStore(pathOf(folder)).find("twin"); });
    QVERIFY2(problem.contains("Several runs"), qPrintable(problem));
}

void TestRunAbout::probeOverTime() {
    const QTemporaryDir folder;
    const auto probe = [](std::int64_t epoch) {
        ProbePredicted predicted;
        predicted.prediction.epoch = epoch;
        predicted.prediction.top = {{3, "cat", 0.75}, {5, "dog", 0.25}};
        return predicted;
    };
    {
        RunWriter writer(pathOf(folder));
        QVERIFY(!fs::exists(pathOf(folder) / "probe.jsonl"));  // most runs have no pinned picture
        for (const int epoch : {1, 2, 3}) writer.append(probe(epoch));
    }
    const auto lines = run_files::readProbe(pathOf(folder));
    QCOMPARE(lines.size(), std::size_t{3});
    const ClassProbability& first = lines[2].value.prediction.top.at(0);
    QCOMPARE(first.index, 3);
    QCOMPARE(first.name, std::string("cat"));
    QCOMPARE(first.probability, 0.75);
    { const RunWriter goesOn(pathOf(folder), 2, 8); }
    QCOMPARE(run_files::readProbe(pathOf(folder)).back().value.prediction.epoch, std::int64_t{2});
}

QTEST_GUILESS_MAIN(TestRunAbout)
#include "test_run_about.moc"
