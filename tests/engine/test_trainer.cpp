// SPDX-License-Identifier: GPL-3.0-or-later
// What a training leaves behind.
#include "core/base/number_text.h"
#include "core/config/learning_plan.h"
#include "core/config/presets.h"
#include "core/device/device.h"
#include "core/evaluation/class_scores.h"
#include "core/inspect/loaded_model.h"
#include "core/model/weights.h"
#include "core/train/trainer.h"
#include "tests/support/numbered_images.h"
#include "tests/support/same_run.h"

#include <torch/utils.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

using namespace vit;

namespace {

using Change = std::function<void(Config&)>;

std::shared_ptr<const Dataset> pictures() { return numberedImages(55, 12, 12); }

// Four steps an epoch, the last of eight images.
Config smallConfig() {
    Config config = preset("testing").config;
    config.data.validationShare = 0.2;
    config.data.trainLimit = 0;
    config.run.device = DeviceChoice::Cpu;
    config.run.batchSize = 12;
    config.run.epochs = 3;
    config.run.layerStatisticsSteps = 0;
    config.model.mlpDropout = 0.1;
    return config;
}

struct Told {
    std::vector<EpochDone> epochs;
    std::vector<std::string> messages;
    RunFinished finished;
};

// In a folder of its own, or gone on with from what is there; maxSteps as in TrainerLimits.
Told trained(const Config& config, const std::filesystem::path& folder, std::int64_t maxSteps = 0) {
    Told told;
    TrainerHooks hooks;
    hooks.emit = [&told](const Event& event) {
        if (const auto* epoch = std::get_if<EpochDone>(&event)) told.epochs.push_back(*epoch);
        if (const auto* message = std::get_if<Message>(&event)) told.messages.push_back(message->text);
    };
    hooks.goOn = [] { return Going::On; };
    std::filesystem::create_directories(folder);
    Trainer trainer(config, pictures(), selectDevice(config.run), folder, hooks);
    if (std::filesystem::exists(folder / "last.safetensors")) trainer.resume();
    told.finished = trainer.run({.maxSteps = maxSteps});
    return told;
}

}  // namespace

class TestTrainer : public QObject {
    Q_OBJECT

    TensorFile m_without;  // the last weights of a run without options

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void gradientsGoWithIt();
    void optionsGoOnToTheBit_data();
    void optionsGoOnToTheBit();
    void averagedWeightsAreJudgedAndKept();
    void averagedWeightsAreKeptWithoutAnEpoch();
    void theBestEpochIsThatOfTheOption_data();
    void theBestEpochIsThatOfTheOption();
    void twoViewsAreTheirMean();
    void whatIsFrozenStays_data();
    void whatIsFrozenStays();
    void frozenFusedIsFrozenPlain_data();
    void frozenFusedIsFrozenPlain();
    void whatThawsLearnsFromItsEpochOn_data();
    void whatThawsLearnsFromItsEpochOn();
    void thawsGoOnToTheBit_data();
    void thawsGoOnToTheBit();
};

