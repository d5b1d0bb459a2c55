// SPDX-License-Identifier: GPL-3.0-or-later
// Training on a GPU: the CPU's results, the same run twice, the recorded step. Skipped where there is no GPU.
#include "core/config/presets.h"
#include "core/data/sources/synthetic.h"
#include "core/device/device.h"
#include "core/input/epoch_batches.h"
#include "core/train/optimizers/adamw.h"
#include "core/train/train_step.h"
#include "core/train/trainer.h"
#include "tests/support/numbered_images.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include <QtTest>

#include <QTemporaryDir>

using namespace vit;

namespace {

const torch::Device kGpu(torch::kCUDA, 0);

Config smallConfig() {
    Config config = preset("testing").config;
    config.model.attentionDropout = 0;
    config.model.mlpDropout = 0;
    config.head.dropout = 0;
    return config;
}

DataDescription described() { return describe(*numberedImages(32, 8, 16)); }

double relativeDifference(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor x = a.to(torch::kCPU).to(torch::kFloat64);
    const torch::Tensor y = b.to(torch::kCPU).to(torch::kFloat64);
    return (x - y).norm().item<double>() / std::max(y.norm().item<double>(), 1e-12);
}

}  // namespace

class TestCuda : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void logitsAndGradientsAreTheCpus();
    void batchesAreTheCpus();
    void recordedStepsAreThePlainOnes();
    void aRunRepeatsItself_data();
    void aRunRepeatsItself();

private:
    torch::Tensor trainAlone(Config config, bool sameSizes);
};

void TestCuda::initTestCase() {
    if (!torch::cuda::is_available()) QSKIP("no CUDA device can be used here");
}

void TestCuda::logitsAndGradientsAreTheCpus() {
    const Config config = smallConfig();
    Classifier cpu(config, described(), torch::kCPU, false, KernelChoice::Plain);
    Classifier gpu(config, described(), kGpu);
    const torch::Tensor images = torch::randn({4, 3, config.model.imageSize, config.model.imageSize});
    const ForwardMode mode{true, 1, 0};
    const torch::Tensor expected = cpu.logits(images, mode);
    const torch::Tensor logits = gpu.logits(images.to(kGpu), mode);
    QVERIFY(relativeDifference(logits, expected) < 1e-3);  // TF32 and another order of sums
    expected.square().sum().backward();
    logits.square().sum().backward();
    const auto expectedParameters = cpu.network()->parameters();
    const auto parameters = gpu.network()->parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i)
        QVERIFY(relativeDifference(parameters[i].grad(), expectedParameters[i].grad()) < 1e-2);
}

void TestCuda::batchesAreTheCpus() {
    Config config = smallConfig();
    config.run.batchSize = 5;
    const DatasetView view(numberedImages(23, 3, 8), Split::Train, 0);
    const InputPipeline cpu(16, view.dataset().statistics(), 3, torch::kCPU);
    const InputPipeline gpu(16, view.dataset().statistics(), 3, kGpu);
    const ResidentImages resident(view, kGpu);
    EpochBatches expected({config, view, cpu}, 1, 0);
    EpochBatches batches({config, view, gpu, &resident}, 1, 0);
    for (int i = 0; i < 5; ++i) {
        const PreparedBatch one = expected.next();
        const PreparedBatch other = batches.next();
        QVERIFY(one.labels.equal(other.labels.to(torch::kCPU)));
        QVERIFY(relativeDifference(other.images, one.images) < 1e-4);
    }
}

// Weights after eight steps and an incomplete one; whole batches are recorded unless their size is another than
// planned.
torch::Tensor TestCuda::trainAlone(Config config, bool sameSizes) {
    constexpr std::int64_t kBatch = 8;
    config.run.batchSize = sameSizes ? kBatch : kBatch + 1;
    Classifier classifier(config, described(), kGpu);
    AdamW optimizer(classifier.network()->weights(), config.optimizer);
    bool warned = false;
    TrainStep step(classifier, optimizer, 1, [&](const Message& m) { warned = m.severity == Severity::Warning; });
    for (int i = 0; i < 9; ++i) {
        torch::manual_seed(100 + i);
        const std::int64_t count = i == 5 ? 3 : kBatch;
        const std::int64_t size = config.model.imageSize;
        const PreparedBatch batch{torch::randn({count, 3, size, size}).to(kGpu), torch::randint(3, {count}).to(kGpu)};
        step.run(batch, i, 1e-3);
    }
    if (warned) return {};
    std::vector<torch::Tensor> flat;
    for (const torch::Tensor& p : classifier.network()->parameters()) flat.push_back(p.detach().flatten());
    return torch::cat(flat).to(torch::kCPU);
}

void TestCuda::recordedStepsAreThePlainOnes() {
    if (!StepGraph::isPossible(kGpu)) QSKIP("built without the CUDA toolkit's headers");
    const Config config = preset("testing").config;  // with dropout: the masks must be the same too
    const torch::Tensor recorded = trainAlone(config, true);
    const torch::Tensor plain = trainAlone(config, false);
    QVERIFY(recorded.defined() && plain.defined());
    QVERIFY(relativeDifference(recorded, plain) < 1e-5);
}

void TestCuda::aRunRepeatsItself_data() {
    QTest::addColumn<int>("precision");
    QTest::newRow("fp32") << static_cast<int>(Precision::Float32);
    QTest::newRow("bf16") << static_cast<int>(Precision::BFloat16);
}

void TestCuda::aRunRepeatsItself() {
    QFETCH(int, precision);
    Config config = preset("testing").config;
    config.run.device = DeviceChoice::Cuda;
    config.run.precision = static_cast<Precision>(precision);
    const auto data = numberedImages(300, 30, 16);
    const auto run = [&] {
        const QTemporaryDir folder;
        std::vector<double> losses;
        Trainer trainer(config, data, selectDevice(config.run), folder.path().toStdString(),
                        {[&](const Event& event) {
                             if (const auto* step = std::get_if<StepDone>(&event)) losses.push_back(step->loss);
                         },
                         [] { return Going::On; }});
        trainer.run({});
        return losses;
    };
    const std::vector<double> losses = run();
    QVERIFY(losses.size() > 2);
    QVERIFY(losses.back() < losses.front());
    const std::vector<double> again = run();
    for (std::size_t i = 0; i < losses.size(); ++i) QVERIFY(std::abs(losses[i] - again[i]) < 0.05);
}

QTEST_GUILESS_MAIN(TestCuda)
#include "test_cuda.moc"
