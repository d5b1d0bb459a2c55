// SPDX-License-Identifier: GPL-3.0-or-later
// The step and its parts: optimizers and what they remember, hard and soft targets, stages between gradients and update.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/device/device.h"
#include "core/train/train_step.h"
#include "tests/support/numbered_images.h"

#include <torch/utils.h>

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace vit;

namespace {

constexpr std::int64_t kImages = 6;
constexpr std::int64_t kClasses = 3;

Config smallConfig() {
    Config config = preset("testing").config;
    config.run.batchSize = kImages;
    return config;
}

// A model and a batch for it, the same each time.
struct Bench {
    Config config = smallConfig();
    Classifier classifier{config, describe(*numberedImages(32, 8, 16)), torch::kCPU};
    std::unique_ptr<Optimizer> optimizer = makeOptimizer(classifier.network()->weights(), config.optimizer);
    PreparedBatch batch;

    Bench() {
        torch::manual_seed(3);
        batch = {torch::randn({kImages, 3, config.model.imageSize, config.model.imageSize}),
                 torch::arange(kImages).remainder(kClasses)};
    }

    TrainStep step(StepParts parts = {}) {
        return {classifier, *optimizer, 1, [](const Message&) {}, std::move(parts)};
    }

    torch::Tensor weights() {
        std::vector<torch::Tensor> flat;
        for (const torch::Tensor& p : classifier.network()->parameters()) flat.push_back(p.detach().flatten());
        return torch::cat(flat);
    }
};

// Keeps the sum of two steps' gradients back from the first one.
class SumOfTwo : public GradientStage {
public:
    Next apply(std::span<const torch::Tensor> parameters, std::int64_t images) override {
        m_images += images;
        const bool first = m_sums.empty();
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (first) m_sums.push_back(parameters[i].grad().clone());
            else parameters[i].mutable_grad().add_(m_sums[i]);
        }
        return first ? Next::Wait : Next::GoOn;
    }
    std::int64_t images() const { return m_images; }

private:
    std::vector<torch::Tensor> m_sums;
    std::int64_t m_images = 0;
};

class Scale : public GradientStage {
public:
    explicit Scale(double factor) : m_factor(factor) {}
    Next apply(std::span<const torch::Tensor> parameters, std::int64_t) override {
        for (const torch::Tensor& parameter : parameters) parameter.mutable_grad().mul_(m_factor);
        return Next::GoOn;
    }

private:
    double m_factor;
};

}  // namespace

class TestTrainStep : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void everyOptimizerHasItsRow();
    void optimizersGoOnWhereTheyWere();
    void theConfigurationMakesTheParts();
    void softTargetsOfOneClassAreItsLabels();
    void softTargetsAreMixtures();
    void stagesChangeTheGradients();
    void aStageThatWaitsHoldsTheUpdateBack();
    void phasesAreToldInTheirOrder();
};

void TestTrainStep::everyOptimizerHasItsRow() {
    const Field& field = *findField("optimizer.type");
    QCOMPARE(optimizerTable().size(), field.choices.size());
    for (const Choice& choice : field.choices) {
        Config config;
        field.set(config, choice.value);
        const auto isIts = [&](const OptimizerRow& row) {
            return row.type == config.optimizer.type && row.value == choice.value;
        };
        QVERIFY2(std::ranges::count_if(optimizerTable(), isIts) == 1, choice.value.c_str());
    }
}

// Another one that has read its state moves the weights like the first, to the bit.
void TestTrainStep::optimizersGoOnWhereTheyWere() {
    for (const OptimizerRow& row : optimizerTable()) {
        Bench one, two;
        OptimizerConfig config = one.config.optimizer;
        config.type = row.type;
        one.optimizer = makeOptimizer(one.classifier.network()->weights(), config);
        TrainStep first = one.step();
        for (int step = 0; step < 3; ++step) first.run(one.batch, step, 1e-3);
        TensorFile file;
        one.optimizer->store(file);
        {
            const torch::NoGradGuard noGrad;
            const auto from = one.classifier.network()->parameters(), to = two.classifier.network()->parameters();
            for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
        }
        two.optimizer = makeOptimizer(two.classifier.network()->weights(), config);
        two.optimizer->load(file);
        QCOMPARE(two.optimizer->steps(), std::int64_t{3});
        const torch::Tensor before = one.weights();
        first.run(one.batch, 3, 1e-3);
        two.step().run(two.batch, 3, 1e-3);
        QVERIFY2(!one.weights().equal(before), row.value);
        QVERIFY2(one.weights().equal(two.weights()), row.value);
    }
}