void TestTrainer::optionsGoOnToTheBit_data() {
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    row("averaged weights", [](Config& c) { c.optimizer.emaDecay = 0.9; });
    row("mixup and cutmix", [](Config& c) { c.loss = {.labelSmoothing = 0.1, .mixup = 0.8, .cutmix = 1}; });
    row("parts of a batch", [](Config& c) { c.run.accumulate = 3; });
    row("alternating flip", [](Config& c) { c.augmentation.alternatingFlip = true; });
    row("TrivialAugment", [](Config& c) { c.augmentation.policy = AugmentationPolicy::TrivialAugment; });
    row("RandAugment", [](Config& c) { c.augmentation.policy = AugmentationPolicy::RandAugment; });
    row("AutoAugment", [](Config& c) { c.augmentation.policy = AugmentationPolicy::AutoAugment; });
    row("colours and cutout", [](Config& c) {
        c.augmentation.brightness = c.augmentation.contrast = c.augmentation.saturation = 0.4;
        c.augmentation.cutout = 6;
    });
    row("oblong pictures", [](Config& c) {
        c.model.imageWidth = 28;
        c.augmentation = {.shift = 2, .erasing = 0.5, .cutout = 6};
        c.loss = {.cutmix = 1};
    });
    row("oblong pictures, every part that knows places", [](Config& c) {
        c.model.imageWidth = 8;
        c.model.stemWidths = {8};
        c.model.stemPools = {1};
        c.model.mlpDepthwise = c.model.shiftedPatches = true;
        c.model.positions = PositionType::LearnedRotary;
    });
    row("balanced classes", [](Config& c) { c.data.balanced = true; });
    row("validation of each class", [](Config& c) { c.data.validationSplit = ValidationSplit::Stratified; });
    row("repeats", [](Config& c) { c.augmentation.repeats = 3; });
    row("repeats, balanced and alternating", [](Config& c) {
        c.augmentation.repeats = 2;
        c.augmentation.alternatingFlip = true;
        c.data.balanced = true;
    });
    row("layer decay", [](Config& c) { c.optimizer.layerDecay = 0.7; });
    row("frozen blocks", [](Config& c) { c.optimizer.frozenBlocks = 1; });
    row("a whitening stem", [](Config& c) {
        c.model.stemWidths = {8};
        c.model.stemWhitening = true;
    });
    row("adapters", [](Config& c) {
        c.optimizer.loraRank = 4;
        c.optimizer.clipNorm = 1;
        c.optimizer.layerDecay = 0.7;
    });
    row("adapters by Muon, averaged", [](Config& c) {
        c.optimizer.type = OptimizerType::Muon;
        c.optimizer.loraRank = 4;
        c.optimizer.emaDecay = 0.9;
    });
    row("class weights", [](Config& c) { c.loss.classWeights = ClassWeights::Balanced; });
}

// Stopped within the second epoch and gone on with, a run ends as one that nobody disturbed; and as no run without the
// option.
void TestTrainer::optionsGoOnToTheBit() {
    QFETCH(Change, change);
    const QTemporaryDir folder;
    const auto path = [&](const char* name) { return std::filesystem::path(folder.path().toStdString()) / name; };
    Config config = smallConfig();
    if (m_without.tensors.empty()) {
        trained(config, path("without"));
        m_without = readSafetensors(path("without") / "last.safetensors");
    }
    change(config);
    trained(config, path("whole"));
    trained(config, path("resumed"), 6);
    trained(config, path("resumed"));
    for (const char* file : {"last.safetensors", "best.safetensors"}) {
        const std::string difference = test::weightsDifference(path("whole") / file, path("resumed") / file);
        QVERIFY2(difference.empty(), difference.c_str());
    }
    const TensorFile whole = readSafetensors(path("whole") / "last.safetensors");
    if (config.optimizer.emaDecay == 0)
        QVERIFY(m_without.tensors.at("model.pos_embed").bytes != whole.tensors.at("model.pos_embed").bytes);
    else QVERIFY(whole.tensors.contains("optimizer.average.head.0.bias"));
}

// The best file holds what is judged; what goes on is not touched by it: the plain weights are those of a run without.
void TestTrainer::averagedWeightsAreJudgedAndKept() {
    const QTemporaryDir folder;
    const auto path = [&](const char* name) { return std::filesystem::path(folder.path().toStdString()) / name; };
    Config config = smallConfig();
    config.run.keepEpochs = 3;
    const Told plain = trained(config, path("plain"));
    config.optimizer.emaDecay = 0.9;
    const Told averaged = trained(config, path("averaged"));
    const TensorFile last = readSafetensors(path("averaged") / "last.safetensors");
    const TensorFile without = readSafetensors(path("plain") / "last.safetensors");
    for (const auto& [name, data] : without.tensors) QVERIFY2(data.bytes == last.tensors.at(name).bytes, name.c_str());

    const TensorFile epoch = readSafetensors(path("averaged") / "epoch-000003.safetensors");
    for (const auto& [name, data] : epoch.tensors)
        QVERIFY2(data.bytes == last.tensors.at("optimizer.average." + name).bytes, name.c_str());
    QCOMPARE(averaged.epochs.size(), std::size_t{3});
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string said =
            "Validation of the plain weights, without averaging: " + metricsText(plain.epochs[i].validation) + ".";
        QVERIFY2(std::ranges::count(averaged.messages, said) == 1, said.c_str());
        QVERIFY(averaged.epochs[i].validation.loss != plain.epochs[i].validation.loss);
    }
    // The best weights give the accuracy that was told of their epoch.
    Classifier classifier(config, describe(*pictures()), torch::kCPU);
    loadWeights(*classifier.network(), readSafetensors(path("averaged") / "best.safetensors"));
    const DatasetView view(pictures(), Split::Validation, config.data.validationShare);
    const EpochMetrics best = classifier.evaluate(view, config.run.batchSize).mean();
    QCOMPARE(best.accuracy, averaged.finished.bestValidationAccuracy);
    const auto told = std::ranges::find(averaged.epochs, averaged.finished.bestEpoch, &EpochDone::epoch);
    QVERIFY(std::abs(told->validation.loss - best.loss) < 1e-6);
    const DatasetView tests(pictures(), Split::Test, config.data.validationShare);
    const EpochMetrics tested = classifier.evaluate(tests, config.run.batchSize).mean();
    QVERIFY(std::abs(tested.loss - averaged.finished.test.loss) < 1e-6);
}

