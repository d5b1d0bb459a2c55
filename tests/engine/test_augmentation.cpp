// SPDX-License-Identifier: GPL-3.0-or-later
// The table of augmentations: what each draws, that none disturbs another, and that a batch may be drawn in parts.
#include "core/device/device.h"
#include "core/input/augmentation/augmentation.h"
#include "core/input/augmentation/auto_augment.h"
#include "core/input/augmentation/cutout.h"
#include "core/input/augmentation/drawn_operation.h"
#include "core/input/augmentation/erasing.h"
#include "core/input/augmentation/flip.h"
#include "core/input/augmentation/pixel_operations.h"
#include "core/input/augmentation/rotation.h"
#include "core/input/augmentation/shift.h"
#include "core/input/augmentation/zoom.h"
#include "core/ranks/rank_slice.h"

#include <torch/utils.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <set>
#include <string>

using namespace vit;

namespace {

constexpr AugmentationConfig kAll{.shift = 3,
                                  .erasing = 0.5,
                                  .alternatingFlip = true,
                                  .policy = AugmentationPolicy::RandAugment,
                                  .randomOperations = 3,
                                  .randomMagnitude = 15,
                                  .brightness = 0.4,
                                  .contrast = 0.4,
                                  .saturation = 0.4,
                                  .cutout = 7};
constexpr AugmentationConfig kAuto{.policy = AugmentationPolicy::AutoAugment};
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

std::size_t placeOf(const std::string& name) {
    const auto rows = augmentations();
    return static_cast<std::size_t>(
        std::ranges::find_if(rows, [&](const Augmentation& row) { return row.name == name; }) - rows.begin());
}

// Of the images of a row's numbers, drawn alone.
std::vector<torch::Tensor> drawnBy(const std::string& name, const AugmentationConfig& config, std::int64_t images) {
    return draw(config, {5, 6, 0, images})[placeOf(name)];
}

double meanOf(const torch::Tensor& values) { return values.to(torch::kFloat64).mean().item<double>(); }

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
    void everyImageIsMirroredEveryOtherEpoch();
    void cutsSquares();
    void squaresLieAnywhere();
    void coloursChangeWithinTheirRanges();
    void policiesDrawEachOperationAsOften_data();
    void policiesDrawEachOperationAsOften();
    void randAugmentHasOneStrength();
    void autoAugmentHasThePapersTable();
    void autoAugmentKeepsItsChances();
    void autoAugmentDrawsByRunStepAndPlaceAlone();
    void pairsAreDoneOneAfterTheOther();
    void operationsOfPixelsSeePixels();
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
    const std::vector<torch::Tensor>& moves = drawn[placeOf("shift")];
    for (const torch::Tensor& by : moves) {
        const torch::Tensor counts = torch::bincount((by + 2).to(torch::kInt64));
        QCOMPARE(counts.size(0), std::int64_t{5});  // each of -2 … 2, as often
        QVERIFY(counts.min().item<std::int64_t>() > 850 && counts.max().item<std::int64_t>() < 1150);
    }
    QVERIFY(!moves[0].equal(moves[1]));
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
    const std::vector<torch::Tensor>& sides = drawn[placeOf("erasing")];
    const torch::Tensor height = sides[1] - sides[0], width = sides[3] - sides[2], area = height * width;
    const torch::Tensor hit = area > 0;
    QVERIFY(std::abs(hit.to(torch::kFloat64).mean().item<double>() - 0.25) < 0.03);
    const torch::Tensor areas = area.masked_select(hit);
    QVERIFY(areas.min().item<double>() > 0.019 && areas.max().item<double>() < 0.3301);
    QVERIFY(areas.max().item<double>() > 0.3 && areas.min().item<double>() < 0.04);
    for (const torch::Tensor& side : sides)
        QVERIFY(side.min().item<double>() >= 0 && side.max().item<double>() <= 1 + 1e-12);
}

