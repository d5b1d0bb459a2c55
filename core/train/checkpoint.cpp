// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints as safetensors files, each written whole or not at all.
#include "train/checkpoint.h"

#include "error.h"
#include "model/weights.h"

#include <charconv>

namespace vit {

namespace {

constexpr const char* kModelPrefix = "model.";

std::string exactText(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

void storePosition(TensorFile& file, const TrainingPosition& position) {
    file.metadata["epoch"] = std::to_string(position.epoch);
    file.metadata["step"] = std::to_string(position.step);
    file.metadata["best_epoch"] = std::to_string(position.bestEpoch);
    file.metadata["best_accuracy"] = exactText(position.bestAccuracy);
    file.metadata["seconds"] = exactText(position.seconds);
}

template <typename T>
T readNumber(const TensorFile& file, const char* key) {
    T value{};
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) throw Error(std::string("The checkpoint lacks its ") + key + ".");
    const std::string& text = found->second;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
        throw Error(std::string("The checkpoint's ") + key + " is no number.");
    return value;
}

}  // namespace

void saveBestWeights(const std::filesystem::path& path, const torch::nn::Module& network,
                     const TrainingPosition& position) {
    TensorFile file;
    storeWeights(network, file);
    storePosition(file, position);
    writeSafetensors(path, file);
}

void saveTrainingState(const std::filesystem::path& path, const torch::nn::Module& network, const AdamW& optimizer,
                       const TrainingPosition& position) {
    TensorFile file;
    storeWeights(network, file, kModelPrefix);
    optimizer.store(file);
    storePosition(file, position);
    writeSafetensors(path, file);
}

TrainingPosition loadTrainingState(const std::filesystem::path& path, torch::nn::Module& network, AdamW& optimizer) {
    const TensorFile file = readSafetensors(path);
    loadWeights(network, file, kModelPrefix);
    optimizer.load(file);
    TrainingPosition position;
    position.epoch = readNumber<std::int64_t>(file, "epoch");
    position.step = readNumber<std::int64_t>(file, "step");
    position.bestEpoch = readNumber<std::int64_t>(file, "best_epoch");
    position.bestAccuracy = readNumber<double>(file, "best_accuracy");
    position.seconds = readNumber<double>(file, "seconds");
    return position;
}

}  // namespace vit
