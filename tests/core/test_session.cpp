// SPDX-License-Identifier: GPL-3.0-or-later
// The worker: event order, stop latency, faults as events, predictions during training, resuming.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tokens.h"
#include "core/io/safetensors.h"
#include "core/runs/run_store.h"
#include "core/session/session.h"
#include "tests/support/asking.h"
#include "tests/support/made_images.h"
#include "tests/support/recorder.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <vector>

using namespace vit;
using vit::test::openModel;
using vit::test::predict;
using vit::test::Recorder;

namespace {

std::vector<char> bytesOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<const Image> greyImage() {
    return std::make_shared<Image>(Image{40, 30, 3, std::vector<std::uint8_t>(40 * 30 * 3, 128)});
}

}  // namespace

class TestSession : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    Session::Options options() const {
        const std::filesystem::path home = m_home.path().toStdString();
        return {home / "data", home / "runs", nullptr, 0};
    }
    static TrainRequest quick(std::int64_t epochs = 2) {
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.run.epochs = epochs;
        request.label = "test";
        return request;
    }

private Q_SLOTS:
    void eventsComeInOrder();
    void metricsLieInTheirRanges();
    void stopEndsWithinAStep();
    void stopBeforeTheStartIsNotLost();
    void pauseHoldsAndPredictionsGoOn();
    void wrongConfigurationFailsWithKeys();
    void unknownDataSetFails();
    void aFolderInUseIsRefused();
    void theModelAnswersAfterwards();
    void noModelIsSaid();
    void theProbeIsPredictedEachEpoch();
    void severalProbesWithTheirMaps();
    void probesBetweenTheEpochs();
    void mapsAreRelevance_data();
    void mapsAreRelevance();
    void mapsAreColoursOfTokens();
    void aMapThatCannotBeMadeIsLeftOut();
    void aNamedRunIsAnnouncedByItsName_data();
    void aNamedRunIsAnnouncedByItsName();
    void aRunIsRepeatable();
    void resumingGivesTheSameWeights();
    void stoppedAfterAnEpochGoesOnExactly();
    void destructionStopsARun();
    void aLossThatIsNoNumberEndsTheRun();
};

void TestSession::eventsComeInOrder() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(2));
    QVERIFY(recorder.waitFor<RunFinished>());

    const auto started = recorder.all<RunStarted>();
    QCOMPARE(started.size(), std::size_t{1});
    const auto steps = recorder.all<StepDone>();
    QCOMPARE(static_cast<std::int64_t>(steps.size()), 2 * started[0].stepsPerEpoch);
    for (std::size_t i = 0; i < steps.size(); ++i) QCOMPARE(steps[i].step, static_cast<std::int64_t>(i) + 1);
    const auto epochs = recorder.all<EpochDone>();
    QCOMPARE(epochs.size(), std::size_t{2});
    QCOMPARE(epochs[1].epoch, std::int64_t{2});
    QCOMPARE(epochs[1].step, 2 * started[0].stepsPerEpoch);

    bool begun = false;
    bool ended = false;
    for (const Event& event : recorder.events()) {
        QVERIFY2(!ended, "an event after the terminal one");
        begun = begun || std::holds_alternative<RunStarted>(event);
        QVERIFY(begun || std::holds_alternative<PhaseChanged>(event));
        ended = std::holds_alternative<RunFinished>(event);
    }
    QVERIFY(ended);
    const RunFinished result = recorder.all<RunFinished>()[0];
    QCOMPARE(result.reason, StopReason::Completed);
    QVERIFY(result.tested);
    QVERIFY(result.test.accuracy >= 0 && result.test.accuracy <= 1);
    QVERIFY(std::filesystem::exists(std::filesystem::path(result.runFolder) / "best.safetensors"));
    QVERIFY(std::filesystem::exists(std::filesystem::path(result.runFolder) / "last.safetensors"));
}

void TestSession::metricsLieInTheirRanges() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(1));
    QVERIFY(recorder.waitFor<RunFinished>());
    for (const StepDone& step : recorder.all<StepDone>()) {
        QVERIFY(step.loss > 0);
        QVERIFY(step.accuracy >= 0 && step.accuracy <= step.top5Accuracy && step.top5Accuracy <= 1);
        QVERIFY(step.learningRate > 0);
    }
    const EpochDone epoch = recorder.all<EpochDone>()[0];
    double loss = 0;
    double images = 0;
    const RunStarted started = recorder.all<RunStarted>()[0];
    for (const StepDone& step : recorder.all<StepDone>()) {
        const std::int64_t batch = started.config.run.batchSize;
        const auto count = static_cast<double>(
            std::min(batch, started.trainImages - (step.stepInEpoch - 1) * batch));
        loss += step.loss * count;
        images += count;
    }
    QCOMPARE(images, static_cast<double>(started.trainImages));
    QVERIFY(std::abs(epoch.train.loss - loss / images) < 1e-9);
}