// By its own coin at first, whatever its place in the epoch and whenever it comes; the other half of the images then.
void TestAugmentation::everyImageIsMirroredEveryOtherEpoch() {
    const AugmentationConfig config{.alternatingFlip = true};
    const std::size_t place = placeOf("alternating flip");
    std::vector<std::int64_t> images(2000), backwards(2000);
    std::iota(images.begin(), images.end(), 0);
    std::copy(images.rbegin(), images.rend(), backwards.begin());
    const auto flips = [&](std::uint64_t epoch, const std::vector<std::int64_t>& shown, std::uint64_t step) {
        return draw(config, {.seed = 9, .step = step, .count = 2000, .epoch = epoch, .images = shown})[place][0];
    };
    const torch::Tensor first = flips(1, images, 0);
    QVERIFY(std::abs(meanOf(first) - 0.5) < 0.05);
    QVERIFY(flips(2, images, 40).equal(1 - first));
    QVERIFY(flips(3, images, 80).equal(first));
    QVERIFY(flips(1, backwards, 7).equal(first.flip(0)));
    QVERIFY(draw(config, {9, 0, 0, 4})[placeOf("flip")].empty());
    QVERIFY(draw(AugmentationConfig{}, {9, 0, 0, 4})[place].empty());

    const torch::Tensor pictures = torch::rand({4, 3, 6, 6});
    DrawnNumbers drawn(augmentations().size());
    drawn[place] = {torch::tensor({1., 0., 0., 1.}, torch::kFloat64)};
    const torch::Tensor flipped = augment(pictures, drawn);
    QVERIFY(flipped[0].equal(pictures[0].flip(2)) && flipped[1].equal(pictures[1]));
}

void TestAugmentation::cutsSquares() {
    const torch::Tensor ones = torch::ones({3, 2, 8, 8});
    const auto numbers = [](double a, double b, double c) { return torch::tensor({a, b, c}, torch::kFloat64); };
    const torch::Tensor cut = cutSquares(ones, numbers(0.5, 0, 0.99), numbers(0.51, 0, 0.26), numbers(4, 4, 3));
    torch::Tensor expected = ones.clone();
    expected[0].slice(1, 2, 6).slice(2, 2, 6).zero_();   // about pixel (4, 4)
    expected[1].slice(1, 0, 2).slice(2, 0, 2).zero_();   // a quarter of it, about (0, 0)
    expected[2].slice(1, 6, 8).slice(2, 1, 4).zero_();   // about (7, 2)
    QVERIFY(cut.equal(expected));
}

void TestAugmentation::squaresLieAnywhere() {
    const std::vector<torch::Tensor> drawn = drawnBy("cutout", {.cutout = 8}, 4000);
    const torch::Tensor cut = cutSquares(torch::ones({4000, 1, 16, 16}), drawn[0], drawn[1], drawn[2]);
    // 8 pixels about each of 16 places of a side: 4, 5, 6, 7 of them at one end, 7, 6, 5 at the other.
    const double side = (4 + 5 + 6 + 7 + 9 * 8 + 7 + 6 + 5) / 16.0;
    QVERIFY(std::abs(meanOf(1 - cut) - side * side / 256) < 0.004);
    QVERIFY(cut.amin(0).max().item<float>() == 0);  // every pixel is hit by one of them
}

void TestAugmentation::coloursChangeWithinTheirRanges() {
    const std::vector<torch::Tensor> drawn =
        drawnBy("colour jitter", {.brightness = 0.4, .contrast = 0.2, .saturation = 0}, 4000);
    const std::array widths = {0.4, 0.2, 0.0};
    for (std::size_t i = 0; i < widths.size(); ++i) {
        QVERIFY(std::abs(meanOf(drawn[i]) - 1) < 0.02);
        QVERIFY((drawn[i] - 1).abs().max().item<double>() <= widths[i]);
        QVERIFY((drawn[i] - 1).abs().max().item<double>() >= 0.99 * widths[i]);
    }
}

void TestAugmentation::policiesDrawEachOperationAsOften_data() {
    QTest::addColumn<QString>("row");
    QTest::addColumn<AugmentationPolicy>("policy");
    QTest::newRow("TrivialAugment") << "TrivialAugment" << AugmentationPolicy::TrivialAugment;
    QTest::newRow("RandAugment, first") << "RandAugment 1" << AugmentationPolicy::RandAugment;
    QTest::newRow("RandAugment, second") << "RandAugment 2" << AugmentationPolicy::RandAugment;
}

