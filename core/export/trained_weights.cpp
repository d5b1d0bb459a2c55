// SPDX-License-Identifier: GPL-3.0-or-later
// Weights by name, and texts that say how to use them.
#include "core/export/trained_weights.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/number_text.h"
#include "core/base/utf8.h"
#include "core/config/parameter_plan.h"
#include "core/config/schema.h"
#include "core/runs/run_files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace vit {

namespace {

constexpr double kLeastDeviation = 1e-7;  // as the input pipeline has it
constexpr double kWhite = 255;

std::string metadataText(const nlohmann::json& value) { return jsonText(value); }

std::string activationSentence(const ModelConfig& model) {
    std::string text = "gelu (erf)";
    if (model.activation == Activation::GeluTanh) text = "gelu (tanh)";
    if (model.activation == Activation::QuickGelu) text = "x * sigmoid(1.702 x)";
    if (model.activation == Activation::Silu) text = "silu";
    if (model.mlpGated) text += " of the first half of the first layer, times the second";
    return text + ", after every dense layer of the MLPs" + (model.mlpLastGelu ? ", the last one too" : " but the last one");
}

}  // namespace

std::string photoSentence(const DataConfig& data, const ImageSize& input) {
    std::string text = "Bring the whole photo";
    const std::string share = numberText(100 * data.photoShare) + " % of the ";
    if (data.photoFit == PhotoFit::Crop && !input.isSquare())
        text = "Bring the centre of " + share + "largest part of the photo that has the shape of image_size";
    else if (data.photoFit == PhotoFit::Crop && data.photoShare == 1) text = "Bring the photo's centre square";
    else if (data.photoFit == PhotoFit::Crop)
        text = "Bring the centre square of " + share + "photo's shorter side";
    text += " to native_size [height, width] ";
    switch (data.photoFilter) {
        case PhotoFilter::Area: return text + "by area averaging";
        case PhotoFilter::Bilinear: return text + "by Pillow's bilinear resize, which averages where it shrinks";
        case PhotoFilter::Bicubic: return text + "by Pillow's bicubic resize, which averages where it shrinks";
    }
    return text;
}

TrainedWeights::TrainedWeights(const std::filesystem::path& runFolder)
    : m_model(readTrainedModel(runFolder)),
      m_plan(parameterPlan(m_model.config.model, m_model.config.head, m_model.description.input())) {}

std::int64_t TrainedWeights::patches() const { return patchCount(m_model.config.model); }
std::int64_t TrainedWeights::tokens() const { return tokenCount(m_model.config.model, m_model.config.head); }

std::vector<double> TrainedWeights::mean() const {
    const auto& all = m_model.description.statistics.mean;
    return {all.begin(), all.begin() + m_model.description.input().channels};
}

std::vector<double> TrainedWeights::deviation() const {
    const auto& all = m_model.description.statistics.deviation;
    std::vector<double> list(all.begin(), all.begin() + m_model.description.input().channels);
    for (double& value : list) value = std::max(value, kLeastDeviation);
    return list;
}

const ParameterRow& TrainedWeights::row(const std::string& name) const {
    const ParameterRow* found = findParameter(m_plan, name);
    if (found == nullptr) throw std::logic_error("The network has no parameter " + name + ".");
    return *found;
}

std::span<const float> TrainedWeights::values(const ParameterRow& row) const {
    const auto found = m_model.weights.tensors.find(row.name);
    if (found == m_model.weights.tensors.end() || found->second.dtype != "F32" || found->second.shape != row.shape) {
        throw Error((m_model.folder / run_files::kBestWeights).string() + " does not fit the run's configuration (" +
                    row.name + "): one of the two was exchanged.");
    }
    const auto& bytes = found->second.bytes;  // allocated by new: aligned for any number
    return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

// Of [outputs, side * side * channels], in the order row, column, channel.
std::optional<TrainedWeights::Kernel> TrainedWeights::convolution(const ParameterRow& row) const {
    const auto source = values(row);
    if (row.role == ParameterRole::TapKernel) {
        const std::int64_t channels = row.shape.back(), taps = row.count() / channels;
        Kernel kernel{{channels, 1, row.shape[0], row.shape[1]}, std::vector<float>(source.size())};
        for (std::int64_t c = 0; c < channels; ++c)
            for (std::int64_t t = 0; t < taps; ++t)
                kernel.values[static_cast<std::size_t>(c * taps + t)] = source[static_cast<std::size_t>(t * channels + c)];
        return kernel;
    }
    const bool cuts = row.name == "patch_embed.proj.weight";
    if (!cuts && row.role != ParameterRole::StemKernel) return std::nullopt;
    const std::int64_t side = cuts ? cutPatchSize(m_model.config.model) : 3;
    const std::int64_t outputs = row.shape[0], pixels = side * side, channels = row.shape[1] / pixels;
    Kernel kernel{{outputs, channels, side, side}, std::vector<float>(source.size())};
    for (std::int64_t o = 0; o < outputs; ++o) {
        for (std::int64_t i = 0; i < pixels; ++i) {
            for (std::int64_t c = 0; c < channels; ++c) {
                kernel.values[static_cast<std::size_t>((o * channels + c) * pixels + i)] =
                    source[static_cast<std::size_t>((o * pixels + i) * channels + c)];
            }
        }
    }
    return kernel;
}

std::map<std::string, std::string> TrainedWeights::metadata() const {
    std::vector<double> unitMean = mean(), unitDeviation = deviation();  // of pixel values 0–1
    for (double& value : unitMean) value /= kWhite;
    for (double& value : unitDeviation) value /= kWhite;
    const Dataset::Shape& native = m_model.description.nativeShape;
    const ImageSize size = m_model.config.model.inputSize();
    return {
        {"producer", "ViT Workbench " VIT_VERSION},
        {"run", escapedUtf8(m_model.folder.filename().string())},
        {"epoch", std::to_string(m_model.epoch)},
        {"dataset", m_model.description.dataset},
        {"class_names", metadataText(m_model.description.classNames)},
        {"mean", metadataText(unitMean)},
        {"std", metadataText(unitDeviation)},
        {"layout", "NCHW"},
        {"channel_order", unitMean.size() == 1 ? "grey" : "RGB"},
        {"native_size", metadataText({native.height, native.width})},
        {"image_size", metadataText({size.height, size.width})},
        {"patch_size", std::to_string(m_model.config.model.patchSize)},
        {"preprocessing",
         photoSentence(m_model.config.data, size) +
         "; (pixel / 255 - mean) / std for each channel; then bilinear to image_size, half-pixel centres, without antialiasing."},
        {"activation", activationSentence(m_model.config.model)},
        {"norm_epsilon", metadataText(m_model.config.model.normEpsilon)},
        {"config", metadataText(nlohmann::json::parse(toJson(m_model.config)))},
    };
}

}  // namespace vit
