// SPDX-License-Identifier: GPL-3.0-or-later
// The transformer's every stage, its loss, its gradients and a few steps of training, against Keras, by the plain
// layers and by the fused kernels.
#include "core/model/fused/kernel_choice.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "core/train/optimizers/adamw.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"
#include "tests/support/instruction_set.h"

#include <torch/utils.h>

#include <QtTest>

using namespace vit;
using parity::Golden;

namespace {

// The references are exact to double precision, so these are our own rounding in single precision. A sum of n products
// is off by about sqrt(n) * 6e-8 of its terms; the longest here have 144 of them, and a dozen layers follow each other.
constexpr double kStage = 1e-5;
// Gradients pass the same layers twice, and small ones are differences of large terms.
constexpr double kGradient = 1e-4;
// Adam divides by the square root of the second moment: a gradient near zero is carried into the weights with its whole
// relative error, times the learning rate of 0.001, five times.
constexpr double kTraining = 2e-5;

// "blocks.3.norm1.weight" -> "norm1.weight"; other names as they are.
std::string inBlock(const std::string& key) {
    return key.starts_with("blocks.") ? key.substr(key.find('.', std::string("blocks.").size()) + 1) : key;
}

VisionTransformer modelOf(const Golden& golden, KernelChoice kernels = KernelChoice::Plain) {
    const Config config = golden.config();
    VisionTransformer model(config.model, config.head, ModelInput{3, golden.classes()});
    loadWeights(*model, golden.file(), "weights/");
    model->useFusedKernels(selectKernels(kernels, config.model, model->tokens(), torch::kCPU, false).fused);
    return model;
}

// The kernels that can run here, by name.
std::vector<std::pair<std::string, KernelChoice>> availableKernels() {
    std::vector<std::pair<std::string, KernelChoice>> kernels = {{"plain", KernelChoice::Plain}};
    if (selectKernels(KernelChoice::Auto, ModelConfig{}, 1, torch::kCPU, false).fused)
        kernels.emplace_back("fused", KernelChoice::Fused);
    return kernels;
}

torch::Tensor lossOf(VisionTransformer& model, const Golden& golden) {
    const ForwardMode training{true, 1, 0};  // all dropout rates are 0: training mode must give the same
    const torch::Tensor logits = model(golden.imagesAt("images"), training);
    return torch::cross_entropy_loss(logits, golden.at("labels"));
}

}  // namespace

class TestModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Without a wish the plain layers are tested on any computer.
    void initTestCase() {
        if (qEnvironmentVariableIsSet("VIT_INSTRUCTION_SET")) VIT_SKIP_WITHOUT_KERNELS();
    }
    void everyStage_data() { models(); }
    void everyStage();
    void attentionWeights_data();
    void attentionWeights();
    void lossAndGradients_data() { models(); }
    void lossAndGradients();
    void fiveSteps_data();
    void fiveSteps();
    void initialLimits_data();
    void initialLimits();
    void cleanupTestCase() { m_comparison.print("Model"); }

private:
    parity::Comparison m_comparison;

    void models();
};

void TestModel::models() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<KernelChoice>("kernels");
    for (const char* name : {"flatten", "gap", "class_token", "odd"})
        for (const auto& [text, kernels] : availableKernels())
            QTest::addRow("%s, %s", name, text.c_str()) << name << kernels;
}

void TestModel::attentionWeights_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"flatten", "gap", "class_token", "odd"}) QTest::newRow(name) << name;
}

void TestModel::everyStage() {
    QFETCH(QString, name);
    QFETCH(KernelChoice, kernels);
    const Golden golden("model_" + name.toStdString());
    const torch::NoGradGuard noGrad;
    std::size_t compared = 0;
    std::string problems;
    const auto images = golden.imagesAt("images");
    modelOf(golden, kernels)->forward(images, {}, [&](const std::string& stage, const torch::Tensor& value) {
        ++compared;
        const std::string row = std::string(QTest::currentDataTag()) + ": " + stage;
        if (!m_comparison.agrees(row, value, golden.at("stages/" + stage), kStage)) problems += m_comparison.problem();
    });
    QVERIFY2(problems.empty(), problems.c_str());
    // All that Keras gave, but for the patches and the attention weights, which have tests of their own.
    const auto layers = static_cast<std::size_t>(golden.config().model.layers);
    QCOMPARE(compared, golden.namesUnder("stages/").size() - 1 - layers);
}

void TestModel::attentionWeights() {
    QFETCH(QString, name);
    const Golden golden("model_" + name.toStdString());
    const torch::NoGradGuard noGrad;
    VisionTransformer model = modelOf(golden);
    for (std::size_t i = 0; i < model->blocks.size(); ++i) {
        const std::string block = "blocks." + std::to_string(i);
        const std::string before = i == 0 ? "encoding" : "blocks." + std::to_string(i - 1) + ".mlp";
        Block& layer = model->blocks[i];
        const torch::Tensor ours =
            layer->attn->open(layer->norm1(golden.at("stages/" + before))).weights;  // [B, H, N, N]
        QVERIFY2(m_comparison.agrees(name.toStdString() + ": " + block + ".attention_weights", ours,
                                     golden.at("stages/" + block + ".attention_weights"), kStage),
                 m_comparison.problem());
    }
}

