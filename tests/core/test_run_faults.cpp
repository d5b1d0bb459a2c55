// SPDX-License-Identifier: GPL-3.0-or-later
// Faults injected while a run goes on: what is said, what is safe, and that nothing of the training is lost.
#include "core/config/presets.h"
#include "core/device/memory_advice.h"
#include "core/io/append_file.h"
#include "core/io/atomic_file.h"
#include "core/io/system_fault.h"
#include "core/runs/run_files.h"
#include "core/runs/run_writer.h"
#include "core/session/session.h"
#include "core/train/loss_watch.h"
#include "tests/support/asking.h"
#include "tests/support/event_file_reader.h"
#include "tests/support/recorder.h"
#include "tests/support/same_run.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <sys/resource.h>

using namespace vit;
using vit::test::Recorder;
using vit::test::runDifference;

namespace fs = std::filesystem;

namespace {

// As a full disk: no file can grow past so many bytes. Root is bound by it too, unlike by permissions.
void limitFiles(rlim_t bytes) {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace

class TestRunFaults : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    fs::path home() const { return m_home.path().toStdString(); }
    Session::Options options() const { return {home() / "data", home() / "runs", nullptr, 0}; }
    TrainRequest quick(const std::string& name) const {
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.data.trainLimit = 150;  // 5 steps an epoch
        request.config.run.epochs = 4;
        request.config.run.threads = 1;
        request.runFolder = home() / name;
        return request;
    }

private Q_SLOTS:
    void initTestCase();
    void cleanup() { limitFiles(RLIM_INFINITY); }
    void fullDiskForAWhile();
    void fullDiskToTheEnd();
    void folderGoneForAWhile();
    void folderGoneToTheEnd();
    void tornFilesAreRecoveredFrom();
    void linesWaitForAFullDisk();
    void linksInARunAreRefused_data();
    void linksInARunAreRefused();
    void tensorBoardRecordsStayWhole();
    void logTellsTheRun();
    void lossesThatMeanDivergence_data();
    void lossesThatMeanDivergence();
    void batchSizeForTheMemory();
    void imagesBesideATraining_data();
    void imagesBesideATraining();
    void adviceWhereTheMemoryIsNotKnown();
};

void TestRunFaults::initTestCase() {
    std::signal(SIGXFSZ, SIG_IGN);
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick("whole"));
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
}

void TestRunFaults::fullDiskForAWhile() {
    Recorder recorder;
    std::string difference;
    Image white{8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3, 255)};
    const auto picture = std::make_shared<const Image>(std::move(white));
    Session* pinsTo = nullptr;
    recorder.react = [&](const Event& event) {
        const auto* epoch = std::get_if<EpochDone>(&event);
        if (epoch && epoch->epoch == 2) {
            pinsTo->setProbes({picture});
            limitFiles(0);
        }
        if (epoch && epoch->epoch == 3) {
            // The last good checkpoint is intact: that of the first epoch.
            const TensorFile state = readSafetensors(home() / "full-for-a-while" / "last.safetensors");
            if (state.metadata.at("epoch") != "1") difference = "epoch " + state.metadata.at("epoch");
            limitFiles(RLIM_INFINITY);
        }
    };
    Session session(options(), recorder.listener());
    pinsTo = &session;
    session.train(quick("full-for-a-while"));
    session.wait();
    QCOMPARE(difference, std::string());
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
    QCOMPARE(runDifference(home() / "whole", home() / "full-for-a-while"), std::string());
    const std::string log = readTextFile(home() / "full-for-a-while" / "log.txt");
    QVERIFY2(log.find("The run goes on") != std::string::npos, log.c_str());
    QVERIFY2(log.find("can be written again") != std::string::npos, log.c_str());
    // What was said of the pinned picture meanwhile, and the picture, waited too.
    const auto probes = run_files::readProbe(home() / "full-for-a-while");
    QCOMPARE(probes.size(), std::size_t{3});
    QCOMPARE(probes[0].value.prediction.epoch, std::int64_t{2});
    QVERIFY(loadImage(home() / "full-for-a-while" / probes[0].value.image) == *picture);
}

