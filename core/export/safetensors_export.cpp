// SPDX-License-Identifier: GPL-3.0-or-later
// Copies the arrays under the names that PyTorch code expects.
#include "core/export/safetensors_export.h"

#include <cstring>

namespace vit {

namespace {

using Shape = std::vector<std::int64_t>;

void store(TensorFile& file, const std::string& name, const Shape& shape, std::span<const float> values) {
    TensorData data{"F32", shape, std::vector<std::byte>(values.size_bytes())};
    std::memcpy(data.bytes.data(), values.data(), values.size_bytes());
    file.tensors[name] = std::move(data);
}

// timm calls a head without hidden layers just that, and a norm after the pooling by another name.
std::string timmName(const Config& config, const std::string& name) {
    if (config.head.type == HeadType::NormedAverage && name.starts_with("norm.")) return "fc_" + name;
    return name.starts_with("head.0.") ? "head." + name.substr(std::string("head.0.").size()) : name;
}

std::vector<float> floatsOf(const TensorData& tensor) {
    std::vector<float> values(tensor.bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

// With a norm before the blocks timm's patches have no bias: ours is added to their positions.
void foldPatchBias(TensorFile& file, std::int64_t patches) {
    const std::vector<float> bias = floatsOf(file.tensors["patch_embed.proj.bias"]);
    const Shape shape = file.tensors["pos_embed"].shape;
    std::vector<float> rows = floatsOf(file.tensors["pos_embed"]);
    const std::size_t first = rows.size() - static_cast<std::size_t>(patches) * bias.size();
    for (std::size_t i = first; i < rows.size(); ++i) rows[i] += bias[(i - first) % bias.size()];
    store(file, "pos_embed", shape, rows);
    file.tensors.erase("patch_embed.proj.bias");
}

// timm gives registers positions together with the class token or not at all: what ours has is added to the token.
void foldClassPosition(TensorFile& file) {
    const Shape positions = file.tensors["pos_embed"].shape, token = file.tensors["cls_token"].shape;
    const std::vector<float> rows = floatsOf(file.tensors["pos_embed"]);
    std::vector<float> sum = floatsOf(file.tensors["cls_token"]);
    const std::size_t dim = sum.size();
    for (std::size_t i = 0; i < dim; ++i) sum[i] += rows[i];
    store(file, "cls_token", token, sum);
    const Shape shape = {1, positions[1] - 1, positions[2]};
    store(file, "pos_embed", shape, std::span<const float>(rows).subspan(dim));
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
    if (!learnsPositions(model)) reasons.push_back("its positions are not learned");
    else if (turnsByPlace(model)) reasons.push_back("its queries and keys are turned by their places");
    if (!model.stemWidths.empty()) reasons.push_back("a stem comes before the patches");
    if (model.shiftedPatches) reasons.push_back("its patches are shifted");
    if (model.localAttention) reasons.push_back("its attention is local");
    if (model.attentionNorm) reasons.push_back("what its attention finds is normalised");
    if (model.mlpNorm) reasons.push_back("the blocks' MLPs have a norm");
    // Its block with norms after the branches, ResPostBlock, has no factors beside theirs.
    if (model.normPlace == NormPlace::After && model.layerScale > 0)
        reasons.push_back("a layer scale comes after norms that follow attention and MLP");
    if (model.mlpDepthwise) reasons.push_back("the blocks' MLPs have a convolution");
    if (config.head.type == HeadType::Flatten) reasons.push_back("the head flattens all tokens");
    if (config.head.type == HeadType::ClassTokenAndAverage || config.head.type == HeadType::PrefixTokens)
        reasons.push_back("the head reads several tokens side by side");
    if (!config.head.units.empty()) reasons.push_back("the head has hidden layers");
    return reasons;
}

TensorFile stateDict(const TrainedWeights& weights) {
    const bool timm = reasonsAgainstTimm(weights.config()).empty();
    TensorFile file;
    for (const ParameterRow& row : weights.plan()) {
        Shape shape = row.shape;
        if (row.name == "pos_embed") shape.insert(shape.begin(), 1);                                 // [1, N, D]
        if (row.role == ParameterRole::ClassToken) shape.insert(shape.begin(), {1, 1});              // [1, 1, D]
        if (row.role == ParameterRole::Register) shape.insert(shape.begin(), 1);                     // [1, R, D]
        const std::string name = timm ? timmName(weights.config(), row.name) : row.name;
        if (const auto kernel = weights.convolution(row)) store(file, name, kernel->shape, kernel->values);
        else store(file, name, shape, weights.values(row));
    }
    const ModelConfig& model = weights.config().model;
    if (timm && hasClassToken(weights.config().head) && model.registers > 0 && !model.registerPositions)
        foldClassPosition(file);
    if (timm && model.preNorm) foldPatchBias(file, weights.patches());
    file.metadata = weights.metadata();
    file.metadata["format"] = "pt";
    file.metadata["names"] = timm ? "timm" : "vit-workbench";
    return file;
}

}  // namespace vit
