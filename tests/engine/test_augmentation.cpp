// SPDX-License-Identifier: GPL-3.0-or-later
// The table of augmentations: what each draws, that none disturbs another, and that a batch may be drawn in parts.
#include "core/device/device.h"
#include "core/input/augmentation/augmentation.h"
#include "core/input/augmentation/erasing.h"
#include "core/input/augmentation/flip.h"
#include "core/input/augmentation/rotation.h"
#include "core/input/augmentation/shift.h"
#include "core/input/augmentation/zoom.h"
#include "core/ranks/rank_slice.h"

#include <QtTest>

#include <cmath>
#include <numbers>
#include <set>
#include <string>

using namespace vit;

namespace {

constexpr AugmentationConfig kAll{.shift = 3, .erasing = 0.5};
constexpr AugmentationConfig kOff{.horizontalFlip = false, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0};

// What someone might add.
constexpr Augmentation kBrightness = {
    .name = "brightness",
    .site = augmentationSite(1),
    .numbers = 1,
    .isOn = [](const AugmentationConfig&) { return true; },
    .draw = [](const AugmentationConfig&, const RandomUnits& random,
               std::span<double> numbers) { numbers[0] = random[0]; },
    .apply = [](const torch::Tensor& images, std::span<const torch::Tensor> numbers) {
        return images + numbers[0].to(images.dtype()).view({-1, 1, 1, 1});
    },
};
constexpr std::array<Augmentation, 4> kExtended = {kFlip, kBrightness, kRotation, kZoom};

DrawnNumbers draw(const AugmentationConfig& config, const BatchPlaces& places,
                  std::span<const Augmentation> table = augmentations()) {
    return drawNumbers(config, {&places, 1}, table);
}

bool equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](const auto& x, const auto& y) { return x.equal(y); });
}

}  // namespace

class TestAugmentation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void theExamplesNumbersAreWhatTheyWere();
    void staysInItsRanges();
    void whatIsOffIsTheIdentity();
    void anotherRowDisturbsNone();
    void rowsHaveNamesAndSites();
    void severalBatchesAtOnce();
    void shiftsByWholePixels();
    void erasesRectangles();
    void ranksDrawAndApplyTheSame_data();
    void ranksDrawAndApplyTheSame();
};

// The three share one group of random words: runs that were begun before each had a row go on the same.
void TestAugmentation::theExamplesNumbersAreWhatTheyWere() {
    const AugmentationConfig config{.horizontalFlip = true, .rotation = 0.02, .zoomHeight = 0.2, .zoomWidth = 0.1};
    const DrawnNumbers drawn = draw(config, {7, 11, 0, 50});
    for (std::int64_t i = 0; i < 50; ++i) {
        const auto words = philox({7, 11, 2}, static_cast<std::uint32_t>(i));
        const auto unit = [&](std::size_t w) { return words[w] / 4294967296.0; };
        QCOMPARE(drawn[0][0][i].item<double>(), unit(0) < 0.5 ? 1.0 : 0.0);
        QCOMPARE(drawn[1][0][i].item<double>(), (2 * unit(1) - 1) * 0.02 * 2 * std::numbers::pi);
        QCOMPARE(drawn[2][0][i].item<double>(), 1 + (2 * unit(2) - 1) * 0.2);
        QCOMPARE(drawn[2][1][i].item<double>(), 1 + (2 * unit(3) - 1) * 0.1);
    }
    QVERIFY(!equal(drawn[1], draw(config, {7, 12, 0, 50})[1]));
    QVERIFY(!equal(drawn[1], draw(config, {8, 11, 0, 50})[1]));
}

void TestAugmentation::staysInItsRanges() {
    const DrawnNumbers drawn = draw(AugmentationConfig{}, {1, 3, 0, 4000});
    const torch::Tensor angles = drawn[1][0];
    QVERIFY(std::abs(drawn[0][0].mean().item<double>() - 0.5) < 0.03);
    QVERIFY(std::abs(angles.mean().item<double>()) < 0.005);
    QVERIFY(angles.abs().max().item<double>() <= 0.02 * 2 * std::numbers::pi);
    QVERIFY(angles.abs().max().item<double>() > 0.12);
    for (const torch::Tensor& zoom : drawn[2]) {
        QVERIFY(zoom.min().item<double>() >= 0.8 && zoom.min().item<double>() < 0.81);
        QVERIFY(zoom.max().item<double>() <= 1.2 && zoom.max().item<double>() > 1.19);
    }
}

void TestAugmentation::whatIsOffIsTheIdentity() {
    const torch::Tensor images = torch::rand({4, 3, 9, 9});
    const DrawnNumbers none = draw(kOff, {1, 2, 0, 4});
    for (const auto& columns : none) QVERIFY(columns.empty());
    QVERIFY(augment(images, none).equal(images));
    QVERIFY((rotateImages(images, torch::zeros({4}, torch::kFloat64)) - images).abs().max().item<double>() < 1e-5);

    DrawnNumbers flips(augmentations().size());
    flips[0] = {torch::tensor({0., 0., 1., 0.}, torch::kFloat64)};
    const torch::Tensor flipped = augment(images, flips);
    QVERIFY(flipped[1].equal(images[1]));
    QVERIFY(flipped[2].equal(images[2].flip(2)));
}

void TestAugmentation::anotherRowDisturbsNone() {
    const BatchPlaces places{3, 4, 0, 6};
    const DrawnNumbers before = draw(AugmentationConfig{}, places);
    const DrawnNumbers after = draw(AugmentationConfig{}, places, kExtended);
    QVERIFY(equal(after[0], before[0]));
    QVERIFY(equal(after[2], before[1]));
    QVERIFY(equal(after[3], before[2]));
    const torch::Tensor images = torch::rand({6, 3, 5, 5});
    const torch::Tensor brighter = augment(images, draw(kOff, places, kExtended), kExtended);
    QVERIFY(brighter.equal(images + after[1][0].to(torch::kFloat32).view({6, 1, 1, 1})));
    QVERIFY(!brighter.equal(images));
}

