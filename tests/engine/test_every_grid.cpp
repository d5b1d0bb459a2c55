// SPDX-License-Identifier: GPL-3.0-or-later
// Every way to look inside, on every kind of head, from one patch to 37 x 37 and on grids that are not square, in colour and
// in grey: it answers with finite numbers of the shape that it promises, and can be drawn.
#include "core/base/error.h"
#include "core/inspect/attention.h"
#include "core/inspect/faithfulness.h"
#include "core/inspect/layer_answers.h"
#include "core/inspect/relevance.h"
#include "core/inspect/tensor_arrays.h"
#include "core/inspect/tokens.h"
#include "core/inspect/what_if.h"
#include "core/lenses/lens.h"
#include "tests/support/made_model.h"

#include <QtTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace vit;
using vit::test::modelOf;
using vit::test::photo;

namespace {

constexpr std::int64_t kLargest = 37;
// 1,369 passes, or a table of millions of rows, would take minutes.
const std::set<std::string> kNotOnTheLargest = {"occlusion", "gradients", "attention"};
// Not of every model: such a lens says so.
const std::set<std::string> kAlways = {"attention", "distance",  "heads",   "relevance", "legrad", "attention-gradient",
                                       "gradients", "occlusion", "rollout", "tokens",    "norms",  "positions",
                                       "filters",   "layers"};

bool isFinite(const FloatArray& array) {
    const std::int64_t count =
        std::accumulate(array.shape.begin(), array.shape.end(), std::int64_t{1}, std::multiplies<>());
    return count == static_cast<std::int64_t>(array.values.size()) &&
           torch::isfinite(asTensor(array)).all().item<bool>();
}

double sumOf(const std::vector<double>& shares) {
    return std::accumulate(shares.begin(), shares.end(), 0.0);
}

}  // namespace

class TestEveryGrid : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tappedLogitsAreTheFusedOnes_data() { models(); }
    void tappedLogitsAreTheFusedOnes();
    void attentionAndTokens_data() { models(); }
    void attentionAndTokens();
    void layersAndChanges_data() { models(); }
    void layersAndChanges();
    void methodsOfRelevance_data() { models(); }
    void methodsOfRelevance();
    void lensesCanBeDrawn_data() { models(); }
    void lensesCanBeDrawn();
    void positionsStayAFigure_data();
    void positionsStayAFigure();

private:
    static void models();
    static LoadedModel model();
    static std::int64_t side();
    static std::int64_t columns();
    static Image picture() { return photo(60, 50); }
};

void TestEveryGrid::models() {
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("channels");
    const std::pair<HeadType, const char*> heads[] = {{HeadType::Flatten, "flatten"},
                                                      {HeadType::GlobalAveragePooling, "average"},
                                                      {HeadType::ClassToken, "class token"}};
    for (const auto& [head, name] : heads) {
        for (const int side : {1, 8, 12, static_cast<int>(kLargest)}) {
            for (const int channels : {1, 3}) {
                // Grey is another first layer and another picture, on which no head and no grid depends.
                if (channels == 1 && (head != HeadType::ClassToken || side == 12 || side == kLargest)) continue;
                QTest::addRow("%s, %d x %d, %d channels", name, side, side, channels)
                    << static_cast<int>(head) << side << side << channels;
            }
        }
        for (const auto& [rows, columns] : {std::pair(5, 9), std::pair(6, 2), std::pair(1, 3)}) {
            if (head == HeadType::GlobalAveragePooling && rows != 5) continue;
            QTest::addRow("%s, %d x %d", name, rows, columns) << static_cast<int>(head) << rows << columns << 3;
        }
    }
}

LoadedModel TestEveryGrid::model() {
    QFETCH(int, head);
    QFETCH(int, side);
    QFETCH(int, channels);
    return modelOf(static_cast<HeadType>(head), side, channels, columns());
}

std::int64_t TestEveryGrid::side() {
    QFETCH(int, side);
    return side;
}

std::int64_t TestEveryGrid::columns() {
    QFETCH(int, columns);
    return columns;
}

