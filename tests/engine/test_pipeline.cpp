// SPDX-License-Identifier: GPL-3.0-or-later
// Order of images, batches, dropout masks, schedule and metrics.
#include "core/config/schema.h"
#include "core/device/device.h"
#include "core/input/augmented_samples.h"
#include "core/input/input_pipeline.h"
#include "core/ranks/rank_slice.h"
#include "core/kernels/keep_mask.h"
#include "core/model/classifier.h"
#include "core/model/parts/dropout.h"
#include "core/train/schedules/schedule.h"
#include "tests/support/numbered_images.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace vit;

class TestPipeline : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void anEpochShowsEachImageOnce();
    void batchesHoldWhatWasAskedFor();
    void normalisedInputsHaveUnitVariance();
    void oblongInputsAreResizedEachWay();
    void augmentedSamplesAreRepeatable();
    void masksAreAFunctionOfTheirKey();
    void masksDoNotDependOnThreads();
    void masksGoByTheWholeBatch_data();
    void masksGoByTheWholeBatch();
    void philoxMatchesItsPublishedVector();
    void metricsCountTies();
    void schedules();
    void shapesOfSchedules_data();
    void shapesOfSchedules();
    void everyScheduleHasItsRow();
};

void TestPipeline::anEpochShowsEachImageOnce() {
    const auto first = epochOrder(1000, 1, 1);
    QCOMPARE(std::set<std::int64_t>(first.begin(), first.end()).size(), std::size_t{1000});
    QCOMPARE(*std::max_element(first.begin(), first.end()), std::int64_t{999});
    QVERIFY(first == epochOrder(1000, 1, 1));
    QVERIFY(first != epochOrder(1000, 1, 2));
    QVERIFY(first != epochOrder(1000, 2, 1));
}

void TestPipeline::batchesHoldWhatWasAskedFor() {
    const DatasetView view(numberedImages(20, 5), Split::Train, 0.1);
    const std::vector<std::int64_t> positions = {7, 0, 17};
    const Batch batch = gather(view, positions);
    QCOMPARE(batch.images.sizes().vec(), (std::vector<std::int64_t>{3, 2, 2, 3}));
    QCOMPARE(batch.images[0][0][0][0].item<int>(), 7);
    QCOMPARE(batch.images[2][1][1][2].item<int>(), 17 + 11);
    QCOMPARE(batch.labels[0].item<int>(), 1);
}

void TestPipeline::normalisedInputsHaveUnitVariance() {
    const auto data = numberedImages(40, 5);
    const InputPipeline pipeline(2, data->statistics(), 3, torch::kCPU);
    std::vector<std::int64_t> all(40);
    std::iota(all.begin(), all.end(), 0);
    const torch::Tensor x = pipeline.prepare(gather(DatasetView(data, Split::Train, 0), all).images);
    QCOMPARE(x.sizes().vec(), (std::vector<std::int64_t>{40, 3, 2, 2}));
    QVERIFY(x.mean(at::IntArrayRef{0, 2, 3}).abs().max().item<double>() < 1e-5);
    QVERIFY((x.var(at::IntArrayRef{0, 2, 3}, /*unbiased=*/false) - 1).abs().max().item<double>() < 1e-5);
}

// Against libtorch's own, which goes another way.
void TestPipeline::oblongInputsAreResizedEachWay() {
    const InputPipeline pipeline({5, 11}, {{0, 0, 0}, {1, 1, 1}}, 3, torch::kCPU);
    torch::manual_seed(3);
    const torch::Tensor stored = torch::randint(256, {4, 7, 6, 3}, torch::kUInt8);
    const torch::Tensor x = pipeline.prepare(stored);
    QCOMPARE(x.sizes().vec(), (std::vector<std::int64_t>{4, 3, 5, 11}));
    const torch::Tensor expected =
        at::upsample_bilinear2d(stored.permute({0, 3, 1, 2}).to(torch::kFloat32), {5, 11}, /*align_corners=*/false);
    QVERIFY((x - expected).abs().max().item<double>() < 1e-3);
    const torch::Tensor own = torch::randint(256, {1, 5, 11, 3}, torch::kUInt8);  // of the size already
    QVERIFY(pipeline.prepare(own).equal(own.permute({0, 3, 1, 2}).to(torch::kFloat32)));
}

