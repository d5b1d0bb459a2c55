// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to images before the model, against Keras's own layers.
#include "core/data/memory_images.h"
#include "core/input/augmentation/flip.h"
#include "core/input/augmentation/rotation.h"
#include "core/input/augmentation/zoom.h"
#include "core/input/input_pipeline.h"
#include "core/model/parts/patch_embedding.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden.h"

#include <QtTest>

#include <numbers>

using namespace vit;
using parity::Golden;

namespace {

// One operation in single precision on values of this size.
constexpr double kRounding = 1e-6;
// Both sides compute sampling positions in single precision, ours between -1 and 1 (grid_sample), Keras's in pixels:
// off by some 1e-6 of a pixel's width at 24 to 48 pixels. Where neighbours differ by the whole range, the result is off
// as much.
constexpr double kSampling = 1e-5;

const ChannelStatistics kUnchanged{{0, 0, 0}, {1, 1, 1}};

}  // namespace

class TestInputs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void normalisesAsKerasAdapts();
    void resizes_data();
    void resizes();
    void flips();
    void rotates();
    void zooms();
    void chainsTheExamplesAugmentations();
    void cutsPatches_data();
    void cutsPatches();
    void cleanupTestCase() { m_comparison.print("Input"); }

private:
    parity::Comparison m_comparison;
};

void TestInputs::normalisesAsKerasAdapts() {
    const Golden golden("normalisation");
    const torch::Tensor images = golden.at("images");  // uint8 [8, 32, 32, 3]
    const auto* pixels = images.const_data_ptr<std::uint8_t>();
    const MemoryImages train({32, 32, 3}, {{pixels, pixels + images.numel()}, std::vector<std::int32_t>(8, 0)});

    const ChannelStatistics statistics = measureChannels(train);
    const auto tensorOf = [](const std::array<double, 3>& values) {
        return torch::tensor({values[0], values[1], values[2]});
    };
    QVERIFY2(m_comparison.agrees("mean", tensorOf(statistics.mean), golden.at("mean"), kRounding),
             m_comparison.problem());
    QVERIFY2(m_comparison.agrees("variance", tensorOf(statistics.deviation).square(), golden.at("variance"), kRounding),
             m_comparison.problem());
    const torch::Tensor ours = InputPipeline(32, statistics, 3, torch::kCPU).prepare(images.slice(0, 0, 2));
    QVERIFY2(m_comparison.agrees("normalised images", ours, golden.imagesAt("normalised"), kRounding),
             m_comparison.problem());
}

void TestInputs::resizes_data() {
    QTest::addColumn<QString>("sizes");
    QTest::addColumn<int>("after");
    QTest::newRow("the example's") << "32_to_72" << 72;
    QTest::newRow("by one and a half") << "32_to_48" << 48;
    QTest::newRow("by an odd factor") << "28_to_32" << 32;
    QTest::newRow("smaller, without antialiasing") << "32_to_20" << 20;
    QTest::newRow("not at all") << "18_to_18" << 18;
    QTest::newRow("of the small models") << "12_to_18" << 18;
}

void TestInputs::resizes() {
    QFETCH(QString, sizes);
    QFETCH(int, after);
    const Golden golden("resize");
    const std::string name = sizes.toStdString();
    const torch::Tensor ours = InputPipeline(after, kUnchanged, 3, torch::kCPU).prepare(golden.at(name + "/input"));
    QVERIFY2(m_comparison.agrees("resize " + name, ours, golden.imagesAt(name + "/output"), kRounding),
             m_comparison.problem());
}

void TestInputs::flips() {
    const Golden golden("transforms");
    const torch::Tensor image = golden.imagesAt("image").repeat({2, 1, 1, 1});
    const torch::Tensor ours = flipImages(image, torch::tensor({true, false}));
    QVERIFY2(m_comparison.agrees("flip", ours.slice(0, 0, 1), golden.imagesAt("flip/output"), 0),
             m_comparison.problem());
    QVERIFY(torch::equal(ours[1], image[1]));
}

void TestInputs::rotates() {
    const Golden golden("transforms");
    const torch::Tensor turns = golden.at("rotation/turns").to(torch::kFloat64);
    const torch::Tensor images = golden.imagesAt("image").repeat({turns.size(0), 1, 1, 1});
    const torch::Tensor ours = rotateImages(images, turns * 2 * std::numbers::pi);
    const torch::Tensor theirs = golden.imagesAt("rotation/output");
    for (std::int64_t i = 0; i < turns.size(0); ++i) {
        const std::string stage =
            "rotation by " + QString::number(turns[i].item<double>() * 360).toStdString() + " degrees";
        QVERIFY2(m_comparison.agrees(stage, ours[i], theirs[i], kSampling), m_comparison.problem());
    }
}

void TestInputs::zooms() {
    const Golden golden("transforms");
    const torch::Tensor heights = golden.at("zoom/heights").to(torch::kFloat64);
    const torch::Tensor widths = golden.at("zoom/widths").to(torch::kFloat64);
    const torch::Tensor images = golden.imagesAt("image").repeat({heights.size(0), 1, 1, 1});
    const torch::Tensor ours = zoomImages(images, heights, widths);
    const torch::Tensor theirs = golden.imagesAt("zoom/output");
    for (std::int64_t i = 0; i < heights.size(0); ++i) {
        const QString stage =
            QStringLiteral("zoom %1 by %2").arg(heights[i].item<double>()).arg(widths[i].item<double>());
        QVERIFY2(m_comparison.agrees(stage.toStdString(), ours[i], theirs[i], kSampling), m_comparison.problem());
    }
}

void TestInputs::chainsTheExamplesAugmentations() {
    const Golden golden("transforms");
    const torch::Tensor flips = golden.at("chain/flips");
    const torch::Tensor turns = golden.at("chain/turns");
    const torch::Tensor heights = golden.at("chain/heights");
    const torch::Tensor widths = golden.at("chain/widths");
    DrawnNumbers numbers = {{flips.to(torch::kFloat64)},
                            {turns.to(torch::kFloat64) * 2 * std::numbers::pi},
                            {heights.to(torch::kFloat64), widths.to(torch::kFloat64)}};
    numbers.resize(augmentations().size());  // the others are off
    const torch::Tensor resized = InputPipeline(48, kUnchanged, 3, torch::kCPU).prepare(golden.at("chain/images"));
    const torch::Tensor ours = augment(resized, numbers);
    QVERIFY2(
        m_comparison.agrees("resize, flip, rotation, zoom in turn", ours, golden.imagesAt("chain/output"), kSampling),
        m_comparison.problem());
}

void TestInputs::cutsPatches_data() {
    QTest::addColumn<QString>("sizes");
    QTest::addColumn<int>("patchSize");
    QTest::newRow("18 by 6") << "18_6" << 6;
    QTest::newRow("12 by 4") << "12_4" << 4;
    QTest::newRow("12 by 3") << "12_3" << 3;
}

void TestInputs::cutsPatches() {
    QFETCH(QString, sizes);
    QFETCH(int, patchSize);
    const Golden golden("patches");
    const std::string name = sizes.toStdString();
    const torch::Tensor ours = patchesOf(golden.imagesAt(name + "/images"), patchSize);
    QVERIFY2(m_comparison.agrees("patches " + name, ours, golden.at(name + "/patches"), 0), m_comparison.problem());
}

QTEST_GUILESS_MAIN(TestInputs)
#include "test_inputs.moc"
