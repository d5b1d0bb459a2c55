// SPDX-License-Identifier: GPL-3.0-or-later
// The optimizers beside AdamW, and clipping: against libtorch's own, and against the published formulas written out.
#include "core/train/gradients/gradient_clip.h"
#include "core/train/optimizers/lion.h"
#include "core/train/optimizers/muon.h"
#include "core/train/optimizers/sgd.h"

#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/sgd.h>
#include <torch/utils.h>

#include <QtTest>

#include <cmath>
#include <functional>

using namespace vit;

namespace {

constexpr double kRate = 0.03;
constexpr int kSteps = 6;

torch::Tensor drawn(const std::vector<std::int64_t>& shape, int number) {
    torch::manual_seed(static_cast<std::uint64_t>(100 + number));
    return torch::randn(shape);
}

// Two matrices of blocks, which are decayed, and a bias, which is not; the same each time.
std::vector<Weight> weights() {
    return {{{"blocks.0.mlp.fc1.weight", {6, 4}, ParameterRole::Kernel, 1}, drawn({6, 4}, 1).set_requires_grad(true)},
            {{"blocks.0.mlp.fc1.bias", {6}, ParameterRole::Bias, 1}, drawn({6}, 2).set_requires_grad(true)},
            {{"blocks.1.mlp.fc1.weight", {6, 4}, ParameterRole::Kernel, 2}, drawn({6, 4}, 3).set_requires_grad(true)}};
}

torch::Tensor gradientOf(const Weight& weight, int step) {
    const int which = weight.row.role == ParameterRole::Bias ? 0 : static_cast<int>(weight.row.depth);
    return drawn(weight.row.shape, 10 + 3 * step + which);
}

// After kSteps by the optimizer.
template <typename T>
std::vector<Weight> moved(const OptimizerConfig& config) {
    std::vector<Weight> all = weights();
    T optimizer(all, config);
    for (int step = 0; step < kSteps; ++step) {
        for (const Weight& weight : all) weight.tensor.mutable_grad() = gradientOf(weight, step);
        optimizer.step(kRate);
    }
    return all;
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::NoGradGuard noGrad;
    return (a - b).abs().max().item<double>();
}

}  // namespace

class TestOptimizers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sgdIsLibtorchs_data();
    void sgdIsLibtorchs();
    void otherDecaysStandBesideTheMomentum();
    void lionFollowsItsFormula();
    void orthogonalisedKeepsTheDirections_data();
    void orthogonalisedKeepsTheDirections();
    void muonMovesMatrices();
    void muonLeavesTheRestToAdamW();
    void clippingIsLibtorchs_data();
    void clippingIsLibtorchs();
    void eachDepthHasItsRate_data();
    void eachDepthHasItsRate();
    void frozenWeightsHaveNoSlot();
    void whatThawsBeginsAsInAFirstStep_data();
    void whatThawsBeginsAsInAFirstStep();
};

void TestOptimizers::sgdIsLibtorchs_data() {
    QTest::addColumn<double>("momentum");
    QTest::addColumn<bool>("nesterov");
    QTest::newRow("plain") << 0.0 << true;
    QTest::newRow("momentum") << 0.9 << false;
    QTest::newRow("Nesterov") << 0.9 << true;
}

void TestOptimizers::sgdIsLibtorchs() {
    QFETCH(double, momentum);
    QFETCH(bool, nesterov);
    const OptimizerConfig config{.weightDecay = 0.05, .decayConvention = DecayConvention::PyTorch, .decayAll = true,
                                 .momentum = momentum, .nesterov = nesterov};
    const std::vector<Weight> found = moved<Sgd>(config), expected = weights();
    torch::optim::SGD reference({expected[0].tensor, expected[1].tensor, expected[2].tensor}, torch::optim::SGDOptions(kRate)
        .momentum(momentum).nesterov(nesterov && momentum > 0).weight_decay(0.05));
    for (int step = 0; step < kSteps; ++step) {
        for (const Weight& weight : expected) weight.tensor.mutable_grad() = gradientOf(weight, step);
        reference.step();
    }
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY(difference(found[i].tensor, expected[i].tensor) < 1e-6);
}

