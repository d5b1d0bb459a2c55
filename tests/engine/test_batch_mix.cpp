// SPDX-License-Identifier: GPL-3.0-or-later
// Mixup and CutMix: what is drawn for a step, and what becomes of images and targets.
#include "core/device/device.h"
#include "core/input/batch_mix.h"

#include <torch/utils.h>

#include <QtTest>

#include <cmath>

using namespace vit;

class TestBatchMix : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void offByDefault();
    void sharesAreOfABetaDistribution_data();
    void sharesAreOfABetaDistribution();
    void aStepsNumberDrawsItsMix();
    void withBothEachBatchGetsOne();
    void rectanglesAreOfTheirShare();
    void mixupLaysOneOverTheOther();
    void cutmixTakesARectangle();
    void targetsAreShared();
};

void TestBatchMix::offByDefault() {
    QVERIFY(!mixes(LossConfig{}));
    QVERIFY(mixes({.mixup = 0.1}) && mixes({.cutmix = 0.1}));
}

void TestBatchMix::sharesAreOfABetaDistribution_data() {
    QTest::addColumn<double>("alpha");
    for (const double alpha : {0.001, 0.1, 0.2, 0.8, 1.0, 3.0, 10.0}) QTest::addRow("%g", alpha) << alpha;
}

// Mean 1/2, variance 1/(4 (2 alpha + 1)), fourth central moment 3/(16 (2 alpha + 1) (2 alpha + 3)).
void TestBatchMix::sharesAreOfABetaDistribution() {
    QFETCH(double, alpha);
    constexpr int kSteps = 40'000;
    double mean = 0, second = 0, fourth = 0;
    for (int step = 0; step < kSteps; ++step) {
        const double share = drawMix({.mixup = alpha}, 3, static_cast<std::uint64_t>(step), 8).share;
        QVERIFY(share >= 0 && share <= 1);
        mean += share / kSteps;
        second += std::pow(share - 0.5, 2) / kSteps;
        fourth += std::pow(share - 0.5, 4) / kSteps;
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    QVERIFY(std::abs(mean - 0.5) < 5 * std::sqrt(variance / kSteps));
    QVERIFY(std::abs(second / variance - 1) < 0.03);
    QVERIFY(std::abs(fourth * 16 * (2 * alpha + 1) * (2 * alpha + 3) / 3 - 1) < 0.06);
}

void TestBatchMix::aStepsNumberDrawsItsMix() {
    const LossConfig loss{.mixup = 0.8};
    const double share = drawMix(loss, 3, 7, 8).share;
    QCOMPARE(drawMix(loss, 3, 7, 8).share, share);
    QVERIFY(drawMix(loss, 3, 8, 8).share != share);
    QVERIFY(drawMix(loss, 4, 7, 8).share != share);
}

void TestBatchMix::withBothEachBatchGetsOne() {
    int cut = 0;
    for (std::uint64_t step = 0; step < 2000; ++step)
        cut += drawMix({.mixup = 0.8, .cutmix = 1}, 1, step, 8).kind == BatchMix::Kind::Cutmix ? 1 : 0;
    QVERIFY(cut > 900 && cut < 1100);
    for (std::uint64_t step = 0; step < 20; ++step) {
        QVERIFY(drawMix({.mixup = 0.8}, 1, step, 8).kind == BatchMix::Kind::Mixup);
        QVERIFY(drawMix({.cutmix = 0.8}, 1, step, 8).kind == BatchMix::Kind::Cutmix);
    }
}

void TestBatchMix::rectanglesAreOfTheirShare() {
    constexpr std::int64_t kSize = 32;
    double cut = 0;
    for (std::uint64_t step = 0; step < 4000; ++step) {
        const BatchMix mix = drawMix({.cutmix = 1}, 5, step, kSize);
        QVERIFY(mix.top >= 0 && mix.left >= 0 && mix.bottom <= kSize && mix.right <= kSize);
        QVERIFY(mix.top <= mix.bottom && mix.left <= mix.right);
        const auto area = static_cast<double>((mix.bottom - mix.top) * (mix.right - mix.left));
        QCOMPARE(mix.share, 1 - area / (kSize * kSize));
        cut += area / (kSize * kSize) / 4000;
    }
    // A square of side s about a place of the unit square covers (s - s²/4)² of it on average, and s = sqrt(u) with u
    // uniform: 1/2 - 1/5 + 1/48 ≈ 0.321, a little less in whole pixels.
    QVERIFY(cut > 0.27 && cut < 0.34);
    for (std::uint64_t step = 0; step < 200; ++step) {
        const BatchMix mix = drawMix({.cutmix = 1}, 5, step, {16, 40});
        QVERIFY(mix.bottom <= 16 && mix.right <= 40);
        QCOMPARE(mix.share, 1 - static_cast<double>((mix.bottom - mix.top) * (mix.right - mix.left)) / (16 * 40));
    }
}

void TestBatchMix::mixupLaysOneOverTheOther() {
    const torch::Tensor images = torch::rand({3, 3, 4, 4}), partners = images.flip(0);
    const BatchMix mix{.kind = BatchMix::Kind::Mixup, .share = 0.3};
    QVERIFY(torch::allclose(mixedImages(mix, images, partners), 0.3 * images + 0.7 * partners));
}

void TestBatchMix::cutmixTakesARectangle() {
    const torch::Tensor images = torch::rand({3, 3, 4, 6}), partners = images.flip(0), before = images.clone();
    const BatchMix mix{.kind = BatchMix::Kind::Cutmix, .share = 0.75, .top = 1, .bottom = 3, .left = 2, .right = 5};
    const torch::Tensor mixed = mixedImages(mix, images, partners);
    for (std::int64_t y = 0; y < 4; ++y)
        for (std::int64_t x = 0; x < 6; ++x) {
            const bool inside = y >= 1 && y < 3 && x >= 2 && x < 5;
            const torch::Tensor& from = inside ? partners : images;
            QVERIFY(mixed.select(2, y).select(2, x).equal(from.select(2, y).select(2, x)));
        }
    QVERIFY(images.equal(before));
}

void TestBatchMix::targetsAreShared() {
    const torch::Tensor labels = torch::tensor({0, 2, 2, 1});
    const torch::Tensor targets = mixedTargets({.share = 0.25}, labels, labels.flip(0), 4);
    const torch::Tensor expected =
        torch::tensor({{0.25, 0.75, 0., 0.}, {0., 0., 1., 0.}, {0., 0., 1., 0.}, {0.75, 0.25, 0., 0.}});
    QVERIFY(torch::allclose(targets, expected.to(torch::kFloat32)));
}

QTEST_GUILESS_MAIN(TestBatchMix)
#include "test_batch_mix.moc"
