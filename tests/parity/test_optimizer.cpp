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

// A module whose parameters have the given names; each dot begins a submodule.
class Parameters : public torch::nn::Module {
public:
    void add(const std::string& name, const torch::Tensor& value) {
        const std::size_t dot = name.find('.');
        if (dot == std::string::npos) {
            register_parameter(name, value);
            return;
        }
        const std::string first = name.substr(0, dot);
        if (!m_children.contains(first)) m_children[first] = register_module(first, std::make_shared<Parameters>());
        m_children[first]->add(name.substr(dot + 1), value);
    }

private:
    std::map<std::string, std::shared_ptr<Parameters>> m_children;
};

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

    Parameters module;
    for (const std::string& key : golden.namesUnder("start/")) module.add(key, golden.at("start/" + key));
    AdamW optimizer(module, config);
    for (int step = 0; step < 5; ++step) {
        for (auto& parameter : module.named_parameters())
            parameter.value().mutable_grad() = golden.at("gradients/" + std::to_string(step) + "/" + parameter.key());
        optimizer.step(config.learningRate);
    }
    const std::string which = decayAll ? "all" : "some";
    const auto after = module.named_parameters();
    QCOMPARE(after.size(), golden.namesUnder(name + "/" + which + "/").size());
    for (const auto& parameter : after) {
        const std::string stage = name + ", " + (decayAll ? "all" : "kernels") + " decayed";
        QVERIFY2(m_comparison.agrees(stage, parameter.value(), golden.at(name + "/" + which + "/" + parameter.key()),
                                     kTolerance),
                 (parameter.key() + ", " + m_comparison.problem()).c_str());
    }
}

QTEST_GUILESS_MAIN(TestOptimizer)
#include "test_optimizer.moc"
