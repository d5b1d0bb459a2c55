// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a run's configuration, description and best weights.
#include "core/export/trained_weights.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/utf8.h"
#include "core/config/schema.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace vit {

namespace {

constexpr double kLeastDeviation = 1e-7;  // as the input pipeline has it
constexpr double kWhite = 255;

std::string metadataText(const nlohmann::json& value) { return jsonText(value); }

}  // namespace

TrainedWeights::TrainedWeights(const std::filesystem::path& runFolder) : m_folder(runFolder) {
    const std::filesystem::path weights = runFolder / run_files::kBestWeights;
    if (!run_files::isThere(weights)) {
        throw InvalidInput("The run " + runFolder.filename().string() +
                           " has no weights yet: a run saves them at the end of its first epoch.");
    }
    m_config = loadConfig((runFolder / run_files::kConfig).string());
    m_description = dataDescriptionFromJson(readTextFile(runFolder / run_files::kEnvironment));
    m_file = readSafetensors(weights);
    if (const auto epoch = m_file.metadata.find("epoch"); epoch != m_file.metadata.end()) {
        m_epoch = std::strtoll(epoch->second.c_str(), nullptr, 10);
    }
}

std::int64_t TrainedWeights::patches() const {
    const std::int64_t side = m_config.model.imageSize / m_config.model.patchSize;
    return side * side;
}

std::int64_t TrainedWeights::tokens() const {
    return patches() + (m_config.head.type == HeadType::ClassToken ? 1 : 0);
}

std::vector<double> TrainedWeights::mean() const {
    const auto& all = m_description.statistics.mean;
    return {all.begin(), all.begin() + m_description.input().channels};
}

std::vector<double> TrainedWeights::deviation() const {
    const auto& all = m_description.statistics.deviation;
    std::vector<double> list(all.begin(), all.begin() + m_description.input().channels);
    for (double& value : list) value = std::max(value, kLeastDeviation);
    return list;
}

std::span<const float> TrainedWeights::values(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const auto found = m_file.tensors.find(name);
    if (found == m_file.tensors.end() || found->second.dtype != "F32" || found->second.shape != shape) {
        throw Error((m_folder / run_files::kBestWeights).string() + " does not fit the run's configuration (" + name +
                    "): one of the two was exchanged.");
    }
    const auto& bytes = found->second.bytes;  // allocated by new: aligned for any number
    return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

std::vector<float> TrainedWeights::patchKernel() const {
    const std::int64_t dim = m_config.model.projectionDim;
    const std::int64_t channels = m_description.input().channels;
    const std::int64_t pixels = m_config.model.patchSize * m_config.model.patchSize;
    const auto source = values("patch_embed.proj.weight", {dim, pixels * channels});
    std::vector<float> kernel(source.size());
    for (std::int64_t d = 0; d < dim; ++d) {
        for (std::int64_t i = 0; i < pixels; ++i) {
            for (std::int64_t c = 0; c < channels; ++c) {
                kernel[static_cast<std::size_t>((d * channels + c) * pixels + i)] =
                    source[static_cast<std::size_t>((d * pixels + i) * channels + c)];
            }
        }
    }
    return kernel;
}

std::map<std::string, std::string> TrainedWeights::metadata() const {
    std::vector<double> unitMean = mean(), unitDeviation = deviation();  // of pixel values 0–1
    for (double& value : unitMean) value /= kWhite;
    for (double& value : unitDeviation) value /= kWhite;
    const Dataset::Shape& native = m_description.nativeShape;
    return {
        {"producer", "ViT Workbench " VIT_VERSION},
        {"run", escapedUtf8(m_folder.filename().string())},
        {"epoch", std::to_string(m_epoch)},
        {"dataset", m_description.dataset},
        {"class_names", metadataText(m_description.classNames)},
        {"mean", metadataText(unitMean)},
        {"std", metadataText(unitDeviation)},
        {"layout", "NCHW"},
        {"channel_order", unitMean.size() == 1 ? "grey" : "RGB"},
        {"native_size", metadataText({native.height, native.width})},
        {"image_size", metadataText({m_config.model.imageSize, m_config.model.imageSize})},
        {"patch_size", std::to_string(m_config.model.patchSize)},
        {"preprocessing",
         "Bring the photo's centre square to native_size [height, width] by area averaging; (pixel / 255 - mean) / std "
         "for each channel; then bilinear to image_size, half-pixel centres, without antialiasing."},
        {"activation", "gelu (erf), after every dense layer of the MLPs, the last one too"},
        {"norm_epsilon", metadataText(m_config.model.normEpsilon)},
        {"config", metadataText(nlohmann::json::parse(toJson(m_config)))},
    };
}

}  // namespace vit
