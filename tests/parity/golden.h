// SPDX-License-Identifier: GPL-3.0-or-later
// A golden file (tests/parity/golden): named tensors that Keras computed, and what is said about them.
#pragma once

#include "core/config/config.h"
#include "core/io/safetensors.h"

#include <torch/types.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace vit::parity {

class Golden {
public:
    explicit Golden(const std::string& name);  // without folder and ending

    torch::Tensor at(const std::string& tensor) const;        // as stored
    torch::Tensor imagesAt(const std::string& tensor) const;  // [B, H, W, C] as stored -> [B, C, H, W]
    double numberAt(const std::string& tensor) const;
    std::vector<std::string> namesUnder(std::string_view prefix) const;  // without the prefix

    const nlohmann::json& about() const { return m_about; }
    const TensorFile& file() const { return m_file; }

    // The model that the file describes: `base` with its sizes.
    Config config() const;
    std::int64_t classes() const { return m_about.at("classes").get<std::int64_t>(); }

private:
    TensorFile m_file;
    nlohmann::json m_about;
};

std::string goldenPath(const std::string& file);

}  // namespace vit::parity
