// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes, parameter counts, initial weights and learning of the network itself.
#include "core/base/error.h"
#include "core/config/derived.h"
#include "core/config/presets.h"
#include "core/device/device.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "core/train/optimizers/adamw.h"

#include <torch/nn/module.h>
#include <torch/utils.h>

#include <QtTest>

using namespace vit;

namespace {

Config small(HeadType head) {
    Config config;
    config.model.imageSize = 16;
    config.model.patchSize = 4;
    config.model.projectionDim = 24;
    config.model.heads = 3;
    config.model.keyDim = 10;
    config.model.mlpUnits = {48, 32, 24};
    config.model.layers = 2;
    config.head.type = head;
    config.head.units = {40};
    return config;
}

std::int64_t countParameters(const torch::nn::Module& module) {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
    return count;
}

}  // namespace

class TestNetwork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void presetsHaveTheirParameters_data();
    void presetsHaveTheirParameters();
    void shapes_data();
    void shapes();
    void patchesAreInOrder();
    void attentionWeightsSumToOne();
    void initialWeightsFollowKerasFans();
    void initialWeightsDependOnTheSeedAlone();
    void truncatedNormalWeights();
    void zeroOutputsMakeBlocksTheIdentity_data();
    void zeroOutputsMakeBlocksTheIdentity();
    void weightsSurviveAFile();
    void weightsThatDoNotFitAreRefused();
    void aFewImagesAreLearnedByHeart_data();
    void aFewImagesAreLearnedByHeart();
};

void TestNetwork::presetsHaveTheirParameters_data() {
    QTest::addColumn<QString>("name");
    for (const Preset& p : presets()) QTest::newRow(p.name.c_str()) << QString::fromStdString(p.name);
}

void TestNetwork::presetsHaveTheirParameters() {
    QFETCH(QString, name);
    const Preset& p = preset(name.toStdString());
    const ModelInput input{3, p.classes};
    const VisionTransformer network(p.config.model, p.config.head, input);
    QCOMPARE(countParameters(*network), derive(p.config, input).parameters);
    if (name == "keras-example") QCOMPARE(countParameters(*network), std::int64_t{21'759'012});
}

void TestNetwork::shapes_data() {
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("features");
    QTest::newRow("flatten") << int(HeadType::Flatten) << 16 << 16 * 24;
    QTest::newRow("global average pooling") << int(HeadType::GlobalAveragePooling) << 16 << 24;
    QTest::newRow("class token") << int(HeadType::ClassToken) << 17 << 24;
}

void TestNetwork::shapes() {
    QFETCH(int, head);
    QFETCH(int, tokens);
    QFETCH(int, features);
    const Config config = small(HeadType(head));
    VisionTransformer network(config.model, config.head, ModelInput{3, 7});
    network->initialize(1);
    std::map<std::string, std::vector<std::int64_t>> seen;
    network(torch::randn({5, 3, 16, 16}), ForwardMode{},
            [&](const std::string& name, const torch::Tensor& value) { seen[name] = value.sizes().vec(); });
    QCOMPARE(seen.size(), std::size_t{1 + 2 * 2 + 3});
    QCOMPARE(seen["encoding"], (std::vector<std::int64_t>{5, tokens, 24}));
    QCOMPARE(seen["blocks.1.mlp"], (std::vector<std::int64_t>{5, tokens, 24}));
    QCOMPARE(seen["head_input"], (std::vector<std::int64_t>{5, features}));
    QCOMPARE(seen["logits"], (std::vector<std::int64_t>{5, 7}));
    QCOMPARE(countParameters(*network), derive(config, {3, 7}).parameters);
}

void TestNetwork::patchesAreInOrder() {
    const torch::Tensor images = torch::arange(2 * 3 * 8 * 8).view({2, 3, 8, 8});
    const torch::Tensor patches = patchesOf(images, 4);
    QCOMPARE(patches.sizes().vec(), (std::vector<std::int64_t>{2, 4, 48}));
    for (int patch = 0; patch < 4; ++patch) {
        for (int element = 0; element < 48; ++element) {
            const int y = patch / 2 * 4 + element / 12;
            const int x = patch % 2 * 4 + element / 3 % 4;
            const int c = element % 3;
            QCOMPARE(patches[1][patch][element].item<int>(), images[1][c][y][x].item<int>());
        }
    }
    const torch::Tensor oblong = torch::arange(4 * 6).view({1, 1, 4, 6});
    const torch::Tensor firsts = patchesOf(oblong, 2).select(2, 0).flatten();  // of two rows of three
    QVERIFY(firsts.equal(torch::tensor({0, 2, 4, 12, 14, 16}, torch::kInt64)));
}

