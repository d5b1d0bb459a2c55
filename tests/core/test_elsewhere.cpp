// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of a computer with a graphics card, on one without: they are measured, predicted with and trained further.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/data/store/data_store.h"
#include "core/device/device.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/view_answers.h"
#include "core/io/atomic_file.h"
#include "core/session/session.h"
#include "tests/support/asking.h"
#include "tests/support/recorder.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

using namespace vit;
using vit::test::Recorder;

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class TestElsewhere : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    fs::path home() const { return m_home.path().toStdString(); }
    Session::Options options() const { return {home() / "data", home() / "runs", nullptr, 0}; }
    void train(const std::string& name, Precision precision, std::int64_t maxSteps) const;
    // As if it had been trained with CUDA.
    void pretend(const std::string& name) const;

private Q_SLOTS:
    void initTestCase();
    void isMeasuredAndPredictedWith();
    void isNotGoneOnWithUnasked();
    void goesOnWhereItIsTold_data();
    void goesOnWhereItIsTold();
    void isTestedInItsOwnPrecision_data();
    void isTestedInItsOwnPrecision();
};

void TestElsewhere::train(const std::string& name, Precision precision, std::int64_t maxSteps) const {
    TrainRequest request;
    request.config = preset("testing").config;
    request.config.data.trainLimit = 150;  // 5 steps an epoch
    request.config.run.epochs = 2;
    request.config.run.threads = 1;
    request.config.run.device = DeviceChoice::Cpu;
    request.config.run.precision = precision;
    request.runFolder = home() / name;
    request.maxSteps = maxSteps;
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(request);
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
}

void TestElsewhere::pretend(const std::string& name) const {
    Config config = loadConfig((home() / name / "config.json").string());
    config.run.device = DeviceChoice::Cuda;
    writeFileAtomically(home() / name / "config.json", toJson(config));
    Json environment = Json::parse(readTextFile(home() / name / "environment.json"));
    environment["device"] = "NVIDIA H200 (auto: a CUDA device is present)";
    writeFileAtomically(home() / name / "environment.json", environment.dump());
}

void TestElsewhere::initTestCase() {
    if (cudaProblem().empty()) QSKIP("There is a graphics card.");
    train("there", Precision::Float32, 7);
    pretend("there");
}

void TestElsewhere::isMeasuredAndPredictedWith() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    const RunEvaluated evaluated = test::evaluate(session, home() / "there");
    QCOMPARE(evaluated.problem, std::string());
    QVERIFY(evaluated.result.tested);
    const QString note = QString::fromStdString(evaluated.note);
    QVERIFY2(note.startsWith("The run was trained on NVIDIA H200 in fp32 and was tested on CPU, 1 thread in fp32"),
             qPrintable(note));
    LoadedModel model = LoadedModel::open(home() / "there");
    const Image picture{8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3, 100)};
    QVERIFY(!model.predict(picture).top.empty());
}

void TestElsewhere::isNotGoneOnWithUnasked() {
    const std::string before = readTextFile(home() / "there" / "steps.jsonl");
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request;
    request.resumeFrom = home() / "there";
    session.train(request);
    session.wait();
    const RunFailed failed = recorder.all<RunFailed>().at(0);
    const QString text = QString::fromStdString(failed.text);
    QVERIFY2(text.contains("vit-cli train --resume " + m_home.path() + "/there --device cpu"), qPrintable(text));
    QVERIFY2(text.contains("not bit for bit"), qPrintable(text));
    QCOMPARE(failed.keys, std::vector<std::string>{"run.device"});
    QCOMPARE(readTextFile(home() / "there" / "steps.jsonl"), before);
}

void TestElsewhere::goesOnWhereItIsTold_data() {
    QTest::addColumn<int>("device");
    QTest::newRow("on the CPU") << int(DeviceChoice::Cpu);
    QTest::newRow("on what is here, as the window asks") << int(DeviceChoice::Auto);
}

void TestElsewhere::goesOnWhereItIsTold() {
    QFETCH(int, device);
    const std::string name = "going-on-" + std::to_string(device);
    fs::copy(home() / "there", home() / name, fs::copy_options::recursive);
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request;
    request.resumeFrom = home() / name;
    request.device = static_cast<DeviceChoice>(device);
    session.train(request);
    session.wait();
    QCOMPARE(recorder.all<RunFinished>().at(0).reason, StopReason::Completed);
    QCOMPARE(recorder.all<StepDone>().front().step, std::int64_t{8});
    bool said = false;
    for (const Message& message : recorder.all<Message>())
        said |= message.severity == Severity::Warning && message.text.find("not bit for bit") != std::string::npos;
    QVERIFY(said);
    // Where it is at home it goes on as it was.
    QCOMPARE(readRun(home() / name).config.run.device, DeviceChoice::Cuda);
}

void TestElsewhere::isTestedInItsOwnPrecision_data() {
    QTest::addColumn<int>("precision");
    QTest::addColumn<QString>("name");
    QTest::newRow("fp32") << int(Precision::Float32) << "fp32";
    QTest::newRow("bf16") << int(Precision::BFloat16) << "bf16";
}

void TestElsewhere::isTestedInItsOwnPrecision() {
    QFETCH(int, precision);
    QFETCH(QString, name);
    const fs::path folder = home() / name.toStdString();
    train(name.toStdString(), static_cast<Precision>(precision), 0);
    const RunFinished own = *readRun(folder).result;
    QVERIFY(own.tested);
    QCOMPARE(own.testPrecision, name.toStdString());
    Recorder recorder;
    Session session(options(), recorder.listener());
    const RunEvaluated evaluated = test::evaluate(session, folder);
    QCOMPARE(evaluated.note, std::string());
    QCOMPARE(evaluated.result.testPrecision, name.toStdString());
    QVERIFY2(evaluated.result.test.loss == own.test.loss,
             qPrintable(QString("%1, not %2").arg(evaluated.result.test.loss).arg(own.test.loss)));
    const Json kept = Json::parse(readTextFile(folder / "result.json"));
    QCOMPARE(kept.at("test_precision").get<std::string>(), name.toStdString());

    // So is the model that the window has opened.
    QCOMPARE(test::openModel(session, folder).problem, std::string());
    const Config config = readRun(folder).config;
    const DatasetView view(DataStore(home() / "data").open(config), Split::Test, config.data);
    const auto opened = test::ask(session, [view](LoadedModel& model) {
        return std::pair(subjectOf(model, view).precision, model.evaluate(view).metrics);
    });
    QCOMPARE(opened.problem, std::string());
    QCOMPARE(opened.answer->first, name.toStdString());
    QCOMPARE(opened.answer->second.loss, own.test.loss);
}

QTEST_GUILESS_MAIN(TestElsewhere)
#include "test_elsewhere.moc"
