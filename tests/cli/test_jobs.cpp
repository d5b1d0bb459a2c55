// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli as what a window asks of another computer: jobs that outlive who started them.
#include "core/data/store/archive_writer.h"
#include "core/data/store/data_store.h"
#include "core/io/atomic_file.h"
#include "core/io/checksum.h"
#include "core/jobs/run_parcel.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"
#include "tests/support/files.h"
#include "tests/support/job_client.h"
#include "tests/support/made_images.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <thread>
#include <unistd.h>

using namespace vit;
using test::Attached;
using test::JobClient;
using test::kJobTimeoutMs;

namespace fs = std::filesystem;

class TestJobs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_home = std::make_unique<QTemporaryDir>();
        m_client = std::make_unique<JobClient>(m_home->path());
    }
    void cleanup();

    void tellsWhatIsHere();
    void runsByItselfAndTellsAll();
    void goesOnWhenNobodyLooks();
    void pausesAndGoesOn();
    void aKilledOneIsRecognised();
    void theSameTokenIsTheSameJob();
    void resumesByName();
    void picturesArePinned();
    void refuses_data();
    void refuses();
    void severalRanks();
    void itsFolderIsFetched();
    void takesADataSet();
    void refusesADamagedDataSet();

private:
    // The job's id; the one that runs at the end of a test is killed.
    QString started(const JobRequest& request) {
        const JobClient::Ended ended = m_client->start(request);
        const QString id = ended.answer()["job"].toString();
        if (id.isEmpty()) qWarning() << "not started:" << ended.out << ended.errors;
        m_jobs << id;
        return id;
    }
    bool runs(const QString& id) const { return isRunning(m_client->job(id)); }

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<JobClient> m_client;
    QStringList m_jobs;
};

