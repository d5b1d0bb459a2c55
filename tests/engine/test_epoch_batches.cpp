// SPDX-License-Identifier: GPL-3.0-or-later
// An epoch's batches: the same from every place, each image once, and the way into the middle of an epoch.
#include "core/device/device.h"
#include "core/input/epoch_batches.h"
#include "core/train/pending_steps.h"
#include "tests/support/numbered_images.h"

#include <ATen/Parallel.h>
#include <QtTest>

#include <thread>

using namespace vit;

namespace {

constexpr std::int64_t kImages = 23;
constexpr std::int64_t kBatch = 5;
constexpr std::int64_t kBatches = 5;  // the last of three images

Config config() {
    Config config;
    config.model.imageSize = 12;
    config.run.batchSize = kBatch;
    config.run.seed = 3;
    return config;
}

}  // namespace

class TestEpochBatches : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void residentImagesGiveTheSameBatches();
    void whoeverMakesThemTheyAreTheSame();
    void theMiddleOfAnEpochIsTheSame_data();
    void theMiddleOfAnEpochIsTheSame();
    void aStepsNumberChangesItsAugmentation();
    void pendingStepsComeBackInOrder();

private:
    Config m_config = config();
    DatasetView m_view{numberedImages(kImages, 3, 8), Split::Train, 0};
    InputPipeline m_pipeline{12, m_view.dataset().statistics(), 3, torch::kCPU};

    BatchOrigin origin(const ResidentImages* resident = nullptr) { return {m_config, m_view, m_pipeline, resident}; }
};

void TestEpochBatches::residentImagesGiveTheSameBatches() {
    const ResidentImages resident(m_view, torch::kCPU);
    EpochBatches host(origin(), 2, 40);
    EpochBatches device(origin(&resident), 2, 40);
    std::int64_t images = 0;
    for (std::int64_t i = 0; i < kBatches; ++i) {
        const PreparedBatch one = host.next();
        const PreparedBatch other = device.next();
        QVERIFY(one.images.equal(other.images));
        QVERIFY(one.labels.equal(other.labels));
        images += one.labels.size(0);
    }
    QCOMPARE(images, kImages);
}

// With all cores for the steps these make the batches, with one of several a thread beside them.
void TestEpochBatches::whoeverMakesThemTheyAreTheSame() {
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    EpochBatches beside(origin(), 2, 40);
    at::set_num_threads(static_cast<int>(std::thread::hardware_concurrency()));
    EpochBatches between(origin(), 2, 40);
    for (std::int64_t i = 0; i < kBatches; ++i) {
        const PreparedBatch one = beside.next();
        const PreparedBatch other = between.next();
        QVERIFY(one.images.equal(other.images));
        QVERIFY(one.labels.equal(other.labels));
    }
    at::set_num_threads(before);
}

void TestEpochBatches::theMiddleOfAnEpochIsTheSame_data() {
    QTest::addColumn<bool>("resident");
    QTest::newRow("from the computer's memory") << false;
    QTest::newRow("from the device's") << true;
}

void TestEpochBatches::theMiddleOfAnEpochIsTheSame() {
    QFETCH(bool, resident);
    const ResidentImages images(m_view, torch::kCPU);
    const BatchOrigin from = origin(resident ? &images : nullptr);
    EpochBatches whole(from, 1, 0);
    EpochBatches rest(from, 1, 2, 2);
    whole.next();
    whole.next();
    for (std::int64_t i = 2; i < kBatches; ++i) QVERIFY(whole.next().images.equal(rest.next().images));
}

void TestEpochBatches::aStepsNumberChangesItsAugmentation() {
    EpochBatches one(origin(), 1, 0);
    EpochBatches other(origin(), 1, 100);
    const PreparedBatch a = one.next();
    const PreparedBatch b = other.next();
    QVERIFY(a.labels.equal(b.labels));
    QVERIFY(!a.images.equal(b.images));
}

void TestEpochBatches::pendingStepsComeBackInOrder() {
    PendingSteps pending(torch::kCPU);
    QVERIFY(pending.take().empty());
    for (int i = 1; i <= 3; ++i) {
        StepDone event;
        event.step = i;
        pending.add(event, torch::tensor({i * 1.0, i * 2.0, i * 3.0}, torch::kFloat64), 10 * i);
        QVERIFY(pending.due());
    }
    const std::vector<PendingSteps::Step> steps = pending.take();
    QCOMPARE(steps.size(), std::size_t{3});
    for (int i = 1; i <= 3; ++i) {
        const PendingSteps::Step& step = steps[static_cast<std::size_t>(i - 1)];
        QCOMPARE(step.event.step, std::int64_t{i});
        QCOMPARE(step.sums.loss, i * 1.0);
        QCOMPARE(step.sums.correct, i * 2.0);
        QCOMPARE(step.sums.correctTop5, i * 3.0);
        QCOMPARE(step.sums.images, std::int64_t{10 * i});
    }
    QVERIFY(pending.empty());
}

QTEST_GUILESS_MAIN(TestEpochBatches)
#include "test_epoch_batches.moc"