void TestRunFaults::fullDiskToTheEnd() {
    Recorder recorder;
    recorder.react = [&](const Event& event) {
        const auto* epoch = std::get_if<EpochDone>(&event);
        if (epoch && epoch->epoch == 2) limitFiles(0);
    };
    Session session(options(), recorder.listener());
    session.train(quick("full"));
    session.wait();
    limitFiles(RLIM_INFINITY);
    QCOMPARE(recorder.all<EpochDone>().size(), std::size_t{4});
    QCOMPARE(recorder.all<RunFailed>().size(), std::size_t{1});
    const std::string text = recorder.all<RunFailed>()[0].text;
    QVERIFY2(text.find("Cannot write") != std::string::npos, text.c_str());

    recorder.react = {};
    TrainRequest rest;
    rest.resumeFrom = home() / "full";
    session.train(rest);
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
    QCOMPARE(runDifference(home() / "whole", home() / "full"), std::string());
}

void TestRunFaults::folderGoneForAWhile() {
    Recorder recorder;
    recorder.react = [&](const Event& event) {
        const auto* step = std::get_if<StepDone>(&event);
        if (step && step->step == 7) fs::rename(home() / "unplugged", home() / "elsewhere");
        if (step && step->step == 17) fs::rename(home() / "elsewhere", home() / "unplugged");
    };
    Session session(options(), recorder.listener());
    session.train(quick("unplugged"));
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
    const auto messages = recorder.all<Message>();
    QVERIFY(!messages.empty());
    QVERIFY2(messages[0].text.find("unplugged") != std::string::npos, messages[0].text.c_str());
    QCOMPARE(messages[0].severity, Severity::Warning);
    QCOMPARE(runDifference(home() / "whole", home() / "unplugged"), std::string());
}

void TestRunFaults::folderGoneToTheEnd() {
    Recorder recorder;
    recorder.react = [&](const Event& event) {
        const auto* step = std::get_if<StepDone>(&event);
        if (step && step->step == 7) fs::remove_all(home() / "removed");
    };
    Session session(options(), recorder.listener());
    session.train(quick("removed"));
    session.wait();
    QCOMPARE(recorder.all<RunFailed>().size(), std::size_t{1});
    const std::string text = recorder.all<RunFailed>()[0].text;
    QVERIFY2(text.find((home() / "removed").string()) != std::string::npos, text.c_str());
    session.train(quick("after-the-fault"));
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
}

void TestRunFaults::tornFilesAreRecoveredFrom() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick("torn");
    request.maxSteps = 8;
    session.train(request);
    session.wait();
    const fs::path folder = home() / "torn";
    std::ofstream(folder / "steps.jsonl", std::ios::app) << R"({"event":"step","ste)";
    std::ofstream(folder / ".last.safetensors.99999999-7.tmp") << "half";
    TrainRequest rest;
    rest.resumeFrom = folder;
    session.train(rest);
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{2});
    QCOMPARE(runDifference(home() / "whole", folder), std::string());
    QVERIFY(!fs::exists(folder / ".last.safetensors.99999999-7.tmp"));
    const std::string log = readTextFile(folder / "log.txt");
    QVERIFY2(log.find("steps.jsonl was torn") != std::string::npos, log.c_str());
    QVERIFY2(log.find("half-written file") != std::string::npos, log.c_str());
}

