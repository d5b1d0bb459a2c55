// SPDX-License-Identifier: GPL-3.0-or-later
// Closed forms for what a configuration leads to: patches, parameters, arithmetic, memory.
#include "core/config/derived.h"

#include "core/config/field_check.h"
#include "core/config/learning_plan.h"
#include "core/config/parameter_plan.h"
#include "core/config/schema.h"

#include <algorithm>

namespace vit {

namespace {

constexpr double kBytesPerNumber = 4;    // fp32
constexpr double kCopiesOfWeights = 4;   // weights, gradients and Adam's two moments
constexpr double kCopiesOfAdapted = 3;   // weights, gradients and the weights that they began with

double denseFlops(std::int64_t rows, std::int64_t inputs, std::int64_t outputs) {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(inputs) * static_cast<double>(outputs);
}

// What a stack of parts costs, added up from the input to the logits.
struct Cost {
    double flops = 0;        // of an image's forward pass
    double activations = 0;  // numbers kept of an image for the backward pass

    void addDense(std::int64_t rows, std::int64_t inputs, std::int64_t outputs) {
        flops += denseFlops(rows, inputs, outputs);
        activations += static_cast<double>(rows * outputs);
    }
    void addNorm(std::int64_t rows, std::int64_t width) { activations += static_cast<double>(rows * width); }
    // GELU keeps its result beside its input, and dropout what it let through.
    void addActivation(std::int64_t rows, std::int64_t width, double dropout, bool gelu = true) {
        activations += static_cast<double>(rows * width) * ((gelu ? 1 : 0) + (dropout > 0 ? 1 : 0));
    }
};

constexpr std::int64_t kTapsOf3x3 = 9;  // of a 3×3 convolution

void addStem(Cost& cost, const ModelConfig& model, const ModelInput& input) {
    std::int64_t pixels = model.inputSize().height * model.inputSize().width, channels = input.channels;
    for (std::size_t i = 0; i < model.stemWidths.size(); ++i) {
        const std::int64_t width = model.stemWidths[i];
        cost.addDense(pixels, kTapsOf3x3 * channels, width);
        if (stemHalvesAfter(model, i)) pixels /= 4;
        cost.addNorm(pixels, width);
        cost.addActivation(pixels, width, 0);
        channels = width;
    }
}

void addEmbedding(Cost& cost, const ModelConfig& model, const ModelInput& input) {
    addStem(cost, model, input);
    const std::int64_t patch = cutPatchSize(model);
    const std::int64_t elements = patch * patch * cutChannels(model, input);
    if (model.shiftedPatches) cost.addNorm(patchCount(model), elements);
    cost.addDense(patchCount(model), elements, model.projectionDim);
    cost.activations += static_cast<double>(patchCount(model) * elements);
}

void addBlock(Cost& cost, const ModelConfig& model, std::int64_t tokens) {
    const std::int64_t dim = model.projectionDim;
    const std::int64_t inner = model.heads * model.keyDim;

    cost.addNorm(tokens, dim);
    cost.addDense(tokens, dim, 3 * inner);  // query, key and value
    cost.flops += 2 * denseFlops(tokens, inner, tokens);  // scores, and the weighted sum of values
    const double weights = static_cast<double>(model.heads) * static_cast<double>(tokens) * static_cast<double>(tokens);
    cost.activations += weights * (model.attentionDropout > 0 ? 2 : 1) + static_cast<double>(tokens * inner);
    if (model.qkNorm) cost.addNorm(tokens, 2 * inner);
    if (model.attentionNorm) cost.addNorm(tokens, inner);
    cost.addDense(tokens, inner, dim);

    cost.addNorm(tokens, dim);
    std::int64_t width = dim;
    for (std::size_t i = 0; i < model.mlpUnits.size(); ++i) {
        const std::int64_t units = model.mlpUnits[i];
        cost.addDense(tokens, width, i == 0 && model.mlpGated ? 2 * units : units);
        if (i == 0 && model.mlpDepthwise) {
            cost.flops += denseFlops(patchCount(model), kTapsOf3x3, units);
            cost.addNorm(tokens, units);
        }
        cost.addActivation(tokens, units, model.mlpDropout, model.mlpLastGelu || i + 1 < model.mlpUnits.size());
        if (i == 0 && model.mlpNorm) cost.addNorm(tokens, units);
        width = units;
    }
}

void addAttentionPooling(Cost& cost, const ModelConfig& model, std::int64_t tokens) {
    const std::int64_t dim = model.projectionDim;
    cost.addDense(1, dim, dim);
    cost.addDense(tokens, dim, 2 * dim);
    cost.flops += 2 * denseFlops(1, dim, tokens);
    cost.addDense(1, dim, dim);
    cost.addNorm(1, dim);
    cost.addDense(1, dim, model.mlpUnits.front());
    cost.addActivation(1, model.mlpUnits.front(), 0);
    cost.addDense(1, model.mlpUnits.front(), dim);
}

void addHead(Cost& cost, const HeadConfig& head, std::int64_t inputs, std::int64_t classes) {
    std::int64_t width = inputs;
    for (const std::int64_t units : head.units) {
        cost.addDense(1, width, units);
        cost.addActivation(1, units, head.dropout);
        width = units;
    }
    cost.addDense(1, width, classes);
}

struct Counts {
    std::int64_t all = 0;       // weights
    std::int64_t learning = 0;  // numbers that the optimizer moves
    double kept = 0;            // numbers kept for as long as the training lasts
};

Counts countsOf(const Config& config, const ModelInput& input) {
    const double average = config.optimizer.emaDecay > 0 ? 1 : 0;
    Counts counts;
    for (const ParameterRow& row : parameterPlan(config.model, config.head, input)) {
        const std::int64_t count = row.count();
        counts.all += count;
        std::int64_t moved = everLearns(row, config.optimizer) ? count : 0;
        double copies = moved > 0 ? kCopiesOfWeights + average : 1;
        if (isAdapted(row, config.optimizer)) {
            moved = 0;
            for (const AdapterPlan& plan : adapterPlans(row, config.optimizer.loraRank)) moved += plan.count();
            counts.kept += kCopiesOfWeights * static_cast<double>(moved);
            copies = kCopiesOfAdapted + average;
        }
        counts.learning += moved;
        counts.kept += copies * static_cast<double>(count);
    }
    return counts;
}

// Only sizes in the schema's ranges keep every product below within 64 bits.
bool sizesAreUsable(const Config& config, const ModelInput& input) {
    const auto inRange = [&](const Field& field) {
        const bool matters = field.key.starts_with("model.") || field.key.starts_with("head.") ||
                             field.key == "run.batch_size" || field.key == "run.accumulate" ||
                             field.key == "optimizer.lora_rank" || field.key == "optimizer.frozen_blocks" ||
                             field.key == "optimizer.thaw_epochs";
        return !matters || !rangeProblem(field, field.get(config));
    };
    return std::all_of(schema().begin(), schema().end(), inRange) &&
           config.model.inputSize().height % config.model.patchSize == 0 &&
           config.model.inputSize().width % config.model.patchSize == 0 &&
           config.model.patchSize % stemFactor(config.model) == 0 && !config.model.mlpUnits.empty() &&
           config.model.mlpUnits.back() == config.model.projectionDim && input.channels >= 1 &&
           input.channels <= 1024 && input.classes >= 1 && input.classes <= 100'000'000;
}

struct Parts {
    Cost embedding;
    Cost block;
    Cost head;  // with what stands between it and the blocks
};

Parts partsOf(const Config& config, const ModelInput& input) {
    const ModelConfig& model = config.model;
    const std::int64_t tokens = tokenCount(model, config.head);
    Parts parts;
    addEmbedding(parts.embedding, model, input);
    addBlock(parts.block, model, tokens);
    parts.head.addNorm(tokens, model.projectionDim);
    if (model.preNorm) parts.head.addNorm(tokens, model.projectionDim);
    if (config.head.type == HeadType::AttentionPooling) addAttentionPooling(parts.head, model, tokens);
    addHead(parts.head, config.head, headInputs(model, config.head), input.classes);
    return parts;
}

Cost sumOf(const Parts& parts, std::int64_t layers) {
    const auto blocks = static_cast<double>(layers);
    return {parts.embedding.flops + parts.head.flops + blocks * parts.block.flops,
            parts.embedding.activations + parts.head.activations + blocks * parts.block.activations};
}

// What has no backward pass, on average of the epochs from `first` to `last`.
Cost stillIn(const Parts& parts, const Config& config, std::int64_t first, std::int64_t last) {
    Cost still;
    for (std::int64_t depth = 0; depth <= config.model.layers; ++depth) {
        const bool never = depth == 0 && config.optimizer.loraRank > 0;  // adapters are of blocks
        const std::int64_t begins = never ? kNeverLearns : firstLearningEpoch(depth, config.optimizer);
        const std::int64_t epochs = last - first + 1;
        const double share = static_cast<double>(std::clamp<std::int64_t>(begins - first, 0, epochs)) /
                             static_cast<double>(epochs);
        const Cost& part = depth == 0 ? parts.embedding : parts.block;
        still.flops += share * part.flops;
        still.activations += share * part.activations;
    }
    return still;
}

double trainingFlops(const Parts& parts, const Config& config, std::int64_t first, std::int64_t last) {
    return 3 * sumOf(parts, config.model.layers).flops - 2 * stillIn(parts, config, first, last).flops;
}

}  // namespace

bool validates(const DataConfig& data) {
    return data.validationSplit == ValidationSplit::Folder || data.validationShare > 0;
}

DerivedFacts derive(const Config& config, const ModelInput& input) {
    if (!sizesAreUsable(config, input)) return {};
    const ModelConfig& model = config.model;
    DerivedFacts facts;
    facts.grid = model.grid();
    facts.patchesPerImage = patchCount(model);
    facts.tokens = tokenCount(model, config.head);
    facts.elementsPerPatch = model.patchSize * model.patchSize * input.channels;

    const Counts counts = countsOf(config, input);
    facts.parameters = counts.all;
    facts.learningParameters = counts.learning;

    const Parts parts = partsOf(config, input);
    const Cost whole = sumOf(parts, model.layers);
    const std::int64_t epochs = std::max<std::int64_t>(1, config.run.epochs);
    facts.forwardFlopsPerImage = whole.flops;
    facts.trainingFlopsPerImage = trainingFlops(parts, config, 1, epochs);
    const double activations = whole.activations - stillIn(parts, config, epochs, epochs).activations;
    facts.trainingMemoryBytes =
        kBytesPerNumber * (counts.kept + static_cast<double>(config.run.imagesAtOnce()) * activations);
    return facts;
}

double trainingFlops(const Config& config, const ModelInput& input, std::int64_t first, std::int64_t last) {
    return sizesAreUsable(config, input) ? trainingFlops(partsOf(config, input), config, first, last) : 0;
}

}  // namespace vit
