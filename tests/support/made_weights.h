// SPDX-License-Identifier: GPL-3.0-or-later
// Weights for any configuration, made without a model.
#pragma once

#include "core/config/config.h"
#include "core/io/safetensors.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace vit::test {

constexpr std::int64_t kMadeClasses = 3;

// Weights of every name and shape that the configuration asks for, all different.
inline TensorFile weightsFor(const Config& config) {
    TensorFile file;
    const ModelConfig& model = config.model;
    float next = 0;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        std::vector<float> values(static_cast<std::size_t>(count));
        for (float& value : values) value = next += 1;
        TensorData data{"F32", shape, std::vector<std::byte>(values.size() * sizeof(float))};
        std::memcpy(data.bytes.data(), values.data(), data.bytes.size());
        file.tensors[name] = data;
    };
    const auto dense = [&](const std::string& name, std::int64_t inputs, std::int64_t outputs) {
        add(name + ".weight", {outputs, inputs});
        add(name + ".bias", {outputs});
        return outputs;
    };
    const std::int64_t dim = model.projectionDim, width = model.heads * model.keyDim;
    const std::int64_t patches = (model.imageSize / model.patchSize) * (model.imageSize / model.patchSize);
    const bool classToken = config.head.type == HeadType::ClassToken;
    dense("patch_embed.proj", model.patchSize * model.patchSize * 3, dim);
    add("pos_embed", {patches + (classToken ? 1 : 0), dim});
    if (classToken) add("cls_token", {dim});
    for (std::int64_t i = 0; i < model.layers; ++i) {
        const std::string block = "blocks." + std::to_string(i);
        for (const char* norm : {".norm1", ".norm2"}) {
            add(block + norm + ".weight", {dim});
            add(block + norm + ".bias", {dim});
        }
        dense(block + ".attn.qkv", dim, 3 * width);
        dense(block + ".attn.proj", width, dim);
        std::int64_t inputs = dim;
        for (std::size_t k = 0; k < model.mlpUnits.size(); ++k)
            inputs = dense(block + ".mlp.fc" + std::to_string(k + 1), inputs, model.mlpUnits[k]);
    }
    add("norm.weight", {dim});
    add("norm.bias", {dim});
    std::int64_t inputs = config.head.type == HeadType::Flatten ? patches * dim : dim;
    std::size_t layer = 0;
    for (const std::int64_t units : config.head.units) inputs = dense("head." + std::to_string(layer++), inputs, units);
    dense("head." + std::to_string(layer), inputs, kMadeClasses);
    file.metadata["epoch"] = "3";
    return file;
}

}  // namespace vit::test