void TestAugmentation::policiesDrawEachOperationAsOften() {
    QFETCH(QString, row);
    QFETCH(AugmentationPolicy, policy);
    constexpr std::int64_t kImages = 14'000;
    const std::vector<torch::Tensor> drawn = drawnBy(row.toStdString(), {.policy = policy}, kImages);
    const torch::Tensor counts = torch::bincount(drawn[0].to(torch::kInt64));
    const torch::Tensor found = counts.masked_select(counts > 0);
    QCOMPARE(found.size(0), std::int64_t{kDrawnOperations});
    QVERIFY(found.min().item<std::int64_t>() > 850 && found.max().item<std::int64_t>() < 1150);
    const torch::Tensor angles = drawn[1].masked_select(drawn[0] == static_cast<double>(DrawnOperation::Rotate));
    const double steepest = policy == AugmentationPolicy::TrivialAugment ? 135 : 9.0;  // 30° · 9 / 30
    QVERIFY(std::abs(meanOf(angles)) < 0.1 * steepest);
    QVERIFY(std::abs(angles.abs().max().item<double>() - steepest) < 1e-9);
    const std::int64_t strengths = std::get<0>(at::_unique2(angles.abs())).size(0);
    QCOMPARE(strengths, std::int64_t{policy == AugmentationPolicy::TrivialAugment ? 31 : 1});
}

void TestAugmentation::randAugmentHasOneStrength() {
    AugmentationConfig config{.policy = AugmentationPolicy::RandAugment, .randomOperations = 3, .randomMagnitude = 0};
    const DrawnNumbers none = draw(config, {1, 2, 0, 50});
    QVERIFY(none[placeOf("RandAugment 4")].empty() && none[placeOf("TrivialAugment")].empty());
    QVERIFY(!none[placeOf("RandAugment 1")][0].equal(none[placeOf("RandAugment 3")][0]));
    config.randomMagnitude = 30;
    const auto strong = drawnBy("RandAugment 1", config, 2000);
    const auto amounts = [&](DrawnOperation operation) {
        return strong[1].masked_select(strong[0] == static_cast<double>(operation));
    };
    QVERIFY(amounts(DrawnOperation::Posterize).eq(4).all().item<bool>());
    QVERIFY(amounts(DrawnOperation::Solarize).eq(0).all().item<bool>());
    QVERIFY(amounts(DrawnOperation::ShearX).abs().eq(0.3).all().item<bool>());
    QVERIFY(amounts(DrawnOperation::MoveX).size(0) == 0 && amounts(DrawnOperation::MoveShareX).size(0) > 0);
    // What has no strength leaves the picture as it is, but for stretching and equalising.
    const torch::Tensor pixels = torch::rand({50, 3, 8, 8}) * 255;
    for (const char* row : {"RandAugment 1", "RandAugment 2", "RandAugment 3"}) {
        const std::vector<torch::Tensor>& drawn = none[placeOf(row)];
        const torch::Tensor plain = drawn[0] < static_cast<double>(DrawnOperation::Posterize);
        const torch::Tensor moved = (operateOn(pixels, drawn[0], drawn[1]) - pixels).abs().amax({1, 2, 3});
        QVERIFY(moved.masked_select(plain).max().item<double>() < 1e-3);
    }
}

// As torchvision prints its operations: how often each stands in the policy, and the sums of chances and magnitudes.
void TestAugmentation::autoAugmentHasThePapersTable() {
    QCOMPARE(subPolicies().size(), std::size_t{25});
    std::map<DrawnOperation, int> found;
    double chances = 0;
    int magnitudes = 0;
    for (const SubPolicy& pair : subPolicies())
        for (const auto& [operation, chance, magnitude] : pair) {
            ++found[operation];
            chances += chance;
            magnitudes += magnitude;
            QVERIFY(chance >= 0 && chance <= 0.9 && magnitude >= 0 && magnitude <= 9);
        }
    const std::map<DrawnOperation, int> expected = {
        {DrawnOperation::ShearY, 2},     {DrawnOperation::MoveShareX, 2}, {DrawnOperation::MoveShareY, 5},
        {DrawnOperation::Rotate, 1},     {DrawnOperation::Brightness, 4}, {DrawnOperation::Colour, 5},
        {DrawnOperation::Contrast, 2},   {DrawnOperation::Sharpness, 5},  {DrawnOperation::Posterize, 1},
        {DrawnOperation::Solarize, 4},   {DrawnOperation::Stretch, 7},    {DrawnOperation::Equalize, 9},
        {DrawnOperation::Invert, 3}};
    QVERIFY(found == expected);
    QVERIFY(std::abs(chances - 26.5) < 1e-9);
    QCOMPARE(magnitudes, 187);
}

