// SPDX-License-Identifier: GPL-3.0-or-later
// Five steps of AdamW on given gradients in the three conventions, against TensorFlow Addons' formulas, Keras and
// PyTorch.
#include "core/train/optimizers/adamw.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"

#include <QtTest>

using namespace vit;
using parity::Golden;

namespace {

// Five updates in single precision, each off by a rounding or two; the references are in double precision.
constexpr double kTolerance = 1e-6;

// The reference's parameters, in the roles that they have in a network.
std::vector<Weight> startOf(const Golden& golden) {
    const auto roleOf = [](const std::string& name) {
        const bool kernel = name.ends_with(".weight") && name.find("norm") == std::string::npos;
        return kernel ? ParameterRole::Kernel : ParameterRole::Bias;
    };
    std::vector<Weight> weights;
    for (const std::string& name : golden.namesUnder("start/")) {
        const torch::Tensor value = golden.at("start/" + name).clone().set_requires_grad(true);
        weights.push_back({{name, value.sizes().vec(), roleOf(name), 0}, value});
    }
    return weights;
}

}  // namespace

class TestOptimizer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fiveSteps_data();
    void fiveSteps();
    void cleanupTestCase() { m_comparison.print("AdamW"); }

private:
    parity::Comparison m_comparison;
};

void TestOptimizer::fiveSteps_data() {
    QTest::addColumn<QString>("convention");
    QTest::addColumn<int>("value");
    QTest::addColumn<bool>("decayAll");
    const auto rows = [](const char* convention, DecayConvention value) {
        QTest::addRow("%s, all decayed", convention) << convention << static_cast<int>(value) << true;
        QTest::addRow("%s, kernels decayed", convention) << convention << static_cast<int>(value) << false;
    };
    rows("decoupled", DecayConvention::Decoupled);
    rows("keras", DecayConvention::Keras);
    rows("pytorch", DecayConvention::PyTorch);
}

void TestOptimizer::fiveSteps() {
    QFETCH(QString, convention);
    QFETCH(int, value);
    QFETCH(bool, decayAll);
    const Golden golden("optimizer");
    const std::string name = convention.toStdString();

    OptimizerConfig config;
    config.learningRate = golden.about().at("learning_rate").get<double>();
    config.beta1 = golden.about().at("beta1").get<double>();
    config.beta2 = golden.about().at("beta2").get<double>();
    config.epsilon = golden.about().at("epsilon").get<double>();
    config.weightDecay = golden.about().at("weight_decay").at(name).get<double>();
    config.decayConvention = static_cast<DecayConvention>(value);
    config.decayAll = decayAll;

    const std::vector<Weight> weights = startOf(golden);
    AdamW optimizer(weights, config);
    for (int step = 0; step < 5; ++step) {
        for (const Weight& weight : weights)
            weight.tensor.mutable_grad() = golden.at("gradients/" + std::to_string(step) + "/" + weight.row.name);
        optimizer.step(config.learningRate);
    }
    const std::string which = decayAll ? "all" : "some";
    QCOMPARE(weights.size(), golden.namesUnder(name + "/" + which + "/").size());
    for (const auto& [row, value] : weights) {
        const std::string stage = name + ", " + (decayAll ? "all" : "kernels") + " decayed";
        QVERIFY2(m_comparison.agrees(stage, value, golden.at(name + "/" + which + "/" + row.name),
                                     kTolerance),
                 (row.name + ", " + m_comparison.problem()).c_str());
    }
}

QTEST_GUILESS_MAIN(TestOptimizer)
#include "test_optimizer.moc"
