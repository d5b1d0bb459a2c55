// SPDX-License-Identifier: GPL-3.0-or-later
// Low-rank adapters: their gradients against autograd's of adapters that stand apart, what they change and what they leave.
#include "core/config/derived.h"
#include "core/config/presets.h"
#include "core/device/device.h"
#include "core/model/weights.h"
#include "core/train/train_step.h"
#include "tests/support/numbered_images.h"

#include <torch/utils.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace vit;

namespace {

constexpr std::int64_t kImages = 6;
constexpr std::int64_t kClasses = 3;
constexpr std::int64_t kRank = 3;
constexpr double kAlpha = 12;
constexpr double kScale = kAlpha / kRank;

torch::Tensor drawn(const std::vector<std::int64_t>& shape, int number) {
    torch::manual_seed(static_cast<std::uint64_t>(100 + number));
    return torch::randn(shape, torch::kFloat64);
}

OptimizerConfig adapted(OptimizerConfig config = {}) {
    config.loraRank = kRank;
    config.loraAlpha = kAlpha;
    return config;
}

Config smallConfig() {
    Config config = preset("testing").config;
    config.run.batchSize = kImages;
    config.optimizer = adapted(config.optimizer);
    config.optimizer.weightDecay = 0.01;
    return config;
}

// A model and a batch for it, the same each time.
struct Bench {
    Config config;
    Classifier classifier{config, describe(*numberedImages(32, 8, 16)), torch::kCPU};
    std::unique_ptr<Optimizer> optimizer = makeOptimizer(classifier.network()->weights(), config.optimizer, 7);
    PreparedBatch batch;
    std::vector<torch::Tensor> before;  // the weights, in the order of the plan

    explicit Bench(const Config& wanted) : config(wanted) {
        torch::manual_seed(3);
        batch = {torch::randn({kImages, 3, config.model.imageSize, config.model.imageSize}),
                 torch::arange(kImages).remainder(kClasses)};
        for (const Weight& weight : weights()) before.push_back(weight.tensor.detach().clone());
    }

    std::vector<Weight> weights() { return classifier.network()->weights(); }

    void learn(int steps, double rate = 1e-2) {
        TrainStep step(classifier, *optimizer, 1, [](const Message&) {}, stepParts(config));
        for (int number = 0; number < steps; ++number) step.run(batch, number, rate);
    }
};

bool isAdaptedByName(const std::string& name) {
    return name.ends_with(".attn.qkv.weight") || name.ends_with(".mlp.fc1.weight") || name.ends_with(".mlp.fc2.weight");
}

// What a stage is shown.
class Seen : public GradientStage {
public:
    explicit Seen(std::int64_t& numbers) : m_numbers(numbers) {}
    Next apply(std::span<const torch::Tensor> parameters, std::int64_t) override {
        m_numbers = 0;
        for (const torch::Tensor& parameter : parameters)
            if (parameter.grad().defined()) m_numbers += parameter.grad().numel();
        return Next::GoOn;
    }

private:
    std::int64_t& m_numbers;
};

}  // namespace

class TestLowRank : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void gradientsAreAutogradsOfAdaptersApart_data();
    void gradientsAreAutogradsOfAdaptersApart();
    void adaptersAreDrawnByTheSeed();
    void onlyHeadAndAdaptedKernelsChange_data();
    void onlyHeadAndAdaptedKernelsChange();
    void mergedIsApart();
    void stagesSeeWhatLearns();
    void weightsThatAreTakenLaterAreTheBase();
    void adaptersOfWhatIsFrozenWait();
};

void TestLowRank::gradientsAreAutogradsOfAdaptersApart_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("parts");
    QTest::newRow("one pair") << "blocks.0.mlp.fc1.weight" << 1;
    QTest::newRow("three pairs") << "blocks.0.attn.qkv.weight" << 3;
}

