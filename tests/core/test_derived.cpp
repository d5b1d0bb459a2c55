// SPDX-License-Identifier: GPL-3.0-or-later
// Derived facts against numbers that were worked out by hand.
#include "core/config/derived.h"
#include "core/config/parameter_plan.h"

#include <QTest>

#include <limits>
#include <utility>

using namespace vit;

namespace {

// 8 px in patches of 4: 4 patches; one block of width 6 with 2 heads of 5, and an MLP of 7, 6.
Config smallConfig() {
    Config config;
    config.model = {.imageSize = 8, .patchSize = 4, .projectionDim = 6, .heads = 2, .keyDim = 5,
                    .mlpUnits = {7, 6}, .layers = 1};
    config.head = {.type = HeadType::GlobalAveragePooling, .units = {}, .dropout = 0};
    return config;
}

constexpr std::int64_t kProjection = 48 * 6 + 6;
constexpr std::int64_t kBlock = 12 + (6 * 30 + 30) + (10 * 6 + 6) + 12 + (6 * 7 + 7) + (7 * 6 + 6);
constexpr std::int64_t kNorm = 12;

}  // namespace

class TestDerived : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void publishedExample();
    void oblongPicturesAreCountedByTheirArea();
    void countsParameters_data();
    void countsParameters();
    void countsArithmetic();
    void countsTheArithmeticOfParts();
    void memoryGrowsWithTheBatch();
    void partsOfABatchTakeTheMemoryOfOne();
    void whatIsFrozenCostsLess();
    void whatThawsCostsMoreFromThenOn();
    void adaptersAreCounted();
    void unusableSizesGiveZeros_data();
    void unusableSizesGiveZeros();
};

void TestDerived::publishedExample() {
    const DerivedFacts facts = derive(Config{}, {3, 100});
    QCOMPARE(facts.grid, (vit::GridSize{12, 12}));
    QCOMPARE(facts.patchesPerImage, std::int64_t{144});
    QCOMPARE(facts.tokens, std::int64_t{144});
    QCOMPARE(facts.elementsPerPatch, std::int64_t{108});
    QCOMPARE(facts.parameters, std::int64_t{21'759'012});
    QVERIFY(facts.trainingFlopsPerImage > 1.15e9 && facts.trainingFlopsPerImage < 1.25e9);
    QCOMPARE(facts.trainingFlopsPerImage, 3 * facts.forwardFlopsPerImage);
}

// Twice as wide is two squares' patches, and in what is done for each of them twice the work.
void TestDerived::oblongPicturesAreCountedByTheirArea() {
    Config config;
    config.model.stemWidths = {8, 16};
    config.model.stemPools = {1};
    config.model.layers = 1;
    config.head = {HeadType::GlobalAveragePooling, {}, 0};
    const DerivedFacts square = derive(config, {3, 10});
    config.model.imageWidth = 144;
    const DerivedFacts wide = derive(config, {3, 10});
    QCOMPARE(wide.grid, (vit::GridSize{12, 24}));
    QCOMPARE(wide.patchesPerImage, std::int64_t{288});
    QCOMPARE(wide.parameters - square.parameters, 144 * config.model.projectionDim);  // positions
    std::swap(config.model.imageSize, config.model.imageWidth);
    const DerivedFacts high = derive(config, {3, 10});
    QCOMPARE(high.grid, (vit::GridSize{24, 12}));
    QCOMPARE(high.forwardFlopsPerImage, wide.forwardFlopsPerImage);
    QCOMPARE(high.trainingMemoryBytes, wide.trainingMemoryBytes);
    config.model.imageSize = config.model.imageWidth = 72;  // said, and no other than unsaid
    QCOMPARE(derive(config, {3, 10}).trainingMemoryBytes, square.trainingMemoryBytes);
}

void TestDerived::countsParameters_data() {
    QTest::addColumn<HeadType>("type");
    QTest::addColumn<std::vector<std::int64_t>>("units");
    QTest::addColumn<std::int64_t>("layers");
    QTest::addColumn<std::int64_t>("expected");
    using Units = std::vector<std::int64_t>;
    const auto row = [](const char* name, HeadType type, Units units, std::int64_t layers, std::int64_t expected) {
        QTest::newRow(name) << type << units << layers << expected;
    };
    const std::int64_t positions = 4 * 6;
    row("gap", HeadType::GlobalAveragePooling, {}, 1, kProjection + positions + kBlock + kNorm + (6 * 10 + 10));
    row("three blocks", HeadType::GlobalAveragePooling, {}, 3, kProjection + positions + 3 * kBlock + kNorm + 70);
    row("hidden layers", HeadType::GlobalAveragePooling, {3, 2}, 1,
        kProjection + positions + kBlock + kNorm + (6 * 3 + 3) + (3 * 2 + 2) + (2 * 10 + 10));
    row("flatten", HeadType::Flatten, {}, 1, kProjection + positions + kBlock + kNorm + (24 * 10 + 10));
    row("class token", HeadType::ClassToken, {}, 1, kProjection + 5 * 6 + 6 + kBlock + kNorm + 70);
}

