// SPDX-License-Identifier: GPL-3.0-or-later
// A stem that whitens: its filters against their definition, what they give, and how they stand a training.
#include "core/config/derived.h"
#include "core/config/learning_plan.h"
#include "core/config/presets.h"
#include "core/device/device.h"
#include "core/io/safetensors.h"
#include "core/model/weights.h"
#include "core/train/stem_whitening.h"
#include "core/train/trainer.h"
#include "tests/support/memory_dataset.h"

#include <torch/utils.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace vit;

namespace {

using Change = std::function<void(Config&)>;

constexpr double kEpsilon = 5e-4;
constexpr const char* kKernel = "stem.conv1.weight";

// A number is near the one before it, whatever separates them, and every direction of a patch has its share.
std::shared_ptr<const Dataset> roughImages(int channels) {
    constexpr int kSide = 16;
    std::mt19937 random(3);
    const auto table = [&](std::int64_t count) {
        ImageTable images;
        unsigned value = 128;
        for (std::int64_t i = 0; i < count; ++i) {
            images.labels.push_back(static_cast<std::int32_t>(i % 3));
            for (int p = 0; p < kSide * kSide * channels; ++p) {
                value = (2 * value + static_cast<unsigned>(random() % 256)) / 3;
                images.pixels.push_back(static_cast<std::uint8_t>(value));
            }
        }
        return images;
    };
    ImageTable train = table(130);
    return test::datasetInMemory("rough", {kSide, kSide, channels}, {"a", "b", "c"}, std::move(train), table(12));
}

Config whitening(std::vector<std::int64_t> widths) {
    Config config = preset("testing").config;
    config.data.validationShare = 0.2;
    config.data.trainLimit = 0;
    config.model.stemWidths = std::move(widths);
    config.model.stemWhitening = true;
    config.run.device = DeviceChoice::Cpu;
    config.run.epochs = 1;
    config.run.layerStatisticsSteps = 0;
    return config;
}

TrainerHooks silent() { return {[](const Event&) {}, [] { return Going::On; }}; }

const torch::Tensor& kernelOf(Trainer& trainer) {
    return trainer.classifier().network()->stem->convolutions.front()->weight;
}

torch::Tensor trainingImages(Trainer& trainer) {
    std::vector<std::int64_t> all(static_cast<std::size_t>(trainer.trainView().count()));
    std::iota(all.begin(), all.end(), 0);
    return trainer.classifier().pipeline().prepare(gather(trainer.trainView(), all).images);  // [B, C, S, S]
}

// Pixel by pixel: [patches, 3 * 3 * C].
torch::Tensor neighbourhoodsOf(const torch::Tensor& images, std::int64_t stride) {
    const auto pixels = images.accessor<float, 4>();
    std::vector<double> numbers;
    for (std::int64_t b = 0; b < images.size(0); ++b)
        for (std::int64_t y = 0; y + 3 <= images.size(2); y += stride)
            for (std::int64_t x = 0; x + 3 <= images.size(3); x += stride)
                for (std::int64_t row = 0; row < 3; ++row)
                    for (std::int64_t column = 0; column < 3; ++column)
                        for (std::int64_t c = 0; c < images.size(1); ++c)
                            numbers.push_back(static_cast<double>(pixels[b][c][y + row][x + column]));
    return torch::tensor(numbers, torch::kFloat64).view({-1, 9 * images.size(1)});
}

// Neighbours and channels that are alike.
torch::Tensor madeUp(std::int64_t count, std::int64_t channels) {
    torch::manual_seed(11);
    const torch::Tensor noise = torch::randn({count, channels, 11, 11});
    return noise + 0.8 * noise.roll(1, 3) + 0.5 * noise.roll(1, 1) + 0.3;
}

double largest(const torch::Tensor& difference) { return difference.abs().max().item<double>(); }

}  // namespace

class TestStemWhitening : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void filtersAreScaledComponents_data();
    void filtersAreScaledComponents();
    void directionsWithoutImagesStayFinite();
    void whatItGivesIsWhite_data();
    void whatItGivesIsWhite();
    void widthsDecideHowMany();
    void itStaysAsItBegan_data();
    void itStaysAsItBegan();
    void fusedIsPlain();
    void allButItLearns();
};

