// SPDX-License-Identifier: GPL-3.0-or-later
// Reading golden files.
#include "tests/parity/golden.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/model/weights.h"

namespace vit::parity {

std::string goldenPath(const std::string& file) {
    return std::string(VIT_GOLDEN_FOLDER) + "/" + file;
}

Golden::Golden(const std::string& name) : m_file(readSafetensors(goldenPath(name + ".safetensors"))) {
    m_about = nlohmann::json::parse(m_file.metadata.at("golden"));
}

torch::Tensor Golden::at(const std::string& tensor) const {
    const auto found = m_file.tensors.find(tensor);
    if (found == m_file.tensors.end()) throw Error("The golden file has no " + tensor + ".");
    return toTensor(found->second);
}

torch::Tensor Golden::imagesAt(const std::string& tensor) const {
    return at(tensor).permute({0, 3, 1, 2}).contiguous();
}

double Golden::numberAt(const std::string& tensor) const {
    return at(tensor).item<double>();
}

std::vector<std::string> Golden::namesUnder(std::string_view prefix) const {
    std::vector<std::string> names;
    for (const auto& [name, data] : m_file.tensors)
        if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
    return names;
}

Config Golden::config() const {
    return fromJson(m_about.at("config").dump());
}

}  // namespace vit::parity
