// SPDX-License-Identifier: GPL-3.0-or-later
// The step and its parts: optimizers and what they remember, hard and soft targets, stages between gradients and update.
#include "core/base/error.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/device/device.h"
#include "core/train/class_weights.h"
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

Config withDropout() {
    Config config = smallConfig();
    config.model.attentionDropout = config.model.mlpDropout = config.head.dropout = 0.2;
    return config;
}

// A model and a batch for it, the same each time.
struct Bench {
    Config config;
    Classifier classifier{config, describe(*numberedImages(32, 8, 16)), torch::kCPU};
    std::unique_ptr<Optimizer> optimizer = makeOptimizer(classifier.network()->weights(), config.optimizer);
    PreparedBatch batch;

    explicit Bench(const Config& wanted = smallConfig()) : config(wanted) {
        torch::manual_seed(3);
        batch = {torch::randn({kImages, 3, config.model.imageSize, config.model.imageSize}),
                 torch::arange(kImages).remainder(kClasses)};
    }

    TrainStep step(StepParts parts = {}) {
        return {classifier, *optimizer, 1, [](const Message&) {}, std::move(parts)};
    }

    void takeWeights(Bench& other) {
        const torch::NoGradGuard noGrad;
        const auto from = other.classifier.network()->parameters(), to = classifier.network()->parameters();
        for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
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
    void partsOfABatchAreTheBatch_data();
    void partsOfABatchAreTheBatch();
    void classesCountByTheirWeights();
    void balancedWeightsAreScikitLearns();
    void theAverageFollowsTheWeights();
    void theAverageGoesOnWhereItWas();
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
        two.takeWeights(one);
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

void TestTrainStep::partsOfABatchAreTheBatch_data() {
    QTest::addColumn<int>("parts");
    QTest::addColumn<bool>("soft");
    for (const bool soft : {false, true})
        for (const int parts : {2, 4, 6}) QTest::addRow("%d%s", parts, soft ? ", soft targets" : "") << parts << soft;
}

// With dropout, in unequal parts, up to one for each image.
void TestTrainStep::partsOfABatchAreTheBatch() {
    QFETCH(int, parts);
    QFETCH(bool, soft);
    Bench whole(withDropout()), cut(withDropout());
    if (soft) {
        torch::manual_seed(5);
        whole.batch.labels = cut.batch.labels = torch::softmax(torch::randn({kImages, kClasses}), 1);
    }
    StepParts once = stepParts(whole.config);
    cut.config.run.accumulate = parts;
    StepParts severally = stepParts(cut.config);
    QCOMPARE(severally.accumulate, std::int64_t{parts});
    TrainStep one = whole.step(std::move(once)), other = cut.step(std::move(severally));
    for (int step = 0; step < 2; ++step) {
        const torch::Tensor expected = one.run(whole.batch, step, 1e-4);
        const torch::Tensor metrics = other.run(cut.batch, step, 1e-4);
        QVERIFY(torch::allclose(metrics, expected, 1e-5));
        const auto known = whole.classifier.network()->parameters(), found = cut.classifier.network()->parameters();
        for (std::size_t i = 0; i < known.size(); ++i)
            QVERIFY(torch::allclose(found[i].grad(), known[i].grad(), 1e-3, 1e-6));
        cut.takeWeights(whole);  // AdamW makes much of the little by which they differ
    }
}

void TestTrainStep::classesCountByTheirWeights() {
    const torch::Tensor weights = torch::tensor({0.5F, 2.F, 1.F});
    const torch::Tensor logits = torch::randn({4, kClasses}), labels = torch::tensor({0, 2, 1, 2}, torch::kInt64);
    const torch::Tensor logs = torch::log_softmax(logits, 1);
    const auto is = [&](double smoothing, const torch::Tensor& targets, const torch::Tensor& shares) {
        const torch::Tensor smoothed = shares * (1 - smoothing) + smoothing / kClasses;
        const torch::Tensor expected = -(smoothed * logs * weights).sum(1).mean();
        return (crossEntropy(smoothing, weights)(logits, targets) - expected).abs().item<double>() < 1e-6;
    };
    const torch::Tensor hard = torch::one_hot(labels, kClasses).to(torch::kFloat32);
    const torch::Tensor soft = torch::softmax(torch::randn({4, kClasses}), 1);
    for (const double smoothing : {0.0, 0.2}) {
        QVERIFY(is(smoothing, labels, hard));
        QVERIFY(is(smoothing, soft, soft));
    }
    Config config = smallConfig();
    QVERIFY((stepParts(config, weights).objective(logits, labels) - crossEntropy(0, weights)(logits, labels))
                .abs().item<double>() == 0);
}

// n / (k · n_c): 12 images, of the two classes with any 9 and 3.
void TestTrainStep::balancedWeightsAreScikitLearns() {
    ImageTable table;
    for (int i = 0; i < 12; ++i) table.labels.push_back(i % 4 == 0 ? 2 : 0);
    table.pixels.resize(table.labels.size() * 12);
    const DatasetView view(test::datasetInMemory("uneven", {2, 2, 3}, {"a", "b", "c"}, table, table), Split::Train, 0);
    QVERIFY(!classWeights(view, ClassWeights::None, torch::kCPU).defined());
    const torch::Tensor weights = classWeights(view, ClassWeights::Balanced, torch::kCPU);
    QVERIFY(torch::allclose(weights, torch::tensor({12.F / (2 * 9), 0.F, 12.F / (2 * 3)})));
}

// By the formula, from the weights at the first step on; exchanged, and exchanged back to the bit.
void TestTrainStep::theAverageFollowsTheWeights() {
    Bench bench;
    bench.config.optimizer.emaDecay = 0.3;
    QVERIFY(makeOptimizer(bench.classifier.network()->weights(), Config{}.optimizer)->average() == nullptr);
    bench.optimizer = makeOptimizer(bench.classifier.network()->weights(), bench.config.optimizer);
    {
        const torch::NoGradGuard noGrad;  // as weights that are taken from elsewhere
        for (const torch::Tensor& parameter : bench.classifier.network()->parameters()) parameter.mul_(1.5);
    }
    torch::Tensor expected = bench.weights().to(torch::kFloat64);
    TrainStep step = bench.step();
    for (int number = 1; number <= 4; ++number) {
        step.run(bench.batch, number - 1, 1e-2);
        const double decay = std::min(0.3, (1.0 + number) / (10.0 + number));  // 0.3 from step 4 on
        expected = expected * decay + bench.weights().to(torch::kFloat64) * (1 - decay);
    }
    const torch::Tensor plain = bench.weights();
    {
        const AveragedWeights averaged(bench.optimizer->average());
        QVERIFY(torch::allclose(bench.weights().to(torch::kFloat64), expected, 1e-5, 1e-7));
        QVERIFY(!bench.weights().equal(plain));
    }
    QVERIFY(bench.weights().equal(plain));
    const AveragedWeights none(nullptr);
    QVERIFY(bench.weights().equal(plain));
}

void TestTrainStep::theAverageGoesOnWhereItWas() {
    Bench one, two;
    OptimizerConfig config = one.config.optimizer;
    config.emaDecay = 0.9;
    const auto averageOf = [](Bench& bench) {
        const AveragedWeights averaged(bench.optimizer->average());
        return bench.weights();
    };
    one.optimizer = makeOptimizer(one.classifier.network()->weights(), config);
    TrainStep first = one.step();
    for (int step = 0; step < 3; ++step) first.run(one.batch, step, 1e-3);
    TensorFile file;
    one.optimizer->store(file);
    two.takeWeights(one);
    two.optimizer = makeOptimizer(two.classifier.network()->weights(), config);
    two.optimizer->load(file);
    QVERIFY(averageOf(one).equal(averageOf(two)));
    first.run(one.batch, 3, 1e-3);
    two.step().run(two.batch, 3, 1e-3);
    QVERIFY(averageOf(one).equal(averageOf(two)) && one.weights().equal(two.weights()));
    file.tensors.erase("optimizer.average.pos_embed");
    QVERIFY_EXCEPTION_THROWN(two.optimizer->load(file), Error);
}

QTEST_GUILESS_MAIN(TestTrainStep)
#include "test_train_step.moc"
