// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured of the layers: held against sums made by hand, found where it was planted, and without a trace in
// the training.
#include "core/base/number_text.h"
#include "core/config/presets.h"
#include "core/device/device.h"
#include "core/events/layer_watch.h"
#include "core/train/layer_meter.h"
#include "core/train/train_step.h"
#include "core/train/trainer.h"
#include "tests/support/numbered_images.h"

#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <functional>
#include <map>

using namespace vit;

namespace {

constexpr std::int64_t kImages = 12;  // more than are looked at
constexpr std::int64_t kSeen = 8;

Config smallConfig(HeadType head = HeadType::Flatten) {
    Config config = preset("testing").config;
    config.head.type = head;
    config.run.batchSize = kImages;
    return config;
}

// A model, a batch for it and the meter, as the training loop uses them.
struct Bench {
    Config config;
    Classifier classifier{config, describe(*numberedImages(32, 8, 16)), torch::kCPU};
    std::unique_ptr<Optimizer> optimizer = makeOptimizer(classifier.network()->weights(), config.optimizer);
    TrainStep step{classifier, *optimizer, 1, [](const Message&) {}};
    LayerMeter meter{classifier, 1};
    LayerWatch watch;
    PreparedBatch batch;
    std::int64_t steps = 0;

    explicit Bench(const Config& wanted = smallConfig()) : config(wanted) {
        torch::manual_seed(3);
        batch = {torch::randn({kImages, 3, config.model.imageSize, config.model.imageSize}),
                 torch::arange(kImages).remainder(3)};
        step.watch([this](TrainStep::Phase phase) {
            if (phase == TrainStep::Phase::Backward) meter.beforeUpdate();
        });
    }

    VisionTransformerImpl& network() { return *classifier.network(); }

    std::vector<LayerStatistics> learn(double rate = 1e-3) {
        step.run(batch, steps++, rate);
        LayersMeasured measured{steps, 1, layerStatistics(meter.afterUpdate(batch.images))};
        watch.see(measured);
        return measured.layers;
    }
};

// The layer of a weight by its name alone; -1: it is no matrix.
int layerOf(const std::string& name, const torch::Tensor& tensor, int blocks) {
    if (tensor.dim() < 2 || name == "pos_embed") return -1;
    if (name.starts_with("patch_embed.")) return 0;
    if (name.starts_with("blocks.")) return std::stoi(name.substr(7)) + 1;
    return blocks + 1;
}

double sumOfSquares(const torch::Tensor& tensor) {
    const torch::Tensor flat = tensor.detach().flatten().contiguous();
    double sum = 0;
    for (std::int64_t i = 0; i < flat.numel(); ++i) sum += std::pow(double(flat.const_data_ptr<float>()[i]), 2);
    return sum;
}

bool isNear(double found, double expected, double tolerance = 1e-4) {
    if (std::isnan(expected)) return std::isnan(found);
    return std::abs(found - expected) <= tolerance * std::max(1e-3, std::abs(expected));
}

QString told(const LayerWatch& watch) {
    QStringList lines;
    for (const LayerFinding& finding : watch.findings()) lines << QString::fromStdString(finding.text);
    return lines.join('\n');
}

}  // namespace

class TestLayerMeter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void normsAreThoseOfTheMatrices();
    void outputsAreThoseOfTheForwardPass_data();
    void outputsAreThoseOfTheForwardPass();
    void entropyIsThatOfTheAttention();
    void deadUnitsAreCounted();
    void stepsAreChosenByTheirNumber();
    void healthyLayersAreNotNamed();
    void whatIsHeldBackHasNoGradient();
    void faultsAreNamed_data();
    void faultsAreNamed();
    void trainingStaysTheSame_data();
    void trainingStaysTheSame();
};

void TestLayerMeter::normsAreThoseOfTheMatrices() {
    Bench bench;
    const int blocks = static_cast<int>(bench.network().blocks.size());
    bench.learn();  // Adam's first step is the same for all weights
    std::map<std::string, torch::Tensor> before;
    for (const auto& entry : bench.network().named_parameters()) before[entry.key()] = entry.value().detach().clone();
    const std::vector<LayerStatistics> layers = bench.learn();
    QCOMPARE(static_cast<int>(layers.size()), blocks + 2);
    std::vector<double> gradient(layers.size()), weight(layers.size()), change(layers.size());
    for (const auto& entry : bench.network().named_parameters()) {
        const int layer = layerOf(entry.key(), entry.value(), blocks);
        if (layer < 0) continue;
        const auto i = static_cast<std::size_t>(layer);
        gradient[i] += sumOfSquares(entry.value().grad());
        weight[i] += sumOfSquares(before[entry.key()]);
        change[i] += sumOfSquares(entry.value() - before[entry.key()]);
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        QVERIFY2(isNear(layers[i].gradientNorm, std::sqrt(gradient[i])), qPrintable(QString::number(i)));
        QVERIFY2(isNear(layers[i].updateRatio, std::sqrt(change[i] / weight[i])), qPrintable(QString::number(i)));
        QVERIFY(layers[i].updateRatio > 0);
    }
}

