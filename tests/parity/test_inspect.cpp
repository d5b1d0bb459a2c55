// SPDX-License-Identifier: GPL-3.0-or-later
// The analyses of a picture, against the same written plainly in Python (golden_inspect.py).
#include "core/inspect/attention.h"
#include "core/inspect/faithfulness.h"
#include "core/inspect/layer_answers.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tensor_arrays.h"
#include "core/inspect/tokens.h"
#include "core/inspect/what_if.h"
#include "core/model/classifier.h"
#include "core/model/weights.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"

#include <QtTest>

#include <array>

using namespace vit;
using parity::Golden;

namespace {

// Ours are in single precision, the references in double; what is compared passed a dozen layers, gradients twice.
constexpr double kTolerance = 1e-5;

// A golden picture and the network that it was put through.
struct Subject {
    Golden golden, network;
    LoadedModel model;
    Image photo;
    Look look;
    std::int64_t classNumber;
    TokenGrid grid;

    explicit Subject(const std::string& name)
        : golden("inspect_" + name), network("model_" + name), model(modelOf(golden, network)) {
        const torch::Tensor pixels = golden.at("photo").contiguous();
        photo = {static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(0)), 3, {}};
        photo.pixels.assign(pixels.const_data_ptr<std::uint8_t>(),
                            pixels.const_data_ptr<std::uint8_t>() + pixels.numel());
        look = model.look(photo, {.attention = true, .tokens = true});
        classNumber = golden.about().at("class").get<std::int64_t>();
        grid = tokenGrid(model.config());
    }

private:
    static LoadedModel modelOf(const Golden& golden, const Golden& network) {
        const Config config = network.config();
        DataDescription data;
        data.dataset = "golden";
        const int side = static_cast<int>(config.model.imageSize);
        data.nativeShape = {side, side, 3};
        data.statistics = {golden.about().at("mean").get<std::array<double, 3>>(),
                           golden.about().at("deviation").get<std::array<double, 3>>()};
        for (std::int64_t i = 0; i < network.classes(); ++i) data.classNames.push_back(std::to_string(i));
        auto classifier = std::make_shared<Classifier>(config, data, torch::kCPU);
        loadWeights(*classifier->network(), network.file(), "weights/");
        return {classifier, {"golden", 0, 0, false}};
    }
};

torch::Tensor tensorOf(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

}  // namespace

class TestInspect : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void attention_data() { models(); }
    void attention();
    void rollouts_data() { models(); }
    void rollouts();
    void maps_data();
    void maps();
    void faithfulness_data() { models(); }
    void faithfulness();
    void layers_data() { models(); }
    void layers();
    void changes_data() { models(); }
    void changes();
    void tokens_data() { models(); }
    void tokens();
    void cleanupTestCase() { m_comparison.print("Analyses"); }

private:
    parity::Comparison m_comparison;

    void models() {
        QTest::addColumn<std::string>("name");
        for (const char* name : {"flatten", "gap", "class_token", "odd"}) QTest::newRow(name) << std::string(name);
    }
    bool agrees(const std::string& stage, const FloatArray& ours, const torch::Tensor& reference) {
        return m_comparison.agrees(stage, asTensor(ours), reference, kTolerance);
    }
};

#define VIT_AGREES(...) QVERIFY2(agrees(__VA_ARGS__), m_comparison.problem())

void TestInspect::attention() {
    QFETCH(std::string, name);
    const Subject subject(name);
    VIT_AGREES("logits", subject.look.logits, subject.golden.at("logits"));
    VIT_AGREES("attention", subject.look.attention, subject.golden.at("attention"));
    FloatArray figures{{subject.look.attention.shape[0], subject.look.attention.shape[1], 3}, {}};
    for (const HeadFigures& head : headFigures(subject.look.attention, subject.grid)) {
        for (const double figure : {head.distance, head.entropy, head.classTokenShare})
            figures.values.push_back(static_cast<float>(figure));
    }
    VIT_AGREES("distance, entropy, class token's share", figures, subject.golden.at("heads"));
}