void TestRunFaults::linesWaitForAFullDisk() {
    const fs::path path = home() / "lines.txt";
    AppendFile file(path);
    file.append("one");
    file.sync();
    limitFiles(6);  // "one\n" and half of what comes next
    file.append("two");
    const QString fault = test::thrown<Error>([&] { file.flush(); });
    limitFiles(RLIM_INFINITY);
    QVERIFY2(fault.contains("lines.txt"), qPrintable(fault));
    QCOMPARE(readTextFile(path), std::string("one\n"));
    file.append("three");
    file.flush();
    QCOMPARE(readTextFile(path), std::string("one\ntwo\nthree\n"));

    const QString text = test::thrown<Error>([&] { throwSystemFault("Cannot write", path, ENOSPC); });
    QVERIFY2(text.contains("Make room"), qPrintable(text));
    const QString device = test::thrown<Error>([] { AppendFile("/dev/full"); });
    QVERIFY2(device.contains("no plain file"), qPrintable(device));
}

// A run from somebody else, whose lock or log leads to a file of one's own.
void TestRunFaults::linksInARunAreRefused_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("lock") << ".lock";
    QTest::newRow("log") << "log.txt";
}

void TestRunFaults::linksInARunAreRefused() {
    QFETCH(QString, name);
    const fs::path victim = home() / "thesis.txt";
    const fs::path folder = home() / ("linked-" + std::string(QTest::currentDataTag()));
    fs::copy(home() / "whole", folder, fs::copy_options::recursive);
    fs::remove(folder / name.toStdString());
    writeFileAtomically(victim, "precious");
    fs::create_symlink(victim, folder / name.toStdString());

    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest more;
    more.resumeFrom = folder;
    more.extension.epochs = 1;
    session.train(more);
    session.wait();
    QCOMPARE(recorder.all<RunFailed>().size(), std::size_t{1});
    const std::string text = recorder.all<RunFailed>()[0].text;
    QVERIFY2(text.find("is a link to " + victim.string()) != std::string::npos, text.c_str());
    if (name == ".lock") {
        const std::string problem = test::evaluate(session, folder).problem;
        QVERIFY2(problem.find("is a link to") != std::string::npos, problem.c_str());
    }
    QCOMPARE(readTextFile(victim), std::string("precious"));
    QVERIFY(fs::exists(folder / "result.json"));
}

// Of what is written for TensorBoard nothing may be torn: all after it would be lost to its reader.
void TestRunFaults::tensorBoardRecordsStayWhole() {
    const fs::path folder = home() / "board";
    fs::create_directory(folder);
    RunWriter writer(folder);
    writer.writeConfig(preset("testing").config);
    writer.writeEnvironment("{}");
    writer.startTensorBoard();
    writer.append(StepDone{.step = 1});
    writer.flush();
    const fs::path file = fs::directory_iterator(folder / "tensorboard")->path();
    const auto whole = test::eventsOf(file).size();
    limitFiles(fs::file_size(file) + 100);  // in the middle of the record that comes now
    QString fault;
    for (std::int64_t step : {2, 3, 4}) {
        fault = test::thrown<Error>([&] {
            writer.append(StepDone{.step = step});
            writer.flush();
        });
    }
    QCOMPARE(test::eventsOf(file).size(), whole);
    limitFiles(RLIM_INFINITY);
    QVERIFY2(fault.contains("tfevents") && fault.contains("File too large"), qPrintable(fault));
    writer.append(StepDone{.step = 5});
    writer.flush();
    QCOMPARE(test::scalarsOf(test::eventsOf(file)).at("loss/step").size(), std::size_t{5});
}

// What happened to a run can be read in it, whoever trained it.
void TestRunFaults::logTellsTheRun() {
    const auto log = QString::fromStdString(readTextFile(home() / "whole" / "log.txt"));
    const QStringList lines = log.split('\n', Qt::SkipEmptyParts);
    QVERIFY2(lines.size() == 6, qPrintable(log));
    QVERIFY2(lines[0].contains("whole began") && lines[0].contains("parameters"), qPrintable(log));
    for (int epoch = 1; epoch <= 4; ++epoch)
        QVERIFY2(lines[epoch].contains(QString("Epoch %1 of 4").arg(epoch)) && lines[epoch].contains("loss"),
                 qPrintable(log));
    QVERIFY2(lines[5].contains("finished after 4 epochs"), qPrintable(log));
}

