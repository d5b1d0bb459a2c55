// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a configuration can be trained: each value in its range, and the values fit one another.
#include "core/base/number_text.h"
#include "core/config/derived.h"
#include "core/config/field_check.h"
#include "core/config/parameter_plan.h"
#include "core/config/schema.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <optional>

namespace vit {

namespace {

using Problem = std::optional<std::string>;

constexpr std::int64_t kMaxPatches = 16'384;  // attention weights grow with its square
constexpr std::int64_t kMaxParameters = 2'000'000'000;

// The data set's name becomes a folder's name.
Problem nameIsAFolderName(const Config& config) {
    const std::string& name = config.data.name;
    const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
        return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!odd && !name.starts_with('.')) return std::nullopt;
    return "Give the data set's name, not a path: add a folder of images under a name first.";
}

std::string joinedByOr(std::int64_t first, std::int64_t second, bool useFirst, bool useSecond) {
    if (useFirst && useSecond && first != second) return std::to_string(first) + " or " + std::to_string(second);
    return std::to_string(useFirst ? first : second);
}

// Of the image's height or width, by the words for its field.
Problem patchesFit(const Config& config, std::int64_t image, const std::string& field) {
    const std::int64_t patch = config.model.patchSize;
    if (image % patch == 0) return std::nullopt;

    const Field& size = *findField("model.image_size");
    const ImageSize both = config.model.inputSize();
    const std::int64_t common = std::gcd(both.height, both.width);
    const std::int64_t below = image / patch * patch;
    const std::string images = joinedByOr(below, below + patch, static_cast<double>(below) >= size.minimum,
                                          static_cast<double>(below + patch) <= size.maximum);
    std::int64_t smaller = std::min(patch, common);
    while (common % smaller != 0) --smaller;
    std::int64_t larger = std::min(patch, common);
    while (common % larger != 0) ++larger;
    // A single patch for the whole image would teach nothing.
    const std::string patches = joinedByOr(smaller, larger, true, larger < std::max(both.height, both.width));
    return "An image of " + std::to_string(image) + " px cannot be cut into patches of " + std::to_string(patch) +
           " px: use patches of " + patches + " px, or an " + field + " of " + images + " px.";
}

Problem patchesFitImage(const Config& config) { return patchesFit(config, config.model.imageSize, "image size"); }

Problem patchesFitWidth(const Config& config) {
    return patchesFit(config, config.model.inputSize().width, "image width");
}

Problem widthIsNotTooSmall(const Config& config) {
    const double least = findField("model.image_size")->minimum;
    const std::int64_t width = config.model.imageWidth;
    if (width == 0 || static_cast<double>(width) >= least) return std::nullopt;
    return "A width of its own is at least " + numberText(least) + " px; 0 is as wide as high.";
}

Problem wavesFillTheDimension(const Config& config) {
    if (config.model.positions != PositionType::SineCosine || config.model.projectionDim % 4 == 0) return std::nullopt;
    return "Sines and cosines of row and column share the projection dimension, so that it must be a multiple of 4: not " +
           std::to_string(config.model.projectionDim) + ".";
}

Problem anglesFillTheHeads(const Config& config) {
    if (!turnsByPlace(config.model) || config.model.keyDim % 4 == 0) return std::nullopt;
    return "The angles of row and column share each head's numbers, so that the dimension per head must be a multiple of 4: "
           "not " + std::to_string(config.model.keyDim) + ".";
}

Problem gateHasTwoLayers(const Config& config) {
    if (!config.model.mlpGated || config.model.mlpUnits.size() > 1) return std::nullopt;
    return "The gate stands between the MLP's dense layers: give two of them, or switch it off.";
}

Problem gateIsNotConvolved(const Config& config) {
    if (!config.model.mlpDepthwise || !config.model.mlpGated) return std::nullopt;
    return "A gated MLP has no convolution: switch one of the two off.";
}

Problem queryHasWholeHeads(const Config& config) {
    const ModelConfig& model = config.model;
    if (config.head.type != HeadType::AttentionPooling || model.projectionDim % model.heads == 0) return std::nullopt;
    return "The pooling's query shares the projection dimension between the heads: " + std::to_string(model.heads) +
           " do not divide " + std::to_string(model.projectionDim) + ".";
}

Problem poolsAreOfTheStem(const Config& config) {
    const auto& pools = config.model.stemPools;
    const auto layers = static_cast<std::int64_t>(config.model.stemWidths.size());
    if (pools.empty()) return std::nullopt;
    if (layers == 0) return "Without a stem there is nothing to halve: leave this empty, or give the stem's channels.";
    if (pools.back() > layers)
        return "The stem has " + std::to_string(layers) + (layers == 1 ? " convolution" : " convolutions") +
               ": use numbers up to that.";
    if (std::adjacent_find(pools.begin(), pools.end(), std::greater_equal<>()) == pools.end()) return std::nullopt;
    return "Give each of the stem's convolutions that halve the image once, in order, such as 1, 3.";
}

Problem whiteningHasAStem(const Config& config) {
    if (!config.model.stemWhitening || !config.model.stemWidths.empty()) return std::nullopt;
    return "Without a stem there is no convolution that could whiten the image: switch this off, or give the stem's channels.";
}

Problem poolsFitPatches(const Config& config) {
    const std::size_t pools = config.model.stemPools.size();
    const std::int64_t factor = stemFactor(config.model);
    if (config.model.patchSize % factor == 0) return std::nullopt;
    return "The stem halves the image " + std::string(pools == 1 ? "once" : std::to_string(pools) + " times") +
           ", so that patches must be a multiple of " + std::to_string(factor) + " px wide: use such, or halve less.";
}

Problem patchesAreNotTooMany(const Config& config) {
    const std::int64_t patches = patchCount(config.model);
    if (patches <= kMaxPatches) return std::nullopt;
    return "These are " + groupedText(patches) + " patches an image, more than the " +
           groupedText(kMaxPatches) + " that can be trained: use larger patches or a smaller image size.";
}

Problem mlpEndsAtProjection(const Config& config) {
    const auto& units = config.model.mlpUnits;
    const std::string dim = std::to_string(config.model.projectionDim);
    if (units.empty()) return "Each block needs at least one dense layer: use " + dim + ", or two such as " +
                              std::to_string(2 * config.model.projectionDim) + ", " + dim + ".";
    if (units.back() == config.model.projectionDim) return std::nullopt;
    return "The last number is added to the block's input and must be the projection dimension: end with " + dim +
           ", or set the projection dimension to " + std::to_string(units.back()) + ".";
}

Problem shiftedPatchesMove(const Config& config) {
    if (!config.model.shiftedPatches || cutPatchSize(config.model) >= 2) return std::nullopt;
    return "Patches are moved by half their width, of which a single pixel has none: use larger patches, or a stem that "
           "halves the image less.";
}

Problem outputsBeginOneWay(const Config& config) {
    if (!config.model.zeroOutputs || config.model.initialWeights != InitialWeights::Mimetic) return std::nullopt;
    return "Mimetic weights give the blocks' outputs a beginning of their own: choose others, or outputs that do not begin at "
           "zero.";
}

Problem modelIsNotTooLarge(const Config& config) {
    const std::int64_t parameters = derive(config, {}).parameters;
    if (parameters <= kMaxParameters) return std::nullopt;
    const bool flatten = config.head.type == HeadType::Flatten && !config.head.units.empty();
    return "The model would have " + groupedText(parameters) + " parameters, more than the " +
           groupedText(kMaxParameters) + " that can be trained: use smaller dimensions or fewer blocks" +
           (flatten ? ", fewer head units or the gap head." : ".");
}

Problem decayLeavesWeights(const Config& config) {
    const OptimizerConfig& optimizer = config.optimizer;
    const bool decoupled = optimizer.decayConvention == DecayConvention::Decoupled;
    const bool muon = optimizer.type == OptimizerType::Muon;
    const double rate = muon ? std::max(optimizer.learningRate, optimizer.matrixRate) : optimizer.learningRate;
    const double perStep = optimizer.weightDecay * (decoupled ? 1 : rate);
    if (perStep < 1) return std::nullopt;
    return "Each step would take away the whole weight: use less than " + numberText(decoupled ? 1 : 1 / rate) +
           (decoupled ? ", or a convention that multiplies it by the learning rate." : ".");
}

Problem frozenBlocksAreThere(const Config& config) {
    const std::int64_t layers = config.model.layers;
    if (config.optimizer.frozenBlocks <= layers) return std::nullopt;
    return "The model has " + groupedText(layers) + (layers == 1 ? " block" : " blocks") +
           ": freeze no more than those, or leave them all to learn with 0.";
}

Problem somethingThaws(const Config& config) {
    const OptimizerConfig& optimizer = config.optimizer;
    const bool wanted = optimizer.frozenBlocks > 0 && optimizer.thaw != Thaw::Never;
    if (!wanted || optimizer.thawEpochs < config.run.epochs) return std::nullopt;
    return "The run of " + groupedText(config.run.epochs) + (config.run.epochs == 1 ? " epoch" : " epochs") +
           " is over before anything thaws: thaw earlier, train longer, or let nothing thaw.";
}

Problem adaptersHaveABlock(const Config& config) {
    const OptimizerConfig& optimizer = config.optimizer;
    const bool frozen = optimizer.frozenBlocks == config.model.layers && optimizer.thaw == Thaw::Never;
    if (optimizer.loraRank == 0 || !frozen) return std::nullopt;
    return "All blocks are frozen, and none is left for adapters: freeze fewer, let them thaw, or set the rank to 0.";
}

Problem shiftLeavesSomething(const Config& config) {
    const ImageSize size = config.model.inputSize();
    if (config.augmentation.shift < std::min(size.height, size.width)) return std::nullopt;
    return "Nothing of an image of " + sizeText(size) +
           " px would be left in place: use a smaller shift.";
}

Problem cutoutLeavesSomething(const Config& config) {
    const ImageSize size = config.model.inputSize();
    if (config.augmentation.cutout < std::max(size.height, size.width)) return std::nullopt;
    return "Nothing of an image of " + sizeText(size) +
           " px would be left: use a smaller square.";
}

Problem everyPartHasAnImage(const Config& config) {
    if (config.run.accumulate <= config.run.batchSize) return std::nullopt;
    return "A batch of " + groupedText(config.run.batchSize) + (config.run.batchSize == 1 ? " image" : " images") +
           " cannot be taken in " + groupedText(config.run.accumulate) + " parts: use no more parts than images.";
}

Problem stepsDropToSomething(const Config& config) {
    if (config.schedule.type != ScheduleType::Steps || config.schedule.finalFactor > 0) return std::nullopt;
    return "No factor above 0 leads to 0: give the schedule of steps a final factor, such as 0.01.";
}

Problem warmupEndsBeforeRun(const Config& config) {
    const double warmup = config.schedule.warmupEpochs;
    if (warmup == 0 || warmup < static_cast<double>(config.run.epochs)) return std::nullopt;
    return "The run of " + groupedText(config.run.epochs) + (config.run.epochs == 1 ? " epoch" : " epochs") +
           " is over before the warm-up: use a shorter one or more epochs.";
}

Problem fusedKernelsNeedCpu(const Config& config) {
    if (config.run.kernels != KernelChoice::Fused || config.run.device != DeviceChoice::Cuda) return std::nullopt;
    return "The fused kernels are for the CPU: use auto, or train on the CPU.";
}

Problem patienceNeedsValidation(const Config& config) {
    if (config.run.patience == 0 || validates(config.data)) return std::nullopt;
    return "Without validation images nothing tells when to stop: use 0, or choose a validation share.";
}

// A rule is looked at when every value that it reads is in range by itself; the first one is the field to complain at.
struct Rule {
    std::vector<std::string_view> reads;
    Problem (*check)(const Config&);
};

const std::vector<Rule>& rules() {
    static const std::vector<Rule> list = {
        {{"data.name"}, nameIsAFolderName},
        {{"augmentation.shift", "model.image_size", "model.image_width"}, shiftLeavesSomething},
        {{"augmentation.cutout", "model.image_size", "model.image_width"}, cutoutLeavesSomething},
        {{"model.image_width", "model.image_size"}, widthIsNotTooSmall},
        {{"model.patch_size", "model.image_size"}, patchesFitImage},
        {{"model.patch_size", "model.image_size", "model.image_width"}, patchesFitWidth},
        {{"model.patch_size", "model.image_size", "model.image_width"}, patchesAreNotTooMany},
        {{"model.positions", "model.projection_dim"}, wavesFillTheDimension},
        {{"model.positions", "model.key_dim"}, anglesFillTheHeads},
        {{"model.mlp_gated", "model.mlp_units"}, gateHasTwoLayers},
        {{"model.mlp_depthwise", "model.mlp_gated"}, gateIsNotConvolved},
        {{"head.type", "model.projection_dim", "model.heads"}, queryHasWholeHeads},
        {{"model.stem_pools", "model.stem_widths"}, poolsAreOfTheStem},
        {{"model.stem_pools", "model.patch_size"}, poolsFitPatches},
        {{"model.stem_whitening", "model.stem_widths"}, whiteningHasAStem},
        {{"model.shifted_patches", "model.patch_size", "model.stem_pools"}, shiftedPatchesMove},
        {{"model.zero_outputs", "model.initial_weights"}, outputsBeginOneWay},
        {{"model.mlp_units", "model.projection_dim"}, mlpEndsAtProjection},
        {{"model.projection_dim", "model.image_size", "model.image_width", "model.patch_size", "model.heads", "model.key_dim",
          "model.mlp_units", "model.layers", "model.stem_widths", "model.stem_pools", "model.registers", "head.type", "head.units"},
         modelIsNotTooLarge},
        {{"optimizer.weight_decay", "optimizer.learning_rate", "optimizer.decay_convention", "optimizer.type",
          "optimizer.matrix_rate"},
         decayLeavesWeights},
        {{"optimizer.frozen_blocks", "model.layers"}, frozenBlocksAreThere},
        {{"optimizer.thaw_epochs", "optimizer.thaw", "optimizer.frozen_blocks", "run.epochs"}, somethingThaws},
        {{"optimizer.lora_rank", "optimizer.frozen_blocks", "optimizer.thaw", "model.layers"}, adaptersHaveABlock},
        {{"schedule.final_factor", "schedule.type"}, stepsDropToSomething},
        {{"schedule.warmup_epochs", "run.epochs"}, warmupEndsBeforeRun},
        {{"run.accumulate", "run.batch_size"}, everyPartHasAnImage},
        {{"run.kernels", "run.device"}, fusedKernelsNeedCpu},
        {{"run.patience", "data.validation_share", "data.validation_split"}, patienceNeedsValidation},
    };
    return list;
}

Problem fieldProblem(const Config& config, std::string_view key) {
    const Field* field = findField(key);
    return rangeProblem(*field, field->get(config));
}

}  // namespace

Issues validate(const Config& config) {
    Issues issues;
    for (const Field& field : schema()) {
        if (const auto problem = fieldProblem(config, field.key)) {
            issues.push_back({field.key, *problem});
            continue;
        }
        for (const Rule& rule : rules()) {
            if (rule.reads.front() != field.key) continue;
            if (std::any_of(rule.reads.begin(), rule.reads.end(),
                            [&](std::string_view key) { return fieldProblem(config, key).has_value(); })) {
                continue;
            }
            if (const auto problem = rule.check(config)) {
                issues.push_back({field.key, *problem});
                break;  // one sentence a field: the next one may well follow from it
            }
        }
    }
    return issues;
}

}  // namespace vit
