// SPDX-License-Identifier: GPL-3.0-or-later
// An epoch's batches: the same from every place, each image once, and the way into the middle of an epoch.
#include "core/device/device.h"
#include "core/input/balanced_order.h"
#include "core/input/batch_mix.h"
#include "core/input/epoch_batches.h"
#include "core/input/shown_order.h"
#include "core/train/pending_steps.h"
#include "tests/support/numbered_images.h"
#include "tests/support/read_images.h"

#include <ATen/Parallel.h>
#include <QtTest>

#include <torch/utils.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

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

using Change = std::function<void(Config&)>;

// So many images of each of three classes, by turns as long as there are.
DatasetView unevenImages(const std::vector<int>& counts) {
    ImageTable table;
    for (int i = 0; i < 100; ++i)
        for (std::size_t c = 0; c < counts.size(); ++c)
            if (i < counts[c]) table.labels.push_back(static_cast<std::int32_t>(c));
    table.pixels.resize(table.labels.size() * 12);
    return {test::datasetInMemory("uneven", {2, 2, 3}, {"a", "b", "c"}, table, table), Split::Train, 0};
}

}  // namespace

class TestEpochBatches : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void everyImageComesOnceWithItsLabel_data();
    void everyImageComesOnceWithItsLabel();
    void residentImagesGiveTheSameBatches();
    void imagesThatAreReadGiveTheSameBatches();
    void whoeverMakesThemTheyAreTheSame();
    void theMiddleOfAnEpochIsTheSame_data();
    void theMiddleOfAnEpochIsTheSame();
    void longEpochsAreThoseOfManyPlans();
    void ranksShareEachBatch_data();
    void ranksShareEachBatch();
    void aStepsNumberChangesItsAugmentation();
    void partnersAreAtTheMirroredPlace();
    void repeatedImagesComeOneAfterTheOther_data();
    void repeatedImagesComeOneAfterTheOther();
    void repeatsAreChangedAnew();
    void repeatsShowEachSideByTurns();
    void repeatsOfBalancedClassesAreBalanced();
    void classesAreShownEquallyOften_data();
    void classesAreShownEquallyOften();
    void balancedEpochsShowEveryImageInTime();
    void pendingStepsComeBackInOrder();

private:
    Config m_config = config();
    DatasetView m_view{numberedImages(kImages, 3, 8), Split::Train, 0};
    InputPipeline m_pipeline{12, m_view.dataset().statistics(), 3, torch::kCPU};

    BatchOrigin origin(const ResidentImages* resident = nullptr) { return {m_config, m_view, m_pipeline, resident}; }
};

void TestEpochBatches::everyImageComesOnceWithItsLabel_data() {
    QTest::addColumn<bool>("resident");
    QTest::newRow("from the computer's memory") << false;
    QTest::newRow("from the device's") << true;
}

// Neither resized nor changed, an image tells its number by its first pixel, and its label by its number.
void TestEpochBatches::everyImageComesOnceWithItsLabel() {
    QFETCH(bool, resident);
    Config plain = m_config;
    plain.augmentation = {.horizontalFlip = false, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0};
    const InputPipeline pipeline(8, ChannelStatistics{{0, 0, 0}, {1, 1, 1}}, 3, torch::kCPU);
    const ResidentImages images(m_view, torch::kCPU);
    EpochBatches batches({plain, m_view, pipeline, resident ? &images : nullptr}, 2, 40);
    std::vector<std::int64_t> shown;
    for (std::int64_t b = 0; b < kBatches; ++b) {
        const PreparedBatch batch = batches.next();
        QCOMPARE(batch.labels.size(0), b + 1 < kBatches ? kBatch : kImages % kBatch);
        QCOMPARE(batch.images.size(0), batch.labels.size(0));
        QCOMPARE(batch.firstImage, std::int64_t{0});
        for (std::int64_t i = 0; i < batch.labels.size(0); ++i) {
            shown.push_back(batch.images[i][0][0][0].item<std::int64_t>());
            QCOMPARE(batch.labels[i].item<std::int64_t>(), shown.back() % 3);
        }
    }
    QCOMPARE(shown, epochOrder(kImages, 3, 2));
    std::sort(shown.begin(), shown.end());
    for (std::int64_t i = 0; i < kImages; ++i) QCOMPARE(shown[static_cast<std::size_t>(i)], i);
}

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

