// SPDX-License-Identifier: GPL-3.0-or-later
// What the attention of the blocks is, and its kernels as one, in the order that the engine turns by.
#include "core/import/assembly/steps.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

namespace vit {

namespace {

void findHeads(Assembly& assembly, std::int64_t inner) {
    ModelConfig& model = assembly.config.model;
    std::optional<std::int64_t> heads = assembly.facts.heads;
    if (assembly.has("blocks.0.attn.q_norm.weight")) heads = inner / assembly.shapeOf("blocks.0.attn.q_norm.weight", 1)[0];
    if (!heads && model.positions == PositionType::Relative)
        heads = assembly.shapeOf("blocks.0.attn.relative_position_bias_table", 2)[1];
    if (assembly.isAssigned("model.heads")) heads = model.heads;
    if (!heads) {
        constexpr std::int64_t kUsual = 64;
        assembly.ask("model.heads", "The file does not say how many attention heads the model has: give their number; for " +
                                        std::to_string(inner) + " numbers it is usually " +
                                        std::to_string(std::max<std::int64_t>(1, inner / kUsual)) + ".");
        return;
    }
    if (*heads < 1 || inner % *heads != 0)
        throw InvalidInput(Issues{{"model.heads", std::to_string(*heads) + " heads cannot share " +
                                                      std::to_string(inner) + " numbers evenly."}});
    model.heads = *heads;
    model.keyDim = inner / *heads;
}

// The rows of the first so many heads; their products stay as they are if queries' and keys' are moved alike.
void partPairs(Assembly& assembly, const std::string& name, std::int64_t heads) {
    const auto found = assembly.weights.find(name);
    if (found == assembly.weights.end()) return;
    std::vector<float>& values = found->second.values;
    const std::int64_t width = assembly.config.model.keyDim, rows = found->second.shape.front();
    if (rows < heads * width || width % 2 != 0) return;  // of no use without what is asked for, or refused
    const std::int64_t row = static_cast<std::int64_t>(values.size()) / rows;
    const std::vector<float> old = values;
    for (std::int64_t head = 0; head < heads; ++head) {
        for (std::int64_t i = 0; i < width; ++i) {
            const std::int64_t from = head * width + i, to = head * width + i / 2 + (i % 2) * (width / 2);
            std::copy_n(old.begin() + from * row, row, values.begin() + to * row);
        }
    }
}

// Queries and keys from pairs beside each other to pairs half a head apart.
void partPairs(Assembly& assembly, const std::string& attention) {
    for (const char* ending : {".weight", ".bias"}) {
        for (const char* norm : {"q_norm", "k_norm"}) partPairs(assembly, attention + norm + ending, 1);
        partPairs(assembly, attention + "qkv" + ending, 2 * assembly.config.model.heads);
    }
}

}  // namespace

std::int64_t findAttention(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    const std::string first = "blocks.0.attn.";
    const bool split = assembly.has(first + "q.weight");
    const std::int64_t rows = assembly.shapeOf(first + (split ? "q.weight" : "qkv.weight"), 2)[0];
    const std::int64_t inner = split ? rows : rows / 3;
    findHeads(assembly, inner);
    model.qkNorm = assembly.has(first + "q_norm.weight");
    model.qkvBias = assembly.has(first + "qkv.bias") || assembly.has(first + "q.bias");
    model.attentionNorm = assembly.has(first + "norm.weight");
    return inner;
}

void moveAttention(Assembly& assembly, const std::string& attention, std::int64_t inner) {
    const ModelConfig& model = assembly.config.model;
    if (model.qkNorm) {
        assembly.movePair(attention + "q_norm");
        assembly.movePair(attention + "k_norm");
    }
    if (model.attentionNorm) assembly.movePair(attention + "norm");
    assembly.movePair(attention + "proj");
    if (model.positions == PositionType::Relative) assembly.move(attention + "relative_position_bias_table");
    const auto perPart = [&](const char* ending) {
        std::vector<FloatArray> parts;
        for (const char* part : {"q", "k", "v"}) {
            const std::string name = attention + part + ending;
            parts.push_back(std::strcmp(ending, ".weight") == 0 ? assembly.take(name) : assembly.takeOrZeros(name, inner));
        }
        return joined(parts);
    };
    const auto moveQkv = [&](const char* ending) {
        const std::string name = attention + "qkv" + ending;
        assembly.keep(name, assembly.has(name) ? assembly.take(name) : perPart(ending));
    };
    moveQkv(".weight");
    if (model.qkvBias) moveQkv(".bias");
    if (model.positions == PositionType::LearnedRotary) partPairs(assembly, attention);
}

}  // namespace vit
