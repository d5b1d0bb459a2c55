// SPDX-License-Identifier: GPL-3.0-or-later
// Copies the arrays under the names that PyTorch code expects.
#include "core/export/safetensors_export.h"

#include <cstring>

namespace vit {

namespace {

using Shape = std::vector<std::int64_t>;

class StateDict {
public:
    explicit StateDict(const TrainedWeights& weights) : m_weights(weights) {}

    // Under the same name and in the same shape, unless others are given.
    void copy(const std::string& name, const Shape& shape, const std::string& target = {},
              const Shape& targetShape = {}) {
        store(target.empty() ? name : target, targetShape.empty() ? shape : targetShape, m_weights.values(name, shape));
    }
    void dense(const std::string& name, std::int64_t inputs, std::int64_t outputs, const std::string& target = {}) {
        const std::string& to = target.empty() ? name : target;
        copy(name + ".weight", {outputs, inputs}, to + ".weight");
        copy(name + ".bias", {outputs}, to + ".bias");
    }
    void norm(const std::string& name, std::int64_t dim) {
        copy(name + ".weight", {dim});
        copy(name + ".bias", {dim});
    }
    void store(const std::string& name, const Shape& shape, std::span<const float> values) {
        TensorData data{"F32", shape, std::vector<std::byte>(values.size_bytes())};
        std::memcpy(data.bytes.data(), values.data(), values.size_bytes());
        m_file.tensors[name] = std::move(data);
    }

    TensorFile take() { return std::move(m_file); }

private:
    const TrainedWeights& m_weights;
    TensorFile m_file;
};

void addBlock(StateDict& dict, const ModelConfig& model, const std::string& prefix) {
    const std::int64_t dim = model.projectionDim;
    const std::int64_t width = model.heads * model.keyDim;
    dict.norm(prefix + "norm1", dim);
    dict.dense(prefix + "attn.qkv", dim, 3 * width);
    dict.dense(prefix + "attn.proj", width, dim);
    dict.norm(prefix + "norm2", dim);
    std::int64_t inputs = dim;
    for (std::size_t i = 0; i < model.mlpUnits.size(); ++i) {
        dict.dense(prefix + "mlp.fc" + std::to_string(i + 1), inputs, model.mlpUnits[i]);
        inputs = model.mlpUnits[i];
    }
}

void addHead(StateDict& dict, const TrainedWeights& weights, bool timm) {
    const Config& config = weights.config();
    const std::int64_t dim = config.model.projectionDim;
    std::int64_t inputs = config.head.type == HeadType::Flatten ? weights.patches() * dim : dim;
    for (std::size_t i = 0; i < config.head.units.size(); ++i) {
        dict.dense("head." + std::to_string(i), inputs, config.head.units[i]);
        inputs = config.head.units[i];
    }
    dict.dense("head." + std::to_string(config.head.units.size()), inputs, weights.classes(), timm ? "head" : "");
}

}  // namespace

std::vector<std::string> reasonsAgainstTimm(const Config& config) {
    const ModelConfig& model = config.model;
    std::vector<std::string> reasons;
    if (model.heads * model.keyDim != model.projectionDim) {
        reasons.push_back(std::to_string(model.heads) + " heads of " + std::to_string(model.keyDim) + " are not " +
                          std::to_string(model.projectionDim) + ", the projection dimension");
    }
    if (model.mlpUnits.size() != 2) {
        reasons.push_back("the blocks' MLPs have " + std::to_string(model.mlpUnits.size()) + " dense layers, not two");
    }
    if (config.head.type == HeadType::Flatten) reasons.push_back("the head flattens all tokens");
    if (!config.head.units.empty()) reasons.push_back("the head has hidden layers");
    return reasons;
}

TensorFile stateDict(const TrainedWeights& weights) {
    const ModelConfig& model = weights.config().model;
    const std::int64_t dim = model.projectionDim;
    const bool timm = reasonsAgainstTimm(weights.config()).empty();
    StateDict dict(weights);
    dict.store("patch_embed.proj.weight",
               {dim, weights.description().input().channels, model.patchSize, model.patchSize}, weights.patchKernel());
    dict.copy("patch_embed.proj.bias", {dim});
    dict.copy("pos_embed", {weights.tokens(), dim}, {}, {1, weights.tokens(), dim});
    if (weights.config().head.type == HeadType::ClassToken) dict.copy("cls_token", {dim}, {}, {1, 1, dim});
    for (std::int64_t i = 0; i < model.layers; ++i) addBlock(dict, model, "blocks." + std::to_string(i) + ".");
    dict.norm("norm", dim);
    addHead(dict, weights, timm);

    TensorFile file = dict.take();
    file.metadata = weights.metadata();
    file.metadata["format"] = "pt";
    file.metadata["names"] = timm ? "timm" : "vit-workbench";
    return file;
}

}  // namespace vit