void TestSession::stopEndsWithinAStep() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(1000));
    QVERIFY(recorder.waitFor<StepDone>(3));
    session.requestStop();
    const std::size_t before = recorder.all<StepDone>().size();
    QVERIFY(recorder.waitFor<RunFinished>(1, 10));
    QCOMPARE(recorder.all<RunFinished>()[0].reason, StopReason::Stopped);
    QVERIFY(recorder.all<StepDone>().size() <= before + 2);
    session.wait();
    QVERIFY(!session.busy());
}

void TestSession::stopBeforeTheStartIsNotLost() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(1000));
    session.requestStop();
    QVERIFY(recorder.waitFor<RunFinished>(1, 30));
    QCOMPARE(recorder.all<RunFinished>()[0].reason, StopReason::Stopped);
    session.train(quick(1));
    QVERIFY(recorder.waitFor<RunFinished>(2, 60));
    QCOMPARE(recorder.all<RunFinished>()[1].reason, StopReason::Completed);
}

void TestSession::pauseHoldsAndPredictionsGoOn() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(1000));
    QVERIFY(recorder.waitFor<StepDone>(2));
    session.requestPause();
    QVERIFY(session.paused());
    const Reply<Prediction> reply = predict(session, greyImage());
    QCOMPARE(reply.problem, std::string());
    QVERIFY(reply.answer && reply.answer->training);
    const std::size_t before = recorder.all<StepDone>().size();
    QTest::qWait(200);
    QCOMPARE(recorder.all<StepDone>().size(), before);
    session.requestContinue();
    QVERIFY(recorder.waitFor<StepDone>(static_cast<int>(before) + 2, 20));
    session.requestPause();
    session.requestStop();
    QVERIFY(recorder.waitFor<RunFinished>(1, 10));
}

void TestSession::wrongConfigurationFailsWithKeys() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick();
    request.config.model.patchSize = request.config.model.imageSize - 1;
    session.train(request);
    QVERIFY(recorder.waitFor<RunFailed>());
    const RunFailed failed = recorder.all<RunFailed>()[0];
    QVERIFY(!failed.text.empty());
    QVERIFY(std::find(failed.keys.begin(), failed.keys.end(), "model.patch_size") != failed.keys.end() ||
            std::find(failed.keys.begin(), failed.keys.end(), "model.image_size") != failed.keys.end());
}

void TestSession::unknownDataSetFails() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick();
    request.config.data.name = "no-such-data";
    session.train(request);
    QVERIFY(recorder.waitFor<RunFailed>());
    QVERIFY(recorder.all<RunFailed>()[0].text.find("no-such-data") != std::string::npos);
    QVERIFY(recorder.all<RunStarted>().empty());
}

void TestSession::aFolderInUseIsRefused() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick(1);
    request.runFolder = std::filesystem::path(m_home.path().toStdString()) / "own";
    session.train(request);
    QVERIFY(recorder.waitFor<RunFinished>());
    const std::vector<char> kept = bytesOf(request.runFolder / "best.safetensors");
    session.train(request);
    QVERIFY(recorder.waitFor<RunFailed>());
    QVERIFY(bytesOf(request.runFolder / "best.safetensors") == kept);
}

void TestSession::theModelAnswersAfterwards() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(1));
    QVERIFY(recorder.waitFor<RunFinished>());
    const Prediction first = predict(session, greyImage(), 3).answer.value();
    QCOMPARE(first.top.size(), std::size_t{3});
    QVERIFY(!first.training);
    QVERIFY(first.top[0].probability >= first.top[1].probability);

    Session other(options(), recorder.listener());
    QCOMPARE(openModel(other, recorder.all<RunFinished>()[0].runFolder).problem, std::string());
    const Prediction second = predict(other, greyImage(), 3).answer.value();
    for (std::size_t i = 0; i < 3; ++i) {
        QCOMPARE(second.top[i].index, first.top[i].index);
        QCOMPARE(second.top[i].probability, first.top[i].probability);
    }
    QCOMPARE(second.epoch, first.epoch);
}

void TestSession::noModelIsSaid() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    const Reply<Prediction> reply = predict(session, greyImage());
    QVERIFY(!reply.answer);
    QCOMPARE(reply.problem, std::string("There is no trained model yet."));
    QVERIFY(!openModel(session, "/nonexistent/run").problem.empty());
}

