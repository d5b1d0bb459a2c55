// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters as safetensors arrays.
#include "core/model/weights.h"

#include "core/base/error.h"

#include <torch/utils.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace vit {

namespace {

struct TypeName {
    torch::ScalarType type;
    const char* name;
};

constexpr TypeName kTypeNames[] = {
    {torch::kFloat32, "F32"}, {torch::kFloat64, "F64"}, {torch::kFloat16, "F16"}, {torch::kBFloat16, "BF16"},
    {torch::kInt64, "I64"},   {torch::kInt32, "I32"},   {torch::kUInt8, "U8"},    {torch::kBool, "BOOL"},
};

std::string shapeText(c10::IntArrayRef shape) {
    std::ostringstream text;
    text << shape;
    return text.str();
}

// The first few of them, in a sentence.
std::string unfit(const std::vector<std::string>& problems) {
    constexpr std::size_t kShown = 3;
    std::string text = "The weights do not fit the model: ";
    for (std::size_t i = 0; i < std::min(kShown, problems.size()); ++i) text += (i > 0 ? "; " : "") + problems[i];
    if (problems.size() > kShown) text += "; and " + std::to_string(problems.size() - kShown) + " more";
    return text + ".";
}

}  // namespace

TensorData toTensorData(const torch::Tensor& tensor) {
    const torch::Tensor dense = tensor.detach().to(torch::kCPU).contiguous();
    for (const TypeName& known : kTypeNames) {
        if (known.type != dense.scalar_type()) continue;
        TensorData data{known.name, dense.sizes().vec(), std::vector<std::byte>(dense.nbytes())};
        if (!data.bytes.empty()) std::memcpy(data.bytes.data(), dense.const_data_ptr(), data.bytes.size());
        return data;
    }
    throw Error("A tensor of type " + std::string(c10::toString(dense.scalar_type())) + " cannot be stored.");
}

torch::Tensor toTensor(const TensorData& data) {
    for (const TypeName& known : kTypeNames) {
        if (known.name != data.dtype) continue;
        torch::Tensor tensor = torch::empty(data.shape, known.type);
        if (tensor.nbytes() != data.bytes.size()) throw Error("A stored array's size does not match its shape.");
        if (!data.bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), data.bytes.data(), data.bytes.size());
        return tensor;
    }
    throw Error("Arrays of type " + data.dtype + " are not supported.");
}

void storeWeights(const torch::nn::Module& module, TensorFile& file, const std::string& prefix) {
    for (const auto& parameter : module.named_parameters())
        file.tensors[prefix + parameter.key()] = toTensorData(parameter.value());
}

void loadWeights(torch::nn::Module& module, const TensorFile& file, const std::string& prefix) {
    const torch::NoGradGuard noGrad;
    std::vector<std::string> problems;
    std::size_t matched = 0;
    for (auto& parameter : module.named_parameters()) {
        const auto found = file.tensors.find(prefix + parameter.key());
        if (found == file.tensors.end()) {
            problems.push_back(parameter.key() + " is missing");
            continue;
        }
        ++matched;
        if (c10::IntArrayRef(found->second.shape) != parameter.value().sizes()) {
            problems.push_back(parameter.key() + " has shape " + shapeText(found->second.shape) +
                               ", the model needs " + shapeText(parameter.value().sizes()));
            continue;
        }
        parameter.value().copy_(toTensor(found->second));
    }
    std::size_t present = 0;
    for (const auto& [name, data] : file.tensors) present += name.starts_with(prefix);
    if (present > matched) problems.push_back(std::to_string(present - matched) + " arrays belong to no parameter");
    if (!problems.empty()) throw Error(unfit(problems));
}

}  // namespace vit
