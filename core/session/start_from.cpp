// SPDX-License-Identifier: GPL-3.0-or-later
// Matches weights by name and shape.
#include "core/session/start_from.h"

#include "core/base/error.h"
#include "core/config/parameter_plan.h"
#include "core/config/schema.h"
#include "core/data/data_description.h"
#include "core/io/atomic_file.h"
#include "core/model/weights.h"
#include "core/runs/run_files.h"

#include <torch/utils.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr const char* kStatePrefix = "model.";  // of the parameters in last.safetensors
constexpr std::size_t kNamesTold = 8;

fs::path weightsOf(const fs::path& from) {
    if (!fs::is_directory(from)) {
        if (fs::exists(from) && from.extension() == ".safetensors") return from;
        throw InvalidInput(from.string() + " is neither a run's folder nor a .safetensors file to start from.");
    }
    fs::path best = from / run_files::kBestWeights;
    if (run_files::isThere(best)) return best;
    throw InvalidInput(from.string() + " holds no trained model to start from (" + run_files::kBestWeights +
                       "): a run saves one at the end of its first epoch.");
}

// Without what belongs to an optimizer.
void keepParameters(TensorFile& file) {
    const bool isState = std::ranges::any_of(file.tensors, [](const auto& item) {
        return item.first.starts_with(kStatePrefix);
    });
    if (!isState) return;
    std::map<std::string, TensorData> parameters;
    for (auto& [name, data] : file.tensors) {
        if (name.starts_with(kStatePrefix))
            parameters[name.substr(std::string(kStatePrefix).size())] = std::move(data);
    }
    file.tensors = std::move(parameters);
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : " × ") + std::to_string(size);
    return text.empty() ? "one number" : text;
}

// "a, b and 3 more"
std::string listText(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesTold); ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kNamesTold) text += " and " + std::to_string(names.size() - kNamesTold) + " more";
    return text;
}

// None where the run's configuration cannot be read: its weights may still fit.
std::optional<GridSize> gridOfRun(const fs::path& folder) {
    if (!run_files::isThere(folder / run_files::kConfig)) return std::nullopt;
    try {
        return fromJson(readTextFile(folder / run_files::kConfig)).model.grid();
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace

StartingWeights readStartingWeights(const fs::path& from) {
    const fs::path path = weightsOf(from);
    StartingWeights weights;
    weights.file = readSafetensors(path);
    keepParameters(weights.file);
    weights.origin = fs::absolute(from).lexically_normal().string();
    const auto epoch = weights.file.metadata.find("epoch");
    if (epoch != weights.file.metadata.end()) weights.origin += ", epoch " + epoch->second;
    weights.grid = gridOfRun(path.parent_path());
    const fs::path environment = path.parent_path() / run_files::kEnvironment;
    if (run_files::isThere(environment)) {
        const DataDescription description = dataDescriptionFromJson(readTextFile(environment));
        weights.statistics = description.statistics;
        weights.channels = description.nativeShape.channels;
    }
    return weights;
}

void requireSamePlaces(const StartingWeights& weights, const Config& config) {
    const ModelConfig& model = config.model;
    const bool knowsPlaces = learnsPositions(model) || model.positions == PositionType::Relative ||
                             config.head.type == HeadType::Flatten;
    const GridSize grid = model.grid();
    if (!knowsPlaces || !weights.grid || *weights.grid == grid || weights.grid->count() != grid.count()) return;
    throw Error("The weights of " + weights.origin + " are of " + gridText(*weights.grid) + " patches (rows × columns), this "
                "model cuts as many, but " + gridText(grid) + ": each would be taken for one of another place. Choose the height "
                "and width that they are of, or start without them.");
}

Message takeWeights(torch::nn::Module& network, const StartingWeights& weights) {
    const torch::NoGradGuard noGrad;
    std::vector<std::string> missing, reshaped, leftOver;
    std::set<std::string> known;
    std::size_t taken = 0;
    for (auto& parameter : network.named_parameters()) {
        known.insert(parameter.key());
        const auto found = weights.file.tensors.find(parameter.key());
        if (found == weights.file.tensors.end()) {
            missing.push_back(parameter.key());
        } else if (parameter.value().sizes() != c10::IntArrayRef(found->second.shape)) {
            reshaped.push_back(parameter.key() + " (" + shapeText(found->second.shape) + " there, " +
                               shapeText(parameter.value().sizes().vec()) + " here)");
        } else {
            parameter.value().copy_(toTensor(found->second));
            ++taken;
        }
    }
    for (const auto& [name, data] : weights.file.tensors)
        if (!known.contains(name)) leftOver.push_back(name);

    if (taken == 0) {
        throw Error("None of the weights of " + weights.origin + " fits this model: " +
                    (reshaped.empty() ? "their names are others (" + listText(leftOver) + ")."
                                      : "their shapes are others, as that of " + listText({reshaped.front()}) + ".") +
                    " Choose the sizes of the model that they are of, or start without them.");
    }
    Message message{Severity::Info, "The model begins with the weights of " + weights.origin + ": " +
                                        std::to_string(taken) + " of " + std::to_string(known.size()) +
                                        " parameters."};
    const auto tell = [&](const char* what, const std::vector<std::string>& names) {
        if (names.empty()) return;
        message.severity = Severity::Warning;
        message.text += what + listText(names) + ".";
    };
    tell(" Not there, so begun anew: ", missing);
    tell(" Of another shape, so begun anew: ", reshaped);
    tell(" There, but not in this model: ", leftOver);
    return message;
}

}  // namespace vit