// y = x W0ᵀ + s (x Aᵀ) Bᵀ, part by part, through something that bends; B far from zero.
void TestLowRank::gradientsAreAutogradsOfAdaptersApart() {
    QFETCH(QString, name);
    QFETCH(int, parts);
    constexpr std::int64_t kInputs = 5, kOutputs = 12, kRows = 7;
    const torch::Tensor start = drawn({kOutputs, kInputs}, 1);
    Weight kernel{{name.toStdString(), {kOutputs, kInputs}, ParameterRole::Kernel, 1}, start.clone().set_requires_grad(true)};
    LowRank adapters({kernel}, adapted(), 5);
    const std::vector<Weight> factors = adapters.factorsOf(kernel.tensor);
    QCOMPARE(factors.size(), static_cast<std::size_t>(2 * parts));
    QVERIFY(adapters.factorsOf(start).empty());
    for (std::size_t i = 1; i < factors.size(); i += 2) {
        QVERIFY(torch::count_nonzero(factors[i].tensor).item<std::int64_t>() == 0);
        factors[i].tensor.copy_(drawn(factors[i].row.shape, static_cast<int>(10 + i)));
    }
    adapters.merge();
    const torch::Tensor x = drawn({kRows, kInputs}, 2), weights = drawn({kRows, kOutputs}, 3);
    const auto loss = [&](const torch::Tensor& y) { return (y.sin() * weights).sum(); };
    const torch::Tensor merged = loss(x.matmul(kernel.tensor.t()));
    merged.backward();
    adapters.takeGradients();

    std::vector<torch::Tensor> apart, outputs;
    const std::int64_t each = kOutputs / parts;
    for (int part = 0; part < parts; ++part) {
        const auto index = static_cast<std::size_t>(2 * part);
        const torch::Tensor a = factors[index].tensor.detach().clone().set_requires_grad(true);
        const torch::Tensor b = factors[index + 1].tensor.detach().clone().set_requires_grad(true);
        const torch::Tensor base = start.narrow(0, part * each, each);
        outputs.push_back(x.matmul(base.t()) + kScale * x.matmul(a.t()).matmul(b.t()));
        apart.push_back(a);
        apart.push_back(b);
    }
    const torch::Tensor expected = loss(torch::cat(outputs, 1));
    expected.backward();
    QVERIFY(std::abs(merged.item<double>() - expected.item<double>()) < 1e-10);
    for (std::size_t i = 0; i < apart.size(); ++i) {
        QVERIFY(apart[i].grad().abs().max().item<double>() > 1e-3);
        QVERIFY2(torch::allclose(factors[i].tensor.grad(), apart[i].grad(), 1e-9, 1e-9), factors[i].row.name.c_str());
    }
    adapters.clearGradients();
    QVERIFY(!kernel.tensor.grad().defined());
    adapters.takeGradients();
    QVERIFY(!factors[0].tensor.grad().defined() && !factors[1].tensor.grad().defined());
}

// By nothing else: every rank has the same.
void TestLowRank::adaptersAreDrawnByTheSeed() {
    const std::vector<Weight> kernels = {
        {{"blocks.0.attn.qkv.weight", {12, 16}, ParameterRole::Kernel, 1}, torch::randn({12, 16})},
        {{"blocks.1.attn.qkv.weight", {12, 16}, ParameterRole::Kernel, 2}, torch::randn({12, 16})}};
    const auto downs = [&](std::uint64_t seed) {
        const LowRank adapters(kernels, adapted(), seed);
        std::vector<torch::Tensor> found;
        for (const Weight& kernel : kernels)
            for (const Weight& factor : adapters.factorsOf(kernel.tensor))
                if (factor.row.name.ends_with("lora_A")) found.push_back(factor.tensor);
        return found;
    };
    const std::vector<torch::Tensor> one = downs(1), again = downs(1), other = downs(2);
    QCOMPARE(one.size(), std::size_t{6});
    for (std::size_t i = 0; i < one.size(); ++i) {
        QVERIFY(one[i].equal(again[i]));
        QVERIFY(!one[i].equal(other[i]));
        QVERIFY(i == 0 || !one[i].equal(one[i - 1]));
        const double largest = one[i].abs().max().item<double>();  // of 48 within ±1 / sqrt(16)
        QVERIFY(largest <= 0.25 && largest > 0.2);
        QVERIFY(one[i].min().item<double>() < 0);
    }
}

void TestLowRank::onlyHeadAndAdaptedKernelsChange_data() {
    using Change = std::function<void(Config&)>;
    QTest::addColumn<Change>("change");
    const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
    for (const OptimizerRow& optimizer : optimizerTable())
        row(optimizer.value, [type = optimizer.type](Config& c) { c.optimizer.type = type; });
    row("plain layers", [](Config& c) { c.run.kernels = KernelChoice::Plain; });
    row("in parts", [](Config& c) { c.run.accumulate = 3; });
    row("averaged, each depth at its rate", [](Config& c) {
        c.optimizer.emaDecay = 0.9;
        c.optimizer.layerDecay = 0.7;
    });
    row("a frozen block", [](Config& c) { c.optimizer.frozenBlocks = 1; });
    row("a class token, gated", [](Config& c) {
        c.head.type = HeadType::ClassToken;
        c.model.mlpGated = true;
    });
}

// All else to the bit, decay and all.
void TestLowRank::onlyHeadAndAdaptedKernelsChange() {
    QFETCH(std::function<void(Config&)>, change);
    Config config = smallConfig();
    change(config);
    Bench bench(config);
    bench.learn(3);
    std::size_t changed = 0;
    const std::vector<Weight> after = bench.weights();
    for (std::size_t i = 0; i < after.size(); ++i) {
        const ParameterRow& row = after[i].row;
        const bool learned = row.name.starts_with("head.") ||
                             (isAdaptedByName(row.name) && row.depth > config.optimizer.frozenBlocks);
        QVERIFY2(after[i].tensor.equal(bench.before[i]) != learned, row.name.c_str());
        changed += learned;
    }
    QVERIFY(changed > 4);
    TensorFile file;
    bench.optimizer->store(file);
    QVERIFY(file.tensors.contains("optimizer.adapter.blocks.1.attn.qkv.weight.k.lora_B"));
    QVERIFY(file.tensors.contains("optimizer.base.blocks.1.mlp.fc2.weight"));
    QVERIFY(!file.tensors.contains("optimizer.m.blocks.1.attn.qkv.weight"));
    QVERIFY(!file.tensors.contains("optimizer.m.norm.weight"));
}