void TestRunFaults::lossesThatMeanDivergence_data() {
    QTest::addColumn<double>("loss");
    QTest::addColumn<int>("steps");
    QTest::addColumn<bool>("diverged");
    QTest::newRow("no number") << std::numeric_limits<double>::quiet_NaN() << 1 << true;
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << 1 << true;
    QTest::newRow("guessing") << std::log(10.0) << 1000 << false;
    QTest::newRow("high for a while") << 100.0 << 19 << false;
    QTest::newRow("high for too long") << 100.0 << 20 << true;
}

void TestRunFaults::lossesThatMeanDivergence() {
    QFETCH(double, loss);
    QFETCH(int, steps);
    QFETCH(bool, diverged);
    LossWatch watch(10);
    watch.see(50, 1);
    watch.see(1, 2);  // one that is sound begins the count anew
    const QString text = test::thrown<Diverged>([&] {
        for (int i = 0; i < steps; ++i) watch.see(loss, i + 3);
    });
    QCOMPARE(!text.isEmpty(), diverged);
    if (diverged) QVERIFY2(text.contains("learning rate"), qPrintable(text));
}

void TestRunFaults::batchSizeForTheMemory() {
    const Config config;  // the published example, batches of 256
    const ModelInput input{3, 100};
    const double whole = derive(config, input).trainingMemoryBytes;
    const std::int64_t fits = batchSizeThatFits(config, input, whole / 2);
    QVERIFY(fits > 0 && fits < 128 && fits % 8 == 0);
    Config smaller = config;
    smaller.run.batchSize = fits;
    QVERIFY(derive(smaller, input).trainingMemoryBytes <= whole / 2);
    QCOMPARE(batchSizeThatFits(config, input, 100 * whole), std::int64_t{128});  // what failed is not tried again
    QCOMPARE(batchSizeThatFits(config, input, 1e6), std::int64_t{0});
    const std::string advice = memoryAdvice(config, input, whole / 2);
    QVERIFY2(advice.find(std::to_string(fits) + " instead of 256") != std::string::npos, advice.c_str());
    QVERIFY(memoryAdvice(config, input, 1e6).find("smaller dimensions") != std::string::npos);
    QVERIFY(processMemoryBytes() > 1e8);
}

void TestRunFaults::imagesBesideATraining_data() {
    QTest::addColumn<double>("free");
    QTest::addColumn<double>("training");
    QTest::addColumn<double>("images");
    QTest::addColumn<bool>("fit");
    QTest::newRow("a small data set") << 24e9 << 4e9 << 0.2e9 << true;
    QTest::newRow("all that is left") << 24e9 << 4e9 << 19e9 << true;
    QTest::newRow("would fit alone") << 24e9 << 4e9 << 19.1e9 << false;  // the training needs more than its estimate
    QTest::newRow("larger than the memory") << 24e9 << 1e9 << 150e9 << false;
    QTest::newRow("no room for the training itself") << 2e9 << 4e9 << 0.2e9 << false;
}

void TestRunFaults::imagesBesideATraining() {
    QFETCH(double, free);
    QFETCH(double, training);
    QFETCH(double, images);
    QFETCH(bool, fit);
    QCOMPARE(fitsBesideTraining(images, training, free), fit);
}

void TestRunFaults::adviceWhereTheMemoryIsNotKnown() {
    Config config;
    const ModelInput input{3, 100};
    const std::string advice = memoryAdvice(config, input, 0);
    QVERIFY2(advice.find("128 instead of 256") != std::string::npos, advice.c_str());
    config.run.batchSize = 1;
    const std::string least = memoryAdvice(config, input, 0);
    QVERIFY2(least.find("smaller dimensions") != std::string::npos, least.c_str());
}

QTEST_GUILESS_MAIN(TestRunFaults)
#include "test_run_faults.moc"
