// SPDX-License-Identifier: GPL-3.0-or-later
// Dropout as a statistic: its rate and scale, and that sites, steps, seeds and heads are independent of each other.
#include "core/model/parts/dropout.h"

#include <torch/utils.h>

#include "core/config/config.h"
#include "core/model/vision_transformer.h"

#include <QtTest>

#include <cmath>

using namespace vit;

namespace {

constexpr std::int64_t kCount = 1 << 20;
constexpr double kSigmas = 5;  // chance passes this once in two million times

torch::Tensor maskOf(const RandomKey& key, double rate, std::int64_t count = kCount) {
    return keepMask(torch::empty({count}), rate, key).to(torch::kFloat64);
}

// Of two independent masks of n elements the correlation is 0 ± 1/sqrt(n).
double correlation(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor x = a - a.mean();
    const torch::Tensor y = b - b.mean();
    return ((x * y).mean() / (x.square().mean() * y.square().mean()).sqrt()).item<double>();
}

bool independent(const torch::Tensor& a, const torch::Tensor& b) {
    return std::abs(correlation(a, b)) < kSigmas / std::sqrt(static_cast<double>(a.numel()));
}

}  // namespace

class TestDropout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheRightShare_data();
    void keepsTheRightShare();
    void scalesWhatItKeeps();
    void isTheIdentityInEvaluation();
    void givesTheSameMaskForTheSameKey();
    void isIndependent_data();
    void isIndependent();
    void isIndependentBetweenHeads();
    void isIndependentBetweenNeighbours();
    void modelDependsOnSeedAndStepAlone();
};

void TestDropout::keepsTheRightShare_data() {
    QTest::addColumn<double>("rate");
    for (double rate : {0.05, 0.1, 0.5, 0.9}) QTest::addRow("%g", rate) << rate;
}

void TestDropout::keepsTheRightShare() {
    QFETCH(double, rate);
    const double kept = maskOf({1, 2, dropoutSite(3, 1)}, rate).mean().item<double>();
    const double sigma = std::sqrt(rate * (1 - rate) / static_cast<double>(kCount));
    QVERIFY2(std::abs(kept - (1 - rate)) < kSigmas * sigma,
             qPrintable(QStringLiteral("kept %1 of %2").arg(kept).arg(1 - rate)));
}

void TestDropout::scalesWhatItKeeps() {
    const torch::Tensor input = torch::linspace(0.5, 2, 4096).requires_grad_();
    const ForwardMode mode{true, 1, 2};
    const std::uint32_t site = dropoutSite(0, 1);
    const torch::Tensor output = dropout(input, 0.25, mode, site);
    const torch::Tensor factor = keepMask(input, 0.25, mode.key(site)).to(torch::kFloat32) / 0.75;
    QVERIFY(torch::allclose(output, input * factor, 1e-6, 0));
    output.sum().backward();
    QVERIFY(torch::allclose(input.grad(), factor, 1e-6, 0));  // backwards through the same mask
}

void TestDropout::isTheIdentityInEvaluation() {
    const torch::Tensor input = torch::randn({64});
    QVERIFY(torch::equal(dropout(input, 0.5, ForwardMode{}, dropoutSite(0, 0)), input));
    QVERIFY(torch::equal(dropout(input, 0, ForwardMode{true, 1, 1}, dropoutSite(0, 0)), input));
}

void TestDropout::givesTheSameMaskForTheSameKey() {
    const RandomKey key{7, 11, dropoutSite(2, 1)};
    QVERIFY(torch::equal(maskOf(key, 0.1), maskOf(key, 0.1)));
    const int threads = torch::get_num_threads();
    const torch::Tensor before = maskOf(key, 0.1);
    torch::set_num_threads(threads == 1 ? 2 : 1);
    QVERIFY(torch::equal(maskOf(key, 0.1), before));
    torch::set_num_threads(threads);
    // A shorter mask is the beginning of a longer one: the last, partial batch is no special case.
    QVERIFY(torch::equal(maskOf(key, 0.1, 1000), before.slice(0, 0, 1000)));
}

void TestDropout::isIndependent_data() {
    QTest::addColumn<quint64>("seed");
    QTest::addColumn<quint64>("step");
    QTest::addColumn<quint32>("site");
    QTest::newRow("of the next step") << quint64{1} << quint64{6} << dropoutSite(0, 0);
    QTest::newRow("of a step 2^32 later") << quint64{1} << (quint64{5} + (quint64{1} << 32)) << dropoutSite(0, 0);
    QTest::newRow("of the next layer") << quint64{1} << quint64{5} << dropoutSite(0, 1);
    QTest::newRow("of the next block") << quint64{1} << quint64{5} << dropoutSite(1, 0);
    QTest::newRow("of another seed") << quint64{2} << quint64{5} << dropoutSite(0, 0);
    QTest::newRow("of seed and step exchanged") << quint64{5} << quint64{1} << dropoutSite(0, 0);
}

void TestDropout::isIndependent() {
    QFETCH(quint64, seed);
    QFETCH(quint64, step);
    QFETCH(quint32, site);
    for (double rate : {0.1, 0.5})
        QVERIFY(independent(maskOf({1, 5, dropoutSite(0, 0)}, rate), maskOf({seed, step, site}, rate)));
}

void TestDropout::isIndependentBetweenHeads() {
    const torch::Tensor shares = torch::empty({16, 4, 64, 64});  // [B, H, N, N]
    const torch::Tensor mask = keepMask(shares, 0.1, {1, 5, dropoutSite(0, 0)}).to(torch::kFloat64);
    for (std::int64_t a = 0; a < 4; ++a)
        for (std::int64_t b = a + 1; b < 4; ++b) QVERIFY(independent(mask.select(1, a), mask.select(1, b)));
    QVERIFY(independent(mask.slice(0, 0, 8), mask.slice(0, 8, 16)));  // nor between images
}

void TestDropout::isIndependentBetweenNeighbours() {
    const torch::Tensor mask = maskOf({1, 5, dropoutSite(0, 0)}, 0.1);
    for (std::int64_t distance : {1, 2, 3, 4, 8, 16, 32, 64, 128, 144, 256, 1024})
        QVERIFY2(independent(mask.slice(0, 0, kCount - distance), mask.slice(0, distance)),
                 qPrintable(QString::number(distance)));
}

void TestDropout::modelDependsOnSeedAndStepAlone() {
    Config config;
    config.model = {.imageSize = 18, .patchSize = 6, .projectionDim = 16, .heads = 2, .keyDim = 16,
                    .mlpUnits = {32, 16}, .layers = 2, .attentionDropout = 0.1, .mlpDropout = 0.1};
    config.head = {.type = HeadType::Flatten, .units = {24}, .dropout = 0.5};
    VisionTransformer model(config.model, config.head, ModelInput{3, 10});
    model->initialize(1);
    const torch::NoGradGuard noGrad;
    const torch::Tensor images = torch::randn({2, 3, 18, 18});
    const torch::Tensor once = model(images, ForwardMode{true, 1, 1});
    QVERIFY(torch::equal(model(images, ForwardMode{true, 1, 1}), once));
    QVERIFY(!torch::allclose(model(images, ForwardMode{true, 1, 2}), once));
    QVERIFY(!torch::allclose(model(images, ForwardMode{true, 2, 1}), once));
    QVERIFY(!torch::allclose(model(images), once));
}

QTEST_GUILESS_MAIN(TestDropout)
#include "test_dropout.moc"