void TestTrainer::averagedWeightsAreKeptWithoutAnEpoch() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    Config config = smallConfig();
    config.optimizer.emaDecay = 0.9;
    trained(config, path, 2);
    const TensorFile last = readSafetensors(path / "last.safetensors");
    const TensorFile best = readSafetensors(path / "best.safetensors");
    for (const auto& [name, data] : best.tensors) {
        QVERIFY2(data.bytes == last.tensors.at("optimizer.average." + name).bytes, name.c_str());
        QVERIFY2(data.bytes != last.tensors.at("model." + name).bytes || name.ends_with("bias"), name.c_str());
    }
}

void TestTrainer::theBestEpochIsThatOfTheOption_data() {
    QTest::addColumn<BestBy>("by");
    QTest::newRow("accuracy") << BestBy::Accuracy;
    QTest::newRow("loss") << BestBy::Loss;
    QTest::newRow("macro F1") << BestBy::MacroF1;
}

// By what the kept weights of each epoch give; and so, too, when it was stopped in between.
void TestTrainer::theBestEpochIsThatOfTheOption() {
    QFETCH(BestBy, by);
    const QTemporaryDir folder;
    const auto path = [&](const char* name) { return std::filesystem::path(folder.path().toStdString()) / name; };
    Config config = smallConfig();
    config.run.bestBy = by;
    config.run.keepEpochs = 3;
    const Told whole = trained(config, path("whole"));
    trained(config, path("resumed"), 6);
    const Told resumed = trained(config, path("resumed"));
    for (const char* file : {"last.safetensors", "best.safetensors"}) {
        const std::string difference = test::weightsDifference(path("whole") / file, path("resumed") / file);
        QVERIFY2(difference.empty(), difference.c_str());
    }
    const TensorFile last = readSafetensors(path("whole") / "last.safetensors");
    QCOMPARE(last.metadata.contains("best_value"), by != BestBy::Accuracy);

    const DatasetView view(pictures(), Split::Validation, config.data.validationShare);
    const std::int64_t classes = view.dataset().classes();
    Classifier classifier(config, describe(*pictures()), torch::kCPU);
    double best = -1e9;
    std::int64_t bestEpoch = 0;
    QCOMPARE(whole.epochs.size(), std::size_t{3});
    for (const EpochDone& epoch : whole.epochs) {
        loadWeights(*classifier.network(),
                    readSafetensors(path("whole") / ("epoch-00000" + std::to_string(epoch.epoch) + ".safetensors")));
        std::vector<std::int64_t> images(static_cast<std::size_t>(classes * classes));
        classifier.forEachBatch(view, config.run.batchSize, [&](const EvaluatedBatch& batch) {
            const torch::Tensor cells = batch.labels * classes + batch.logits.argmax(1);
            for (std::int64_t i = 0; i < cells.size(0); ++i)
                ++images[static_cast<std::size_t>(cells[i].item<std::int64_t>())];
        });
        const double macroF1 = meanScores(classScores(ConfusionMatrix(classes, images))).f1;
        const double value = by == BestBy::Loss      ? -epoch.validation.loss
                             : by == BestBy::MacroF1 ? macroF1
                                                     : epoch.validation.accuracy;
        const std::string said = "Validation: macro F1 " + percentText(macroF1) + ".";
        QCOMPARE(std::ranges::count(whole.messages, said) > 0, by == BestBy::MacroF1);
        QCOMPARE(epoch.best, value > best);
        if (value > best) {
            best = value;
            bestEpoch = epoch.epoch;
        }
    }
    QCOMPARE(whole.finished.bestEpoch, bestEpoch);
    QCOMPARE(resumed.finished.bestEpoch, bestEpoch);
    QCOMPARE(whole.finished.bestValidationAccuracy,
             whole.epochs[static_cast<std::size_t>(bestEpoch - 1)].validation.accuracy);
}