void TestTrainStep::theConfigurationMakesTheParts() {
    Config config = smallConfig();
    QVERIFY(stepParts(config).stages.empty());
    const torch::Tensor logits = torch::randn({4, kClasses}), labels = torch::tensor({0, 2, 1, 2}, torch::kInt64);
    QVERIFY(stepParts(config).objective(logits, labels).equal(torch::cross_entropy_loss(logits, labels)));

    config.optimizer.clipNorm = 0.5;
    config.loss.labelSmoothing = 0.3;
    const torch::Tensor targets = torch::one_hot(labels, kClasses) * 0.7 + 0.3 / kClasses;
    const torch::Tensor expected = -(targets * torch::log_softmax(logits, 1)).sum(1).mean();
    QVERIFY((stepParts(config).objective(logits, labels) - expected).abs().item<double>() < 1e-6);
    QCOMPARE(stepParts(config).stages.size(), std::size_t{1});
}

void TestTrainStep::softTargetsOfOneClassAreItsLabels() {
    Bench hard;
    Bench soft;
    soft.batch.labels = torch::one_hot(hard.batch.labels, kClasses).to(torch::kFloat32);
    const torch::Tensor expected = hard.step().run(hard.batch, 0, 1e-3);
    const torch::Tensor metrics = soft.step().run(soft.batch, 0, 1e-3);
    QVERIFY(torch::allclose(metrics, expected, 1e-6));
    const auto gradients = soft.classifier.network()->parameters();
    const auto known = hard.classifier.network()->parameters();
    for (std::size_t i = 0; i < known.size(); ++i)
        QVERIFY(torch::allclose(gradients[i].grad(), known[i].grad(), 1e-4, 1e-7));
}

void TestTrainStep::softTargetsAreMixtures() {
    const torch::Tensor logits = torch::tensor({{1.0, 2.0, 0.5}, {0.0, -1.0, 3.0}});
    const torch::Tensor targets = torch::tensor({{0.25, 0.75, 0.0}, {0.0, 0.4, 0.6}});
    const Objective objective = crossEntropy();
    const auto loss = [&](std::int64_t row, std::int64_t label) {
        return objective(logits.narrow(0, row, 1), torch::tensor({label})).item<double>();
    };
    const double expected = (0.25 * loss(0, 0) + 0.75 * loss(0, 1) + 0.4 * loss(1, 1) + 0.6 * loss(1, 2)) / 2;
    QVERIFY(std::abs(objective(logits, targets).item<double>() - expected) < 1e-6);
    QVERIFY(labelsOf(targets).equal(torch::tensor({1, 2})));
}

void TestTrainStep::stagesChangeTheGradients() {
    Bench plain;
    Bench scaled;
    plain.step().run(plain.batch, 0, 1e-3);
    StepParts parts;
    parts.stages.push_back(std::make_unique<Scale>(3));
    parts.stages.push_back(std::make_unique<Scale>(0.5));
    scaled.step(std::move(parts)).run(scaled.batch, 0, 1e-3);
    const auto expected = plain.classifier.network()->parameters();
    const auto parameters = scaled.classifier.network()->parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i)
        QVERIFY(torch::allclose(parameters[i].grad(), 1.5 * expected[i].grad()));
}

void TestTrainStep::aStageThatWaitsHoldsTheUpdateBack() {
    Bench bench;
    const torch::Tensor before = bench.weights();
    auto sum = std::make_unique<SumOfTwo>();
    const SumOfTwo& seen = *sum;
    StepParts parts;
    parts.stages.push_back(std::move(sum));
    TrainStep step = bench.step(std::move(parts));
    step.run(bench.batch, 0, 1e-3);
    QVERIFY(bench.weights().equal(before));
    QCOMPARE(bench.optimizer->steps(), std::int64_t{0});
    step.run(bench.batch, 1, 1e-3);
    QVERIFY(!bench.weights().equal(before));
    QCOMPARE(bench.optimizer->steps(), std::int64_t{1});
    QCOMPARE(seen.images(), 2 * kImages);
}

void TestTrainStep::phasesAreToldInTheirOrder() {
    using Phase = TrainStep::Phase;
    Bench bench;
    const torch::Tensor before = bench.weights();
    std::vector<Phase> phases;
    bool updatedEarly = false;
    TrainStep step = bench.step();
    step.watch([&](Phase phase) {
        phases.push_back(phase);
        updatedEarly = updatedEarly || (phase != Phase::Update && !bench.weights().equal(before));
    });
    step.run(bench.batch, 0, 1e-3);
    QVERIFY((phases == std::vector{Phase::Forward, Phase::Backward, Phase::Update}));
    QVERIFY(!updatedEarly && !bench.weights().equal(before));
}

QTEST_GUILESS_MAIN(TestTrainStep)
#include "test_train_step.moc"