void TestSession::theProbeIsPredictedEachEpoch() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.setProbes({greyImage()});
    session.train(quick(3));
    QVERIFY(recorder.waitFor<RunFinished>());
    const auto probes = recorder.all<ProbePredicted>();
    QCOMPARE(probes.size(), std::size_t{3});
    for (std::size_t i = 0; i < probes.size(); ++i) {
        QCOMPARE(probes[i].prediction.epoch, static_cast<std::int64_t>(i) + 1);
        double sum = 0;
        for (const ClassProbability& entry : probes[i].prediction.top) sum += entry.probability;
        QVERIFY(sum > 0 && sum <= 1 + 1e-9);
        QCOMPARE(probes[i].image, std::string("probe.png"));
    }
    const std::filesystem::path folder = recorder.all<RunFinished>()[0].runFolder;
    QCOMPARE(readCurves(folder).probes.size(), probes.size());
    QVERIFY(loadImage(folder / "probe.png") == *greyImage());
}

void TestSession::severalProbesWithTheirMaps() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    const auto dark = std::make_shared<Image>(Image{40, 30, 3, std::vector<std::uint8_t>(40 * 30 * 3, 20)});
    session.setProbes({greyImage(), nullptr, dark});
    session.train(quick(2));
    QVERIFY(recorder.waitFor<RunFinished>());
    const auto probes = recorder.all<ProbePredicted>();
    QCOMPARE(probes.size(), std::size_t{4});
    const std::vector<std::string> names = {"probe.png", "probe-2.png", "probe.png", "probe-2.png"};
    for (std::size_t i = 0; i < probes.size(); ++i) {
        QCOMPARE(probes[i].image, names[i]);
        QVERIFY(probes[i].map.has_value());
        QCOMPARE(probes[i].map->method, std::string("relevance"));
    }
    const ModelConfig model = quick().config.model;
    QCOMPARE(probes[0].map->rows, model.imageSize / model.patchSize);
    const std::filesystem::path folder = recorder.all<RunFinished>()[0].runFolder;
    QVERIFY(readCurves(folder).probes.back().map == probes.back().map);
    QVERIFY(loadImage(folder / "probe-2.png") == *dark);
    const std::vector<std::shared_ptr<const Image>> tooMany(kMostProbes + 1, dark);
    QVERIFY(test::thrown<InvalidInput>([&] { session.setProbes(tooMany); }).contains("9 pictures; at most 8"));
}

void TestSession::probesBetweenTheEpochs() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.setProbes({greyImage()});
    TrainRequest request = quick(2);
    request.config.data.trainLimit = 150;  // 5 steps an epoch
    request.config.run.pinnedMap = PinnedMap::None;
    request.config.run.pinnedSteps = 2;
    session.train(request);
    QVERIFY(recorder.waitFor<RunFinished>());
    std::vector<std::pair<std::int64_t, std::int64_t>> asked;
    for (const ProbePredicted& probe : recorder.all<ProbePredicted>()) {
        asked.emplace_back(probe.prediction.epoch, probe.prediction.step);
        QVERIFY(!probe.map);
    }
    // Step 10 counts and ends an epoch: it is asked once.
    const std::vector<std::pair<std::int64_t, std::int64_t>> expected = {{0, 2}, {0, 4}, {1, 5},
                                                                         {1, 6}, {1, 8}, {2, 10}};
    QCOMPARE(asked, expected);
}

void TestSession::mapsAreRelevance_data() {
    QTest::addColumn<QString>("method");
    for (const Choice& choice : findField("run.pinned_map")->choices)
        if (choice.value != "none" && choice.value != "token-colours")
            QTest::newRow(choice.value.c_str()) << QString::fromStdString(choice.value);
}

// What is kept is the method's own map of the class that is first.
void TestSession::mapsAreRelevance() {
    QFETCH(QString, method);
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.setProbes({greyImage()});
    TrainRequest request = quick(1);
    assign(request.config, "run.pinned_map=" + method.toStdString());
    session.train(request);
    session.wait();
    const auto probes = recorder.all<ProbePredicted>();
    QCOMPARE(probes.size(), std::size_t{1});
    std::optional<KeptMap> expected;
    session.ask(
        [&](LoadedModel& model) {
            return relevance(model, *greyImage(), probes[0].prediction.top.front().index,
                             relevanceMethod(method.toStdString()));
        },
        [&](const Reply<RelevanceMap>& reply) { expected = keptMap(method.toStdString(), reply.answer.value().map); });
    session.wait();
    QVERIFY(expected == probes[0].map);
}