void TestModel::lossAndGradients() {
    QFETCH(QString, name);
    QFETCH(KernelChoice, kernels);
    const Golden golden("model_" + name.toStdString());
    const std::string row = QTest::currentDataTag();
    VisionTransformer model = modelOf(golden, kernels);
    const torch::Tensor loss = lossOf(model, golden);
    QVERIFY2(m_comparison.agrees(row + ": loss", loss, golden.at("loss"), kStage), m_comparison.problem());
    loss.backward();
    std::size_t compared = 0;
    for (const auto& parameter : model->named_parameters()) {
        const std::string& key = parameter.key();
        QVERIFY2(parameter.value().grad().defined(), key.c_str());
        QVERIFY2(m_comparison.agrees(row + ": gradient, " + inBlock(key), parameter.value().grad(),
                                     golden.at("gradients/" + key), kGradient),
                 (key + ", " + m_comparison.problem()).c_str());
        ++compared;
    }
    QCOMPARE(compared, golden.namesUnder("gradients/").size());
}

void TestModel::fiveSteps_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("convention");
    QTest::addColumn<KernelChoice>("kernels");
    for (const char* name : {"flatten", "gap", "class_token", "odd"})
        for (const char* convention : {"decoupled", "keras"})
            for (const auto& [text, kernels] : availableKernels())
                QTest::addRow("%s, %s, %s", name, text.c_str(), convention) << name << convention << kernels;
}

void TestModel::fiveSteps() {
    QFETCH(QString, name);
    QFETCH(QString, convention);
    QFETCH(KernelChoice, kernels);
    const Golden golden("model_" + name.toStdString());
    VisionTransformer model = modelOf(golden, kernels);
    OptimizerConfig config;  // the example's own: learning rate 0.001, decay 0.0001
    config.decayConvention = convention == "keras" ? DecayConvention::Keras : DecayConvention::Decoupled;
    AdamW optimizer(model->weights(), config);
    std::vector<double> losses;
    for (int step = 0; step < 5; ++step) {
        optimizer.clearGradients();
        const torch::Tensor loss = lossOf(model, golden);
        loss.backward();
        losses.push_back(loss.item<double>());
        optimizer.step(config.learningRate);
    }
    const std::string folder = "training/" + convention.toStdString() + "/";
    const std::string row = std::string(QTest::currentDataTag()) + ": five steps, ";
    QVERIFY2(m_comparison.agrees(row + "losses", torch::tensor(losses, torch::kFloat64), golden.at(folder + "losses"),
                                 kTraining),
             m_comparison.problem());
    const auto parameters = model->named_parameters();
    for (const std::string& key : golden.namesUnder(folder)) {
        if (key == "losses") continue;
        QVERIFY2(m_comparison.agrees(row + "weights", parameters[key], golden.at(folder + key), kTraining),
                 (key + ", " + m_comparison.problem()).c_str());
    }
}

void TestModel::initialLimits_data() {
    QTest::addColumn<QString>("sizes");
    QTest::newRow("published") << "published";
    QTest::newRow("odd") << "odd";
}

void TestModel::initialLimits() {
    QFETCH(QString, sizes);
    const Golden limits("initialisers");
    const Config config = sizes == "odd" ? Golden("model_odd").config() : Config{};
    VisionTransformer model(config.model, config.head, ModelInput{3, sizes == "odd" ? 7 : 100});
    model->initialize(1);
    const std::string prefix = sizes.toStdString() + "/";
    std::size_t checked = 0;
    for (const auto& parameter : model->named_parameters()) {
        const std::string& key = parameter.key();
        const std::string stage = prefix + inBlock(key);
        const torch::Tensor& value = parameter.value();
        if (!limits.file().tensors.contains(stage)) {
            const bool scale = key.find("norm") != std::string::npos && key.ends_with("weight");
            QVERIFY2(torch::all(value == (scale ? 1 : 0)).item<bool>(), key.c_str());
            continue;
        }
        ++checked;
        const double limit = limits.numberAt(stage);
        const double largest = value.abs().max().item<double>();
        // Of n uniform values the largest is within limit * 10 / n of the limit but once in e^10 times.
        QVERIFY2(
            largest <= limit * (1 + 1e-6) && largest > limit * (1 - 10.0 / static_cast<double>(value.numel())),
            qPrintable(QStringLiteral("%1: %2, limit %3").arg(QString::fromStdString(key)).arg(largest).arg(limit)));
        // The variance of a uniform distribution is limit²/3; its estimate from n values is off by less than 5 sigma.
        const double variance = value.square().mean().item<double>();
        const double sigma = limit * limit / 3 * std::sqrt(0.8 / static_cast<double>(value.numel()));
        QVERIFY2(std::abs(variance - limit * limit / 3) < 5 * sigma, key.c_str());
    }
    QVERIFY(checked >= 2 + 4 * model->blocks.size());
}

QTEST_GUILESS_MAIN(TestModel)
#include "test_model.moc"
