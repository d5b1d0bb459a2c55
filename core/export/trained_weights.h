// SPDX-License-Identifier: GPL-3.0-or-later
// A run's best weights and what must be known to use them elsewhere, free of tensors.
#pragma once

#include "core/config/parameter_plan.h"
#include "core/runs/trained_model.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vit {

class TrainedWeights {
public:
    // Throws as readTrainedModel() does.
    explicit TrainedWeights(const std::filesystem::path& runFolder);

    const Config& config() const { return m_model.config; }
    const DataDescription& description() const { return m_model.description; }
    std::int64_t epoch() const { return m_model.epoch; }
    std::int64_t classes() const { return m_model.description.input().classes; }
    std::int64_t patches() const;
    std::int64_t tokens() const;  // patches, and the class token if there is one

    // Of each channel's pixel values 0–255, for (pixel - mean) / deviation.
    std::vector<double> mean() const;
    std::vector<double> deviation() const;

    // The network's parameters.
    const std::vector<ParameterRow>& plan() const { return m_plan; }
    const ParameterRow& row(const std::string& name) const;
    // Row-major. Throws Error unless the parameter is there in the plan's shape.
    std::span<const float> values(const ParameterRow& row) const;

    // A weight that convolves, as libraries want its kernel, [outputs, channels, rows, columns]; others have none.
    struct Kernel {
        std::vector<std::int64_t> shape;
        std::vector<float> values;
    };
    std::optional<Kernel> convolution(const ParameterRow& row) const;

    // How to use the model, as texts; lists are JSON. See README.md, "Taking results elsewhere".
    std::map<std::string, std::string> metadata() const;

private:
    TrainedModel m_model;
    std::vector<ParameterRow> m_plan;
};

// "Bring the photo's centre square to native_size [height, width] by area averaging", or as the configuration has it.
std::string photoSentence(const DataConfig& data, const ImageSize& input);

}  // namespace vit
