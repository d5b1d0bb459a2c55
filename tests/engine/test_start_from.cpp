// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that begin with the weights of others: all of them, some, none.
#include "core/config/presets.h"
#include "core/data/data_description.h"
#include "core/device/device.h"
#include "core/input/epoch_batches.h"
#include "core/inspect/loaded_model.h"
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "core/model/classifier.h"
#include "core/runs/run_files.h"
#include "core/runs/run_writer.h"
#include "core/session/session.h"
#include "tests/support/recorder.h"

#include <torch/utils.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

using namespace vit;
using vit::test::Recorder;

namespace fs = std::filesystem;

class TestStartFrom : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;
    fs::path home() const { return m_home.path().toStdString(); }
    fs::path source() const { return home() / "source"; }
    TrainRequest oneStep(const std::string& name, const fs::path& from = {}) const {
        TrainRequest request;
        request.config = preset("testing").config;
        request.config.data.trainLimit = 150;
        request.config.run.device = DeviceChoice::Cpu;
        request.config.run.seed = 77;  // its own first weights are others than the source's
        request.config.run.threads = 1;
        request.maxSteps = 1;
        request.runFolder = home() / name;
        request.startFrom = from;
        return request;
    }
    void train(Recorder& recorder, const TrainRequest& request) const {
        Session session({home() / "data", home() / "runs", nullptr, 0}, recorder.listener());
        session.train(request);
        session.wait();
    }
    // The weights that a run which ended before it learned has kept.
    TensorFile weightsOf(const std::string& name) const {
        return readSafetensors(home() / name / run_files::kBestWeights);
    }
    double lossOfSource() const;
    // The source's weights in a file of their own, changed.
    template <typename Change>
    fs::path changed(const std::string& name, Change change) const {
        TensorFile file = readSafetensors(source() / run_files::kBestWeights);
        change(file);
        const fs::path path = home() / (name + ".safetensors");
        writeSafetensors(path, file);
        return path;
    }

private Q_SLOTS:
    void initTestCase();
    void allMatchedGiveTheSourcesLoss_data();
    void allMatchedGiveTheSourcesLoss();
    void aHeadForOtherClassesBeginsAnew();
    void whatIsMissingOrLeftOverIsNamed();
    void nothingMatchedIsAFault_data();
    void nothingMatchedIsAFault();
    void asManyPatchesElsewhereAreAFault();
    void itsStatisticsStayWithTheRun();
    void adaptersNeedWeights();
    void aWhiteningStemIsTakenToo();
};

void TestStartFrom::initTestCase() {
    shareProcessor();
    Recorder recorder;
    TrainRequest request = oneStep("source");
    request.config.run.seed = 1;
    request.config.run.epochs = 1;
    request.maxSteps = 0;
    train(recorder, request);
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
}

// Of the source's model on the first batch of a run with oneStep()'s configuration.
double TestStartFrom::lossOfSource() const {
    const Config config = oneStep("").config;
    const auto data = DataStore(home() / "data").open(config.data.name, config.model.imageSize, {});
    const DatasetView view(data, Split::Train, config.data.validationShare, config.data.trainLimit);
    LoadedModel loaded = LoadedModel::open(source());
    Classifier& model = loaded.classifier();
    EpochBatches batches({config, view, model.pipeline()}, 1, 0);
    const PreparedBatch batch = batches.next();
    const ForwardMode mode{true, static_cast<std::uint64_t>(config.run.seed), 0};
    const torch::NoGradGuard noGrad;
    return torch::cross_entropy_loss(model.logits(batch.images, mode), batch.labels)
        .item<double>();
}

void TestStartFrom::allMatchedGiveTheSourcesLoss_data() {
    QTest::addColumn<QString>("from");
    QTest::newRow("the run") << "source";
    QTest::newRow("its best weights") << "source/best.safetensors";
    QTest::newRow("its last state") << "source/last.safetensors";
}

void TestStartFrom::allMatchedGiveTheSourcesLoss() {
    QFETCH(QString, from);
    const std::string name = "all-" + QString(from).replace('/', '-').toStdString();
    Recorder recorder;
    train(recorder, oneStep(name, home() / from.toStdString()));
    const double loss = recorder.all<StepDone>().at(0).loss;
    const double expected = lossOfSource();
    QVERIFY2(std::abs(loss - expected) < 1e-9, qPrintable(QString("%1, not %2").arg(loss).arg(expected)));
    const std::string said = recorder.all<Message>().at(0).text;
    QVERIFY2(said.find("The model begins with the weights of " + (home() / "source").string()) == 0, said.c_str());
    QCOMPARE(recorder.all<Message>().at(0).severity, Severity::Info);
    QVERIFY(readTextFile(home() / name / run_files::kLog).find(said) != std::string::npos);
    const auto kept = run_files::readEnvironmentText(home() / name, run_files::kStartedFromKey);
    QVERIFY(kept && kept->starts_with((home() / from.toStdString()).string()));

    Recorder fresh;
    train(fresh, oneStep(name + "-fresh"));
    QVERIFY(std::abs(fresh.all<StepDone>().at(0).loss - expected) > 1e-3);
    QVERIFY(fresh.all<Message>().empty());
}

