// SPDX-License-Identifier: GPL-3.0-or-later
// Run folders: written as a run goes on, read back whole, and never lost to a crash or a neighbour.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/io/atomic_file.h"
#include "core/io/user_folders.h"
#include "core/runs/run_lock.h"
#include "core/runs/run_store.h"
#include "core/runs/run_trash.h"
#include "core/runs/run_writer.h"
#include "tests/support/thrown.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <tuple>

using namespace vit;
namespace fs = std::filesystem;

namespace {

fs::path pathOf(const QTemporaryDir& folder) { return folder.path().toStdString(); }

void appendText(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

StepDone step(std::int64_t number) {
    StepDone done;
    done.step = number;
    done.epoch = (number - 1) / 4 + 1;
    done.loss = 1.0 / static_cast<double>(number);
    return done;
}

EpochDone epoch(std::int64_t number, double accuracy) {
    EpochDone done;
    done.epoch = number;
    done.step = 4 * number;
    done.validation.accuracy = accuracy;
    return done;
}

// A run of `epochs` epochs of 4 steps each.
void writeRun(const fs::path& folder, std::int64_t epochs) {
    RunWriter writer(folder);
    writer.writeConfig(preset("testing").config);
    writer.writeEnvironment("{\"device\": \"CPU\"}");
    for (std::int64_t i = 1; i <= epochs; ++i) {
        for (std::int64_t k = 1; k <= 4; ++k) writer.append(step(4 * (i - 1) + k));
        writer.append(epoch(i, 0.1 * static_cast<double>(i)));
    }
}

std::vector<std::int64_t> numbers(const std::vector<StepDone>& steps) {
    std::vector<std::int64_t> list;
    for (const StepDone& done : steps) list.push_back(done.step);
    return list;
}

QStringList names(const std::vector<RunSummary>& runs) {
    QStringList list;
    for (const RunSummary& run : runs) list << QString::fromStdString(run.name);
    return list;
}

void setCreated(const fs::path& folder, const std::string& time) {
    writeFileAtomically(folder / "environment.json", R"({"created": ")" + time + "\"}");
}

}  // namespace

class TestRunStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void defaultFolderFollowsXdg();
    void namesTellTimeAndLabel_data();
    void namesTellTimeAndLabel();
    void namesAreUnique();
    void namesAreUniqueInARace();
    void creatingSaysWhatIsWrong();
    void readsWhatWasWritten();
    void curvesAreReadableWhileWritten();
    void tornLinesAreDropped_data();
    void tornLinesAreDropped();
    void damagedLinesAreNamed();
    void goingOnCutsBack();
    void goingOnFromTheStartEmptiesTheCurves();
    void resultGoesWhenTheRunGoesOn();
    void createdStaysWhenTheRunGoesOn();
    void noValidationImages();
    void theBestEpochIsTheRunsOwn();
    void listIsNewestFirst();
    void clockChangesDoNotMisorder();
    void listPassesOverForeignFolders();
    void lastTrainedHasAModel();
    void movedRunKnowsItsPlace();
    void noRunIsAnError_data();
    void noRunIsAnError();
    void writerSaysWhatIsWrong();
    void linksAreNotWrittenThrough_data();
    void linksAreNotWrittenThrough();
    void linkedLockIsRefused();
    void logHasTimes();
};

void TestRunStore::defaultFolderFollowsXdg() {
    const QByteArray data = qgetenv("XDG_DATA_HOME");
    const QByteArray home = qgetenv("HOME");
    const auto restore = qScopeGuard([&] {
        qputenv("XDG_DATA_HOME", data);
        qputenv("HOME", home);
    });
    qputenv("HOME", "/home/me");
    qputenv("XDG_DATA_HOME", "/data");
    QCOMPARE(RunStore::defaultFolder(), fs::path("/data/vit-workbench/runs"));
    qputenv("XDG_DATA_HOME", "relative");
    QCOMPARE(RunStore::defaultFolder(), fs::path("/home/me/.local/share/vit-workbench/runs"));
    qunsetenv("XDG_DATA_HOME");
    QCOMPARE(RunStore::defaultFolder(), fs::path("/home/me/.local/share/vit-workbench/runs"));
    qunsetenv("HOME");
    QVERIFY_EXCEPTION_THROWN(userDataFolder(), Error);
}