void TestDerived::countsParameters() {
    QFETCH(HeadType, type);
    QFETCH(std::vector<std::int64_t>, units);
    QFETCH(std::int64_t, layers);
    QFETCH(std::int64_t, expected);
    Config config = smallConfig();
    config.head.type = type;
    config.head.units = units;
    config.model.layers = layers;
    const DerivedFacts facts = derive(config, {3, 10});
    QCOMPARE(facts.parameters, expected);
    QCOMPARE(facts.tokens, std::int64_t{type == HeadType::ClassToken ? 5 : 4});
}

void TestDerived::countsArithmetic() {
    const double projection = 4 * 48 * 6;
    const double attention = 4 * 6 * 30 + 2 * (4 * 4 * 10) + 4 * 10 * 6;
    const double mlp = 4 * 6 * 7 + 4 * 7 * 6;
    QCOMPARE(derive(smallConfig(), {3, 10}).forwardFlopsPerImage, 2 * (projection + attention + mlp + 6 * 10));
    const DerivedFacts grey = derive(smallConfig(), {1, 10});
    QCOMPARE(grey.elementsPerPatch, std::int64_t{16});
    QCOMPARE(grey.forwardFlopsPerImage, 2 * (projection / 3 + attention + mlp + 6 * 10));
}

// A stem of two layers that halves the 8 × 8 pixels once: patches of 2 × 2 of its 7 channels; a convolution of each of 7
// units.
void TestDerived::countsTheArithmeticOfParts() {
    Config config = smallConfig();
    const double before = derive(config, {3, 10}).forwardFlopsPerImage;
    config.model.mlpDepthwise = true;
    QCOMPARE(derive(config, {3, 10}).forwardFlopsPerImage, before + 2 * (4 * 9 * 7));
    config.model.mlpDepthwise = false;
    config.model.stemWidths = {5, 7};
    config.model.stemPools = {1};
    const double stem = 64 * 27 * 5 + 16 * 45 * 7, projection = 4 * (2 * 2 * 7) * 6;
    QCOMPARE(derive(config, {3, 10}).forwardFlopsPerImage, before + 2 * (stem + projection - 4 * 48 * 6));
}

void TestDerived::memoryGrowsWithTheBatch() {
    Config config;
    config.run.batchSize = 100;
    const double hundred = derive(config, {3, 100}).trainingMemoryBytes;
    config.run.batchSize = 200;
    const double twoHundred = derive(config, {3, 100}).trainingMemoryBytes;
    const double weights = 16.0 * 21'759'012;  // what does not grow: weights, gradients, two moments
    QCOMPARE(twoHundred - weights, 2 * (hundred - weights));
}

void TestDerived::partsOfABatchTakeTheMemoryOfOne() {
    Config config = smallConfig();
    config.run.batchSize = 30;
    config.run.accumulate = 4;  // of 8 images at the most
    Config part = smallConfig();
    part.run.batchSize = 8;
    const double bytes = derive(config, {3, 10}).trainingMemoryBytes;
    QCOMPARE(bytes, derive(part, {3, 10}).trainingMemoryBytes);
    config.optimizer.emaDecay = 0.9;
    const DerivedFacts averaged = derive(config, {3, 10});
    QCOMPARE(averaged.trainingMemoryBytes, bytes + 4.0 * static_cast<double>(averaged.parameters));
}

// All blocks frozen: two thirds of their work and of the embedding's, and three copies of their weights, are saved.
void TestDerived::whatIsFrozenCostsLess() {
    Config config = smallConfig();
    const DerivedFacts whole = derive(config, {3, 10});
    config.optimizer.frozenBlocks = config.model.layers;
    const DerivedFacts frozen = derive(config, {3, 10});
    std::int64_t still = 0;
    for (const ParameterRow& row : parameterPlan(config.model, config.head, {3, 10}))
        if (row.depth <= config.model.layers) still += row.count();
    QCOMPARE(frozen.parameters, whole.parameters);
    QCOMPARE(frozen.forwardFlopsPerImage, whole.forwardFlopsPerImage);
    QVERIFY(frozen.trainingFlopsPerImage > frozen.forwardFlopsPerImage);
    QVERIFY(frozen.trainingFlopsPerImage < 1.1 * frozen.forwardFlopsPerImage);
    QVERIFY(whole.trainingMemoryBytes - frozen.trainingMemoryBytes > 12.0 * static_cast<double>(still));
}