void TestJobs::cleanup() {
    for (const QString& id : std::as_const(m_jobs)) {
        if (id.isEmpty() || !runs(id)) continue;
        if (const pid_t process = m_client->processOf(id); process > 0) ::kill(process, SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(!runs(id), kJobTimeoutMs);
    }
    m_jobs.clear();
}

void TestJobs::tellsWhatIsHere() {
    const JobClient::Ended about = m_client->run({"job", "about"});
    QCOMPARE(about.code, 0);
    QCOMPARE(about.answer()["version"].toString().toStdString(), jobVersion());
    QVERIFY(!about.answer()["devices"].toArray().isEmpty());
}

void TestJobs::runsByItselfAndTellsAll() {
    const QString id = started(JobClient::request(2));
    QVERIFY(!id.isEmpty());
    Attached attached(*m_client, id);
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
    QVERIFY(attached.waitForEnd());
    QCOMPARE(attached.process().exitCode(), 0);
    QCOMPARE(attached.events(), m_client->events(id));
    QCOMPARE(attached.events().count("\"event\":\"step\""), 10);
    QCOMPARE(attached.events().count("\"event\":\"run_finished\""), 1);
    QVERIFY(!runs(id));

    Attached tail(*m_client, id, 7);
    QVERIFY(tail.waitForEnd() || tail.waitFor("ended"));
    QByteArray rest = m_client->events(id);
    for (int i = 0; i < 7; ++i) rest.remove(0, rest.indexOf('\n') + 1);
    QCOMPARE(tail.events(), rest);

    const std::vector<RunSummary> all = RunStore(m_client->runs()).list();
    QCOMPARE(all.size(), std::size_t{1});
    QVERIFY(all[0].result && all[0].hasModel);
    const JobClient::Ended list = m_client->run({"job", "list", "--json"});
    QCOMPARE(list.answer()["state"].toString(), QString("ended"));
    QCOMPARE(list.answer()["run_folder"].toString().toStdString(), all[0].folder.string());
}

void TestJobs::goesOnWhenNobodyLooks() {
    const QString id = started(JobClient::request(100'000));
    {
        Attached attached(*m_client, id);
        QVERIFY(attached.waitFor("\"event\":\"step\"", 3));
        attached.process().closeWriteChannel();  // the end of the input ends the attach
        QVERIFY(attached.waitForEnd());
        QCOMPARE(attached.process().exitCode(), 0);
    }
    QVERIFY(runs(id));
    {
        Attached cut(*m_client, id);
        QVERIFY(cut.waitFor("\"event\":\"step\"", 3));
    }  // killed
    QVERIFY(runs(id));
    Attached again(*m_client, id);
    QVERIFY(again.waitFor("\"event\":\"step\"", 3));
    again.say("{\"command\": \"dance\"}");
    QVERIFY(again.waitFor("{\"job\":\"refused\""));
    again.say("{\"command\": \"stop\"}");
    QVERIFY(again.waitFor("{\"job\":\"ended\"}"));
    QVERIFY(again.out().contains("\"reason\":\"stopped\""));
    QCOMPARE(again.events(), m_client->events(id));
    QVERIFY(!runs(id));
}

void TestJobs::pausesAndGoesOn() {
    const QString id = started(JobClient::request(100'000));
    Attached attached(*m_client, id);
    QVERIFY(attached.waitFor("\"event\":\"step\"", 3));
    attached.say("{\"command\": \"pause\"}");
    QVERIFY(attached.waitFor("{\"job\":\"paused\"}"));
    QTest::qWait(300);
    const QByteArray before = m_client->events(id);
    QTest::qWait(500);
    QCOMPARE(m_client->events(id).size(), before.size());
    Attached another(*m_client, id);
    QVERIFY(another.waitFor("{\"job\":\"paused\"}"));
    attached.say("{\"command\": \"continue\"}");
    QVERIFY(another.waitFor("{\"job\":\"going\"}"));
    QTRY_VERIFY_WITH_TIMEOUT(m_client->events(id).size() > before.size(), kJobTimeoutMs);
    attached.say("{\"command\": \"stop\"}");
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
}

void TestJobs::aKilledOneIsRecognised() {
    const QString id = started(JobClient::request(100'000));
    Attached attached(*m_client, id);
    QVERIFY(attached.waitFor("\"event\":\"step\"", 3));
    const pid_t process = m_client->processOf(id);
    QVERIFY(process > 0);
    QCOMPARE(::kill(process, SIGKILL), 0);
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
    QCOMPARE(attached.events().count("\"event\":\"run_failed\""), 1);
    QVERIFY(attached.events().contains("was killed"));
    QCOMPARE(attached.events(), m_client->events(id));
    Attached again(*m_client, id);
    QVERIFY(again.waitFor("{\"job\":\"ended\"}"));
    QCOMPARE(again.events(), attached.events());
}

void TestJobs::theSameTokenIsTheSameJob() {
    JobRequest request = JobClient::request(1);
    request.token = "once";
    const QString id = started(request);
    QCOMPARE(started(request), id);
    QCOMPARE(RunStore(m_client->runs()).list().size() <= 1, true);
    request.token = "twice";
    QVERIFY(started(request) != id);
}

void TestJobs::resumesByName() {
    const QString first = started(JobClient::request(1));
    Attached attached(*m_client, first);
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
    const RunSummary run = RunStore(m_client->runs()).list().at(0);
    JobRequest request = JobClient::request(1);
    request.resumeFrom = run.folder.filename().string();
    request.extension = {2, ScheduleEnd::Keep};
    const QString second = started(request);
    Attached again(*m_client, second);
    QVERIFY(again.waitFor("{\"job\":\"ended\"}"));
    QCOMPARE(again.events().count("\"event\":\"step\""), 10);
    QVERIFY(again.events().contains("\"first_epoch\":2"));
    QCOMPARE(readRun(run.folder).epochsDone, std::int64_t{3});
}

void TestJobs::picturesArePinned() {
    const std::vector<std::uint8_t> png = encodePng(test::gradientImage(40, 40));
    JobRequest request = JobClient::request(100'000);
    request.pictures = {std::string(png.begin(), png.end())};
    const QString id = started(request);
    Attached attached(*m_client, id);
    QVERIFY(attached.waitFor("\"image\":\"probe.png\"", 2));
    const std::vector<std::uint8_t> other = encodePng(test::gradientImage(30, 40));
    attached.say("{\"command\": \"pictures\", \"pictures\": " +
                 QByteArray::fromStdString(picturesJson({std::string(other.begin(), other.end())})) + "}");
    QVERIFY(attached.waitFor("\"image\":\"probe-2.png\"", 2));
    attached.say("{\"command\": \"stop\"}");
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
}

void TestJobs::refuses_data() {
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QString>("problem");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, auto change, const char* problem, const char* says) {
        JobRequest request = JobClient::request(1);
        change(request);
        QTest::newRow(name) << QByteArray::fromStdString(toJson(request)) << problem << says;
    };
    QTest::newRow("no JSON") << QByteArray("no") << "input" << "JSON";
    row("another version", [](JobRequest& request) { request.version = "9.9.9"; }, "input", "9.9.9");
    row("data that are not here", [](JobRequest& request) { request.config.data.name = "cifar-100"; }, "data",
        "cifar-100 is not on this computer");
    row("unknown data", [](JobRequest& request) { request.config.data.name = "mine"; }, "data", "mine");
    row("a wrong configuration", [](JobRequest& request) { request.config.model.patchSize = 7; }, "input", "");
    row("a run that is not here", [](JobRequest& request) { request.resumeFrom = "gone"; }, "input", "\"gone\"");
}

void TestJobs::refuses() {
    QFETCH(QByteArray, request);
    QFETCH(QString, problem);
    QFETCH(QString, says);
    const JobClient::Ended ended = m_client->run({"job", "start"}, request);
    QCOMPARE(ended.code, 0);
    QCOMPARE(ended.answer()["problem"].toString(), problem);
    QVERIFY2(ended.answer()["text"].toString().contains(says), ended.out);
    const JobClient::Ended attach = m_client->run({"job", "attach", "20260101-000000"});
    QCOMPARE(attach.code, 2);
    QVERIFY2(attach.errors.contains("no job"), qPrintable(attach.errors));
    QVERIFY(RunStore(m_client->runs()).list().empty());
}

void TestJobs::severalRanks() {
    JobRequest request = JobClient::request(1);
    request.ranks = 2;
    const QString id = started(request);
    Attached attached(*m_client, id);
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
    QVERIFY2(attached.events().contains("2 ranks"), attached.events());
    QCOMPARE(attached.events().count("\"event\":\"run_finished\""), 1);
    QCOMPARE(attached.events().count("\"event\":\"step\""), 5);
}

void TestJobs::itsFolderIsFetched() {
    const QString id = started(JobClient::request(1));
    Attached attached(*m_client, id);
    QVERIFY(attached.waitFor("{\"job\":\"ended\"}"));
    const fs::path run = RunStore(m_client->runs()).list().at(0).folder;
    const JobClient::Ended fetched = m_client->run({"job", "fetch", id, "--all"});
    QCOMPARE(fetched.code, 0);
    test::writeFile(m_home->filePath("run.tar"), fetched.out);
    const fs::path mirror = test::pathOf(m_home->filePath("mirror/run"));
    receiveRun(test::pathOf(m_home->filePath("run.tar")), mirror, {"host", id.toStdString(), "run", true});
    for (const fs::path& file : filesBelow(run)) {
        if (file == run_files::kLock) continue;
        QVERIFY2(readTextFile(mirror / file) == readTextFile(run / file), file.c_str());
    }
    const JobClient::Ended small = m_client->run({"job", "fetch", id});
    QVERIFY(small.out.size() > 0 && !small.out.contains("safetensors"));
}

namespace {

// A data set of 12 pictures in a store, packed.
QByteArray packedData(const QString& home) {
    for (int i = 0; i < 12; ++i) {
        const QString file = home + QString("/pictures/%1/%2.png").arg(i % 2 == 0 ? "cat" : "dog").arg(i);
        const std::vector<std::uint8_t> png = encodePng(test::gradientImage(16 + i, 16));
        test::writeFile(file, {reinterpret_cast<const char*>(png.data()), qsizetype(png.size())});
    }
    DataStore store(test::pathOf(home + "/store"));
    const DataInfo info = store.add("mine", test::pathOf(home + "/pictures"));
    const QByteArray path = (home + "/data.tar").toUtf8();
    const int file = ::open(path.constData(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    packFiles(info.folder, filesBelow(info.folder), file);
    ::close(file);
    return test::readFile(path);
}

}  // namespace

void TestJobs::takesADataSet() {
    const QByteArray archive = packedData(m_home->path());
    const QString sum = QString::fromStdString(
        checksumOf(test::pathOf(m_home->filePath("data.tar")), ChecksumKind::Sha256).hex);
    const QStringList command = {"job",      "receive-data", "mine", "--bytes", QString::number(archive.size()),
                                 "--sha256", sum};
    const JobClient::Ended taken = m_client->run(command, archive);
    QVERIFY2(taken.code == 0, qPrintable(taken.errors));
    const DataStore store(m_client->data());
    QVERIFY(store.info("mine").available);
    QCOMPARE(store.open("mine", 16)->classNames().size(), std::size_t{2});
    const JobClient::Ended twice = m_client->run(command, archive);
    QCOMPARE(twice.code, 2);
    QVERIFY2(twice.errors.contains("already"), qPrintable(twice.errors));
}

void TestJobs::refusesADamagedDataSet() {
    QByteArray archive = packedData(m_home->path());
    const QString sum = QString::fromStdString(
        checksumOf(test::pathOf(m_home->filePath("data.tar")), ChecksumKind::Sha256).hex);
    const QStringList command = {"job",      "receive-data", "mine", "--bytes", QString::number(archive.size()),
                                 "--sha256", sum};
    const JobClient::Ended torn = m_client->run(command, archive.first(archive.size() / 2));
    QCOMPARE(torn.code, 1);
    QVERIFY2(torn.errors.contains("did not come whole"), qPrintable(torn.errors));
    archive[700] = static_cast<char>(archive[700] + 1);
    const JobClient::Ended changed = m_client->run(command, archive);
    QCOMPARE(changed.code, 1);
    QVERIFY2(changed.errors.contains("checksum"), qPrintable(changed.errors));
    QVERIFY(QDir(QString::fromStdString(m_client->data())).isEmpty());
}

QTEST_GUILESS_MAIN(TestJobs)
#include "test_jobs.moc"