void TestPipeline::augmentedSamplesAreRepeatable() {
    Image image{8, 8, 3, std::vector<std::uint8_t>(8 * 8 * 3)};
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(i);
    Config config;
    config.model.imageSize = 24;
    const auto one = augmentedSamples(image, config, 4, 9);
    QCOMPARE(one.size(), std::size_t{4});
    QCOMPARE(one[0].width, 24);
    QVERIFY(one == augmentedSamples(image, config, 4, 9));
    QVERIFY(one != augmentedSamples(image, config, 4, 10));
    config.model.imageWidth = 40;
    const Image oblong = augmentedSamples(image, config, 1, 9)[0];
    QCOMPARE(oblong.height, 24);
    QCOMPARE(oblong.width, 40);
}

void TestPipeline::masksAreAFunctionOfTheirKey() {
    const torch::Tensor like = torch::empty({100, 1003});
    const torch::Tensor mask = keepMask(like, 0.1, {7, 3, 5});
    QVERIFY(mask.equal(keepMask(like, 0.1, {7, 3, 5})));
    for (const RandomKey& other : {RandomKey{8, 3, 5}, RandomKey{7, 4, 5}, RandomKey{7, 3, 6}})
        QVERIFY(!mask.equal(keepMask(like, 0.1, other)));
    const double kept = mask.to(torch::kFloat64).mean().item<double>();
    QVERIFY(std::abs(kept - 0.9) < 0.005);
    QVERIFY(keepMask(like, 0, {7, 3, 5}).all().item<bool>());
}