void TestLayerMeter::outputsAreThoseOfTheForwardPass_data() {
    QTest::addColumn<int>("head");
    QTest::newRow("flatten") << static_cast<int>(HeadType::Flatten);
    QTest::newRow("average pooling") << static_cast<int>(HeadType::GlobalAveragePooling);
    QTest::newRow("class token") << static_cast<int>(HeadType::ClassToken);
}

void TestLayerMeter::outputsAreThoseOfTheForwardPass() {
    QFETCH(int, head);
    Bench bench(smallConfig(static_cast<HeadType>(head)));
    const std::vector<LayerStatistics> layers = bench.learn();
    const torch::NoGradGuard noGrad;
    std::map<std::string, torch::Tensor> seen;
    bench.network().forward(bench.batch.images.narrow(0, 0, kSeen), {},
                            [&](const std::string& name, const torch::Tensor& value) { seen[name] = value.clone(); });
    std::vector<torch::Tensor> outputs = {seen["encoding"]};
    for (std::size_t i = 0; i < bench.network().blocks.size(); ++i)
        outputs.push_back(seen["blocks." + std::to_string(i) + ".mlp"]);
    outputs.push_back(seen["logits"]);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const torch::Tensor numbers = outputs[i].to(torch::kDouble);
        const double mean = numbers.mean().item<double>();
        QVERIFY2(isNear(layers[i].outputMean, mean), qPrintable(QString::number(i)));
        QVERIFY2(isNear(layers[i].outputDeviation, (numbers - mean).square().mean().sqrt().item<double>()),
                 qPrintable(QString::number(i)));
    }
}

void TestLayerMeter::entropyIsThatOfTheAttention() {
    Bench bench;
    const std::vector<LayerStatistics> layers = bench.learn();
    const torch::NoGradGuard noGrad;
    const ForwardTrace trace = bench.network().trace(bench.batch.images.narrow(0, 0, kSeen));
    for (std::size_t block = 0; block < trace.attention.size(); ++block) {
        const torch::Tensor shares = trace.attention[block].contiguous();  // [B, H, N, N]
        const std::int64_t tokens = shares.size(-1);
        double sum = 0;
        for (std::int64_t i = 0; i < shares.numel(); ++i) {
            const double share = shares.const_data_ptr<float>()[i];
            if (share > 0) sum -= share * std::log(share);
        }
        const double mean = sum / double(shares.numel() / tokens);
        QVERIFY2(isNear(layers[block + 1].attentionEntropy, mean / std::log(double(tokens))),
                 qPrintable(QString::number(block)));
    }
    QVERIFY(std::isnan(layers.front().attentionEntropy) && std::isnan(layers.back().attentionEntropy));
    // With queries of 0 each token looks at all alike.
    bench.network().blocks[0]->attn->qkv->weight.zero_();
    bench.network().blocks[0]->attn->qkv->bias.zero_();
    QVERIFY(isNear(layerStatistics([&] {
                       bench.meter.beforeUpdate();
                       return bench.meter.afterUpdate(bench.batch.images);
                   }())[1].attentionEntropy, 1));
}

void TestLayerMeter::deadUnitsAreCounted() {
    Bench bench;
    const std::vector<LayerStatistics> alive = bench.learn();
    QCOMPARE(alive[2].deadUnits, 0.0);
    QVERIFY(std::isnan(alive.front().deadUnits));
    {
        const torch::NoGradGuard noGrad;
        bench.network().blocks[1]->mlp->layers[0]->bias.narrow(0, 0, 6).fill_(-50);  // of 32 and 16 units
        bench.network().head->layers[0]->bias.narrow(0, 0, 8).fill_(-50);            // of 32
    }
    const std::vector<LayerStatistics> layers = bench.learn();
    QCOMPARE(layers[1].deadUnits, alive[1].deadUnits);
    QCOMPARE(layers[2].deadUnits, rounded(6.0 / 48, 5));
    QCOMPARE(layers[3].deadUnits, 0.25);
}

void TestLayerMeter::stepsAreChosenByTheirNumber() {
    Bench bench;
    const LayerMeter meter(bench.classifier, 10);
    std::vector<std::int64_t> due;
    for (std::int64_t step = 1; step <= 40; ++step)
        if (meter.isDue(step)) due.push_back(step);
    QVERIFY((due == std::vector<std::int64_t>{1, 2, 4, 8, 10, 20, 30, 40}));
    const LayerMeter never(bench.classifier, 0);
    for (std::int64_t step = 1; step <= 40; ++step) QVERIFY(!never.isDue(step));
}

void TestLayerMeter::healthyLayersAreNotNamed() {
    Bench bench;
    for (int i = 0; i < 60; ++i) {
        bench.learn();
        QVERIFY2(bench.watch.findings().empty(), qPrintable(told(bench.watch)));
    }
}

