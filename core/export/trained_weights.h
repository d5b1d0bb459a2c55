// SPDX-License-Identifier: GPL-3.0-or-later
// A run's best weights and what must be known to use them elsewhere, free of tensors.
#pragma once

#include "core/config/config.h"
#include "core/data/data_description.h"
#include "core/io/safetensors.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace vit {

class TrainedWeights {
public:
    // Throws Error if the run has no weights or its files are damaged.
    explicit TrainedWeights(const std::filesystem::path& runFolder);

    const Config& config() const { return m_config; }
    const DataDescription& description() const { return m_description; }
    std::int64_t epoch() const { return m_epoch; }
    std::int64_t classes() const { return m_description.input().classes; }
    std::int64_t patches() const;
    std::int64_t tokens() const;  // patches, and the class token if there is one

    // Of each channel's pixel values 0–255, for (pixel - mean) / deviation.
    std::vector<double> mean() const;
    std::vector<double> deviation() const;

    // Row-major values of the network's parameter. Throws Error unless it is there in this shape.
    std::span<const float> values(const std::string& name, const std::vector<std::int64_t>& shape) const;

    // For a patch embedding by convolution: [D, P*P*C] (channel fastest) turned into [D, C, P, P].
    std::vector<float> patchKernel() const;

    // How to use the model, as texts; lists are JSON. See README.md, "Taking results elsewhere".
    std::map<std::string, std::string> metadata() const;

private:
    std::filesystem::path m_folder;
    Config m_config;
    DataDescription m_description;
    TensorFile m_file;
    std::int64_t m_epoch = 0;
};

}  // namespace vit