void TestOptimizers::otherDecaysStandBesideTheMomentum() {
    for (const auto& [convention, share] : {std::pair{DecayConvention::Keras, kRate * 0.05},
                                            std::pair{DecayConvention::Decoupled, 0.05}}) {
        const OptimizerConfig config{.weightDecay = 0.05, .decayConvention = convention, .decayAll = false,
                                     .momentum = 0.9, .nesterov = false};
        const std::vector<Weight> found = moved<Sgd>(config);
        std::vector<Weight> expected = weights();
        const torch::NoGradGuard noGrad;
        for (Weight& weight : expected) {
            torch::Tensor buffer = torch::zeros_like(weight.tensor);
            for (int step = 0; step < kSteps; ++step) {
                if (weight.row.role == ParameterRole::Kernel) weight.tensor.mul_(1 - share);
                buffer = 0.9 * buffer + gradientOf(weight, step);
                weight.tensor.sub_(buffer, kRate);
            }
        }
        for (std::size_t i = 0; i < found.size(); ++i)
            QVERIFY(difference(found[i].tensor, expected[i].tensor) < 1e-6);
    }
}

void TestOptimizers::lionFollowsItsFormula() {
    const OptimizerConfig config{.weightDecay = 0.1, .decayConvention = DecayConvention::PyTorch, .decayAll = false,
                                 .beta1 = 0.9, .beta2 = 0.99};
    const std::vector<Weight> found = moved<Lion>(config);
    std::vector<Weight> expected = weights();
    const torch::NoGradGuard noGrad;
    for (Weight& weight : expected) {
        const double decay = weight.row.role == ParameterRole::Kernel ? 0.1 : 0;
        torch::Tensor w = weight.tensor.to(torch::kFloat64), m = torch::zeros_like(w);
        for (int step = 0; step < kSteps; ++step) {
            const torch::Tensor g = gradientOf(weight, step).to(torch::kFloat64);
            w = w - kRate * ((0.9 * m + 0.1 * g).sign() + decay * w);
            m = 0.99 * m + 0.01 * g;
        }
        weight.tensor.copy_(w);
    }
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY(difference(found[i].tensor, expected[i].tensor) < 1e-6);
}

void TestOptimizers::orthogonalisedKeepsTheDirections_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::newRow("square") << 16 << 16;
    QTest::newRow("tall") << 48 << 16;
    QTest::newRow("wide") << 16 << 48;
}

void TestOptimizers::orthogonalisedKeepsTheDirections() {
    QFETCH(int, rows);
    QFETCH(int, columns);
    const torch::Tensor matrix = drawn({rows, columns}, 5);
    const auto [u, s, v] = at::linalg_svd(matrix.to(torch::kFloat64), /*full_matrices=*/false);
    const torch::Tensor inside = u.t().matmul(orthogonalised(matrix.unsqueeze(0))[0].to(torch::kFloat64)).matmul(v.t());
    const torch::Tensor values = inside.diag();
    QVERIFY(difference(inside, values.diag()) < 1e-3);  // the same singular vectors
    for (std::int64_t i = 0; i < values.size(0); ++i) {
        if (s[i].item<double>() < 0.02 * s[0].item<double>()) continue;  // which five steps do not bring up
        QVERIFY2(values[i].item<double>() > 0.65 && values[i].item<double>() < 1.25,
                 qPrintable(QString::number(values[i].item<double>())));
    }
}