void TestRunStore::namesTellTimeAndLabel_data() {
    QTest::addColumn<QString>("label");
    QTest::addColumn<QString>("expected");
    QTest::newRow("preset") << "first-steps" << "first-steps";
    QTest::newRow("blanks") << " my  best run " << "my-best-run";
    QTest::newRow("path") << "../../etc/passwd" << "..-..-etc-passwd";
    QTest::newRow("empty") << "" << "run";
    QTest::newRow("only signs") << "/?*" << "run";
    QTest::newRow("dots") << ".." << "run";
    QTest::newRow("letters of any script") << "鳥の実験" << "鳥の実験";
    QTest::newRow("line break") << "a\nb" << "a-b";
    QTest::newRow("long") << QString(300, 'x') << QString(80, 'x');
    QTest::newRow("long in letters of three bytes") << QString(100, QChar(0x9ce5)) << QString(26, QChar(0x9ce5));
}

void TestRunStore::namesTellTimeAndLabel() {
    QFETCH(QString, label);
    QFETCH(QString, expected);
    const QTemporaryDir folder;
    const fs::path runs = pathOf(folder) / "deep" / "runs";
    const fs::path run = RunStore(runs).create(label.toStdString());
    QCOMPARE(run.parent_path(), runs);
    QVERIFY(fs::is_directory(run) && fs::is_empty(run));
    const auto name = QString::fromStdString(run.filename().string());
    const QRegularExpression pattern("^(\\d{4}-\\d\\d-\\d\\d-\\d{4})-(.*)$");
    const auto match = pattern.match(name);
    QVERIFY2(match.hasMatch(), qPrintable(name));
    const auto time = QDateTime::fromString(match.captured(1), "yyyy-MM-dd-HHmm");
    QVERIFY(std::abs(time.secsTo(QDateTime::currentDateTime())) < 120);
    QCOMPARE(match.captured(2), expected);
}

void TestRunStore::namesAreUnique() {
    const QTemporaryDir folder;
    const RunStore store(pathOf(folder));
    std::set<fs::path> made;
    for (int i = 0; i < 12; ++i) made.insert(store.create("x"));
    QCOMPARE(made.size(), std::size_t{12});
    const auto isSecond = [](const fs::path& path) { return path.string().ends_with("-x-2"); };
    QVERIFY(std::any_of(made.begin(), made.end(), isSecond));
}

void TestRunStore::namesAreUniqueInARace() {
    const QTemporaryDir folder;
    std::mutex mutex;
    std::vector<fs::path> made;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            const RunStore store(pathOf(folder));
            for (int i = 0; i < 10; ++i) {
                const fs::path run = store.create("race");
                const std::lock_guard lock(mutex);
                made.push_back(run);
            }
        });
    }
    threads.clear();  // joins
    QCOMPARE(std::set<fs::path>(made.begin(), made.end()).size(), std::size_t{80});
}

void TestRunStore::creatingSaysWhatIsWrong() {
    const QTemporaryDir folder;
    appendText(pathOf(folder) / "file", "x");
    const RunStore store(pathOf(folder) / "file");
    const QString fault = test::thrown<Error>([&] { store.create("x"); });
    QVERIFY2(fault.contains("file: "), qPrintable(fault));
    QVERIFY(!test::thrown<Error>([&] { store.list(); }).isEmpty());
}

