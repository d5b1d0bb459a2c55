// SPDX-License-Identifier: GPL-3.0-or-later
// Builds a model in the ONNX format (https://onnx.ai/onnx/repo-docs/IR.html), operator set 18.
#pragma once

#include "core/io/protobuf_writer.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace vit {

struct OnnxAttribute {
    std::string name;
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>> value;
};

// An axis of an input or output: a size, or a name for one that is known only when the model runs.
using OnnxAxis = std::variant<std::int64_t, std::string>;

// Values are known by their names; what a call adds must only refer to what is there already.
class OnnxGraph {
public:
    void input(const std::string& name, const std::vector<OnnxAxis>& axes, const std::string& description);  // float
    void output(const std::string& name, const std::vector<OnnxAxis>& axes, const std::string& description);

    // Constants: row-major floats, and a list of integers. Return their name.
    std::string weights(const std::string& name, std::span<const std::int64_t> shape, std::span<const float> values);
    std::string integers(const std::string& name, std::span<const std::int64_t> values);
    std::string integer(const std::string& name, std::int64_t value);  // a scalar

    // A node and its output, both called `name`. An input that is left out is "".
    std::string node(const std::string& operation, const std::string& name, const std::vector<std::string>& inputs,
                     const std::vector<OnnxAttribute>& attributes = {});
    void node(const std::string& operation, const std::string& name, const std::vector<std::string>& inputs,
              const std::vector<OnnxAttribute>& attributes, const std::vector<std::string>& outputs);

    // The whole file. Throws Error beyond the 2 GB that one Protocol Buffers message may have.
    std::string file(const std::string& name, const std::string& producer, const std::string& version,
                     const std::map<std::string, std::string>& metadata) const;

private:
    ProtobufWriter m_graph;

    void initializer(const std::string& name, std::int64_t type, std::span<const std::int64_t> shape,
                     std::string_view raw);
};

}  // namespace vit