// Each pair as often as the others, each operation as often as its chance has it, either sign as often, and always at
// the strength of its bin.
void TestAugmentation::autoAugmentKeepsItsChances() {
    constexpr std::int64_t kImages = 100'000;
    const std::vector<torch::Tensor> drawn = drawnBy("AutoAugment", kAuto, kImages);
    std::array<std::vector<double>, 4> numbers;
    for (std::size_t i = 0; i < 4; ++i) {
        const double* values = drawn[i].const_data_ptr<double>();
        numbers[i].assign(values, values + kImages);
    }
    struct Count {
        double images = 0, done = 0, negative = 0;
    };
    std::vector<std::array<Count, 2>> counts(25);
    const std::set<DrawnOperation> ofTwoSigns = {DrawnOperation::ShearY,     DrawnOperation::MoveShareX,
                                                 DrawnOperation::MoveShareY, DrawnOperation::Rotate,
                                                 DrawnOperation::Brightness, DrawnOperation::Colour,
                                                 DrawnOperation::Contrast,   DrawnOperation::Sharpness};
    const std::map<DrawnOperation, double> strongest = {
        {DrawnOperation::ShearY, 0.3},
        {DrawnOperation::MoveShareX, 150.0 / 331},
        {DrawnOperation::MoveShareY, 150.0 / 331},
        {DrawnOperation::Rotate, 30},
        {DrawnOperation::Brightness, 0.9},
        {DrawnOperation::Colour, 0.9},
        {DrawnOperation::Contrast, 0.9},
        {DrawnOperation::Sharpness, 0.9},
        {DrawnOperation::Solarize, -255},
        {DrawnOperation::Posterize, -3.0 * 9 / 7}};  // its one magnitude is 7, which takes 3 bits
    for (std::size_t image = 0; image < kImages; ++image) {
        const auto words = philox({5, 6, kAutoAugment.site}, static_cast<std::uint32_t>(image));
        const auto pair = static_cast<std::size_t>(words[0] / 4294967296.0 * 25);
        for (std::size_t i = 0; i < 2; ++i) {
            const PolicyOperation& row = subPolicies()[pair][i];
            const double which = numbers[2 * i][image], amount = numbers[2 * i + 1][image];
            Count& count = counts[pair][i];
            ++count.images;
            if (which == static_cast<double>(DrawnOperation::Nothing)) continue;
            QCOMPARE(which, static_cast<double>(row.operation));
            ++count.done;
            double neutral = 0;
            if (row.operation >= DrawnOperation::Brightness && row.operation <= DrawnOperation::Sharpness) neutral = 1;
            if (row.operation == DrawnOperation::Posterize) neutral = 8;
            if (row.operation == DrawnOperation::Solarize) neutral = 255;
            const auto range = strongest.find(row.operation);
            const double strength = range == strongest.end() ? 0 : range->second * row.magnitude / 9;
            const double distance = amount - neutral;
            if (!ofTwoSigns.contains(row.operation)) QVERIFY(std::abs(distance - strength) < 1e-9);
            QVERIFY(std::abs(std::abs(distance) - std::abs(strength)) < 1e-9);
            if (distance < 0) ++count.negative;
        }
    }
    for (std::size_t pair = 0; pair < 25; ++pair)
        for (std::size_t i = 0; i < 2; ++i) {
            const PolicyOperation& row = subPolicies()[pair][i];
            const Count& count = counts[pair][i];
            QVERIFY(std::abs(count.images - 4000) < 300);
            QVERIFY(std::abs(count.done / count.images - row.chance) < 0.04);
            if (ofTwoSigns.contains(row.operation) && row.magnitude > 0)
                QVERIFY(std::abs(count.negative / count.done - 0.5) < 0.13);
        }
}

void TestAugmentation::autoAugmentDrawsByRunStepAndPlaceAlone() {
    const std::size_t place = placeOf("AutoAugment");
    const std::vector<torch::Tensor> drawn = draw(kAuto, {5, 6, 0, 200})[place];
    QVERIFY(equal(draw(kAuto, {5, 6, 0, 200})[place], drawn));
    const std::vector<torch::Tensor> part = draw(kAuto, {5, 6, 120, 50})[place];
    for (std::size_t i = 0; i < 4; ++i) QVERIFY(part[i].equal(drawn[i].narrow(0, 120, 50)));
    QVERIFY(!equal(draw(kAuto, {5, 7, 0, 200})[place], drawn));
    QVERIFY(!equal(draw(kAuto, {6, 6, 0, 200})[place], drawn));
    QVERIFY(draw(AugmentationConfig{}, {5, 6, 0, 4})[place].empty());
    for (const char* other : {"TrivialAugment", "RandAugment 1"})
        QVERIFY(draw(kAuto, {5, 6, 0, 4})[placeOf(other)].empty());
}