void TestTrainer::twoViewsAreTheirMean() {
    Config config = smallConfig();
    Classifier classifier(config, describe(*pictures()), torch::kCPU);
    {
        const torch::NoGradGuard noGrad;
        const torch::Tensor images = torch::randn({5, 3, config.model.imageSize, config.model.imageSize});
        const torch::Tensor own = classifier.logits(images, ForwardMode{});
        const torch::Tensor mirrored = classifier.logits(images.flip(3), ForwardMode{});
        QVERIFY(classifier.logits(images, TestViews::One).equal(own));
        QVERIFY(classifier.logits(images, TestViews::Mirrored).equal((own + mirrored) / 2));
        QVERIFY(!mirrored.equal(own));
    }

    const QTemporaryDir folder;
    config.run.testViews = TestViews::Mirrored;
    const std::filesystem::path path = folder.path().toStdString();
    const Told told = trained(config, path);
    loadWeights(*classifier.network(), readSafetensors(path / "best.safetensors"));
    const auto metrics = [&](Split split, TestViews views) {
        const DatasetView view(pictures(), split, config.data.validationShare);
        return classifier.evaluate(view, config.run.batchSize, {}, {}, views).mean();
    };
    QVERIFY(std::abs(told.finished.test.loss - metrics(Split::Test, TestViews::Mirrored).loss) < 1e-6);
    QVERIFY(std::abs(told.finished.test.loss - metrics(Split::Test, TestViews::One).loss) > 1e-5);
    const auto best = std::ranges::find(told.epochs, told.finished.bestEpoch, &EpochDone::epoch);
    QVERIFY(std::abs(best->validation.loss - metrics(Split::Validation, TestViews::One).loss) < 1e-6);

    const auto loaded = std::make_shared<Classifier>(config, describe(*pictures()), torch::kCPU);
    loadWeights(*loaded->network(), readSafetensors(path / "best.safetensors"));
    LoadedModel model(loaded, {});
    QCOMPARE(model.evaluate(DatasetView(pictures(), Split::Test, 0.2)).metrics.loss, told.finished.test.loss);
    QVERIFY(model.viewsOf(Split::Validation) == TestViews::One);
}

void TestTrainer::whatIsFrozenStays_data() {
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    for (const auto& [name, type] : {std::pair{"AdamW", OptimizerType::AdamW}, {"SGD", OptimizerType::Sgd},
                                     {"Lion", OptimizerType::Lion}, {"Muon", OptimizerType::Muon}})
        row(name, [type](Config& c) { c.optimizer.type = type; });
    row("plain layers", [](Config& c) { c.run.kernels = KernelChoice::Plain; });
    row("averaged", [](Config& c) { c.optimizer.emaDecay = 0.9; });
    row("clipped, in parts", [](Config& c) {
        c.optimizer.clipNorm = 0.5;
        c.run.accumulate = 3;
    });
    row("measured", [](Config& c) { c.run.layerStatisticsSteps = 1; });
    row("with a stem and a class token", [](Config& c) {
        c.model.stemWidths = {8};
        c.head.type = HeadType::ClassToken;
    });
    row("all blocks", [](Config& c) { c.optimizer.frozenBlocks = 2; });
}

