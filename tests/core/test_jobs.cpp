// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs without their processes: requests, commands, a run's folder on its way, and the end of one that was killed.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/data/store/archive_writer.h"
#include "core/events/event_json.h"
#include "core/io/atomic_file.h"
#include "core/jobs/job_command.h"
#include "core/jobs/job_request.h"
#include "core/jobs/job_store.h"
#include "core/jobs/run_parcel.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <unistd.h>

using namespace vit;
using test::pathOf;
using test::readFile;
using test::thrown;
using test::writeFile;

namespace fs = std::filesystem;

class TestJobs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void requestsRoundTrip();
    void refusesRequests_data();
    void refusesRequests();
    void commandsArrive();
    void refusesCommands();
    void theEndOfAKilledJobIsToldOnce();
    void aTornLineIsTakenBack();
    void anEndIsLeftAsItIs();
    void aRunTravels();
    void notesStay();
    void damagedArchivesChangeNothing();
    void mirrorsKeepToTheirFolder();
    void unfinishedRunsAreFound();

private:
    QString path(const QString& name) const { return m_folder->filePath(name); }
    fs::path job(const QByteArray& events) const {
        const JobStore jobs(pathOf(path("jobs")));
        const auto turn = jobs.takeTurn();
        const fs::path folder = jobs.create();
        writeFileAtomically(folder / job_files::kRequest, toJson(JobRequest{.version = jobVersion()}));
        writeFileAtomically(folder / job_files::kEvents, events.toStdString());
        return folder;
    }
    QString packed(Parcel parcel) const {
        const int file = ::open(path("run.tar").toUtf8(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        sendRun(pathOf(path("run")), parcel, file);
        ::close(file);
        return path("run.tar");
    }
    void makeRun() const {
        for (const char* name : {"config.json", "steps.jsonl", "best.safetensors", "last.safetensors", ".lock",
                                 "epoch-000001.safetensors", "about.json", "tensorboard/events.1", "elsewhere.json"})
            writeFile(path("run/") + name, name);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestJobs::requestsRoundTrip() {
    JobRequest request{.version = jobVersion(), .config = preset("testing").config, .token = "t", .label = "a b"};
    request.config.run.epochs = 77;
    request.extension = {5, ScheduleEnd::Stretch};
    request.resumeFrom = "2026-01-01-0000-a";
    request.ranks = 3;
    request.niceness = 5;
    request.pictures = {std::string("\x89PNG\0\xff", 6), "b"};
    request.dataFolder = "/a";
    request.runsFolder = "/b";
    request.runFolder = "/b/c";
    const JobRequest read = jobRequestFromJson(toJson(request));
    QVERIFY(read.config == request.config && read.pictures == request.pictures && read.token == request.token);
    QVERIFY(read.extension.epochs == 5 && read.extension.schedule == ScheduleEnd::Stretch);
    QCOMPARE(QString::fromStdString(toJson(read)), QString::fromStdString(toJson(request)));
    QVERIFY(picturesFromJson(picturesJson(request.pictures)) == request.pictures);
}

void TestJobs::refusesRequests_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const QString version = QString::fromStdString(jobVersion());
    const auto with = [&](const QString& rest) { return QString("{\"version\": \"%1\", %2}").arg(version, rest); };
    QTest::newRow("nothing") << "" << "no correct JSON|not correct JSON";
    QTest::newRow("list") << "[]" << "no JSON object";
    QTest::newRow("no version") << "{}" << "no known version";
    QTest::newRow("another version") << R"({"version": "9.9.9", "config": 3})" << "version 9.9.9";
    QTest::newRow("unknown field") << with(R"("config": {"run": {"no": 1}})") << "no";
    QTest::newRow("text for ranks") << with(R"("ranks": "2")") << "cannot be used";
    QTest::newRow("too many ranks") << with(R"("ranks": 100000)") << "ranks";
    QTest::newRow("raised priority") << with(R"("niceness": -5)") << "niceness";
    QTest::newRow("no base64") << with(R"("pictures": ["!"])") << "base64";
    QTest::newRow("key twice") << with(R"("ranks": 1, "ranks": 2)") << "twice";
}

void TestJobs::refusesRequests() {
    QFETCH(QString, text);
    QFETCH(QString, says);
    const QString fault = thrown<InvalidInput>([&] { jobRequestFromJson(text.toStdString()); });
    QVERIFY2(fault.contains(QRegularExpression(says)), qPrintable(fault));
}

void TestJobs::commandsArrive() {
    const fs::path folder = job("");
    sendCommand(folder, commandLine("stop"));  // nobody listens: no fault
    JobControl control(folder);
    QStringList heard;
    const auto listen = [&] {
        control.listen(0, [&](const std::string& word) { heard << QString::fromStdString(word); });
    };
    sendCommand(folder, commandLine("pause"));
    sendCommand(folder, R"({"command": "pictures", "pictures": ["YQ=="]})");
    sendCommand(folder, commandLine("stop"));
    listen();
    QCOMPARE(heard, QStringList({"pause", "pictures", "stop"}));
    QVERIFY(picturesFromJson(readTextFile(folder / job_files::kPictures)) == std::vector<std::string>{"a"});
}

void TestJobs::refusesCommands() {
    const fs::path folder = job("");
    for (const char* line : {"", "stop", "[]", R"({"command": 1})", R"({"command": "rm"})",
                             R"({"command": "pictures"})", R"({"command": "pictures", "pictures": ["!"]})"})
        QVERIFY2(!thrown<InvalidInput>([&] { sendCommand(folder, line); }).isEmpty(), line);
}

void TestJobs::theEndOfAKilledJobIsToldOnce() {
    const fs::path folder = job(QByteArray::fromStdString(toJson(Event(PhaseChanged{"Reading"}))) + '\n');
    writeFileAtomically(folder / job_files::kErrors, "first\nfree(): invalid pointer\n");
    {
        const FileLock alive(folder / job_files::kLock);
        QVERIFY(isRunning(folder));
        tellWhatKilled(folder);
    }
    QVERIFY(!isRunning(folder));
    tellWhatKilled(folder);
    tellWhatKilled(folder);
    const QList<QByteArray> lines = readFile(QString::fromStdString(folder / job_files::kEvents)).split('\n');
    QCOMPARE(lines.size(), 3);
    const auto failed = std::get<RunFailed>(eventFromJson(lines[1].toStdString()));
    const QString text = QString::fromStdString(failed.text);
    QVERIFY2(text.contains("killed") && text.contains("invalid pointer"), qPrintable(text));
}

void TestJobs::aTornLineIsTakenBack() {
    const QByteArray whole = QByteArray::fromStdString(toJson(Event(PhaseChanged{"Reading"})));
    const fs::path folder = job(whole + "\n{\"event\": \"st");
    tellWhatKilled(folder);
    const QList<QByteArray> lines = readFile(QString::fromStdString(folder / job_files::kEvents)).split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(std::holds_alternative<RunFailed>(eventFromJson(lines[1].toStdString())));
}

void TestJobs::anEndIsLeftAsItIs() {
    const QByteArray events = QByteArray::fromStdString(toJson(Event(RunFinished{}))) + '\n';
    const fs::path folder = job(events);
    tellWhatKilled(folder);
    QCOMPARE(readFile(QString::fromStdString(folder / job_files::kEvents)), events);
    const std::vector<JobState> jobs = JobStore(pathOf(path("jobs"))).list();
    QCOMPARE(jobs.size(), std::size_t{1});
    QVERIFY(!jobs[0].running && jobs[0].id == folder.filename().string());
    const QString fault = thrown<InvalidInput>([&] { JobStore(pathOf(path("jobs"))).find("../jobs"); });
    QVERIFY(fault.contains("no job"));
}

void TestJobs::aRunTravels() {
    makeRun();
    const auto there = [&](const char* name) { return QFileInfo::exists(path("runs/r/") + name); };
    const fs::path mirror = pathOf(path("runs/r"));
    const RunElsewhere about{"host", "1", "run", false};
    receiveRun(pathOf(packed(Parcel::Curves)), mirror, about);
    QVERIFY(there("config.json") && there("steps.jsonl") && there("tensorboard/events.1"));
    QVERIFY(!there("best.safetensors") && !there("last.safetensors") && !there(".lock"));
    QVERIFY(readRunElsewhere(mirror) == about);

    writeFile(path("run/steps.jsonl"), "longer than before");
    receiveRun(pathOf(packed(Parcel::WithBest)), mirror, about);
    QVERIFY(there("best.safetensors") && !there("last.safetensors"));
    QCOMPARE(readFile(path("runs/r/steps.jsonl")), QByteArray("longer than before"));

    receiveRun(pathOf(packed(Parcel::Whole)), mirror, {"host", "1", "run", true});
    QVERIFY(there("last.safetensors") && there("epoch-000001.safetensors"));
    QVERIFY(readRunElsewhere(mirror)->done);
    QCOMPARE(QDir(path("runs")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList{"r"});
}

void TestJobs::notesStay() {
    makeRun();
    writeFile(path("runs/r/about.json"), "mine");
    receiveRun(pathOf(packed(Parcel::Curves)), pathOf(path("runs/r")), {"host", "1", "run", false});
    QCOMPARE(readFile(path("runs/r/about.json")), QByteArray("mine"));
}

void TestJobs::damagedArchivesChangeNothing() {
    makeRun();
    writeFile(path("run/last.safetensors"), QByteArray(100'000, 'x'));
    const QByteArray whole = readFile(packed(Parcel::Whole));
    writeFile(path("runs/r/config.json"), "before");
    writeFile(path("run.tar"), whole.first(whole.size() / 2));
    QVERIFY(!thrown<Error>([&] { receiveRun(pathOf(path("run.tar")), pathOf(path("runs/r")), {}); }).isEmpty());
    QCOMPARE(readFile(path("runs/r/config.json")), QByteArray("before"));
    QVERIFY(!QFileInfo::exists(path("runs/r/steps.jsonl")));
    // A mirror that is a link would let files be written elsewhere.
    QDir().mkpath(path("other"));
    QVERIFY(QFile::link(path("other"), path("runs/linked")));
    writeFile(path("run.tar"), whole);
    QVERIFY(thrown<Error>([&] { receiveRun(pathOf(path("run.tar")), pathOf(path("runs/linked")), {}); })
                .contains("link"));
    QVERIFY(QDir(path("other")).isEmpty());
}

void TestJobs::mirrorsKeepToTheirFolder() {
    const fs::path runs = pathOf(path("runs"));
    QCOMPARE(makeMirror(runs, "a").filename().string(), std::string("a"));
    QCOMPARE(makeMirror(runs, "a").filename().string(), std::string("a-2"));
    for (const char* name : {"", "..", ".hidden", "a/b", "/a"})
        QVERIFY2(!thrown<Error>([&] { makeMirror(runs, name); }).isEmpty(), name);
}

void TestJobs::unfinishedRunsAreFound() {
    const fs::path runs = pathOf(path("runs"));
    QVERIFY(unfinishedElsewhere(runs).empty());
    for (const char* name : {"a", "b", "c"}) makeMirror(runs, name);
    writeRunElsewhere(runs / "a", {"host", "1", "a", false});
    writeRunElsewhere(runs / "b", {"host", "2", "b", true});
    writeFile(path("runs/c/elsewhere.json"), "{");
    QVERIFY(unfinishedElsewhere(runs) == std::vector<fs::path>{runs / "a"});
    QVERIFY(thrown<Error>([&] { readRunElsewhere(runs / "c"); }).contains("elsewhere.json"));
    forgetElsewhere(runs / "a");
    QVERIFY(unfinishedElsewhere(runs).empty() && !readRunElsewhere(runs / "a"));
}

QTEST_GUILESS_MAIN(TestJobs)
#include "test_jobs.moc"
