// SPDX-License-Identifier: GPL-3.0-or-later
// From the final norm on: what the head is given, and the head that tells classes apart, if the file has one.
#include "core/import/assembly/steps.h"

#include "core/config/parameter_plan.h"
#include "core/import/array_shapes.h"

#include <string>
#include <utility>

namespace vit {

namespace {

// The final norm, which stands before the pooling or after it: tells whether after.
bool moveFinalNorm(Assembly& assembly) {
    const bool afterPooling = assembly.has("fc_norm.weight");
    if (afterPooling) {
        if (assembly.has("norm.weight")) refuseModel("it has a norm before and one after the pooling");
        assembly.movePair("fc_norm", "norm");
    } else {
        assembly.movePair("norm");
    }
    return afterPooling;
}

// Its query, key and value may be one array; the engine has the query by itself.
void movePooling(Assembly& assembly) {
    const std::int64_t dim = assembly.config.model.projectionDim;
    const std::string pool = "attn_pool.";
    assembly.keep(pool + "latent", assembly.takeAs(pool + "latent", {1, dim}));
    for (const char* part : {"proj", "norm", "mlp.fc1", "mlp.fc2"}) assembly.movePair(pool + part);
    if (!assembly.has(pool + "qkv.weight")) {
        assembly.movePair(pool + "q");
        assembly.movePair(pool + "kv");
        return;
    }
    for (const char* ending : {".weight", ".bias"}) {
        const FloatArray all = assembly.take(pool + "qkv" + ending);
        if (all.shape.front() != 3 * dim) refuseModel("attn_pool.qkv has the shape " + shapeText(all.shape));
        const auto third = static_cast<std::ptrdiff_t>(all.values.size() / 3);
        FloatArray query{all.shape, {all.values.begin(), all.values.begin() + third}};
        FloatArray rest{all.shape, {all.values.begin() + third, all.values.end()}};
        query.shape.front() = dim;
        rest.shape.front() = 2 * dim;
        assembly.keep(pool + "q" + ending, std::move(query));
        assembly.keep(pool + "kv" + ending, std::move(rest));
    }
}

// What DeiT's two heads say is averaged: one head over both tokens with half of each one's weights.
void averageHeads(Assembly& assembly) {
    const FloatArray first = assembly.take("head.weight"), second = assembly.take("head_dist.weight");
    const FloatArray firstBias = assembly.take("head.bias"), secondBias = assembly.take("head_dist.bias");
    if (first.shape != second.shape || firstBias.shape != secondBias.shape || assembly.config.model.registers != 1)
        refuseModel("its two heads differ in shape");
    const auto width = static_cast<std::size_t>(first.shape[1]);
    FloatArray kernel{{first.shape[0], 2 * first.shape[1]}, {}};
    FloatArray bias{firstBias.shape, {}};
    for (std::size_t row = 0; row < static_cast<std::size_t>(first.shape[0]); ++row) {
        for (const FloatArray* part : {&first, &second})
            for (std::size_t i = 0; i < width; ++i) kernel.values.push_back(part->values[row * width + i] / 2);
        bias.values.push_back((firstBias.values[row] + secondBias.values[row]) / 2);
    }
    assembly.keep("head.0.weight", std::move(kernel));
    assembly.keep("head.0.bias", std::move(bias));
}

// A head of zeros for the classes that are named, which knows nothing yet.
void addEmptyHead(Assembly& assembly) {
    const std::vector<std::string> names = assembly.givenClassNames();
    assembly.headless = true;
    assembly.classes = names.empty() ? 1 : static_cast<std::int64_t>(names.size());
    const std::int64_t inputs = headInputs(assembly.config.model, assembly.config.head);
    assembly.keep("head.0.weight", zeros({assembly.classes, inputs}));
    assembly.keep("head.0.bias", zeros({assembly.classes}));
    assembly.note("The file has no head that tells classes apart: " +
                  std::string(names.empty() ? "look inside the model, or teach it classes of your own."
                                            : "one was added that has yet to be trained."));
}

}  // namespace

void findHead(Assembly& assembly) {
    HeadConfig& head = assembly.config.head;
    const std::int64_t dim = assembly.config.model.projectionDim;
    const bool normedAfterPooling = moveFinalNorm(assembly);
    head.units.clear();
    if (!assembly.isAssigned("head.dropout")) head.dropout = 0;
    if (assembly.has("attn_pool.latent")) {
        head.type = HeadType::AttentionPooling;
        movePooling(assembly);
    } else if (normedAfterPooling) {
        head.type = HeadType::NormedAverage;
    } else if (!assembly.weights.contains("cls_token")) {
        head.type = HeadType::GlobalAveragePooling;
    } else {
        head.type = assembly.has("head_dist.weight") ? HeadType::PrefixTokens : HeadType::ClassToken;
    }
    if (!assembly.has("head.weight")) return addEmptyHead(assembly);
    const std::vector<std::int64_t> shape = assembly.shapeOf("head.weight", 2);
    assembly.classes = shape[0];
    if (assembly.has("head_dist.weight")) return averageHeads(assembly);
    if (head.type == HeadType::ClassToken && shape[1] == 2 * dim) head.type = HeadType::ClassTokenAndAverage;
    assembly.keep("head.0.weight", assembly.take("head.weight"));
    assembly.keep("head.0.bias", assembly.takeOrZeros("head.bias", assembly.classes));
}

}  // namespace vit