void TestAugmentation::rowsHaveNamesAndSites() {
    std::set<std::string> names;
    std::set<std::uint32_t> sites;
    for (const Augmentation& row : augmentations()) {
        QVERIFY2(names.insert(row.name).second, row.name);
        const bool shared = row.site == static_cast<std::uint32_t>(RandomSite::Augmentation);
        QCOMPARE(shared, std::string(row.name) == "flip" || std::string(row.name) == "rotation" ||
                             std::string(row.name) == "zoom");
        QVERIFY2(shared || (row.site > augmentationSite(0) && sites.insert(row.site).second), row.name);
    }
}

void TestAugmentation::severalBatchesAtOnce() {
    const std::vector<BatchPlaces> batches = {{1, 5, 0, 4}, {1, 6, 0, 4}, {1, 7, 0, 3}};
    const DrawnNumbers all = drawNumbers(AugmentationConfig{}, batches);
    for (std::size_t row = 0; row < all.size(); ++row) {
        QVERIFY(equal(narrow(all, 4, 4)[row], draw(AugmentationConfig{}, batches[1])[row]));
        QVERIFY(equal(narrow(all, 8, 3)[row], draw(AugmentationConfig{}, batches[2])[row]));
    }
}

void TestAugmentation::shiftsByWholePixels() {
    const torch::Tensor images = torch::rand({3, 2, 5, 5});
    const torch::Tensor moved = shiftImages(images, torch::tensor({0, 2, -1}), torch::tensor({0, -1, 4}));
    QVERIFY(moved[0].equal(images[0]));
    // Two down and one to the left: what comes in at the top is rows 1 and 0 again, at the right column 4.
    const torch::Tensor rows = images[1].index_select(1, torch::tensor({1, 0, 0, 1, 2}));
    QVERIFY(moved[1].equal(rows.index_select(2, torch::tensor({1, 2, 3, 4, 4}))));
    const torch::Tensor up = images[2].index_select(1, torch::tensor({1, 2, 3, 4, 4}));
    QVERIFY(moved[2].equal(up.index_select(2, torch::tensor({3, 2, 1, 0, 0}))));

    const AugmentationConfig config{.horizontalFlip = false, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0, .shift = 2};
    const DrawnNumbers drawn = draw(config, {5, 6, 0, 5000});
    for (const torch::Tensor& by : drawn[3]) {
        const torch::Tensor counts = torch::bincount((by + 2).to(torch::kInt64));
        QCOMPARE(counts.size(0), std::int64_t{5});  // each of -2 … 2, as often
        QVERIFY(counts.min().item<std::int64_t>() > 850 && counts.max().item<std::int64_t>() < 1150);
    }
    QVERIFY(!drawn[3][0].equal(drawn[3][1]));
}

void TestAugmentation::erasesRectangles() {
    const torch::Tensor one = torch::ones({1, 3, 8, 8});
    const auto at = [](double share) { return torch::tensor({share}, torch::kFloat64); };
    const torch::Tensor erased = eraseRectangles(one, at(0.25), at(0.5), at(0), at(0.375));
    torch::Tensor expected = one.clone();
    expected.slice(2, 2, 4).slice(3, 0, 3).zero_();
    QVERIFY(erased.equal(expected));

    const AugmentationConfig config{
        .horizontalFlip = false, .rotation = 0, .zoomHeight = 0, .zoomWidth = 0, .erasing = 0.25};
    const DrawnNumbers drawn = draw(config, {5, 6, 0, 4000});
    const std::vector<torch::Tensor>& sides = drawn[4];
    const torch::Tensor height = sides[1] - sides[0], width = sides[3] - sides[2], area = height * width;
    const torch::Tensor hit = area > 0;
    QVERIFY(std::abs(hit.to(torch::kFloat64).mean().item<double>() - 0.25) < 0.03);
    const torch::Tensor areas = area.masked_select(hit);
    QVERIFY(areas.min().item<double>() > 0.019 && areas.max().item<double>() < 0.3301);
    QVERIFY(areas.max().item<double>() > 0.3 && areas.min().item<double>() < 0.04);
    for (const torch::Tensor& side : sides)
        QVERIFY(side.min().item<double>() >= 0 && side.max().item<double>() <= 1 + 1e-12);
}

void TestAugmentation::ranksDrawAndApplyTheSame_data() {
    QTest::addColumn<int>("ranks");
    for (const int ranks : {1, 2, 3, 8}) QTest::addRow("%d", ranks) << ranks;
}

void TestAugmentation::ranksDrawAndApplyTheSame() {
    QFETCH(int, ranks);
    for (const std::int64_t count : {13, 5}) {
        const torch::Tensor images = torch::rand({count, 3, 24, 24});
        const torch::Tensor whole = augment(images, draw(kAll, {1, 9, 0, count}));
        std::vector<torch::Tensor> parts;
        for (int rank = 0; rank < ranks; ++rank) {
            const RankSlice::Part part = RankSlice{rank, ranks}.of(count);
            parts.push_back(augment(images.narrow(0, part.first, part.count),
                                    draw(kAll, {1, 9, part.first, part.count})));
        }
        QVERIFY(torch::cat(parts).equal(whole));
    }
}

QTEST_GUILESS_MAIN(TestAugmentation)
#include "test_augmentation.moc"
