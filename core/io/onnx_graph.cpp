// SPDX-License-Identifier: GPL-3.0-or-later
// The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) with its field numbers.
#include "core/io/onnx_graph.h"

#include "core/base/error.h"

namespace vit {

namespace {

constexpr std::int64_t kIrVersion = 8;  // of the releases that came with operator set 18
constexpr std::int64_t kOperatorSet = 18;
constexpr std::int64_t kFloat = 1;  // TensorProto.DataType
constexpr std::int64_t kInt64 = 7;
constexpr std::size_t kMostBytes = 0x7fffffff;

namespace graph_field {
constexpr int kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12;
}

ProtobufWriter valueInfo(const std::string& name, const std::vector<OnnxAxis>& axes, const std::string& description) {
    ProtobufWriter shape;
    for (const OnnxAxis& axis : axes) {
        ProtobufWriter dimension;
        if (const auto* size = std::get_if<std::int64_t>(&axis))
            dimension.integer(1, *size);
        else
            dimension.bytes(2, std::get<std::string>(axis));
        shape.message(1, dimension);
    }
    const ProtobufWriter tensor = ProtobufWriter().integer(1, kFloat).message(2, shape);
    return ProtobufWriter().bytes(1, name).message(2, ProtobufWriter().message(1, tensor)).bytes(3, description);
}

ProtobufWriter attributeProto(const OnnxAttribute& attribute) {
    constexpr int kName = 1, kF = 2, kI = 3, kS = 4, kInts = 8, kType = 20;
    constexpr std::int64_t kTypeFloat = 1, kTypeInt = 2, kTypeString = 3, kTypeInts = 7;
    ProtobufWriter proto;
    proto.bytes(kName, attribute.name);
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
        proto.integer(kI, *number).integer(kType, kTypeInt);
    } else if (const auto* real = std::get_if<float>(&attribute.value)) {
        proto.float32(kF, *real).integer(kType, kTypeFloat);
    } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
        proto.bytes(kS, *text).integer(kType, kTypeString);
    } else {
        for (const std::int64_t entry : std::get<std::vector<std::int64_t>>(attribute.value))
            proto.integer(kInts, entry);
        proto.integer(kType, kTypeInts);
    }
    return proto;
}

std::string_view rawBytes(const void* data, std::size_t size) {
    return {static_cast<const char*>(data), size};
}

}  // namespace

void OnnxGraph::input(const std::string& name, const std::vector<OnnxAxis>& axes, const std::string& description) {
    m_graph.message(graph_field::kInput, valueInfo(name, axes, description));
}

void OnnxGraph::output(const std::string& name, const std::vector<OnnxAxis>& axes, const std::string& description) {
    m_graph.message(graph_field::kOutput, valueInfo(name, axes, description));
}

void OnnxGraph::initializer(const std::string& name, std::int64_t type, std::span<const std::int64_t> shape,
                            std::string_view raw) {
    constexpr int kDims = 1, kType = 2, kName = 8, kRaw = 9;
    ProtobufWriter tensor;
    for (const std::int64_t size : shape) tensor.integer(kDims, size);
    tensor.integer(kType, type).bytes(kName, name).bytes(kRaw, raw);
    m_graph.message(graph_field::kInitializer, tensor);
}

std::string OnnxGraph::weights(const std::string& name, std::span<const std::int64_t> shape,
                               std::span<const float> values) {
    initializer(name, kFloat, shape, rawBytes(values.data(), values.size_bytes()));
    return name;
}

std::string OnnxGraph::integers(const std::string& name, std::span<const std::int64_t> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    initializer(name, kInt64, std::span(&count, 1), rawBytes(values.data(), values.size_bytes()));
    return name;
}

std::string OnnxGraph::integer(const std::string& name, std::int64_t value) {
    initializer(name, kInt64, {}, rawBytes(&value, sizeof value));
    return name;
}

std::string OnnxGraph::node(const std::string& operation, const std::string& name,
                            const std::vector<std::string>& inputs, const std::vector<OnnxAttribute>& attributes) {
    node(operation, name, inputs, attributes, {name});
    return name;
}

void OnnxGraph::node(const std::string& operation, const std::string& name, const std::vector<std::string>& inputs,
                     const std::vector<OnnxAttribute>& attributes, const std::vector<std::string>& outputs) {
    constexpr int kInput = 1, kOutput = 2, kName = 3, kOperation = 4, kAttribute = 5;
    ProtobufWriter proto;
    for (const std::string& input : inputs) proto.bytes(kInput, input);
    for (const std::string& output : outputs) proto.bytes(kOutput, output);
    proto.bytes(kName, name).bytes(kOperation, operation);
    for (const OnnxAttribute& attribute : attributes) proto.message(kAttribute, attributeProto(attribute));
    m_graph.message(graph_field::kNode, proto);
}

std::string OnnxGraph::file(const std::string& name, const std::string& producer, const std::string& version,
                            const std::map<std::string, std::string>& metadata) const {
    constexpr int kIr = 1, kProducer = 2, kProducerVersion = 3, kGraph = 7, kOperatorSets = 8, kMetadata = 14;
    ProtobufWriter model;
    model.integer(kIr, kIrVersion).bytes(kProducer, producer).bytes(kProducerVersion, version);
    model.message(kOperatorSets, ProtobufWriter().bytes(1, "").integer(2, kOperatorSet));
    for (const auto& [key, value] : metadata) model.message(kMetadata, ProtobufWriter().bytes(1, key).bytes(2, value));
    ProtobufWriter graph = m_graph;
    model.message(kGraph, graph.bytes(graph_field::kName, name));
    if (model.data().size() > kMostBytes) {
        throw Error(
            "The model has more than 2 GB of weights, which do not fit into one ONNX file. Export it as "
            "safetensors.");
    }
    return model.data();
}

}  // namespace vit
