// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens that stand for no patch: class token, distillation token, registers. One that nothing reads but the blocks is a
// register here.
#include "core/import/assembly/steps.h"

#include "core/import/array_shapes.h"

#include <utility>

namespace vit {

namespace {

// Whether the head is given the mean of the tokens, so that nothing reads the class token by itself.
bool readsAverage(const Assembly& assembly) {
    if (assembly.has("fc_norm.weight")) return true;
    if (assembly.has("head_dist.weight") || assembly.has("dist_token")) return false;
    if (assembly.has("attn_pool.latent")) return true;
    return assembly.facts.pooling == Pooling::Average;
}

}  // namespace

PrefixTokens findTokens(Assembly& assembly) {
    ModelConfig& model = assembly.config.model;
    const std::int64_t dim = model.projectionDim;
    const bool classToken = assembly.has("cls_token"), distilled = assembly.has("dist_token");
    const std::int64_t registers = assembly.has("reg_token") ? valueCount(assembly.shapeOf("reg_token", 3)) / dim : 0;
    const bool readsClass = classToken && !readsAverage(assembly);
    std::vector<FloatArray> own;
    if (classToken && !readsClass) own.push_back(assembly.takeAs("cls_token", {1, dim}));
    if (classToken && readsClass) assembly.keep("cls_token", assembly.takeAs("cls_token", {dim}));
    if (distilled) own.push_back(assembly.takeAs("dist_token", {1, dim}));
    if (registers > 0) own.push_back(assembly.takeAs("reg_token", {registers, dim}));
    model.registers = 0;
    if (!own.empty()) {
        FloatArray all = joined(own);
        model.registers = all.shape.front();
        assembly.keep("reg_token", std::move(all));
    }
    // The class token's position is its own; of the others' some have one.
    model.registerPositions = (classToken && !readsClass) || distilled;
    return {(classToken ? 1 : 0) + (distilled ? 1 : 0), registers, readsClass};
}

}  // namespace vit
