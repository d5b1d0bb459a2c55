// SPDX-License-Identifier: GPL-3.0-or-later
// Whole runs of a small model: the same twice, resumed, evaluated and asked between two steps, and gone when they end.
#include "core/check/check_groups.h"

#include "core/device/torch_device.h"
#include "core/io/safetensors.h"
#include "core/io/temporary_folder.h"
#include "core/model/weights.h"
#include "core/train/trainer.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <string>

namespace vit {

namespace {

constexpr std::int64_t kRunImages = 50;  // five of them for validation; six steps an epoch, the last one smaller
constexpr std::int64_t kTestImages = 13;
constexpr int kRunSide = 16;
// A GPU adds in an order of its own, and an update by the sign of a gradient makes much of little.
constexpr double kDrift = 0.01;

using Between = std::function<void(Trainer& trainer)>;

// A training in a folder of its own, which is gone with it.
class SmallRun {
public:
    SmallRun(const CheckBench& bench, Config config)
        : m_bench(bench), m_config(std::move(config)), m_folder(std::filesystem::temp_directory_path()),
          m_data(CheckBench::images(kRunImages, kTestImages, kRunSide)) {}

    // From the start or from where it was stopped; `between` two steps.
    void train(const TrainerLimits& limits, bool resumes, const Between& between = {}) {
        m_trainer.reset();
        const TrainerHooks hooks{[](const Event&) {}, [this, &between] {
                                     m_bench.goOn();
                                     if (between) between(*m_trainer);
                                     return Going::On;
                                 }};
        DeviceSelection device = m_bench.selection();
        device.precision = Precision::Float32;
        m_trainer = std::make_unique<Trainer>(m_config, m_data, device, m_folder.path(), hooks);
        if (resumes) m_trainer->resume();
        m_trainer->run(limits);
    }

    Trainer& trainer() { return *m_trainer; }