void TestOptimizers::muonMovesMatrices() {
    const OptimizerConfig config{.learningRate = 2 * kRate, .weightDecay = 0.1,
                                 .decayConvention = DecayConvention::PyTorch, .decayAll = false, .momentum = 0.95,
                                 .nesterov = true, .matrixRate = 0.02};
    const std::vector<Weight> found = moved<Muon>(config), expected = weights();
    const torch::NoGradGuard noGrad;
    for (const std::size_t which : {0, 2}) {
        torch::Tensor weight = expected[which].tensor, momentum = torch::zeros_like(weight);
        for (int step = 0; step < kSteps; ++step) {
            const torch::Tensor g = gradientOf(expected[which], step);
            momentum = 0.95 * momentum + 0.05 * g;
            // Half the rate, as the step has half the learning rate; 6 outputs of 4 inputs.
            weight.mul_(1 - 0.01 * 0.1);
            const torch::Tensor direction = 0.05 * g + 0.95 * momentum;
            weight.sub_(orthogonalised(direction.unsqueeze(0))[0], 0.01 * std::sqrt(6.0 / 4));
        }
        QVERIFY(difference(found[which].tensor, weight) < 1e-5);
    }
}

void TestOptimizers::muonLeavesTheRestToAdamW() {
    const OptimizerConfig config{.decayConvention = DecayConvention::PyTorch};
    QVERIFY(moved<Muon>(config)[1].tensor.equal(moved<AdamW>(config)[1].tensor));
    QVERIFY(!moved<Muon>(config)[0].tensor.equal(moved<AdamW>(config)[0].tensor));
}

void TestOptimizers::clippingIsLibtorchs_data() {
    QTest::addColumn<double>("most");
    QTest::newRow("shortened") << 0.7;
    QTest::newRow("short already") << 1000.0;
}

void TestOptimizers::clippingIsLibtorchs() {
    QFETCH(double, most);
    std::vector<torch::Tensor> ours, theirs;
    for (std::vector<torch::Tensor>* set : {&ours, &theirs}) {
        for (const Weight& weight : weights()) {
            set->push_back(weight.tensor);
            set->back().mutable_grad() = gradientOf(weight, 0);
        }
        set->push_back(drawn({3}, 4).set_requires_grad(true));  // one that has none
    }
    QCOMPARE(GradientClip(most).apply(ours, 1), GradientStage::Next::GoOn);
    torch::nn::utils::clip_grad_norm_(theirs, most);
    for (std::size_t i = 0; i + 1 < ours.size(); ++i) QVERIFY(difference(ours[i].grad(), theirs[i].grad()) < 1e-6);
    QVERIFY(!ours.back().grad().defined());
}

void TestOptimizers::eachDepthHasItsRate_data() {
    QTest::addColumn<OptimizerType>("type");
    QTest::addColumn<DecayConvention>("convention");
    for (const OptimizerRow& row : optimizerTable())
        for (const auto& [name, convention] :
             {std::pair{"decoupled", DecayConvention::Decoupled}, {"keras", DecayConvention::Keras},
              {"pytorch", DecayConvention::PyTorch}})
            QTest::addRow("%s, %s", row.value, name) << row.type << convention;
}

// As it moves at that rate where all have it; half of a rate is exact.
void TestOptimizers::eachDepthHasItsRate() {
    QFETCH(OptimizerType, type);
    QFETCH(DecayConvention, convention);
    const auto after = [&](double layerDecay, double rate) {
        OptimizerConfig config{.type = type, .weightDecay = 0.01, .decayConvention = convention};
        config.layerDecay = layerDecay;
        std::vector<Weight> all = weights();
        all.push_back({{"norm.weight", {6}, ParameterRole::NormScale, 3}, drawn({6}, 4).set_requires_grad(true)});
        const std::unique_ptr<Optimizer> optimizer = makeOptimizer(all, config);
        for (int step = 0; step < kSteps; ++step) {
            for (const Weight& weight : all) weight.tensor.mutable_grad() = gradientOf(weight, step);
            optimizer->step(rate);
        }
        return all;
    };
    const std::vector<Weight> decayed = after(0.5, kRate);
    for (std::size_t i = 0; i < decayed.size(); ++i) {
        const double share = std::pow(0.5, static_cast<double>(3 - decayed[i].row.depth));
        const std::vector<Weight> alone = after(1, kRate * share);
        QVERIFY2(torch::equal(decayed[i].tensor, alone[i].tensor), decayed[i].row.name.c_str());
        if (share < 1) QVERIFY(!torch::equal(decayed[i].tensor, after(1, kRate)[i].tensor));
    }
}