// To the bit, decay and all, in both files; what comes after it learns.
void TestTrainer::whatIsFrozenStays() {
    QFETCH(Change, change);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    Config config = smallConfig();
    config.run.epochs = 1;
    config.optimizer.weightDecay = 0.01;
    config.optimizer.frozenBlocks = 1;
    change(config);
    Classifier fresh(config, describe(*pictures()), torch::kCPU);
    trained(config, path);
    const TensorFile last = readSafetensors(path / "last.safetensors");
    const TensorFile best = readSafetensors(path / "best.safetensors");
    for (const Weight& weight : fresh.network()->weights()) {
        const bool frozen = weight.row.depth <= config.optimizer.frozenBlocks;
        const std::string& name = weight.row.name;
        const std::vector<std::byte> before = toTensorData(weight.tensor).bytes;
        QVERIFY2((last.tensors.at("model." + name).bytes == before) == frozen, name.c_str());
        QVERIFY2((best.tensors.at(name).bytes == before) == frozen, name.c_str());
        for (const char* state : {"m", "momentum", "average"})
            QVERIFY(!frozen || !last.tensors.contains("optimizer." + std::string(state) + "." + name));
    }
}

void TestTrainer::frozenFusedIsFrozenPlain_data() {
    QTest::addColumn<Thaw>("thaw");
    QTest::addColumn<int>("epochs");
    QTest::newRow("never") << Thaw::Never << 1;
    QTest::newRow("block by block") << Thaw::BlockByBlock << 3;
    QTest::newRow("all at once") << Thaw::AllAtOnce << 2;
}

// The kernels add in another order; what is frozen they leave alone too, and what has thawed learns by both.
void TestTrainer::frozenFusedIsFrozenPlain() {
    QFETCH(Thaw, thaw);
    QFETCH(int, epochs);
    const QTemporaryDir folder;
    const auto path = [&](const char* name) { return std::filesystem::path(folder.path().toStdString()) / name; };
    Config config = smallConfig();
    config.run.epochs = epochs;
    config.optimizer.frozenBlocks = 1;
    config.optimizer.thaw = thaw;
    config.optimizer.layerDecay = 0.7;
    config.run.kernels = KernelChoice::Plain;
    trained(config, path("plain"));
    config.run.kernels = KernelChoice::Auto;
    trained(config, path("fused"));
    const TensorFile plain = readSafetensors(path("plain") / "last.safetensors");
    const TensorFile fused = readSafetensors(path("fused") / "last.safetensors");
    for (const auto& [name, data] : plain.tensors) {
        if (!name.starts_with("model.")) continue;
        const double difference =
            (toTensor(data) - toTensor(fused.tensors.at(name))).abs().max().item<double>();
        QVERIFY2(difference < 1e-4 * epochs, name.c_str());
    }
}

void TestTrainer::whatThawsLearnsFromItsEpochOn_data() {
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    for (const auto& [name, type] : {std::pair{"AdamW", OptimizerType::AdamW}, {"SGD", OptimizerType::Sgd},
                                     {"Lion", OptimizerType::Lion}, {"Muon", OptimizerType::Muon}})
        row(name, [type](Config& c) { c.optimizer.type = type; });
    row("plain layers", [](Config& c) { c.run.kernels = KernelChoice::Plain; });
    row("clipped, in parts, measured", [](Config& c) {
        c.optimizer.clipNorm = 0.5;
        c.run.accumulate = 3;
        c.run.layerStatisticsSteps = 1;
    });
    row("averaged, each depth at its rate", [](Config& c) {
        c.optimizer.emaDecay = 0.9;
        c.optimizer.layerDecay = 0.7;
    });
    row("with a stem and a class token", [](Config& c) {
        c.model.stemWidths = {8};
        c.head.type = HeadType::ClassToken;
    });
    row("every second epoch", [](Config& c) {
        c.optimizer.thawEpochs = 2;
        c.run.epochs = 7;
    });
    row("all at once", [](Config& c) { c.optimizer.thaw = Thaw::AllAtOnce; });
}