void TestInspect::rollouts() {
    QFETCH(std::string, name);
    const Subject subject(name);
    const FloatArray& attention = subject.look.attention;
    VIT_AGREES("rollout, mean", rollout(attention), subject.golden.at("rollout/mean"));
    VIT_AGREES("rollout, maximum, 30 % discarded", rollout(attention, {Fusion::Max, 0.3}),
               subject.golden.at("rollout/max"));
    VIT_AGREES("rollout, minimum", rollout(attention, {Fusion::Min, 0}), subject.golden.at("rollout/min"));
}

void TestInspect::maps_data() {
    QTest::addColumn<std::string>("name");
    QTest::addColumn<std::string>("method");
    for (const char* name : {"flatten", "gap", "class_token", "odd"}) {
        for (const RelevanceMethod& method : relevanceMethods())
            QTest::addRow("%s, %s", name, method.key) << std::string(name) << std::string(method.key);
    }
}

void TestInspect::maps() {
    QFETCH(std::string, name);
    QFETCH(std::string, method);
    Subject subject(name);
    const RelevanceMap found = relevance(subject.model, subject.photo, subject.classNumber, relevanceMethod(method));
    VIT_AGREES(method, found.map, subject.golden.at("maps/" + method));
}

void TestInspect::faithfulness() {
    QFETCH(std::string, name);
    Subject subject(name);
    const FloatArray map = toArray(subject.golden.at("maps/relevance"));
    const Faithfulness found = vit::faithfulness(subject.model, subject.photo, map, subject.classNumber);
    const torch::Tensor ours = torch::stack({tensorOf(found.mostFirst), tensorOf(found.leastFirst)});
    VIT_AGREES("probabilities while patches go", toArray(ours), subject.golden.at("faithfulness/curves"));
    QVERIFY(std::abs(found.gain - subject.golden.numberAt("faithfulness/gain")) < kTolerance);
}

void TestInspect::layers() {
    QFETCH(std::string, name);
    Subject subject(name);
    const LayerAnswers answers = layerAnswers(subject.model, subject.photo);
    VIT_AGREES("answers by layer", answers.logits, subject.golden.at("lens/logits"));
    if (subject.model.config().head.type == HeadType::Flatten) {
        QVERIFY(answers.patchClass.empty() && answers.patchProbabilities.values.empty());
        return;
    }
    VIT_AGREES("answers by patch", answers.patchProbabilities, subject.golden.at("lens/patch_probability"));
    const torch::Tensor classes = subject.golden.at("lens/patch_class").flatten().contiguous();
    for (std::int64_t i = 0; i < classes.numel(); ++i)
        QCOMPARE(std::int64_t{answers.patchClass[static_cast<std::size_t>(i)]}, classes[i].item<std::int64_t>());
}

void TestInspect::changes() {
    QFETCH(std::string, name);
    Subject subject(name);
    const HeadEffects effects = headEffects(subject.model, subject.photo, subject.classNumber);
    VIT_AGREES("heads switched off: logit", effects.logit, subject.golden.at("heads/logit"));
    VIT_AGREES("heads switched off: probability", effects.probability, subject.golden.at("heads/probability"));
    const WhatIfAnswer answer = whatIf(subject.model, subject.photo, {.blocks = {1}});
    VIT_AGREES("block switched off", toArray(tensorOf(answer.after)), subject.golden.at("without/blocks"));
    const torch::Tensor before = torch::softmax(subject.golden.at("logits"), 0);
    VIT_AGREES("the picture's own answer", toArray(tensorOf(answer.before)), before);
}

void TestInspect::tokens() {
    QFETCH(std::string, name);
    Subject subject(name);
    const std::int64_t layers = subject.model.config().model.layers;
    const torch::Tensor last = asTensor(subject.look.tokens)[layers];
    VIT_AGREES("norms", tokenNorms(toArray(last), subject.grid).norms, subject.golden.at("norms"));
    VIT_AGREES("positions", positionSimilarity(subject.model), subject.golden.at("positions"));
}

QTEST_GUILESS_MAIN(TestInspect)
#include "test_inspect.moc"