void TestStemWhitening::filtersAreScaledComponents_data() {
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("stride");
    QTest::newRow("colour") << 3 << 1;
    QTest::newRow("grey") << 1 << 1;
    QTest::newRow("every other patch") << 3 << 2;
}

// The singular vectors of the patches without their mean, over the root of their mean square.
void TestStemWhitening::filtersAreScaledComponents() {
    QFETCH(int, channels);
    QFETCH(int, stride);
    const torch::Tensor images = madeUp(12, channels);
    PatchCovariance covariance;
    covariance.add(images.narrow(0, 0, 5), stride);
    covariance.add(images.narrow(0, 5, 7), stride);
    const torch::Tensor filters = whiteningFilters(covariance.value()).to(torch::kFloat64);

    const torch::Tensor patches = neighbourhoodsOf(images, stride);
    const auto [left, values, right] = at::linalg_svd(patches - patches.mean(0), false);
    const torch::Tensor variances = values.square() / patches.size(0);
    const torch::Tensor expected = right / (variances + kEpsilon).sqrt().unsqueeze(1);  // from the strongest on
    QCOMPARE(filters.size(0), std::int64_t{2} * 9 * channels);
    const torch::Tensor falling = torch::arange(1, 9 * channels + 1, torch::kFloat64).reciprocal();
    for (std::int64_t i = 0; i < expected.size(0); ++i) {
        const torch::Tensor found = filters[2 * i];
        const double sign = (found * expected[i]).sum().item<double>() < 0 ? -1 : 1;
        QVERIFY2(largest(found - sign * expected[i]) < 1e-5, qPrintable(QString::number(i)));
        QVERIFY(torch::equal(filters[2 * i + 1], -found));
        QVERIFY((found * falling).sum().item<double>() > 0);
    }
}

// Of images in grey that are stored in colour, two thirds.
void TestStemWhitening::directionsWithoutImagesStayFinite() {
    PatchCovariance covariance;
    covariance.add(madeUp(12, 1).expand({12, 3, 11, 11}));
    const torch::Tensor filters = whiteningFilters(covariance.value());
    QVERIFY(filters.isfinite().all().item<bool>());
    QVERIFY(filters.norm(2, {1}).max().item<double>() < 1.001 / std::sqrt(kEpsilon));
}

void TestStemWhitening::whatItGivesIsWhite_data() {
    QTest::addColumn<int>("channels");
    QTest::newRow("colour") << 3;
    QTest::newRow("grey") << 1;
}

// Over all patches of the training images, as the model gets them: of variance 1 and without correlation, but for what
// epsilon takes from the weakest.
void TestStemWhitening::whatItGivesIsWhite() {
    QFETCH(int, channels);
    const QTemporaryDir folder;
    const Config config = whitening({64, 8});
    Trainer trainer(config, roughImages(channels), selectDevice(config.run), folder.path().toStdString(), silent());
    const torch::NoGradGuard noGrad;
    const torch::Tensor kernel = kernelOf(trainer).view({64, 3, 3, channels}).permute({0, 3, 1, 2});
    const torch::Tensor outputs = torch::conv2d(trainingImages(trainer), kernel);  // [B, 64, 14, 14]
    const torch::Tensor first = outputs.permute({1, 0, 2, 3}).flatten(1).slice(0, 0, 18 * channels, 2).to(torch::kFloat64);
    const torch::Tensor centred = first - first.mean(1, true);
    const torch::Tensor covariance = centred.matmul(centred.t()) / centred.size(1);
    const double off = largest(covariance - torch::eye(9 * channels, torch::kFloat64));
    QVERIFY2(off < 0.01, qPrintable(QString::number(off)));
    const torch::Tensor sizes = kernelOf(trainer).slice(0, 0, 18 * channels, 2).norm(2, {1});
    QVERIFY((sizes.diff() > -1e-5).all().item<bool>());  // the strongest need the least
}