void TestStartFrom::aHeadForOtherClassesBeginsAnew() {
    std::string head;
    const fs::path other = changed("other-classes", [&](TensorFile& file) {
        for (auto& [name, data] : file.tensors)
            if (name.starts_with("head.") && name.ends_with(".bias")) head = name;  // the last one
        TensorData& bias = file.tensors.at(head);
        bias.shape[0] -= 1;
        bias.bytes.resize(bias.bytes.size() - 4);
        head = head.substr(0, head.rfind('.'));
        TensorData& weight = file.tensors.at(head + ".weight");
        weight.shape[0] -= 1;
        weight.bytes.resize(static_cast<std::size_t>(weight.shape[0] * weight.shape[1]) * 4);
    });
    Recorder recorder;
    TrainRequest request = oneStep("other-classes", other);
    request.config.optimizer.learningRate = 1e-8;
    request.config.optimizer.weightDecay = 0;
    train(recorder, request);
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});
    const Message said = recorder.all<Message>().at(0);
    QCOMPARE(said.severity, Severity::Warning);
    QVERIFY2(said.text.find("Of another shape, so begun anew: " + head + ".weight (") != std::string::npos,
             said.text.c_str());
    QVERIFY(said.text.find("Not there") == std::string::npos);

    const TensorFile begun = weightsOf("other-classes");
    for (const auto& [name, data] : readSafetensors(source() / run_files::kBestWeights).tensors) {
        const auto values = [](const TensorData& of) {
            return torch::from_blob(const_cast<std::byte*>(of.bytes.data()), of.shape, torch::kFloat32);
        };
        const bool same = torch::allclose(values(begun.tensors.at(name)), values(data), 0, 1e-6);
        QVERIFY2(same == !name.starts_with(head), name.c_str());
    }
}

void TestStartFrom::whatIsMissingOrLeftOverIsNamed() {
    const fs::path other = changed("renamed", [](TensorFile& file) {
        file.tensors["normalization.weight"] = file.tensors.at("norm.weight");
        file.tensors.erase("norm.weight");
    });
    Recorder recorder;
    train(recorder, oneStep("renamed", other));
    const Message said = recorder.all<Message>().at(0);
    QCOMPARE(said.severity, Severity::Warning);
    for (const char* part :
         {"Not there, so begun anew: norm.weight.", "There, but not in this model: normalization.weight."})
        QVERIFY2(said.text.find(part) != std::string::npos, said.text.c_str());
}

void TestStartFrom::nothingMatchedIsAFault_data() {
    QTest::addColumn<bool>("named");
    QTest::addColumn<QString>("says");
    QTest::newRow("other names") << false << "their names are others (a, b)";
    QTest::newRow("other shapes") << true << "their shapes are others";
}

void TestStartFrom::nothingMatchedIsAFault() {
    QFETCH(bool, named);
    QFETCH(QString, says);
    const fs::path other = changed("nothing", [&](TensorFile& file) {
        const TensorData one{"F32", {1}, std::vector<std::byte>(4)};
        if (!named) file.tensors = {{"a", one}, {"b", one}};
        for (auto& [name, data] : file.tensors) data = one;
    });
    Recorder recorder;
    train(recorder, oneStep("nothing", other));
    QCOMPARE(recorder.all<RunFailed>().size(), std::size_t{1});
    const std::string text = recorder.all<RunFailed>()[0].text;
    QVERIFY2(text.find("None of the weights of " + other.string()) != std::string::npos, text.c_str());
    QVERIFY2(text.find(says.toStdString()) != std::string::npos, text.c_str());
    QVERIFY(recorder.all<StepDone>().empty());
    fs::remove_all(home() / "nothing");
}