void TestAugmentation::pairsAreDoneOneAfterTheOther() {
    const torch::Tensor pixels = (torch::rand({3, 3, 8, 8}) * 255).round();
    const auto numbers = [](DrawnOperation a, DrawnOperation b, DrawnOperation c) {
        return torch::tensor({static_cast<double>(a), static_cast<double>(b), static_cast<double>(c)}, torch::kFloat64);
    };
    const auto amounts = [](double a, double b, double c) { return torch::tensor({a, b, c}, torch::kFloat64); };
    const auto of = [](double amount) { return torch::full({1}, amount, torch::kFloat64); };
    const std::vector<torch::Tensor> drawn = {
        numbers(DrawnOperation::Solarize, DrawnOperation::Nothing, DrawnOperation::Invert), amounts(170, 0, 0),
        numbers(DrawnOperation::Stretch, DrawnOperation::Brightness, DrawnOperation::Nothing), amounts(0, 1.6, 0)};
    const torch::Tensor changed = applyPair(pixels, drawn);
    QVERIFY(changed[0].equal(stretched(solarized(pixels.narrow(0, 0, 1), of(170)))[0]));
    QVERIFY(changed[1].equal(brightened(pixels.narrow(0, 1, 1), of(1.6))[0]));
    QVERIFY(changed[2].equal(255 - pixels[2]));
}

// Normalised images are brought back for them, and normalised again.
void TestAugmentation::operationsOfPixelsSeePixels() {
    const PixelScale scale{torch::tensor({100.F, 120.F, 90.F}).view({1, 3, 1, 1}),
                           torch::tensor({50.F, 60.F, 70.F}).view({1, 3, 1, 1})};
    const torch::Tensor pixels = (torch::rand({5, 3, 6, 6}) * 255).round();
    AugmentationConfig config = kOff;
    config.brightness = 0.5;
    const DrawnNumbers drawn = draw(config, {1, 2, 0, 5});
    const torch::Tensor changed = augment(scale.fromPixels(pixels), drawn, augmentations(), scale);
    const torch::Tensor expected =
        (pixels * drawn[placeOf("colour jitter")][0].to(torch::kFloat32).view({5, 1, 1, 1})).clamp(0, 255);
    QVERIFY((scale.toPixels(changed) - expected).abs().max().item<double>() < 1e-3);
}

void TestAugmentation::ranksDrawAndApplyTheSame_data() {
    QTest::addColumn<int>("ranks");
    QTest::addColumn<AugmentationPolicy>("policy");
    const auto rows = [](const char* name, AugmentationPolicy policy) {
        for (const int ranks : {1, 2, 3, 8}) QTest::addRow("%d%s", ranks, name) << ranks << policy;
    };
    rows("", AugmentationPolicy::RandAugment);
    rows(", TrivialAugment", AugmentationPolicy::TrivialAugment);
    rows(", AutoAugment", AugmentationPolicy::AutoAugment);
}

void TestAugmentation::ranksDrawAndApplyTheSame() {
    QFETCH(int, ranks);
    QFETCH(AugmentationPolicy, policy);
    const AugmentationConfig config =
        policy == AugmentationPolicy::RandAugment ? kAll : AugmentationConfig{.policy = policy};
    for (const std::int64_t count : {13, 5}) {
        const torch::Tensor images = torch::rand({count, 3, 24, 24}) * 255;
        const torch::Tensor whole = augment(images, draw(config, {1, 9, 0, count}));
        std::vector<torch::Tensor> parts;
        for (int rank = 0; rank < ranks; ++rank) {
            const RankSlice::Part part = RankSlice{rank, ranks}.of(count);
            parts.push_back(augment(images.narrow(0, part.first, part.count),
                                    draw(config, {1, 9, part.first, part.count})));
        }
        QVERIFY(torch::cat(parts).equal(whole));
    }
}

QTEST_GUILESS_MAIN(TestAugmentation)
#include "test_augmentation.moc"