void TestSession::mapsAreColoursOfTokens() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    const auto picture = std::make_shared<const Image>(test::gradientImage(40, 30));
    session.setProbes({picture});
    TrainRequest request = quick(1);
    request.config.run.pinnedMap = PinnedMap::TokenColours;
    session.train(request);
    session.wait();
    std::optional<KeptMap> expected;
    session.ask(
        [&](LoadedModel& model) {
            const Look look = model.look(*picture, {.tokens = true});
            return tokenColours(look.normed, tokenGrid(model.config()));
        },
        [&](const Reply<TokenColours>& reply) {
            expected = keptMap("token-colours", reply.answer.value().colours);
        });
    session.wait();
    const auto probes = recorder.all<ProbePredicted>();
    QCOMPARE(probes.size(), std::size_t{1});
    QVERIFY(expected && expected->isColours());
    QVERIFY(expected == probes[0].map);
}

void TestSession::aMapThatCannotBeMadeIsLeftOut() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.setProbes({greyImage()});
    TrainRequest request = quick(1);
    request.config.model.imageSize = 64;
    request.config.model.patchSize = 2;
    request.config.model.heads = 8;
    request.config.model.layers = 9;
    request.config.head.type = HeadType::GlobalAveragePooling;
    request.config.run.batchSize = 1;
    request.config.run.pinnedSteps = 1;
    request.maxSteps = 2;
    session.train(request);
    QVERIFY(recorder.waitFor<RunFinished>());
    QCOMPARE(recorder.all<ProbePredicted>().size(), std::size_t{2});
    for (const ProbePredicted& probe : recorder.all<ProbePredicted>()) QVERIFY(!probe.map);
    std::vector<std::string> told;
    for (const Message& message : recorder.all<Message>())
        if (message.severity == Severity::Warning) told.push_back(message.text);
    QCOMPARE(told.size(), std::size_t{1});
    QVERIFY2(told[0].find("1,024 patches") != std::string::npos, told[0].c_str());
}

void TestSession::aNamedRunIsAnnouncedByItsName_data() {
    QTest::addColumn<QByteArray>("about");
    QTest::addColumn<QString>("name");
    QTest::newRow("named") << QByteArray(R"({"name": "my best"})") << "my best";
    QTest::newRow("damaged: no model depends on it") << QByteArray("{") << "";
}

void TestSession::aNamedRunIsAnnouncedByItsName() {
    QFETCH(QByteArray, about);
    QFETCH(QString, name);
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest begun = quick(2);
    begun.maxSteps = 3;
    session.train(begun);
    QVERIFY(recorder.waitFor<RunFinished>(1));
    TrainRequest rest;
    rest.resumeFrom = recorder.all<RunFinished>()[0].runFolder;
    const std::string expected = name.isEmpty() ? rest.resumeFrom.filename().string() : name.toStdString();
    std::ofstream(rest.resumeFrom / "about.json") << about.toStdString();
    if (!name.isEmpty()) {
        session.train(rest);
        QVERIFY(recorder.waitFor<RunFinished>(2));
        QCOMPARE(recorder.all<RunStarted>()[1].runName, expected);
        QCOMPARE(recorder.all<RunFinished>()[1].runName, expected);
    }
    QCOMPARE(openModel(session, rest.resumeFrom).runName, expected);
}

void TestSession::aRunIsRepeatable() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    session.train(quick(2));
    session.train(quick(2));
    TrainRequest other = quick(2);
    other.config.run.seed = 2;
    session.train(other);
    QVERIFY(recorder.waitFor<RunFinished>(3));
    const auto runs = recorder.all<RunFinished>();
    const auto last = [&](std::size_t i) {
        return bytesOf(std::filesystem::path(runs[i].runFolder) / "best.safetensors");
    };
    QVERIFY(recorder.all<StepDone>().front().loss > 0);
    const auto steps = recorder.all<StepDone>();
    const std::size_t each = steps.size() / 3;
    for (std::size_t i = 0; i < each; ++i) QCOMPARE(steps[i].loss, steps[each + i].loss);
    QVERIFY(last(0) != last(2));
}

