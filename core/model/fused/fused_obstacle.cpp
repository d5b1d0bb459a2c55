// SPDX-License-Identifier: GPL-3.0-or-later
// Compares a model's options and its blocks' weights with those that the kernels know.
#include "core/model/fused/fused_obstacle.h"

#include "core/config/parameter_plan.h"
#include "core/config/schema.h"

#include <algorithm>
#include <string>
#include <vector>

namespace vit {

namespace {

// The model as the kernels take it: what they go by, and of all else the default.
ModelConfig asTheKernelsTakeIt(const ModelConfig& model) {
    ModelConfig known;
    // Theirs, or of no concern to a block.
    known.imageSize = model.imageSize;
    // To attention and dense layers tokens are a list; what knows their places knows those of a square.
    if (model.inputSize().isSquare() || (model.stemWidths.empty() && !model.mlpDepthwise))
        known.imageWidth = model.imageWidth;
    known.patchSize = model.patchSize;
    known.projectionDim = model.projectionDim;
    known.heads = model.heads;
    known.keyDim = model.keyDim;
    known.mlpUnits = model.mlpUnits;
    known.layers = model.layers;
    known.stemWidths = model.stemWidths;
    known.stemPools = model.stemPools;
    known.stemWhitening = model.stemWhitening;
    known.shiftedPatches = model.shiftedPatches;
    if (!turnsByPlace(model) && model.positions != PositionType::Relative)
        known.positions = model.positions;
    // A factor of what has passed through GELU is none of the weights before it.
    if (!model.mlpLastGelu) known.layerScale = model.layerScale;
    known.registers = model.registers;
    known.registerPositions = model.registerPositions;
    known.preNorm = model.preNorm;
    known.qkNorm = model.qkNorm;
    known.mlpDepthwise = model.mlpDepthwise;
    known.attentionDropout = model.attentionDropout;
    known.mlpDropout = model.mlpDropout;
    known.dropPath = model.dropPath;
    known.normEpsilon = model.normEpsilon;
    known.mlpLastGelu = model.mlpLastGelu;
    known.initialWeights = model.initialWeights;
    known.zeroOutputs = model.zeroOutputs;
    return known;
}

std::vector<std::string> namesTheKernelsTake(const ModelConfig& model) {
    std::vector<std::string> names;
    const auto add = [&names](const std::string& part) {
        for (const char* tensor : {".weight", ".bias"}) names.push_back("blocks.0." + part + tensor);
    };
    for (const char* part : {"norm1", "attn.qkv"}) add(part);
    if (model.qkNorm)
        for (const char* part : {"attn.q_norm", "attn.k_norm"}) add(part);
    add("attn.proj");
    if (model.layerScale > 0) names.emplace_back("blocks.0.ls1.gamma");
    add("norm2");
    for (std::size_t i = 1; i <= model.mlpUnits.size(); ++i) {
        add("mlp.fc" + std::to_string(i));
        if (i == 1 && model.mlpDepthwise) add("mlp.dw");
    }
    if (model.layerScale > 0) names.emplace_back("blocks.0.ls2.gamma");
    return names;
}

}  // namespace

std::string fusedObstacle(const ModelConfig& model) {
    Config asked, known;
    asked.model = model;
    known.model = asTheKernelsTakeIt(model);
    for (const Field& field : schema()) {
        if (field.get(asked) != field.get(known)) {
            return "the fused kernels do not know \"" + field.label + "\" (" + field.key + " = " +
                   toText(field, field.get(asked)) + ")";
        }
    }
    if (asked.model != known.model) return "the fused kernels do not know one of the model's options";
    const std::vector<std::string> names = namesTheKernelsTake(model);
    const std::vector<ParameterRow> plan = blockPlan(model, 0);
    for (std::size_t i = 0; i < std::max(names.size(), plan.size()); ++i) {
        if (i >= plan.size())
            return "the fused kernels want the weights " + names[i] + ", which such a block does not have";
        if (i >= names.size() || names[i] != plan[i].name)
            return "the fused kernels do not know the weights " + plan[i].name;
    }
    return {};
}

}  // namespace vit