void TestPipeline::masksDoNotDependOnThreads() {
    const torch::Tensor like = torch::empty({3, 200'001});
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const torch::Tensor one = keepMask(like, 0.5, {1, 2, 3});
    at::set_num_threads(2);
    const torch::Tensor two = keepMask(like, 0.5, {1, 2, 3});
    at::set_num_threads(threads);
    QVERIFY(one.equal(two));
    std::uint8_t byte = 2;
    fillKeepMask(&byte, kMaskBlock * 5, 1, 1u << 31, {1, 2, 3});
    QCOMPARE(int(byte), int(one.view({-1})[kMaskBlock * 5].item<std::uint8_t>()));
}

void TestPipeline::masksGoByTheWholeBatch_data() {
    QTest::addColumn<int>("ranks");
    QTest::addColumn<int>("images");
    for (const int ranks : {1, 2, 3, 8})
        for (const int images : {13, 5}) QTest::addRow("%d ranks, %d images", ranks, images) << ranks << images;
}

// 7 × 9 elements an image: no part but the first begins where a block of the generator does.
void TestPipeline::masksGoByTheWholeBatch() {
    QFETCH(int, ranks);
    QFETCH(int, images);
    const torch::Tensor ones = torch::ones({images, 7, 9});
    const torch::Tensor whole = dropout(ones, 0.4, {true, 5, 6}, dropoutSite(1, 2));
    std::vector<torch::Tensor> parts;
    for (int rank = 0; rank < ranks; ++rank) {
        const RankSlice::Part part = RankSlice{rank, ranks}.of(images);
        const torch::Tensor own = ones.narrow(0, part.first, part.count);
        parts.push_back(dropout(own, 0.4, {true, 5, 6, part.first}, dropoutSite(1, 2)));
    }
    QVERIFY(torch::cat(parts).equal(whole));
    QVERIFY(!whole[0].equal(whole[1]));
}

void TestPipeline::philoxMatchesItsPublishedVector() {
    // Random123's known answers for philox4x32-10: counter and key all ones, and the digits of pi.
    const RandomKey ones{~0ull, ~0ull, ~0u};
    QCOMPARE(philox(ones, ~0u), (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    const RandomKey pi{0x299f31d0a4093822ull, 0x0370734413198a2eull, 0x85a308d3u};
    QCOMPARE(philox(pi, 0x243f6a88u), (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

void TestPipeline::metricsCountTies() {
    const torch::Tensor logits =
        torch::tensor({{1.f, 1.f, 1.f, 1.f, 1.f, 1.f, 0.f}, {0.f, 5.f, 4.f, 3.f, 2.f, 1.f, 0.f}});
    const torch::Tensor labels = torch::tensor({5, 6}, torch::kInt64);
    const torch::Tensor sums = batchMetrics(logits, labels, torch::tensor(2.0));
    QCOMPARE(sums[0].item<double>(), 4.0);
    QCOMPARE(sums[1].item<double>(), 0.0);  // index 0 wins the tie
    QCOMPARE(sums[2].item<double>(), 1.0);  // tied with five others, none larger
}

void TestPipeline::schedules() {
    Config config;
    config.run.epochs = 10;
    config.optimizer.learningRate = 0.5;
    QCOMPARE(learningRateAt(config, 0, 7), 0.5);
    config.schedule = {.type = ScheduleType::Cosine, .warmupEpochs = 2, .finalFactor = 0.1};
    QCOMPARE(learningRateAt(config, 0, 10), 0.5 / 20);
    QCOMPARE(learningRateAt(config, 19, 10), 0.5);
    QVERIFY(std::abs(learningRateAt(config, 60, 10) - 0.5 * 0.55) < 1e-12);
    QVERIFY(std::abs(learningRateAt(config, 100, 10) - 0.05) < 1e-12);
    config.schedule.finalFactor = 0;
    QVERIFY(learningRateAt(config, 1000, 10) > 0);
}

void TestPipeline::shapesOfSchedules_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<double>("begin");  // the shares of the full rate at the first step,
    QTest::addColumn<double>("third");  // at 30 of 100 steps,
    QTest::addColumn<double>("late");   // at 90,
    QTest::addColumn<double>("end");    // and at the planned end
    const auto row = [](const char* name, ScheduleType type, double begin, double third, double late, double end) {
        QTest::newRow(name) << static_cast<int>(type) << begin << third << late << end;
    };
    row("constant", ScheduleType::Constant, 1, 1, 1, 1);
    row("cosine", ScheduleType::Cosine, 1, 0.1 + 0.45 * (1 + std::cos(0.3 * 3.14159265358979)),
        0.1 + 0.45 * (1 + std::cos(0.9 * 3.14159265358979)), 0.1);
    row("linear", ScheduleType::Linear, 1, 0.73, 0.19, 0.1);
    row("polynomial", ScheduleType::Polynomial, 1, 0.1 + 0.9 * 0.7 * 0.7 * 0.7, 0.1 + 0.9 * 0.001, 0.1);
    row("steps", ScheduleType::Steps, 1, std::sqrt(0.1), 0.1, 0.1);  // two drops: at 33.3 and at 66.7
    row("one cycle", ScheduleType::OneCycle, 0.04, 1, 0.1 + 0.45 * (1 + std::cos(6.0 / 7 * 3.14159265358979)), 0.1);
    row("warm-up, stable, decay", ScheduleType::WarmStableDecay, 1, 1, 0.1 + 0.9 * 0.5, 0.1);
}

void TestPipeline::shapesOfSchedules() {
    QFETCH(int, type);
    Config config;
    config.run.epochs = 10;
    config.optimizer.learningRate = 0.5;
    config.schedule = {.type = static_cast<ScheduleType>(type), .finalFactor = 0.1, .power = 3, .drops = 2,
                       .decayShare = 0.2};
    const bool steps = config.schedule.type == ScheduleType::Steps;
    for (const auto& [step, column] : {std::pair{0, "begin"}, {steps ? 34 : 30, "third"}, {90, "late"}, {100, "end"}}) {
        const double expected = *static_cast<const double*>(QTest::qData(column, QMetaType::Double));
        const double found = learningRateAt(config, step, 10) / 0.5;
        QVERIFY2(std::abs(found - expected) < 1e-9, qPrintable(QString("%1: %2").arg(column).arg(found)));
    }
    if (steps) QCOMPARE(learningRateAt(config, 33, 10), 0.5);
}

void TestPipeline::everyScheduleHasItsRow() {
    const Field& field = *findField("schedule.type");
    QCOMPARE(scheduleTable().size(), field.choices.size());
    for (const Choice& choice : field.choices) {
        Config config;
        field.set(config, choice.value);
        const auto isIts = [&](const ScheduleRow& row) { return row.type == config.schedule.type; };
        QVERIFY2(std::ranges::count_if(scheduleTable(), isIts) == 1, choice.value.c_str());
    }
}

QTEST_GUILESS_MAIN(TestPipeline)
#include "test_pipeline.moc"