// 2 × 8 patches have positions of the same shape as 4 × 4.
void TestStartFrom::asManyPatchesElsewhereAreAFault() {
    TrainRequest request = oneStep("elsewhere", source());
    request.config.model.imageSize = 8;
    request.config.model.imageWidth = 32;
    Recorder recorder;
    train(recorder, request);
    QCOMPARE(recorder.all<RunFailed>().size(), std::size_t{1});
    const std::string text = recorder.all<RunFailed>()[0].text;
    QVERIFY2(text.find("are of 4 × 4 patches") != std::string::npos && text.find("but 2 × 8") != std::string::npos,
             text.c_str());
    QVERIFY(recorder.all<StepDone>().empty());
}

void TestStartFrom::itsStatisticsStayWithTheRun() {
    const fs::path other = home() / "other-statistics";
    fs::copy(source(), other, fs::copy_options::recursive);
    DataDescription description = dataDescriptionFromJson(readTextFile(other / run_files::kEnvironment));
    description.statistics = {{100, 110, 120}, {50, 60, 70}};
    writeFileAtomically(other / run_files::kEnvironment, toJson(description));
    const auto statisticsOf = [&](const std::string& name) {
        return dataDescriptionFromJson(readTextFile(home() / name / run_files::kEnvironment)).statistics;
    };
    Recorder recorder;
    train(recorder, oneStep("as-pretrained", other));
    QVERIFY(statisticsOf("as-pretrained").mean == description.statistics.mean);
    QVERIFY(statisticsOf("as-pretrained").deviation == description.statistics.deviation);

    TrainRequest rest;
    rest.resumeFrom = home() / "as-pretrained";
    rest.maxSteps = 2;
    train(recorder, rest);
    QCOMPARE(recorder.all<RunFinished>().back().stepsDone, std::int64_t{2});
    QVERIFY(statisticsOf("as-pretrained").mean == description.statistics.mean);
    QVERIFY(run_files::readEnvironmentText(home() / "as-pretrained", run_files::kStartedFromKey));
}

// New ones, or those of its own checkpoint.
void TestStartFrom::adaptersNeedWeights() {
    Recorder recorder;
    TrainRequest request = oneStep("adapted");
    request.config.optimizer.loraRank = 2;
    const auto refused = [&](const TrainRequest& wanted) {
        Recorder one;
        train(one, wanted);
        const std::vector<RunFailed> failed = one.all<RunFailed>();
        return failed.size() == 1 && failed[0].keys == std::vector<std::string>{"optimizer.lora_rank"} &&
               failed[0].text.find("vit-cli train --start-from RUN") != std::string::npos;
    };
    QVERIFY(refused(request));
    QVERIFY(!fs::exists(home() / "adapted"));
    request.startFrom = source();
    train(recorder, request);
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{1});

    TrainRequest rest;
    rest.resumeFrom = home() / "adapted";
    rest.maxSteps = 2;
    train(recorder, rest);
    QCOMPARE(recorder.all<RunFinished>().back().stepsDone, std::int64_t{2});
    const TensorFile before = readSafetensors(source() / run_files::kBestWeights);
    const TensorFile after = readSafetensors(home() / "adapted" / run_files::kBestWeights);
    const auto same = [&](const char* name) { return before.tensors.at(name).bytes == after.tensors.at(name).bytes; };
    QVERIFY(same("blocks.0.attn.proj.weight") && same("patch_embed.proj.weight"));
    QVERIFY(!same("blocks.0.attn.qkv.weight"));
    fs::remove(home() / "adapted" / run_files::kLastWeights);
    QVERIFY(refused(rest));
}

// In the stead of the filters that the images would give; and they stay.
void TestStartFrom::aWhiteningStemIsTakenToo() {
    const auto whitening = [this](const std::string& name, const fs::path& from = {}) {
        TrainRequest request = oneStep(name, from);
        request.config.model.stemWidths = {8};
        request.config.model.stemWhitening = true;
        return request;
    };
    Recorder recorder;
    train(recorder, whitening("whitening"));
    TensorFile file = weightsOf("whitening");
    TensorData& kernel = file.tensors.at("stem.conv1.weight");
    const TensorData own = kernel;
    auto* values = reinterpret_cast<float*>(kernel.bytes.data());
    std::reverse(values, values + kernel.bytes.size() / sizeof(float));
    writeSafetensors(home() / "whitening-reversed.safetensors", file);
    train(recorder, whitening("whitening-taken", home() / "whitening-reversed.safetensors"));
    QCOMPARE(recorder.all<RunFinished>().size(), std::size_t{2});
    QVERIFY(kernel.bytes != own.bytes);
    QVERIFY(weightsOf("whitening-taken").tensors.at("stem.conv1.weight").bytes == kernel.bytes);
}

QTEST_GUILESS_MAIN(TestStartFrom)
#include "test_start_from.moc"