// To the bit until then, decay and all; and one line says when.
void TestTrainer::whatThawsLearnsFromItsEpochOn() {
    QFETCH(Change, change);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    Config config = smallConfig();
    config.run.epochs = 4;
    config.optimizer.weightDecay = 0.01;
    config.optimizer.frozenBlocks = 2;
    config.optimizer.thaw = Thaw::BlockByBlock;
    change(config);
    config.run.keepEpochs = config.run.epochs;
    Classifier fresh(config, describe(*pictures()), torch::kCPU);
    const Told told = trained(config, path);
    for (std::int64_t epoch = 1; epoch <= config.run.epochs; ++epoch) {
        const TensorFile kept = readSafetensors(path / ("epoch-00000" + std::to_string(epoch) + ".safetensors"));
        for (const Weight& weight : fresh.network()->weights()) {
            const bool learned = firstLearningEpoch(weight.row.depth, config.optimizer) <= epoch;
            const std::string text = weight.row.name + " after epoch " + std::to_string(epoch);
            QVERIFY2((kept.tensors.at(weight.row.name).bytes != toTensorData(weight.tensor).bytes) == learned, text.c_str());
        }
        const std::string line = thawText(config.optimizer, epoch);
        QVERIFY(line.empty() || std::ranges::count(told.messages, line) == 1);
    }
    const auto thaws = std::ranges::count_if(
        told.messages, [](const std::string& text) { return text.find("from epoch") != std::string::npos; });
    QCOMPARE(static_cast<int>(thaws), config.optimizer.thaw == Thaw::AllAtOnce ? 1 : 3);
}

void TestTrainer::thawsGoOnToTheBit_data() {
    QTest::addColumn<OptimizerType>("type");
    QTest::addColumn<KernelChoice>("kernels");
    QTest::addColumn<int>("steps");
    for (const auto& [name, type] : {std::pair{"AdamW", OptimizerType::AdamW}, {"Muon", OptimizerType::Muon}})
        for (const auto& [way, kernels] : {std::pair{"fused", KernelChoice::Auto}, {"plain", KernelChoice::Plain}})
            for (const int steps : {3, 4, 5})
                QTest::addRow("%s, %s, after step %d", name, way, steps) << type << kernels << steps;
}

// Four steps an epoch: the block thaws after step 4, the embedding after step 8.
void TestTrainer::thawsGoOnToTheBit() {
    QFETCH(OptimizerType, type);
    QFETCH(KernelChoice, kernels);
    QFETCH(int, steps);
    const QTemporaryDir folder;
    const auto path = [&](const char* name) { return std::filesystem::path(folder.path().toStdString()) / name; };
    Config config = smallConfig();
    config.run.kernels = kernels;
    config.optimizer.type = type;
    config.optimizer.frozenBlocks = 1;
    config.optimizer.thaw = Thaw::BlockByBlock;
    config.optimizer.emaDecay = 0.9;
    const Told whole = trained(config, path("whole"));
    const Told before = trained(config, path("resumed"), steps);
    const Told after = trained(config, path("resumed"));
    for (const char* file : {"last.safetensors", "best.safetensors"}) {
        const std::string difference = test::weightsDifference(path("whole") / file, path("resumed") / file);
        QVERIFY2(difference.empty(), difference.c_str());
    }
    const TensorFile last = readSafetensors(path("whole") / "last.safetensors");
    QCOMPARE(last.metadata.at("optimizer.steps"), std::string("12"));
    QCOMPARE(last.metadata.at("optimizer.steps.blocks.0.mlp.fc1.weight"), std::string("8"));
    QCOMPARE(last.metadata.at("optimizer.steps.pos_embed"), std::string("4"));
    const auto told = [](const Told& run, const std::string& text) {
        return static_cast<int>(std::ranges::count(run.messages, text));
    };
    for (const char* text : {"Block 1 learns from epoch 2 on.", "The embedding learns from epoch 3 on."}) {
        QCOMPARE(told(whole, text), 1);
        QCOMPARE(told(before, text) + told(after, text), 1);
    }
}

// The model lives on, to be asked; with the gradients it would hold as much memory again, or a recorded step's pool.
void TestTrainer::gradientsGoWithIt() {
    Config config = preset("testing").config;
    config.run.device = DeviceChoice::Cpu;
    config.optimizer.frozenBlocks = 1;
    const QTemporaryDir folder;
    std::shared_ptr<Classifier> classifier;
    {
        Trainer trainer(config, numberedImages(60, 6, 8), selectDevice(config.run), folder.path().toStdString(),
                        {[](const Event&) {}, [] { return Going::On; }});
        trainer.run({.maxSteps = 1});
        classifier = trainer.sharedClassifier();
    }
    for (const torch::Tensor& parameter : classifier->network()->parameters()) {
        QVERIFY(!parameter.grad().defined());
        QVERIFY(parameter.requires_grad());  // of those that were frozen too: analyses derive by what they make
    }
}

QTEST_GUILESS_MAIN(TestTrainer)
#include "test_trainer.moc"