void TestNetwork::attentionWeightsSumToOne() {
    const Config config = small(HeadType::Flatten);
    VisionTransformer network(config.model, config.head, ModelInput{3, 7});
    network->initialize(3);
    const torch::Tensor weights = network->blocks[0]->attn->open(torch::randn({2, 16, 24})).weights;
    QCOMPARE(weights.sizes().vec(), (std::vector<std::int64_t>{2, 3, 16, 16}));
    QVERIFY((weights.sum(-1) - 1).abs().max().item<double>() < 1e-5);
}

void TestNetwork::initialWeightsFollowKerasFans() {
    const Preset& example = preset("keras-example");
    VisionTransformer network(example.config.model, example.config.head, ModelInput{3, 100});
    network->initialize(1);
    const auto limitOf = [](const torch::Tensor& t) { return t.abs().max().item<double>(); };
    const auto near = [](double value, double limit) { return value <= limit && value > 0.98 * limit; };
    QVERIFY(near(limitOf(network->patchEmbed->proj->weight), std::sqrt(6.0 / (108 + 64))));
    QVERIFY(near(limitOf(network->blocks[0]->attn->qkv->weight), std::sqrt(6.0 / (64 * 4 + 64 * 64))));
    QVERIFY(near(limitOf(network->blocks[0]->attn->proj->weight), std::sqrt(6.0 / (256 + 256))));
    QVERIFY(near(limitOf(network->blocks[7]->mlp->layers[0]->weight), std::sqrt(6.0 / (64 + 128))));
    QVERIFY(near(limitOf(network->head->layers[0]->weight), std::sqrt(6.0 / (9216 + 2048))));
    QVERIFY(near(limitOf(network->posEmbed), 0.05));
    QCOMPARE(limitOf(network->head->layers[2]->bias), 0.0);
    QVERIFY(!network->blocks[0]->attn->qkv->weight.equal(network->blocks[1]->attn->qkv->weight));
}

void TestNetwork::initialWeightsDependOnTheSeedAlone() {
    const Config config = small(HeadType::ClassToken);
    const auto weights = [&](std::uint64_t seed) {
        VisionTransformer network(config.model, config.head, ModelInput{3, 7});
        network->initialize(seed);
        return network->blocks[1]->mlp->layers[0]->weight.clone();
    };
    const torch::Tensor one = weights(1);
    torch::rand({1000});
    QVERIFY(one.equal(weights(1)));
    QVERIFY(!one.equal(weights(2)));
}

// Of a normal distribution cut at two deviations: deviation 0.88 of the whole one's, and no larger value.
void TestNetwork::truncatedNormalWeights() {
    Config config = small(HeadType::ClassToken);
    config.model.projectionDim = 192;
    config.model.mlpUnits = {768, 192};
    config.model.initialWeights = InitialWeights::TruncatedNormal;
    VisionTransformer network(config.model, config.head, ModelInput{3, 7});
    network->initialize(1, config.model);
    const torch::Tensor& weight = network->blocks[0]->mlp->layers[0]->weight;
    QVERIFY(std::abs(weight.std().item<double>() / 0.02 - 0.8796) < 0.005);
    QVERIFY(std::abs(weight.mean().item<double>()) < 2e-4);
    const double largest = weight.abs().max().item<double>();
    QVERIFY(largest <= 0.04 + 1e-7 && largest > 0.0399);
    const double within = weight.abs().le(0.02).to(torch::kFloat64).mean().item<double>();
    QVERIFY(std::abs(within - 0.6827 / 0.9545) < 0.005);
    QVERIFY(std::abs(network->posEmbed.std().item<double>() / 0.02 - 0.88) < 0.05);
    QCOMPARE(network->blocks[0]->mlp->layers[0]->bias.abs().max().item<double>(), 0.0);
}