void TestEpochBatches::imagesThatAreReadGiveTheSameBatches() {
    const auto dataset = numberedImages(kImages, 3, 8);
    ImageTable table;
    for (std::int64_t i = 0; i < kImages; ++i) {
        const auto pixels = dataset->train().read(i, {});
        table.pixels.insert(table.pixels.end(), pixels.begin(), pixels.end());
        table.labels.push_back(dataset->train().label(i));
    }
    const auto read = std::make_shared<const test::ReadImages>(dataset->shape(), table);
    const auto elsewhere = std::make_shared<const Dataset>(
        "read", LabelledImages{dataset->classNames(), read, read}, dataset->statistics());
    const DatasetView view(elsewhere, Split::Train, 0);
    const ResidentImages resident(view, torch::kCPU);
    QCOMPARE(read->reads(), kImages);
    EpochBatches expected(origin(), 2, 40);
    EpochBatches host({m_config, view, m_pipeline}, 2, 40);
    EpochBatches device({m_config, view, m_pipeline, &resident}, 2, 40);
    for (std::int64_t i = 0; i < kBatches; ++i) {
        const PreparedBatch batch = expected.next();
        for (const PreparedBatch& other : {host.next(), device.next()}) {
            QVERIFY(other.images.equal(batch.images));
            QVERIFY(other.labels.equal(batch.labels));
        }
    }
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

// More images than a device is told of at once.
void TestEpochBatches::longEpochsAreThoseOfManyPlans() {
    Config config = m_config;
    config.run.batchSize = 6000;
    config.model.imageSize = 2;
    const DatasetView view(numberedImages(40'000, 3), Split::Train, 0);
    const InputPipeline pipeline(2, view.dataset().statistics(), 3, torch::kCPU);
    const ResidentImages resident(view, torch::kCPU);
    EpochBatches host({config, view, pipeline}, 1, 7);
    EpochBatches device({config, view, pipeline, &resident}, 1, 7);
    for (int i = 0; i < 7; ++i) {
        const PreparedBatch one = host.next();
        const PreparedBatch other = device.next();
        QVERIFY(one.images.equal(other.images));
        QVERIFY(one.labels.equal(other.labels));
    }
}

void TestEpochBatches::ranksShareEachBatch_data() {
    QTest::addColumn<int>("ranks");
    QTest::addColumn<bool>("resident");
    QTest::addColumn<Change>("change");
    const auto rows = [](const char* name, const Change& change) {
        for (const int ranks : {1, 2, 3, 8})
            for (const bool resident : {false, true})
                QTest::addRow("%d ranks%s%s", ranks, resident ? ", on the device" : "", name)
                    << ranks << resident << change;
    };
    rows("", [](Config&) {});
    rows(", repeats", [](Config& config) {
        config.augmentation.repeats = 3;
        config.augmentation.alternatingFlip = true;
    });
    rows(", mixup", [](Config& config) { config.loss.mixup = 0.8; });
    rows(", cutmix", [](Config& config) { config.loss.cutmix = 1; });
    rows(", with all else", [](Config& config) {
        config.loss = {.mixup = 0.8, .cutmix = 1};
        config.data.balanced = true;
        config.augmentation = {.alternatingFlip = true, .policy = AugmentationPolicy::TrivialAugment,
                               .brightness = 0.4, .contrast = 0.4, .saturation = 0.4, .cutout = 4, .repeats = 2};
    });
}

// One after the other, the parts of all ranks are the batch of a single one, bit for bit; with eight ranks some are
// empty.
void TestEpochBatches::ranksShareEachBatch() {
    QFETCH(int, ranks);
    QFETCH(bool, resident);
    QFETCH(Change, change);
    Config config = m_config;
    change(config);
    const ResidentImages images(m_view, torch::kCPU);
    const BatchOrigin from{config, m_view, m_pipeline, resident ? &images : nullptr};
    EpochBatches whole(from, 2, 40, 1);
    std::vector<std::unique_ptr<EpochBatches>> parts;
    for (int rank = 0; rank < ranks; ++rank) {
        BatchOrigin part = from;
        part.slice = {rank, ranks};
        parts.push_back(std::make_unique<EpochBatches>(part, 2, 40, 1));
    }
    for (std::int64_t i = 1; i < kBatches; ++i) {
        const PreparedBatch all = whole.next();
        std::vector<torch::Tensor> pixels;
        std::vector<torch::Tensor> labels;
        std::int64_t place = 0;
        for (const auto& part : parts) {
            const PreparedBatch batch = part->next();
            QCOMPARE(batch.firstImage, place);
            QCOMPARE(batch.images.size(0), batch.labels.size(0));
            QCOMPARE(batch.countOfAll(), all.count());
            place += batch.labels.size(0);
            pixels.push_back(batch.images);
            labels.push_back(batch.labels);
        }
        QVERIFY(torch::cat(pixels).equal(all.images));
        QVERIFY(torch::cat(labels).equal(all.labels));
    }
}

void TestEpochBatches::aStepsNumberChangesItsAugmentation() {
    EpochBatches one(origin(), 1, 0);
    EpochBatches other(origin(), 1, 100);
    const PreparedBatch a = one.next();
    const PreparedBatch b = other.next();
    QVERIFY(a.labels.equal(b.labels));
    QVERIFY(!a.images.equal(b.images));
}

// Whose labels it shares: mixed batches beside the same ones unmixed.
void TestEpochBatches::partnersAreAtTheMirroredPlace() {
    Config mixing = m_config;
    mixing.loss.mixup = 0.8;
    EpochBatches plain(origin(), 2, 40);
    EpochBatches mixed({mixing, m_view, m_pipeline}, 2, 40);
    for (std::int64_t i = 0; i < kBatches; ++i) {
        const PreparedBatch one = plain.next(), other = mixed.next();
        const BatchMix mix = drawMix(mixing.loss, 3, static_cast<std::uint64_t>(40 + i), 12);
        const torch::Tensor expected = one.images * mix.share + one.images.flip(0) * (1 - mix.share);
        QVERIFY(torch::allclose(other.images, expected, 1e-4, 1e-5));
        const torch::Tensor own = torch::one_hot(one.labels, 3).to(torch::kFloat32);
        QVERIFY(torch::allclose(other.labels, own * mix.share + own.flip(0) * (1 - mix.share)));
    }
}

void TestEpochBatches::repeatedImagesComeOneAfterTheOther_data() {
    QTest::addColumn<int>("repeats");
    QTest::addColumn<int>("different");
    QTest::newRow("once") << 1 << 23;
    QTest::newRow("twice, the last one once") << 2 << 12;
    QTest::newRow("three times, the last one twice") << 3 << 8;
    QTest::newRow("ten times, the last one three times") << 10 << 3;
}

// The first images of the epoch's order, each so many times; as many steps as without.
void TestEpochBatches::repeatedImagesComeOneAfterTheOther() {
    QFETCH(int, repeats);
    QFETCH(int, different);
    Config config = m_config;
    config.augmentation.repeats = repeats;
    const std::vector<std::int64_t> order = epochOrder(kImages, 3, 2), shown = shownOrder(m_view, config, 2);
    QCOMPARE(static_cast<std::int64_t>(shown.size()), kImages);
    for (std::size_t i = 0; i < shown.size(); ++i) QCOMPARE(shown[i], order[i / static_cast<std::size_t>(repeats)]);
    QCOMPARE(std::set<std::int64_t>(shown.begin(), shown.end()).size(), static_cast<std::size_t>(different));
    QVERIFY(shown != shownOrder(m_view, config, 3));
    EpochBatches batches({config, m_view, m_pipeline}, 2, 40);
    for (std::int64_t b = 0; b < kBatches; ++b) {
        const PreparedBatch batch = batches.next();
        QCOMPARE(batch.labels.size(0), b + 1 < kBatches ? kBatch : kImages % kBatch);
        for (std::int64_t i = 0; i < batch.labels.size(0); ++i)
            QCOMPARE(batch.labels[i].item<std::int64_t>(), shown[static_cast<std::size_t>(b * kBatch + i)] % 3);
    }
}

// Those within a batch and those on both sides of its border.
void TestEpochBatches::repeatsAreChangedAnew() {
    Config config = m_config;
    config.augmentation.repeats = 3;
    std::vector<torch::Tensor> images;
    for (const bool changed : {true, false}) {
        if (!changed) {
            config.augmentation = {
                .horizontalFlip = false, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0, .repeats = 3};
        }
        EpochBatches batches({config, m_view, m_pipeline}, 1, 0);
        std::vector<torch::Tensor> parts;
        for (std::int64_t b = 0; b < kBatches; ++b) parts.push_back(batches.next().images);
        images.push_back(torch::cat(parts));
    }
    for (std::int64_t i = 1; i < kImages; ++i) {
        const bool same = i % 3 != 0;
        QVERIFY(!images[0][i].equal(images[0][i - 1]));
        QCOMPARE(images[1][i].equal(images[1][i - 1]), same);
    }
}

// Of an image that the epoch shows twice, one is mirrored and one is not, in a batch or across two.
void TestEpochBatches::repeatsShowEachSideByTurns() {
    Config config = m_config;
    config.augmentation = {.rotation = 0, .zoomHeight = 0, .zoomWidth = 0, .alternatingFlip = true, .repeats = 2};
    for (const std::int64_t epoch : {1, 2}) {
        EpochBatches batches({config, m_view, m_pipeline}, epoch, 0);
        std::vector<torch::Tensor> parts;
        for (std::int64_t b = 0; b < kBatches; ++b) parts.push_back(batches.next().images);
        const torch::Tensor images = torch::cat(parts);
        for (std::int64_t i = 0; i + 1 < kImages; i += 2) {
            QVERIFY(!images[i].equal(images[i + 1]));
            QVERIFY(images[i].equal(images[i + 1].flip(2)));
        }
    }
}

// But for the repeats of one image more or less.
void TestEpochBatches::repeatsOfBalancedClassesAreBalanced() {
    const DatasetView view = unevenImages({90, 9, 1});
    Config config = m_config;
    config.data.balanced = true;
    QVERIFY(shownOrder(view, config, 1) == balancedOrder(view, 3, 1));
    config.augmentation.repeats = 4;
    const std::vector<std::int64_t> shown = shownOrder(view, config, 1);
    QCOMPARE(shown.size(), std::size_t{100});
    std::vector<std::int64_t> ofClass(3);
    std::set<std::int64_t> frequent;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        QCOMPARE(shown[i], shown[i / 4 * 4]);
        ++ofClass[static_cast<std::size_t>(view.label(shown[i]))];
        if (view.label(shown[i]) == 0) frequent.insert(shown[i]);
    }
    for (const std::int64_t count : ofClass) QVERIFY(count == 32 || count == 36);
    QVERIFY(static_cast<std::int64_t>(frequent.size()) * 4 == ofClass[0]);  // each of them once
}

void TestEpochBatches::classesAreShownEquallyOften_data() {
    QTest::addColumn<std::vector<int>>("counts");
    QTest::newRow("one of many, one of few") << std::vector{90, 9, 1};
    QTest::newRow("one without any") << std::vector{60, 0, 40};
    QTest::newRow("not to be divided") << std::vector{80, 15, 6};
    QTest::newRow("even already") << std::vector{10, 10, 10};
}

void TestEpochBatches::classesAreShownEquallyOften() {
    QFETCH(std::vector<int>, counts);
    const DatasetView view = unevenImages(counts);
    const std::vector<std::int64_t> order = balancedOrder(view, 3, 1);
    QCOMPARE(static_cast<std::int64_t>(order.size()), view.count());
    std::vector<std::int64_t> shown(counts.size()), times(order.size());
    for (const std::int64_t position : order) {
        ++shown[static_cast<std::size_t>(view.label(position))];
        ++times[static_cast<std::size_t>(position)];
    }
    const auto classes = static_cast<std::int64_t>(std::ranges::count_if(counts, [](int count) { return count > 0; }));
    const std::int64_t each = view.count() / classes;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] == 0) QCOMPARE(shown[c], std::int64_t{0});
        else QVERIFY(shown[c] == each || shown[c] == each + 1);
    }
    // Those of one class as often as each other but for once.
    for (std::size_t c = 0; c < counts.size(); ++c) {
        std::int64_t least = view.count(), most = 0;
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (view.label(static_cast<std::int64_t>(i)) != static_cast<std::int32_t>(c)) continue;
            least = std::min(least, times[i]);
            most = std::max(most, times[i]);
        }
        if (counts[c] > 0) QVERIFY(most - least <= 1);
    }
    QVERIFY(order == balancedOrder(view, 3, 1));
    QVERIFY(order != balancedOrder(view, 3, 2) && order != balancedOrder(view, 4, 1));
    // Mixed: neither one class after the other nor the classes in turn.
    std::int64_t changes = 0;
    for (std::size_t i = 1; i < order.size(); ++i) changes += view.label(order[i]) != view.label(order[i - 1]) ? 1 : 0;
    QVERIFY(changes > view.count() / 3 && changes < view.count() * 9 / 10);
}

void TestEpochBatches::balancedEpochsShowEveryImageInTime() {
    const DatasetView view = unevenImages({90, 9, 1});
    std::vector<bool> seen(100, false);
    for (std::uint64_t epoch = 1; epoch <= 30; ++epoch) {
        for (const std::int64_t position : balancedOrder(view, 3, epoch))
            seen[static_cast<std::size_t>(position)] = true;
    }
    QVERIFY(std::ranges::all_of(seen, [](bool is) { return is; }));
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