// A narrow layer has the strongest; a wide one the same ones, and what was drawn.
void TestStemWhitening::widthsDecideHowMany() {
    const QTemporaryDir folder;
    const auto data = roughImages(3);
    const auto kernel = [&](std::int64_t width) {
        const Config config = whitening({width});
        Trainer trainer(config, data, selectDevice(config.run), folder.path().toStdString(), silent());
        return kernelOf(trainer).detach().clone();
    };
    const torch::Tensor wide = kernel(60), narrow = kernel(10);
    QVERIFY(torch::equal(wide.narrow(0, 0, 10), narrow));
    Classifier drawn(whitening({60}), describe(*data), torch::kCPU);
    const torch::Tensor fresh = drawn.network()->stem->convolutions.front()->weight.detach();
    QVERIFY(torch::equal(wide.slice(0, 54), fresh.slice(0, 54)));
    QVERIFY((wide.slice(0, 0, 54) != fresh.slice(0, 0, 54)).any(1).all().item<bool>());
}

void TestStemWhitening::itStaysAsItBegan_data() {
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    row("AdamW", [](Config&) {});
    row("plain layers", [](Config& c) { c.run.kernels = KernelChoice::Plain; });
    row("Muon, averaged", [](Config& c) {
        c.optimizer.type = OptimizerType::Muon;
        c.optimizer.emaDecay = 0.9;
    });
    row("clipped, in parts, measured", [](Config& c) {
        c.optimizer.clipNorm = 0.5;
        c.run.accumulate = 3;
        c.run.layerStatisticsSteps = 1;
    });
}

// To the bit, decay and all, in both files; its bias and the layer after it learn.
void TestStemWhitening::itStaysAsItBegan() {
    QFETCH(Change, change);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    Config config = whitening({60, 8});
    config.optimizer.weightDecay = 0.01;
    change(config);
    Trainer trainer(config, roughImages(3), selectDevice(config.run), path, silent());
    const std::vector<std::byte> kernel = toTensorData(kernelOf(trainer)).bytes;
    const auto& network = trainer.classifier().network();
    const std::vector<std::byte> bias = toTensorData(network->stem->convolutions[0]->bias).bytes;
    const std::vector<std::byte> next = toTensorData(network->stem->convolutions[1]->weight).bytes;
    trainer.run({});
    const TensorFile last = readSafetensors(path / "last.safetensors");
    const TensorFile best = readSafetensors(path / "best.safetensors");
    QVERIFY(last.tensors.at(std::string("model.") + kKernel).bytes == kernel);
    QVERIFY(best.tensors.at(kKernel).bytes == kernel);
    QVERIFY(last.tensors.at("model.stem.conv1.bias").bytes != bias);
    QVERIFY(last.tensors.at("model.stem.conv2.weight").bytes != next);
    for (const auto& [name, data] : last.tensors)
        QVERIFY2(!name.starts_with("optimizer.") || !name.ends_with(kKernel), name.c_str());
}

// The kernels' gradients pass a layer that wants none.
void TestStemWhitening::fusedIsPlain() {
    const QTemporaryDir folder;
    const auto best = [&](KernelChoice kernels, const char* name) {
        const std::filesystem::path path = std::filesystem::path(folder.path().toStdString()) / name;
        std::filesystem::create_directories(path);
        Config config = whitening({24, 8});
        config.optimizer.type = OptimizerType::Sgd;
        config.optimizer.learningRate = 0.01;
        config.run.kernels = kernels;
        Trainer(config, roughImages(3), selectDevice(config.run), path, silent()).run({});
        return readSafetensors(path / "best.safetensors");
    };
    const TensorFile plain = best(KernelChoice::Plain, "plain"), fused = best(KernelChoice::Auto, "fused");
    for (const auto& [name, data] : plain.tensors) {
        const double difference = largest(toTensor(data) - toTensor(fused.tensors.at(name)));
        QVERIFY2(difference < 1e-4, name.c_str());
    }
}

void TestStemWhitening::allButItLearns() {
    const Config config = whitening({60, 8});
    for (const ParameterRow& row : parameterPlan(config.model, config.head, {3, 3}))
        QVERIFY2(everLearns(row, config.optimizer) == (row.name != kKernel), row.name.c_str());
    const DerivedFacts facts = derive(config, {3, 3});
    QCOMPARE(facts.parameters - facts.learningParameters, std::int64_t{60} * 27);
}

QTEST_GUILESS_MAIN(TestStemWhitening)
#include "test_stem_whitening.moc"
