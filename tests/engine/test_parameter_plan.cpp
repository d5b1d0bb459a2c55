// SPDX-License-Identifier: GPL-3.0-or-later
// The plan of a network's weights against the network itself.
#include "core/config/parameter_plan.h"
#include "core/config/presets.h"
#include "core/model/vision_transformer.h"

#include <torch/utils.h>

#include <QtTest>

#include <set>

using namespace vit;

class TestParameterPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesEveryWeightOfTheNetwork_data();
    void namesEveryWeightOfTheNetwork();
    void rolesAndDepths();
    void countsAsTheFactsDo_data() { namesEveryWeightOfTheNetwork_data(); }
    void countsAsTheFactsDo();
    void everyWeightIsInitialised();
};

void TestParameterPlan::namesEveryWeightOfTheNetwork_data() {
    QTest::addColumn<QString>("presetName");
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("hiddenLayers");
    QTest::addColumn<bool>("everyPart");
    for (const Preset& known : presets()) {
        for (const HeadType head : {HeadType::Flatten, HeadType::GlobalAveragePooling, HeadType::ClassToken}) {
            for (const int hidden : {0, 2}) {
                QTest::addRow("%s, head %d, %d hidden layers", known.name.c_str(), static_cast<int>(head), hidden)
                    << QString::fromStdString(known.name) << static_cast<int>(head) << hidden << false;
            }
        }
    }
    QTest::newRow("every part") << "first-steps" << static_cast<int>(HeadType::ClassToken) << 1 << true;
    QTest::newRow("every part, flatten") << "first-steps" << static_cast<int>(HeadType::Flatten) << 1 << true;
}

namespace {

// A model with every part that is a choice.
void addEveryPart(ModelConfig& model) {
    model.stemWidths = {8, 12};
    model.stemPools = {2};
    model.stemWhitening = true;
    model.qkNorm = true;
    model.mlpDepthwise = true;
    model.layerScale = 0.1;
    model.dropPath = 0.1;
    model.positions = PositionType::SineCosine;
    model.qkvBias = false;
    model.shiftedPatches = true;
    model.localAttention = true;
    model.attentionNorm = true;
    model.mlpNorm = true;
    model.imageWidth = model.imageSize / 2;
}

Config rowConfig(const QString& presetName, int head, int hiddenLayers, bool everyPart) {
    Config config = preset(presetName.toStdString()).config;
    config.head.type = static_cast<HeadType>(head);
    config.head.units.assign(static_cast<std::size_t>(hiddenLayers), 16);
    config.model.layers = std::min<std::int64_t>(config.model.layers, 2);
    if (everyPart) addEveryPart(config.model);
    return config;
}

}  // namespace

void TestParameterPlan::namesEveryWeightOfTheNetwork() {
    QFETCH(QString, presetName);
    QFETCH(int, head);
    QFETCH(int, hiddenLayers);
    QFETCH(bool, everyPart);
    const Config config = rowConfig(presetName, head, hiddenLayers, everyPart);
    const ModelInput input{1, 7};
    VisionTransformer network(config.model, config.head, input);
    const auto parameters = network->named_parameters();
    const std::vector<ParameterRow> plan = parameterPlan(config.model, config.head, input);
    std::set<std::string> names;
    for (const ParameterRow& row : plan) {
        names.insert(row.name);
        const torch::Tensor* tensor = parameters.find(row.name);
        QVERIFY2(tensor != nullptr, row.name.c_str());
        QVERIFY2(tensor->sizes() == c10::IntArrayRef(row.shape), row.name.c_str());
        QCOMPARE(row.count(), tensor->numel());
    }
    QCOMPARE(names.size(), plan.size());
    QCOMPARE(names.size(), parameters.size());

    // A block's weights are planned in the order in which the network has them: the fused kernels count on it.
    const std::vector<ParameterRow> block = blockPlan(config.model, 1);
    const std::vector<torch::Tensor> own = network->blocks[1]->parameters();
    QCOMPARE(own.size(), block.size());
    for (std::size_t i = 0; i < own.size(); ++i) QVERIFY(own[i].is_same(*parameters.find(block[i].name)));
}

void TestParameterPlan::rolesAndDepths() {
    Config config = preset("testing").config;
    config.head.type = HeadType::ClassToken;
    const std::vector<ParameterRow> plan = parameterPlan(config.model, config.head, {3, 10});
    struct Expected {
        const char* name;
        ParameterRole role;
        std::int64_t depth;
    };
    const std::int64_t last = config.model.layers + 1;
    for (const Expected& expected : {Expected{"patch_embed.proj.weight", ParameterRole::Kernel, 0},
                                     Expected{"cls_token", ParameterRole::ClassToken, 0},
                                     Expected{"pos_embed", ParameterRole::Position, 0},
                                     Expected{"blocks.0.norm1.weight", ParameterRole::NormScale, 1},
                                     Expected{"blocks.1.norm2.bias", ParameterRole::NormShift, 2},
                                     Expected{"blocks.1.mlp.fc1.bias", ParameterRole::Bias, 2},
                                     Expected{"norm.weight", ParameterRole::NormScale, last},
                                     Expected{"head.0.weight", ParameterRole::Kernel, last}}) {
        const ParameterRow* row = findParameter(plan, expected.name);
        QVERIFY2(row != nullptr, expected.name);
        QVERIFY2(row->role == expected.role, expected.name);
        QCOMPARE(row->depth, expected.depth);
    }
    QVERIFY(findParameter(plan, "blocks.2.norm1.weight") == nullptr);
}

void TestParameterPlan::countsAsTheFactsDo() {
    QFETCH(QString, presetName);
    QFETCH(int, head);
    QFETCH(int, hiddenLayers);
    QFETCH(bool, everyPart);
    const Config config = rowConfig(presetName, head, hiddenLayers, everyPart);
    VisionTransformer network(config.model, config.head, ModelInput{3, 10});
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : network->parameters()) count += parameter.numel();
    QCOMPARE(derive(config, {3, 10}).parameters, count);
}

void TestParameterPlan::everyWeightIsInitialised() {
    const Config config = preset("testing").config;
    VisionTransformer network(config.model, config.head, ModelInput{3, 10});
    const torch::NoGradGuard noGrad;
    for (torch::Tensor& parameter : network->parameters()) parameter.fill_(std::numeric_limits<float>::quiet_NaN());
    network->initialize(3);
    for (const auto& parameter : network->named_parameters())
        QVERIFY2(parameter.value().isfinite().all().item<bool>(), parameter.key().c_str());
}

QTEST_GUILESS_MAIN(TestParameterPlan)
#include "test_parameter_plan.moc"