// Each trained kernel gives what the one that it began with gives, with the adapters beside it; and has moved from there
// in no more directions than they have.
void TestLowRank::mergedIsApart() {
    Bench bench(smallConfig());
    bench.learn(5);
    TensorFile file;
    bench.optimizer->store(file);
    const auto stored = [&](const std::string& name) { return toTensor(file.tensors.at("optimizer." + name)); };
    const torch::NoGradGuard noGrad;
    const std::vector<Weight> after = bench.weights();
    int kernels = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const std::string& name = after[i].row.name;
        if (!isAdaptedByName(name)) continue;
        ++kernels;
        QVERIFY(stored("base." + name).equal(bench.before[i]));
        const std::vector<std::string> parts =
            name.ends_with(".qkv.weight") ? std::vector<std::string>{".q", ".k", ".v"} : std::vector<std::string>{""};
        const std::int64_t outputs = after[i].tensor.size(0) / std::ssize(parts);
        for (std::int64_t part = 0; part < std::ssize(parts); ++part) {
            const std::string factor = "adapter." + name + parts[static_cast<std::size_t>(part)];
            const torch::Tensor w = after[i].tensor.narrow(0, part * outputs, outputs);
            const torch::Tensor base = bench.before[i].narrow(0, part * outputs, outputs);
            const torch::Tensor a = stored(factor + ".lora_A"), b = stored(factor + ".lora_B");
            const torch::Tensor x = drawn({9, w.size(1)}, static_cast<int>(i)).to(torch::kFloat32);
            const torch::Tensor apart = x.matmul(base.t()) + kScale * x.matmul(a.t()).matmul(b.t());
            QVERIFY2((x.matmul(w.t()) - apart).abs().max().item<double>() < 1e-5, factor.c_str());
            const torch::Tensor values = at::linalg_svdvals((w - base).to(torch::kFloat64));
            QVERIFY2(values[0].item<double>() > 1e-3, factor.c_str());
            QVERIFY2(values[kRank].item<double>() < 1e-3 * values[0].item<double>(), factor.c_str());
        }
    }
    QCOMPARE(kernels, 6);
}

// As clipping does: the factors and the head, not the kernels whose gradients they come from.
void TestLowRank::stagesSeeWhatLearns() {
    Bench bench(smallConfig());
    std::int64_t numbers = 0;
    StepParts parts;
    parts.stages.push_back(std::make_unique<Seen>(numbers));
    TrainStep step(bench.classifier, *bench.optimizer, 1, [](const Message&) {}, std::move(parts));
    step.run(bench.batch, 0, 1e-3);
    const DerivedFacts facts = derive(bench.config, bench.classifier.description().input());
    QCOMPARE(numbers, facts.learningParameters);
    QVERIFY(numbers < facts.parameters);
    step.run(bench.batch, 1, 1e-3);
    QCOMPARE(numbers, facts.learningParameters);
}

// A run's first weights come into the network after the optimizer is made.
void TestLowRank::weightsThatAreTakenLaterAreTheBase() {
    Bench bench(smallConfig());
    {
        const torch::NoGradGuard noGrad;
        for (const Weight& weight : bench.weights()) weight.tensor.mul_(1.5);
    }
    bench.learn(1, 1e-9);
    const std::vector<Weight> after = bench.weights();
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (after[i].row.name.starts_with("head.")) continue;  // which decays
        QVERIFY2(torch::allclose(after[i].tensor, 1.5 * bench.before[i], 0, 1e-6), after[i].row.name.c_str());
    }
}

// Decay and all; from their epoch on they learn.
void TestLowRank::adaptersOfWhatIsFrozenWait() {
    Config config = smallConfig();
    config.optimizer.frozenBlocks = 1;
    config.optimizer.thaw = Thaw::BlockByBlock;
    Bench bench(config);
    TrainStep step(bench.classifier, *bench.optimizer, 1, [](const Message&) {}, stepParts(config));
    const auto changed = [&](std::int64_t depth) {
        std::int64_t count = 0;
        const std::vector<Weight> after = bench.weights();
        for (std::size_t i = 0; i < after.size(); ++i)
            count += after[i].row.depth == depth && !after[i].tensor.equal(bench.before[i]);
        return count;
    };
    for (int number = 0; number < 3; ++number) step.run(bench.batch, number, 1e-2);
    QCOMPARE(changed(1), std::int64_t{0});
    QCOMPARE(changed(2), std::int64_t{3});
    step.beginEpoch(2);
    for (int number = 3; number < 6; ++number) step.run(bench.batch, number, 1e-2);
    QCOMPARE(changed(1), std::int64_t{3});  // three kernels
    step.beginEpoch(3);
    step.run(bench.batch, 6, 1e-2);
    QCOMPARE(changed(0), std::int64_t{0});
}

QTEST_GUILESS_MAIN(TestLowRank)
#include "test_low_rank.moc"