void TestNetwork::zeroOutputsMakeBlocksTheIdentity_data() {
    QTest::addColumn<NormPlace>("place");
    QTest::newRow("norms before the branches") << NormPlace::Before;
    QTest::newRow("norms after the branches") << NormPlace::After;
}

void TestNetwork::zeroOutputsMakeBlocksTheIdentity() {
    QFETCH(NormPlace, place);
    Config config = small(HeadType::GlobalAveragePooling);
    config.model.normPlace = place;
    config.model.zeroOutputs = true;
    VisionTransformer network(config.model, config.head, ModelInput{3, 7});
    VisionTransformer other(config.model, config.head, ModelInput{3, 7});
    network->initialize(1, config.model);
    config.model.zeroOutputs = false;
    other->initialize(1, config.model);
    const torch::Tensor tokens = torch::randn({2, 16, 24});
    QVERIFY(network->blocks[1]->open(tokens).output.equal(tokens));
    // It learns from the first step on, without a gradient that a norm of zeros has made large.
    network(torch::randn({2, 3, 16, 16})).square().mean().backward();
    bool learns = false;
    for (const auto& parameter : network->blocks[1]->parameters()) {
        QVERIFY(parameter.grad().abs().max().item<double>() < 100);
        learns = learns || parameter.grad().abs().max().item<double>() > 0;
    }
    QVERIFY(learns);
    // The rest is drawn as ever.
    QVERIFY(network->blocks[1]->attn->qkv->weight.equal(other->blocks[1]->attn->qkv->weight));
    QVERIFY(!other->blocks[1]->open(tokens).output.equal(tokens));
}

void TestNetwork::weightsSurviveAFile() {
    const Config config = small(HeadType::ClassToken);
    VisionTransformer a(config.model, config.head, ModelInput{3, 7});
    VisionTransformer b(config.model, config.head, ModelInput{3, 7});
    a->initialize(1);
    b->initialize(2);
    TensorFile file;
    storeWeights(*a, file);
    loadWeights(*b, file);
    const torch::Tensor images = torch::randn({2, 3, 16, 16});
    QVERIFY(a(images).equal(b(images)));
}

void TestNetwork::weightsThatDoNotFitAreRefused() {
    const Config config = small(HeadType::Flatten);
    VisionTransformer network(config.model, config.head, ModelInput{3, 7});
    TensorFile file;
    storeWeights(*network, file);
    const TensorFile whole = file;
    file.tensors.erase("norm.bias");
    QVERIFY_EXCEPTION_THROWN(loadWeights(*network, file), Error);
    file = whole;
    file.tensors["extra"] = whole.tensors.at("norm.bias");
    QVERIFY_EXCEPTION_THROWN(loadWeights(*network, file), Error);
    file = whole;
    file.tensors["norm.bias"] = whole.tensors.at("head.0.bias");
    QVERIFY_EXCEPTION_THROWN(loadWeights(*network, file), Error);
}

void TestNetwork::aFewImagesAreLearnedByHeart_data() { shapes_data(); }

void TestNetwork::aFewImagesAreLearnedByHeart() {
    QFETCH(int, head);
    Config config = small(HeadType(head));
    config.model.attentionDropout = config.model.mlpDropout = config.head.dropout = 0.1;
    config.optimizer.weightDecay = 0;
    VisionTransformer network(config.model, config.head, ModelInput{3, 7});
    network->initialize(5);
    AdamW optimizer(network->weights(), config.optimizer);
    torch::manual_seed(1);
    const torch::Tensor images = torch::randn({14, 3, 16, 16});
    const torch::Tensor labels = torch::arange(14).remainder(7);
    double first = 0;
    double last = 0;
    for (std::uint64_t step = 0; step < 150; ++step) {
        optimizer.clearGradients();
        const torch::Tensor loss =
            torch::cross_entropy_loss(network(images, ForwardMode{true, 1, step}), labels);
        loss.backward();
        optimizer.step(2e-3);
        if (step == 0) first = loss.item<double>();
        last = loss.item<double>();
    }
    QVERIFY2(first > 1.5 && last < 0.3, qPrintable(QString("loss %1 -> %2").arg(first).arg(last)));
    const torch::Tensor right = network(images).argmax(1).eq(labels).sum();
    QCOMPARE(right.item<int>(), 14);
}

QTEST_GUILESS_MAIN(TestNetwork)
#include "test_network.moc"
