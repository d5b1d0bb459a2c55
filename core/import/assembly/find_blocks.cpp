// SPDX-License-Identifier: GPL-3.0-or-later
// The encoder blocks: how many there are, and what each consists of.
#include "core/import/assembly/steps.h"

#include "core/config/schema.h"

#include <string>

namespace vit {

namespace {

// From the configuration beside the weights, else as it usually is. After the sizes: whether the MLP is gated must be known.
void fillWhatShapesDoNotTell(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    for (const char* key : {"model.attention_dropout", "model.mlp_dropout", "model.drop_path"})
        if (!assembly.isAssigned(key)) findField(key)->set(assembly.config, 0.0);
    if (!assembly.isAssigned("model.norm_epsilon")) {
        if (assembly.facts.epsilon) model.normEpsilon = *assembly.facts.epsilon;
        else {
            model.normEpsilon = 1e-6;
            assembly.note("Not in the file, taken as usual: a norm epsilon of 1e-06 (model.norm_epsilon).");
        }
    }
    if (!assembly.isAssigned("model.activation")) {
        model.activation = assembly.facts.activation.value_or(model.mlpGated ? Activation::Silu : Activation::Gelu);
        if (!assembly.facts.activation)
            assembly.note(std::string("Not in the file, taken as usual: ") + (model.mlpGated ? "SiLU" : "exact GELU") +
                          " (model.activation).");
    }
    if (!assembly.isAssigned("model.norm_place")) {
        model.normPlace = assembly.facts.normPlace.value_or(NormPlace::Before);
        if (!assembly.facts.normPlace)
            assembly.note("Not in the file, taken as usual: norms before attention and MLP (model.norm_place).");
    }
    model.zeroOutputs = false;
}

void moveBlock(Assembly& assembly, const std::string& block, std::int64_t inner) {
    assembly.movePair(block + "norm1");
    assembly.movePair(block + "norm2");
    moveAttention(assembly, block + "attn.", inner);
    if (assembly.config.model.layerScale > 0)
        for (const char* part : {"ls1.gamma", "ls2.gamma"}) assembly.move(block + part);
    if (assembly.has(block + "mlp.gate.weight")) {
        for (const char* part : {".weight", ".bias"})
            assembly.keep(block + "mlp.fc1" + part,
                          joined({assembly.take(block + "mlp.gate" + part), assembly.take(block + "mlp.up" + part)}));
    } else {
        assembly.movePair(block + "mlp.fc1");
    }
    if (assembly.config.model.mlpNorm) assembly.movePair(block + "mlp.norm");
    assembly.movePair(block + "mlp.fc2");
}

}  // namespace

void findBlocks(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    model.layers = 0;
    while (assembly.has("blocks." + std::to_string(model.layers) + ".norm1.weight")) ++model.layers;
    if (model.layers == 0) refuseModel("blocks.0.norm1.weight is missing");
    const std::string first = "blocks.0.";
    const std::int64_t inner = findAttention(assembly);
    model.layerScale = assembly.has(first + "ls1.gamma") ? 1e-5 : 0;
    model.mlpDepthwise = false;
    model.mlpLastGelu = false;
    const bool gate = assembly.has(first + "mlp.gate.weight");
    const std::int64_t hidden = assembly.shapeOf(first + "mlp.fc2.weight", 2)[1];
    const std::int64_t first1 = gate ? 2 * hidden : assembly.shapeOf(first + "mlp.fc1.weight", 2)[0];
    model.mlpGated = first1 == 2 * hidden;
    model.mlpUnits = {hidden, model.projectionDim};
    model.mlpNorm = assembly.has(first + "mlp.norm.weight");
    fillWhatShapesDoNotTell(assembly);
    for (std::int64_t i = 0; i < model.layers; ++i) moveBlock(assembly, "blocks." + std::to_string(i) + ".", inner);
}

}  // namespace vit