// Even where somebody gives them a gradient.
void TestOptimizers::frozenWeightsHaveNoSlot() {
    for (const OptimizerRow& row : optimizerTable()) {
        OptimizerConfig config{.type = row.type, .weightDecay = 0.01, .emaDecay = 0.9};
        config.frozenBlocks = 1;
        const std::vector<Weight> before = weights(), all = weights();
        const std::unique_ptr<Optimizer> optimizer = makeOptimizer(all, config);
        for (int step = 0; step < kSteps; ++step) {
            for (const Weight& weight : all) weight.tensor.mutable_grad() = gradientOf(weight, step);
            optimizer->step(kRate);
        }
        for (std::size_t i = 0; i < all.size(); ++i)
            QCOMPARE(torch::equal(all[i].tensor, before[i].tensor), all[i].row.depth == 1);
        TensorFile file;
        optimizer->store(file);
        for (const auto& [name, data] : file.tensors) QVERIFY2(name.find("blocks.0") == std::string::npos, name.c_str());
    }
}

void TestOptimizers::whatThawsBeginsAsInAFirstStep_data() { eachDepthHasItsRate_data(); }

// The first block has no gradient for three steps: neither moment, momentum nor decay moves it. From there on it goes as it
// would with an optimizer that has just been made, before a checkpoint and after it; its average has waited with it.
void TestOptimizers::whatThawsBeginsAsInAFirstStep() {
    QFETCH(OptimizerType, type);
    QFETCH(DecayConvention, convention);
    constexpr int kFrozenSteps = 3;
    OptimizerConfig config{.type = type, .weightDecay = 0.01, .decayConvention = convention, .emaDecay = 0.9};
    config.frozenBlocks = 1;
    config.thaw = Thaw::BlockByBlock;
    const auto learn = [](Optimizer& optimizer, const std::vector<Weight>& all, int step) {
        for (const Weight& weight : all) {
            const bool frozen = weight.row.depth == 1 && step < kFrozenSteps;
            weight.tensor.mutable_grad() = frozen ? torch::Tensor() : gradientOf(weight, step);
        }
        optimizer.step(kRate);
    };
    const std::vector<Weight> before = weights(), all = weights(), resumed = weights(), fresh = weights();
    const std::unique_ptr<Optimizer> optimizer = makeOptimizer(all, config), later = makeOptimizer(resumed, config),
                                     anew = makeOptimizer(fresh, config);
    for (int step = 0; step < kFrozenSteps; ++step) learn(*optimizer, all, step);
    for (std::size_t i = 0; i < all.size(); ++i)
        QCOMPARE(torch::equal(all[i].tensor, before[i].tensor), all[i].row.depth == 1);
    TensorFile file;
    for (int step = kFrozenSteps; step < kSteps; ++step) {
        learn(*optimizer, all, step);
        learn(*anew, fresh, step);
        if (step == kFrozenSteps) {
            optimizer->store(file);
            QCOMPARE(file.metadata.at("optimizer.steps"), std::string("4"));
            QCOMPARE(file.metadata.at("optimizer.steps.blocks.0.mlp.fc1.weight"), std::string("1"));
            QVERIFY(!file.metadata.contains("optimizer.steps.blocks.1.mlp.fc1.weight"));
            const torch::NoGradGuard noGrad;
            for (std::size_t i = 0; i < all.size(); ++i) resumed[i].tensor.copy_(all[i].tensor);
            later->load(file);
        } else {
            learn(*later, resumed, step);
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        QVERIFY2(torch::equal(all[i].tensor, resumed[i].tensor), all[i].row.name.c_str());
        QCOMPARE(torch::equal(all[i].tensor, fresh[i].tensor), all[i].row.depth == 1);
    }
    TensorFile whole, other;
    optimizer->store(whole);
    later->store(other);
    QVERIFY(whole.metadata == other.metadata);
    for (const auto& [name, data] : whole.tensors) QVERIFY2(data.bytes == other.tensors.at(name).bytes, name.c_str());
}

QTEST_GUILESS_MAIN(TestOptimizers)
#include "test_optimizers.moc"