// The kernels that train know nothing of the tap.
void TestEveryGrid::tappedLogitsAreTheFusedOnes() {
    LoadedModel model = TestEveryGrid::model();
    const torch::NoGradGuard noGrad;
    Classifier& classifier = model.classifier();
    const torch::Tensor fused = classifier.logits(classifier.prepare(picture()), {})[0];
    const FloatArray tapped = model.look(picture(), {.attention = true}).logits;
    const double difference = (asTensor(tapped) - fused).abs().max().item<double>();
    const double largest = fused.abs().max().item<double>();
    QVERIFY2(difference < 1e-5 * std::max(1.0, largest),
             qPrintable(QString("%1 of %2 by %3").arg(difference).arg(largest).arg(classifier.kernels().c_str())));
}

void TestEveryGrid::attentionAndTokens() {
    LoadedModel model = TestEveryGrid::model();
    const TokenGrid grid = tokenGrid(model.config());
    const Look look = model.look(picture(), {.attention = true, .tokens = true, .gradientsOf = 1});
    QVERIFY(isFinite(look.attention) && isFinite(look.attentionGradients) && isFinite(look.tokensGradients));
    QVERIFY((asTensor(look.attention).sum(-1) - 1).abs().max().item<double>() < 1e-4);
    const double across = std::hypot(grid.rows - 1, grid.columns - 1) * static_cast<double>(grid.patchSize);
    for (const HeadFigures& head : headFigures(look.attention, grid)) {
        QVERIFY(head.distance >= 0 && head.distance <= across);
        QVERIFY(head.entropy >= 0 && head.entropy <= std::log(static_cast<double>(grid.tokens())) + 1e-6);
        QVERIFY(head.classTokenShare >= 0 && head.classTokenShare <= 1);
    }
    QVERIFY((asTensor(rollout(look.attention)).sum(1) - 1).abs().max().item<double>() < 1e-4);
    QCOMPARE(attentionMap(layerAttention(look.attention, 0, {}), grid).shape, (std::vector{side(), columns()}));

    const TokenColours colours = tokenColours(look.normed, grid);
    QCOMPARE(colours.colours.shape, (std::vector{side(), columns(), std::int64_t{3}}));
    QVERIFY(isFinite(colours.colours) && isFinite(tokenColours(look.normed, grid, colours.basis).colours));
    const TokenNorms norms = tokenNorms(look.normed, grid);
    QVERIFY(isFinite(norms.norms) && isFinite(norms.deviations));
    QCOMPARE(positionSimilarity(model).shape, (std::vector{grid.patches(), grid.patches()}));
    const Filters filters = projectionFilters(model);
    QVERIFY(isFinite(filters.filters));
    QCOMPARE(filters.filters.shape.back(), std::int64_t{model.nativeShape().channels});
}

void TestEveryGrid::layersAndChanges() {
    LoadedModel model = TestEveryGrid::model();
    const TokenGrid grid = tokenGrid(model.config());
    const LayerAnswers answers = layerAnswers(model, picture());
    QCOMPARE(answers.top.back().front().index, model.predict(picture(), 1).top.front().index);
    const bool flatten = model.config().head.type == HeadType::Flatten;
    QCOMPARE(answers.patchClass.size(), flatten ? std::size_t{0} : answers.top.size() * std::size_t(grid.patches()));

    std::vector<std::int64_t> all(static_cast<std::size_t>(grid.patches()));
    std::iota(all.begin(), all.end(), 0);
    for (const WhatIf& change : {WhatIf{.hidden = {0}}, WhatIf{.hidden = all}, WhatIf{.heads = {{0, 1}}},
                                 WhatIf{.order = shuffledPatches(grid.patches(), 2)}, WhatIf{.blocks = {0, 1}}}) {
        const WhatIfAnswer answer = whatIf(model, picture(), change);
        QVERIFY(std::abs(sumOf(answer.before) - 1) < 1e-6 && std::abs(sumOf(answer.after) - 1) < 1e-6);
    }
    const HeadEffects effects = headEffects(model, picture(), 2);
    QVERIFY(isFinite(effects.logit) && isFinite(effects.probability));
}