void TestLayerMeter::whatIsHeldBackHasNoGradient() {
    Config config = smallConfig();
    config.optimizer.frozenBlocks = 1;
    Bench bench(config);
    std::vector<LayerStatistics> layers;
    for (int i = 0; i < 4; ++i) layers = bench.learn();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        QCOMPARE(isHeldBack(layers[i]), i < 2);  // the embedding and the first block
        QCOMPARE(std::isnan(layers[i].gradientNorm), i < 2);
        QVERIFY(std::isfinite(layers[i].outputDeviation));
    }
    QVERIFY2(bench.watch.findings().empty(), qPrintable(told(bench.watch)));
}

void TestLayerMeter::faultsAreNamed_data() {
    using Plant = std::function<void(VisionTransformerImpl&)>;
    QTest::addColumn<Plant>("plant");
    QTest::addColumn<double>("rate");
    QTest::addColumn<int>("layer");  // -1: all
    QTest::addColumn<QString>("says");
    QTest::newRow("dead") << Plant([](VisionTransformerImpl& network) {
        for (torch::Tensor& weight : network.blocks[1]->parameters()) weight.zero_();
    }) << 1e-3 << 2 << "Block 2: gradient norm 0: it does not learn";
    QTest::newRow("saturated units") << Plant([](VisionTransformerImpl& network) {
        for (const torch::nn::Linear& layer : network.blocks[0]->mlp->layers) layer->bias.fill_(-50);
    }) << 1e-3 << 1 << "Block 1: dead units 100.00 %: it is saturated";
    QTest::newRow("saturated attention") << Plant([](VisionTransformerImpl& network) {
        torch::nn::Linear& qkv = network.blocks[1]->attn->qkv;
        qkv->weight.narrow(0, 0, qkv->weight.size(0) * 2 / 3).mul_(100);
    }) << 1e-3 << 2 << "Block 2: attention entropy";
    QTest::newRow("exploding") << Plant([](VisionTransformerImpl&) {}) << 0.5 << -1 << "Block 1: update ratio";
    QTest::newRow("no number") << Plant([](VisionTransformerImpl& network) {
        network.blocks[0]->attn->proj->weight.fill_(NAN);
    }) << 1e-3 << -1 << "Block 1: gradient norm is no number: it has exploded";
}

void TestLayerMeter::faultsAreNamed() {
    using Plant = std::function<void(VisionTransformerImpl&)>;
    QFETCH(Plant, plant);
    QFETCH(double, rate);
    QFETCH(int, layer);
    QFETCH(QString, says);
    Bench bench;
    {
        const torch::NoGradGuard noGrad;
        plant(bench.network());
    }
    for (int i = 0; i < 3; ++i) bench.learn(rate);
    QVERIFY2(told(bench.watch).contains(says), qPrintable(told(bench.watch)));
    for (const LayerFinding& finding : bench.watch.findings())
        QVERIFY2(layer < 0 || static_cast<int>(finding.layer) == layer, qPrintable(told(bench.watch)));
}

void TestLayerMeter::trainingStaysTheSame_data() {
    QTest::addColumn<int>("kernels");
    QTest::newRow("plain") << static_cast<int>(KernelChoice::Plain);
    QTest::newRow("fused, if there are any") << static_cast<int>(KernelChoice::Auto);
}

// Weights, moments and metrics, bit for bit, with dropout and augmentation.
void TestLayerMeter::trainingStaysTheSame() {
    QFETCH(int, kernels);
    std::vector<torch::Tensor> known;
    std::vector<double> knownLosses;
    for (const std::int64_t every : {0, 1}) {
        Config config = preset("testing").config;
        config.run.device = DeviceChoice::Cpu;
        config.run.kernels = static_cast<KernelChoice>(kernels);
        config.run.layerStatisticsSteps = every;
        const QTemporaryDir folder;
        std::vector<double> losses;
        std::int64_t measured = 0;
        Trainer trainer(config, numberedImages(200, 6, 8), selectDevice(config.run), folder.path().toStdString(),
                        {[&](const Event& event) {
                             if (const auto* step = std::get_if<StepDone>(&event)) losses.push_back(step->loss);
                             measured += std::holds_alternative<LayersMeasured>(event);
                         },
                         [] { return Going::On; }});
        trainer.run({});
        QCOMPARE(measured, every == 0 ? 0 : trainer.position().step);
        const std::vector<torch::Tensor> weights = trainer.classifier().network()->parameters();
        if (known.empty()) {
            for (const torch::Tensor& weight : weights) known.push_back(weight.detach().clone());
            knownLosses = losses;
        }
        for (std::size_t i = 0; i < weights.size(); ++i) QVERIFY(weights[i].equal(known[i]));
        QVERIFY(losses == knownLosses);
    }
}

QTEST_GUILESS_MAIN(TestLayerMeter)
#include "test_layer_meter.moc"