// The block with the second epoch, the embedding with the third.
void TestDerived::whatThawsCostsMoreFromThenOn() {
    Config config = smallConfig();
    config.run.epochs = 4;
    const DerivedFacts whole = derive(config, {3, 10});
    config.optimizer.frozenBlocks = 1;
    const DerivedFacts frozen = derive(config, {3, 10});
    config.optimizer.thaw = Thaw::BlockByBlock;
    const DerivedFacts thawed = derive(config, {3, 10});
    const auto in = [&](std::int64_t first, std::int64_t last) { return trainingFlops(config, {3, 10}, first, last); };
    const double embedding = 2 * 4 * 48 * 6;
    QCOMPARE(in(1, 1), frozen.trainingFlopsPerImage);
    QCOMPARE(in(2, 2), whole.trainingFlopsPerImage - 2 * embedding);
    QCOMPARE(in(3, 3), whole.trainingFlopsPerImage);
    QCOMPARE(in(4, 4), whole.trainingFlopsPerImage);
    QCOMPARE(in(2, 3), (in(2, 2) + in(3, 3)) / 2);
    QCOMPARE(thawed.trainingFlopsPerImage, (in(1, 1) + in(2, 2) + in(3, 3) + in(4, 4)) / 4);
    QCOMPARE(thawed.trainingMemoryBytes, whole.trainingMemoryBytes);  // of the last epoch
    QCOMPARE(thawed.learningParameters, whole.parameters);
    config.optimizer.thawEpochs = 3;  // the block alone, in the last epoch
    QCOMPARE(in(3, 3), frozen.trainingFlopsPerImage);
    QCOMPARE(in(4, 4), whole.trainingFlopsPerImage - 2 * embedding);
    QVERIFY(derive(config, {3, 10}).trainingMemoryBytes < whole.trainingMemoryBytes);
    QVERIFY(derive(config, {3, 10}).trainingMemoryBytes > frozen.trainingMemoryBytes);
    config.optimizer.thaw = Thaw::AllAtOnce;
    QCOMPARE(in(3, 3), frozen.trainingFlopsPerImage);
    QCOMPARE(in(4, 4), whole.trainingFlopsPerImage);
    config.optimizer.loraRank = 2;  // by which the embedding never learns
    QCOMPARE(in(4, 4), whole.trainingFlopsPerImage - 2 * embedding);
}

// Of queries, keys and values [10, 6] each, of the MLP's [7, 6] and [6, 7], and the head with its bias. A kernel is there
// three times, with its gradient and what it began with; what learns four times; the rest once.
void TestDerived::adaptersAreCounted() {
    Config config = smallConfig();
    const DerivedFacts whole = derive(config, {3, 10});
    QCOMPARE(whole.learningParameters, whole.parameters);
    config.optimizer.loraRank = 2;
    const DerivedFacts adapted = derive(config, {3, 10});
    const std::int64_t kernels = 6 * 30 + 6 * 7 + 7 * 6, head = 6 * 10 + 10;
    const std::int64_t factors = 2 * (3 * (6 + 10) + (6 + 7) + (7 + 6));
    QCOMPARE(adapted.parameters, whole.parameters);
    QCOMPARE(adapted.learningParameters, factors + head);
    const std::int64_t numbers = 4 * (factors + head) + 3 * kernels + (whole.parameters - kernels - head);
    config.run.batchSize *= 2;
    const double batch = derive(config, {3, 10}).trainingMemoryBytes - adapted.trainingMemoryBytes;
    QCOMPARE(adapted.trainingMemoryBytes - batch, 4.0 * static_cast<double>(numbers));
    QVERIFY(adapted.trainingFlopsPerImage < whole.trainingFlopsPerImage);
    QVERIFY(adapted.trainingFlopsPerImage > 2 * whole.forwardFlopsPerImage);
    config.optimizer.frozenBlocks = config.model.layers;
    QCOMPARE(derive(config, {3, 10}).learningParameters, head);
}

void TestDerived::unusableSizesGiveZeros_data() {
    using Change = std::function<void(Config&)>;
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
    row("patch 0", [](Config& c) { c.model.patchSize = 0; });
    row("patch that does not fit", [](Config& c) { c.model.patchSize = 7; });
    row("negative", [](Config& c) { c.model.imageSize = -72; });
    row("width that does not fit", [](Config& c) { c.model.imageWidth = 100; });
    row("negative width", [](Config& c) { c.model.imageWidth = -72; });
    row("huge", [](Config& c) { c.model.projectionDim = kHuge; });
    row("huge MLP", [](Config& c) { c.model.mlpUnits = {kHuge, 64}; });
    row("huge head", [](Config& c) { c.head.units = {kHuge}; });
    row("huge thaw", [](Config& c) {
        c.optimizer.frozenBlocks = 1;
        c.optimizer.thaw = Thaw::BlockByBlock;
        c.optimizer.thawEpochs = kHuge;
    });
    row("huge rank", [](Config& c) { c.optimizer.loraRank = kHuge; });
    row("huge batch", [](Config& c) { c.run.batchSize = kHuge; });
    row("no MLP", [](Config& c) { c.model.mlpUnits.clear(); });
}

void TestDerived::unusableSizesGiveZeros() {
    QFETCH(std::function<void(Config&)>, change);
    Config config;
    change(config);
    const DerivedFacts facts = derive(config, {3, 100});
    QCOMPARE(facts.parameters, std::int64_t{0});
    QCOMPARE(facts.patchesPerImage, std::int64_t{0});
    QCOMPARE(facts.forwardFlopsPerImage, 0.0);
    QCOMPARE(facts.trainingMemoryBytes, 0.0);
}

QTEST_GUILESS_MAIN(TestDerived)
#include "test_derived.moc"