void TestEveryGrid::methodsOfRelevance() {
    LoadedModel model = TestEveryGrid::model();
    if (side() == kLargest && model.config().head.type != HeadType::ClassToken) return;  // each takes its time
    for (const RelevanceMethod& method : relevanceMethods()) {
        if (side() == kLargest && kNotOnTheLargest.contains(method.key)) continue;
        const FloatArray map = relevance(model, picture(), 3, method).map;
        QCOMPARE(map.shape, (std::vector{side(), columns()}));
        QVERIFY2(isFinite(map), method.key);
        const torch::Tensor values = asTensor(map);
        if (!method.diverging) QVERIFY2(values.ge(0).all().item<bool>(), method.key);
        // Of very few patches all may speak against the class, which some methods draw as nothing.
        if (side() * columns() > 3) QVERIFY2(values.std().item<double>() > 0, method.key);
    }
    if (side() == kLargest) return;
    const Faithfulness found = faithfulness(model, picture(), randomMap(side(), columns(), 1), 3);
    QCOMPARE(found.mostFirst.size(), std::size_t{17});
    QCOMPARE(found.mostFirst.front(), found.leastFirst.front());
    QVERIFY(found.gain >= -1 && found.gain <= 1);
    if (side() == 1 && columns() == 1) QCOMPARE(found.gain, 0.0);
}

void TestEveryGrid::lensesCanBeDrawn() {
    LoadedModel model = TestEveryGrid::model();
    // By then a head is numbers, and a grid its sides.
    if (side() != columns() && (side() != 5 || model.config().head.type != HeadType::ClassToken)) return;
    for (const Lens& lens : lenses()) {
        if (side() == kLargest && kNotOnTheLargest.contains(lens.key)) continue;
        LensSettings settings;
        settings.faithfulness = side() != kLargest;
        try {
            const LensResult result = lookThrough(lens, {model, picture(), settings, {}});
            QVERIFY2(isFinite(result.numbers), lens.key.c_str());
            QVERIFY2(result.table.size() > 1, lens.key.c_str());
            for (const auto& row : result.table) QCOMPARE(row.size(), result.table.front().size());
            // What is drawn is numbers by then, whatever head and colours they come from.
            if (model.config().head.type == HeadType::ClassToken && side() <= 8 && model.nativeShape().channels == 3)
                QVERIFY(encodeFigure(result.figure, FigureFormat::Svg).size() > 100);
        } catch (const InvalidInput& fault) {
            QVERIFY2(!kAlways.contains(lens.key) && QString(fault.what()).endsWith('.'), fault.what());
        }
    }
}

void TestEveryGrid::positionsStayAFigure_data() {
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("tiles");  // along a side
    QTest::newRow("all of 12 x 12") << 12 << 12;
    QTest::newRow("all of 16 x 16") << 16 << 16;
    QTest::newRow("one in two of 17 x 17") << 17 << 9;
    QTest::newRow("one in three of 37 x 37") << 37 << 13;
}

// All of them in the numbers; in figure and table as many as can be printed and opened.
void TestEveryGrid::positionsStayAFigure() {
    QFETCH(int, side);
    QFETCH(int, tiles);
    LoadedModel model = modelOf(HeadType::GlobalAveragePooling, side);
    const LensResult result = lookThrough(lensNamed("positions"), {model, picture(), {}, {}});
    const auto patches = static_cast<std::size_t>(side * side), drawn = static_cast<std::size_t>(tiles * tiles);
    QCOMPARE(result.numbers.values.size(), patches * patches);
    QCOMPARE(result.figure.panels.size(), drawn);
    QCOMPARE(result.figure.columns, tiles);
    QCOMPARE(result.table.size(), drawn * patches + 1);
    QVERIFY(result.table.size() < 1'048'576);  // what spreadsheets take
    const bool said = std::ranges::any_of(result.figure.facts, [](const Fact& f) { return f.name == "Positions"; });
    QCOMPARE(said, tiles != side);
    // Each tile is of the patch that the table names, and most alike to itself.
    for (std::size_t tile = 0; tile < drawn; ++tile) {
        const auto patch = static_cast<std::size_t>(std::stoi(result.table[1 + tile * patches][0]));
        const std::vector<float>& values = std::get<MapPanel>(result.figure.panels[tile]).map.values;
        QCOMPARE(values[patch], *std::ranges::max_element(values));
        QCOMPARE(values[0], result.numbers.values[patch * patches]);
    }
    for (const FigureFormat format : {FigureFormat::Png, FigureFormat::Svg, FigureFormat::Pdf})
        QVERIFY(encodeFigure(result.figure, format).size() < 20'000'000);
}

QTEST_GUILESS_MAIN(TestEveryGrid)
#include "test_every_grid.moc"