    // All that a checkpoint keeps, or the weights alone; float64, one after the other.
    torch::Tensor kept(const std::string& prefix) const {
        const TensorFile file = readSafetensors(m_folder.path() / "last.safetensors");
        std::vector<torch::Tensor> flat;
        for (const auto& [name, data] : file.tensors)
            if (name.starts_with(prefix)) flat.push_back(toTensor(data).to(torch::kFloat64).flatten());
        return torch::cat(flat);
    }

private:
    const CheckBench& m_bench;
    Config m_config;
    TemporaryFolder m_folder;
    std::shared_ptr<const Dataset> m_data;
    std::unique_ptr<Trainer> m_trainer;
};

// Beside a run that nothing has disturbed: to the bit on the CPU, with the optimizer's state.
Finding sameAsUndisturbed(const CheckBench& bench, const SmallRun& run) {
    SmallRun undisturbed(bench, bench.small());
    undisturbed.train({}, false);
    const std::string prefix = bench.isCpu() ? "" : "model.";
    const torch::Tensor expected = undisturbed.kept(prefix);
    const double difference = relativeDifference(bench.back(run.kept(prefix)), expected);
    return within(difference, bench.isCpu() ? 0 : kDrift);
}

Findings repeated(CheckBench& bench) {
    SmallRun run(bench, bench.small());
    run.train({}, false);
    return {sameAsUndisturbed(bench, run)};
}

Findings resumed(CheckBench& bench) {
    SmallRun run(bench, bench.small());
    run.train({.maxSteps = 8}, false);  // within the second epoch
    run.train({}, true);
    return {sameAsUndisturbed(bench, run)};
}

// A network's weights in double precision on the CPU, in plain layers.
VisionTransformer copyOf(Classifier& classifier) {
    const torch::NoGradGuard noGrad;
    const Config& config = classifier.config();
    VisionTransformer copy(config.model, config.head, classifier.description().input());
    const auto parameters = classifier.network()->parameters();
    const auto own = copy->parameters();
    for (std::size_t i = 0; i < own.size(); ++i) own[i].copy_(parameters[i]);
    copy->to(torch::kFloat64);
    return copy;
}

// Of pictures as they are stored, by plain layers: logits [B, classes], float64.
torch::Tensor plainLogits(Classifier& classifier, const torch::Tensor& stored) {
    const torch::NoGradGuard noGrad;
    const DataDescription& data = classifier.description();
    const InputPipeline pipeline(classifier.config().model.inputSize(), data.statistics, data.nativeShape.channels,
                                 torch::kCPU);
    return copyOf(classifier)->forward(pipeline.prepare(stored).to(torch::kFloat64));
}

Findings evaluated(CheckBench& bench) {
    SmallRun run(bench, bench.small());
    const std::int64_t batch = bench.small().run.batchSize;
    run.train({}, false, [batch](Trainer& trainer) {
        trainer.classifier().evaluate(trainer.validationView(), batch);
    });
    Finding same = sameAsUndisturbed(bench, run);
    same.of = "the run beside one without";

    Trainer& trainer = run.trainer();
    const EpochMetrics computed = trainer.classifier().evaluate(trainer.testView(), batch).mean();
    std::vector<std::int64_t> positions(kTestImages);
    std::iota(positions.begin(), positions.end(), 0);
    const Batch all = gather(trainer.testView(), positions);
    const torch::Tensor logits = plainLogits(trainer.classifier(), all.images);
    const double loss = torch::cross_entropy_loss(logits, all.labels).item<double>();
    const double accuracy = logits.argmax(1).eq(all.labels).to(torch::kFloat64).mean().item<double>();
    Finding lossFinding = within(std::abs(bench.back(computed.loss) - loss) / loss, 1e-4);
    lossFinding.of = "loss";
    Finding accuracyFinding = within(std::abs(bench.back(computed.accuracy) - accuracy), 1e-9);
    accuracyFinding.of = "accuracy";
    return {same, lossFinding, accuracyFinding};
}

Findings predicted(CheckBench& bench) {
    SmallRun run(bench, bench.small());
    Worst worst;
    run.train({}, false, [&](Trainer& trainer) {
        const Image photo = trainer.testView().image(0);
        const Prediction prediction = trainer.classifier().predict(photo, static_cast<int>(CheckBench::kClasses));
        const torch::Tensor stored = torch::from_blob(const_cast<std::uint8_t*>(photo.pixels.data()),
                                                      {1, photo.height, photo.width, photo.channels}, torch::kUInt8);
        const torch::Tensor expected = torch::softmax(plainLogits(trainer.classifier(), stored)[0], 0);
        for (const ClassProbability& top : prediction.top)
            worst.see(std::abs(bench.back(top.probability) - expected[top.index].item<double>()));
    });
    Finding probabilities = within(worst.value, 1e-4);
    probabilities.of = "probabilities of a picture after each step";
    Finding same = sameAsUndisturbed(bench, run);
    same.of = "the run beside one that was not asked";
    return {probabilities, same};
}

// Of a model whose weights would be felt.
Findings memory(CheckBench& bench) {
    if (!heldMemoryBytes(bench.device())) return {skipped("this version of libtorch does not tell its memory")};
    constexpr double kAllowed = 16e6;  // a run holds 50 MB of weights, gradients and moments
    Config config = bench.small();
    config.head.units = {4096, 512};
    config.run.epochs = 1;
    const auto heldAfterRun = [&] {
        SmallRun(bench, config).train({}, false);
        releaseMemory();
        return *heldMemoryBytes(bench.device());
    };
    heldAfterRun();  // what is only set up once
    const double first = heldAfterRun();
    heldAfterRun();
    const double grown = std::max(0.0, heldAfterRun() - first);
    Finding finding = within(bench.back(grown / 1e6), kAllowed / 1e6);
    finding.of = "MB more after two further runs";
    return {finding};
}

constexpr Check kRunChecks[] = {
    {"run.repeat", "A run, beside the same once more", false, repeated},
    {"run.resume", "A run stopped within an epoch and resumed, beside one that was not", false, resumed},
    {"run.evaluate", "Evaluation between two steps", false, evaluated},
    {"run.predict", "Predictions during training", false, predicted},
    {"run.memory", "Memory that ended runs have kept", false, memory},
};

}  // namespace

std::span<const Check> runChecks() { return kRunChecks; }

}  // namespace vit