void TestSession::resumingGivesTheSameWeights() {
    const std::filesystem::path home = m_home.path().toStdString();
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest whole = quick(4);
    whole.runFolder = home / "whole";
    session.train(whole);
    QVERIFY(recorder.waitFor<RunFinished>(1));

    TrainRequest broken = quick(4);
    broken.runFolder = home / "broken";
    const std::int64_t perEpoch = recorder.all<RunStarted>()[0].stepsPerEpoch;
    broken.maxSteps = 2 * perEpoch + perEpoch / 2;
    session.train(broken);
    QVERIFY(recorder.waitFor<RunFinished>(2));
    QCOMPARE(recorder.all<RunFinished>()[1].reason, StopReason::Stopped);
    TrainRequest rest;
    rest.resumeFrom = home / "broken";
    session.train(rest);
    QVERIFY(recorder.waitFor<RunFinished>(3));
    QCOMPARE(recorder.all<RunStarted>()[2].firstEpoch, std::int64_t{3});
    QCOMPARE(recorder.all<RunStarted>()[2].firstStep, broken.maxSteps + 1);
    QVERIFY(recorder.all<RunFinished>()[2].test.accuracy == recorder.all<RunFinished>()[0].test.accuracy);

    const RunCurves one = readCurves(home / "whole");
    const RunCurves two = readCurves(home / "broken");
    QCOMPARE(two.steps.size(), one.steps.size());
    QCOMPARE(two.epochs.size(), one.epochs.size());
    for (std::size_t i = 0; i < one.steps.size(); ++i) QCOMPARE(two.steps[i].loss, one.steps[i].loss);
    QCOMPARE(two.epochs.back().validation.loss, one.epochs.back().validation.loss);
}

void TestSession::stoppedAfterAnEpochGoesOnExactly() {
    const std::filesystem::path home = m_home.path().toStdString();
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest whole = quick(3);
    whole.config.schedule.type = ScheduleType::Cosine;
    whole.runFolder = home / "uninterrupted";
    session.train(whole);
    TrainRequest rung = whole;
    rung.runFolder = home / "rungs";
    rung.stopAfterEpoch = 1;
    session.train(rung);
    rung.resumeFrom = rung.runFolder;
    rung.stopAfterEpoch = 2;
    session.train(rung);
    rung.stopAfterEpoch = 0;
    session.train(rung);
    QVERIFY(recorder.waitFor<RunFinished>(4));

    const auto results = recorder.all<RunFinished>();
    QCOMPARE(results[1].reason, StopReason::Stopped);
    QCOMPARE(results[1].epochsDone, std::int64_t{1});
    QCOMPARE(results[2].reason, StopReason::Stopped);
    QCOMPARE(results[2].epochsDone, std::int64_t{2});
    QCOMPARE(results[3].reason, StopReason::Completed);
    const TensorFile one = readSafetensors(whole.runFolder / "last.safetensors");
    const TensorFile two = readSafetensors(rung.runFolder / "last.safetensors");
    QCOMPARE(two.tensors.size(), one.tensors.size());
    for (const auto& [name, tensor] : one.tensors) QVERIFY2(two.tensors.at(name).bytes == tensor.bytes, name.c_str());
    const RunCurves curves = readCurves(whole.runFolder);
    const RunCurves rungs = readCurves(rung.runFolder);
    QCOMPARE(rungs.steps.size(), curves.steps.size());
    for (std::size_t i = 0; i < curves.steps.size(); ++i) {
        QCOMPARE(rungs.steps[i].loss, curves.steps[i].loss);
        QCOMPARE(rungs.steps[i].learningRate, curves.steps[i].learningRate);
    }
}

void TestSession::destructionStopsARun() {
    Recorder recorder;
    {
        Session session(options(), recorder.listener());
        session.train(quick(1000));
        QVERIFY(recorder.waitFor<StepDone>(1));
    }
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
    QVERIFY(std::filesystem::exists(std::filesystem::path(recorder.all<RunFinished>()[0].runFolder) / "result.json"));
}

void TestSession::aLossThatIsNoNumberEndsTheRun() {
    Recorder recorder;
    Session session(options(), recorder.listener());
    TrainRequest request = quick(50);
    request.config.optimizer.learningRate = 10;
    session.train(request);
    QVERIFY(recorder.waitFor<RunFailed>(1, 60));
    const RunFailed failed = recorder.all<RunFailed>()[0];
    QVERIFY2(failed.text.find("lower learning rate") != std::string::npos, failed.text.c_str());
    QVERIFY(recorder.all<StepDone>().size() >= 1);
    const RunSummary run = readRun(recorder.all<RunStarted>()[0].runFolder);
    QVERIFY(run.result.has_value());
    QCOMPARE(run.result->reason, StopReason::Diverged);
    QCOMPARE(run.result->explanation, failed.text);
}

QTEST_GUILESS_MAIN(TestSession)
#include "test_session.moc"