void TestRunStore::readsWhatWasWritten() {
    const QTemporaryDir folder;
    const RunStore store(pathOf(folder));
    const fs::path path = store.create("a");
    RunFinished result;
    result.epochsDone = 2;
    result.bestValidationAccuracy = 0.2;
    {
        writeRun(path, 2);
        RunWriter writer(path, 2, 8);
        writer.writeResult(result);
    }
    const RunSummary run = readRun(path);
    QCOMPARE(run.name, path.filename().string());
    QCOMPARE(run.folder, path);
    QVERIFY(run.config == preset("testing").config);
    QCOMPARE(run.epochsDone, std::int64_t{2});
    QCOMPARE(run.bestValidationAccuracy, 0.2);
    QVERIFY(run.result.has_value());
    QCOMPARE(run.result->epochsDone, std::int64_t{2});
    QCOMPARE(run.hasModel, false);
    const auto created = QDateTime::fromString(QString::fromStdString(run.created), Qt::ISODate);
    QVERIFY2(std::abs(created.secsTo(QDateTime::currentDateTime())) < 60, run.created.c_str());

    const RunCurves curves = readCurves(path);
    QCOMPARE(numbers(curves.steps), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
    QVERIFY(curves.steps[2].loss == 1.0 / 3.0);
    QCOMPARE(curves.epochs.size(), std::size_t{2});
    const std::string text = readTextFile(path / "environment.json");
    const auto environment = QJsonDocument::fromJson(QByteArray::fromStdString(text));
    QCOMPARE(environment["device"].toString(), QString("CPU"));
}

void TestRunStore::curvesAreReadableWhileWritten() {
    const QTemporaryDir folder;
    RunWriter writer(pathOf(folder));
    writer.writeConfig(Config{});
    QVERIFY(readCurves(pathOf(folder)).steps.empty());
    writer.append(step(1));
    writer.flush();
    QCOMPARE(readCurves(pathOf(folder)).steps.size(), std::size_t{1});
    writer.append(step(2));
    writer.append(epoch(1, 0.5));  // brings the steps along
    QCOMPARE(readCurves(pathOf(folder)).steps.size(), std::size_t{2});
    QCOMPARE(readRun(pathOf(folder)).epochsDone, std::int64_t{1});
    QTest::qSleep(1100);
    writer.append(step(3));  // the last flush is over a second ago
    QCOMPARE(readCurves(pathOf(folder)).steps.size(), std::size_t{3});
}

void TestRunStore::tornLinesAreDropped_data() {
    QTest::addColumn<QByteArray>("rest");
    QTest::newRow("half a line") << QByteArray(R"({"event": "step", "step": 9, "lo)");
    QTest::newRow("no newline") << QByteArray(R"({"event": "step", "step": 9})");
    QTest::newRow("zeros") << QByteArray(100, '\0');
    QTest::newRow("zeros and a newline") << QByteArray(100, '\0') + "\n";
    QTest::newRow("half a line and a newline") << QByteArray("{\"event\": \"st\n");
}

void TestRunStore::tornLinesAreDropped() {
    QFETCH(QByteArray, rest);
    const QTemporaryDir folder;
    writeRun(pathOf(folder), 2);
    appendText(pathOf(folder) / "steps.jsonl", rest.toStdString());
    appendText(pathOf(folder) / "epochs.jsonl", rest.toStdString());
    QCOMPARE(readCurves(pathOf(folder)).steps.size(), std::size_t{8});
    QCOMPARE(readRun(pathOf(folder)).epochsDone, std::int64_t{2});
    {
        RunWriter writer(pathOf(folder), 2, 8);  // goes on: nothing of it may stay in the middle
        writer.append(step(9));
    }
    QCOMPARE(numbers(readCurves(pathOf(folder)).steps), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

void TestRunStore::damagedLinesAreNamed() {
    const QTemporaryDir folder;
    writeRun(pathOf(folder), 1);
    appendText(pathOf(folder) / "steps.jsonl", "nonsense\n{\"event\": \"step\", \"step\": 6}\n");
    const QString fault = test::thrown<Error>([&] { readCurves(pathOf(folder)); });
    QVERIFY2(fault.contains("steps.jsonl: line 5 is damaged"), qPrintable(fault));
}

void TestRunStore::goingOnCutsBack() {
    const QTemporaryDir folder;
    writeRun(pathOf(folder), 3);
    {
        RunWriter writer(pathOf(folder), 2, 8);
        writer.append(step(9));
    }
    const RunCurves curves = readCurves(pathOf(folder));
    QCOMPARE(numbers(curves.steps), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
    QCOMPARE(curves.epochs.size(), std::size_t{2});
    QCOMPARE(curves.epochs.back().epoch, std::int64_t{2});
}

void TestRunStore::goingOnFromTheStartEmptiesTheCurves() {
    const QTemporaryDir folder;
    writeRun(pathOf(folder), 2);
    { const RunWriter writer(pathOf(folder)); }
    QVERIFY(readCurves(pathOf(folder)).steps.empty());
    QVERIFY(readCurves(pathOf(folder)).epochs.empty());
    QVERIFY(readRun(pathOf(folder)).config == preset("testing").config);
}

void TestRunStore::resultGoesWhenTheRunGoesOn() {
    const QTemporaryDir folder;
    writeRun(pathOf(folder), 1);
    { RunWriter(pathOf(folder), 1, 4).writeResult(RunFinished{}); }
    QVERIFY(readRun(pathOf(folder)).result.has_value());
    { const RunWriter writer(pathOf(folder), 1, 4); }
    QVERIFY(!readRun(pathOf(folder)).result.has_value());
}

void TestRunStore::createdStaysWhenTheRunGoesOn() {
    const QTemporaryDir folder;
    writeRun(pathOf(folder), 1);
    setCreated(pathOf(folder), "2026-03-01T14:07:05");
    RunWriter writer(pathOf(folder), 1, 4);
    writer.writeEnvironment(R"({"device": "another"})");
    QCOMPARE(readRun(pathOf(folder)).created, std::string("2026-03-01T14:07:05"));

    // Without an environment the time of the configuration's file has to do.
    fs::remove(pathOf(folder) / "environment.json");
    const auto created = QDateTime::fromString(QString::fromStdString(readRun(pathOf(folder)).created), Qt::ISODate);
    QVERIFY(std::abs(created.secsTo(QDateTime::currentDateTime())) < 60);
}

void TestRunStore::theBestEpochIsTheRunsOwn() {
    const QTemporaryDir folder;
    for (const BestBy by : {BestBy::Accuracy, BestBy::Loss}) {
        const fs::path path = pathOf(folder) / (by == BestBy::Loss ? "loss" : "accuracy");
        fs::create_directories(path);
        RunWriter writer(path);
        Config config;
        config.run.bestBy = by;
        writer.writeConfig(config);
        for (const auto& [number, accuracy, best] :
             {std::tuple{1, 0.8, true}, std::tuple{2, 0.6, true}, std::tuple{3, 0.9, false}}) {
            EpochDone done = epoch(number, accuracy);
            done.best = best;
            writer.append(done);
        }
        const RunSummary run = readRun(path);
        QCOMPARE(run.bestEpoch, std::int64_t{by == BestBy::Loss ? 2 : 3});
        QCOMPARE(run.bestValidationAccuracy, by == BestBy::Loss ? 0.6 : 0.9);
    }
}

void TestRunStore::noValidationImages() {
    const QTemporaryDir folder;
    RunWriter writer(pathOf(folder));
    writer.writeConfig(Config{});
    writer.append(epoch(1, std::numeric_limits<double>::quiet_NaN()));
    QCOMPARE(readRun(pathOf(folder)).bestValidationAccuracy, 0.0);
    QVERIFY(std::isnan(readCurves(pathOf(folder)).epochs[0].validation.accuracy));
}

void TestRunStore::listIsNewestFirst() {
    const QTemporaryDir folder;
    const RunStore store(pathOf(folder));
    QVERIFY(store.list().empty());
    for (const auto& [name, time] : {std::pair{"b", "2026-03-01T10:00:00"}, std::pair{"a", "2026-03-02T10:00:00"},
                                     std::pair{"c-2", "2026-02-01T10:00:00"}, std::pair{"c-10", "2026-02-01T10:00:00"},
                                     std::pair{"c", "2026-02-01T10:00:00"}}) {
        fs::create_directory(pathOf(folder) / name);
        writeFileAtomically(pathOf(folder) / name / "config.json", std::string_view("{}"));
        setCreated(pathOf(folder) / name, time);
    }
    QCOMPARE(names(store.list()), (QStringList{"a", "b", "c-10", "c-2", "c"}));
    QVERIFY(RunStore(pathOf(folder) / "missing").list().empty());
}

// The clocks go back from 3:00 to 2:00: the run begun at the second 2:10 is newer than that begun at the first 2:50.
void TestRunStore::clockChangesDoNotMisorder() {
    const QByteArray before = qgetenv("TZ");
    const auto restore = qScopeGuard([&] {
        before.isNull() ? qunsetenv("TZ") : qputenv("TZ", before);
        ::tzset();
    });
    qputenv("TZ", "Europe/Berlin");
    ::tzset();
    const QTemporaryDir folder;
    const RunStore store(pathOf(folder));
    for (const auto& [name, time] :
         {std::pair{"first", "2026-10-25T02:50:00+02:00"}, std::pair{"second", "2026-10-25T02:10:00+01:00"},
          std::pair{"elsewhere", "2026-10-24T23:00:00-02:00"}, std::pair{"without offset", "2026-10-25T01:00:00"},
          std::pair{"garbled", "yesterday"}}) {
        fs::create_directory(pathOf(folder) / name);
        writeFileAtomically(pathOf(folder) / name / "config.json", std::string_view("{}"));
        setCreated(pathOf(folder) / name, time);
    }
    QCOMPARE(names(store.list()), (QStringList{"second", "elsewhere", "first", "without offset", "garbled"}));

    const fs::path run = pathOf(folder) / "new";
    fs::create_directory(run);
    writeRun(run, 1);
    const auto created = QString::fromStdString(readRun(run).created);
    const QRegularExpression expected("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[+-]\\d\\d:\\d\\d$");
    QVERIFY2(expected.match(created).hasMatch(), qPrintable(created));
    const auto time = QDateTime::fromString(created, Qt::ISODate);
    QVERIFY2(std::abs(time.secsTo(QDateTime::currentDateTime())) < 60, qPrintable(created));
}

void TestRunStore::listPassesOverForeignFolders() {
    const QTemporaryDir folder;
    const fs::path base = pathOf(folder);
    fs::create_directory(base / "empty");
    appendText(base / "file", "x");
    fs::create_directory(base / "foreign");
    appendText(base / "foreign" / "config.json", R"({"learning": true})");
    fs::create_directory(base / "no-json");
    appendText(base / "no-json" / "config.json", "x");
    fs::create_directory_symlink(base / "nowhere", base / "dangling");
    fs::create_directory(base / "run");
    writeRun(base / "run", 1);
    QCOMPARE(names(RunStore(base).list()), QStringList("run"));
}

void TestRunStore::lastTrainedHasAModel() {
    const QTemporaryDir folder;
    const RunStore store(pathOf(folder));
    QVERIFY(!store.lastTrained());
    for (const auto& [name, time] : {std::pair{"old", "2026-01-01T10:00:00"}, std::pair{"new", "2026-02-01T10:00:00"},
                                     std::pair{"newest", "2026-03-01T10:00:00"}}) {
        fs::create_directory(pathOf(folder) / name);
        writeRun(pathOf(folder) / name, 1);
        setCreated(pathOf(folder) / name, time);
        if (std::string_view(name) != "newest") appendText(pathOf(folder) / name / "best.safetensors", "weights");
    }
    QVERIFY(store.lastTrained().has_value());
    QCOMPARE(store.lastTrained()->name, std::string("new"));
    QVERIFY(store.lastTrained()->hasModel);
}

void TestRunStore::movedRunKnowsItsPlace() {
    const QTemporaryDir folder;
    fs::create_directory(pathOf(folder) / "before");
    writeRun(pathOf(folder) / "before", 1);
    RunFinished result;
    result.runName = "before";
    result.runFolder = (pathOf(folder) / "before").string();
    { RunWriter(pathOf(folder) / "before", 1, 4).writeResult(result); }
    fs::rename(pathOf(folder) / "before", pathOf(folder) / "after");
    const RunSummary run = readRun(pathOf(folder) / "after" / "");
    QCOMPARE(run.name, std::string("after"));
    QCOMPARE(run.result->runName, std::string("after"));
    QCOMPARE(run.result->runFolder, (pathOf(folder) / "after").string());
}

void TestRunStore::noRunIsAnError_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("says");
    QTest::newRow("no configuration") << "other.json" << QByteArray("{}") << "there is no config.json in it";
    QTest::newRow("foreign configuration") << "config.json" << QByteArray(R"({"a": 1})") << "config.json";
    QTest::newRow("torn result") << "result.json" << QByteArray("{") << "result.json: this is no JSON object";
    QTest::newRow("torn environment") << "environment.json" << QByteArray("{")
                                      << "environment.json: This is not correct JSON";
}

void TestRunStore::noRunIsAnError() {
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    const fs::path path = pathOf(folder) / file.toStdString();
    if (file == "result.json" || file == "environment.json") writeRun(pathOf(folder), 1);
    fs::remove(path);
    appendText(path, content.toStdString());
    const QString fault = test::thrown<Error>([&] { readRun(pathOf(folder)); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
    QVERIFY2(fault.contains(folder.path()), qPrintable(fault));
}

void TestRunStore::writerSaysWhatIsWrong() {
    const QTemporaryDir folder;
    const QString missing = test::thrown<Error>([&] { RunWriter(pathOf(folder) / "missing"); });
    QVERIFY2(missing.contains("missing: No such file or directory"), qPrintable(missing));

    // A limit on file sizes fails as a full disk does.
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    RunWriter writer(pathOf(folder));
    const rlimit small{10, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const QString full = test::thrown<Error>([&] { writer.append(epoch(1, 0.5)); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    QVERIFY2(full.contains("epochs.jsonl: File too large"), qPrintable(full));
}

void TestRunStore::linksAreNotWrittenThrough_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"steps.jsonl", "epochs.jsonl", "layers.jsonl", "probe.jsonl", "log.txt", "tensorboard"})
        QTest::newRow(name) << QString(name);
}

// As in a run that came from somebody else. What is there already is left alone, what is not there is not made.
void TestRunStore::linksAreNotWrittenThrough() {
    QFETCH(QString, name);
    const QTemporaryDir folder;
    const fs::path run = pathOf(folder) / "run";
    const fs::path link = run / name.toStdString();
    fs::create_directory(run);
    writeRun(run, 2);
    RunWriter(run, 2, 8).writeResult(RunFinished{});
    const std::string steps = readTextFile(run / "steps.jsonl");
    for (const bool exists : {false, true}) {
        const fs::path victim = pathOf(folder) / (exists ? "here" : "nowhere");
        if (exists && name == "tensorboard") {
            fs::create_directory(victim);
            appendText(victim / "events.out.tfevents.1.mine", "precious");
        } else if (exists) {
            appendText(victim, "precious");
        }
        fs::remove(link);
        fs::create_symlink(victim, link);
        const QString fault = test::thrown<Error>([&] {
            RunWriter writer(run, 1, 4);
            writer.startTensorBoard();
            writer.append(step(5));
            writer.append(ProbePredicted{});
            writer.log({Severity::Info, "begun"});
        });
        QVERIFY2(fault.contains(QString::fromStdString(link.string() + ": it is a link to " + victim.string())),
                 qPrintable(fault));
        QVERIFY2(fault.contains("Nothing was written") && fault.contains("Remove the link"), qPrintable(fault));
        QCOMPARE(fs::exists(victim), exists);
        if (exists) QCOMPARE(readTextFile(fs::is_directory(victim) ? victim / "events.out.tfevents.1.mine" : victim),
                             std::string("precious"));
        QVERIFY(fs::exists(run / "result.json"));  // nothing of the run was changed either
        if (name != "steps.jsonl") QCOMPARE(readTextFile(run / "steps.jsonl"), steps);
    }
}

void TestRunStore::linkedLockIsRefused() {
    const QTemporaryDir folder;
    const fs::path run = pathOf(folder) / "run";
    fs::create_directory(run);
    writeRun(run, 1);
    appendText(pathOf(folder) / "victim", "precious");
    for (const char* target : {"victim", "nowhere"}) {
        fs::remove(run / ".lock");
        fs::create_symlink(pathOf(folder) / target, run / ".lock");
        const QString locking = test::thrown<Error>([&] { const RunLock lock(run); });
        QVERIFY2(locking.contains(".lock: it is a link to ") && locking.contains(target), qPrintable(locking));
        const QString trashing = test::thrown<Error>([&] { moveRunToTrash(run); });
        QVERIFY2(trashing.contains(".lock: it is a link to "), qPrintable(trashing));
    }
    QCOMPARE(readTextFile(pathOf(folder) / "victim"), std::string("precious"));
    QVERIFY(!fs::exists(pathOf(folder) / "nowhere"));
    // A pipe would hold the program up for ever.
    fs::remove(run / ".lock");
    QCOMPARE(::mkfifo((run / ".lock").c_str(), 0666), 0);
    const QString pipe = test::thrown<Error>([&] { const RunLock lock(run); });
    QVERIFY2(pipe.contains("no plain file"), qPrintable(pipe));
}

void TestRunStore::logHasTimes() {
    const QTemporaryDir folder;
    RunWriter writer(pathOf(folder));
    writer.log({Severity::Info, "begun"});
    writer.log({Severity::Warning, "hot"});
    const auto log = QString::fromStdString(readTextFile(pathOf(folder) / "log.txt"));
    const QRegularExpression expected("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d begun\n\\S+ WARNING hot\n$");
    QVERIFY2(expected.match(log).hasMatch(), qPrintable(log));
}

QTEST_GUILESS_MAIN(TestRunStore)
#include "test_run_store.moc"
