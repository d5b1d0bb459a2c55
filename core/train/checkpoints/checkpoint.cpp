// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints as safetensors files, each written whole or not at all.
#include "core/train/checkpoints/checkpoint.h"

#include "core/base/error.h"
#include "core/model/weights.h"

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
    file.metadata["step_in_epoch"] = std::to_string(position.stepInEpoch);
    file.metadata["sum_loss"] = exactText(position.sums.loss);
    file.metadata["sum_correct"] = exactText(position.sums.correct);
    file.metadata["sum_correct_top5"] = exactText(position.sums.correctTop5);
    file.metadata["sum_images"] = std::to_string(position.sums.images);
    file.metadata["epoch_seconds"] = exactText(position.epochSeconds);
    file.metadata["best_epoch"] = std::to_string(position.bestEpoch);
    file.metadata["best_accuracy"] = exactText(position.bestAccuracy);
    if (position.bestValue) file.metadata["best_value"] = exactText(*position.bestValue);
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

// An older version saved after finished epochs only.
void loadPlaceInEpoch(const TensorFile& file, TrainingPosition& position) {
    if (!file.metadata.contains("step_in_epoch")) return;
    position.stepInEpoch = readNumber<std::int64_t>(file, "step_in_epoch");
    position.sums.loss = readNumber<double>(file, "sum_loss");
    position.sums.correct = readNumber<double>(file, "sum_correct");
    position.sums.correctTop5 = readNumber<double>(file, "sum_correct_top5");
    position.sums.images = readNumber<std::int64_t>(file, "sum_images");
    position.epochSeconds = readNumber<double>(file, "epoch_seconds");
}

}  // namespace

TensorFile bestWeightsFile(const torch::nn::Module& network, const TrainingPosition& position) {
    TensorFile file;
    storeWeights(network, file);
    storePosition(file, position);
    return file;
}

void saveBestWeights(const std::filesystem::path& path, const torch::nn::Module& network,
                     const TrainingPosition& position) {
    writeSafetensors(path, bestWeightsFile(network, position), Checksum::Crc32c);
}

TensorFile trainingStateFile(const torch::nn::Module& network, const Optimizer& optimizer,
                             const TrainingPosition& position) {
    TensorFile file;
    storeWeights(network, file, kModelPrefix);
    optimizer.store(file);
    storePosition(file, position);
    return file;
}

void saveTrainingState(const std::filesystem::path& path, const torch::nn::Module& network, const Optimizer& optimizer,
                       const TrainingPosition& position) {
    writeSafetensors(path, trainingStateFile(network, optimizer, position), Checksum::Crc32c);
}

TrainingPosition restoreTrainingState(const TensorFile& file, torch::nn::Module& network, Optimizer& optimizer) {
    loadWeights(network, file, kModelPrefix);
    optimizer.load(file);
    TrainingPosition position;
    position.epoch = readNumber<std::int64_t>(file, "epoch");
    position.step = readNumber<std::int64_t>(file, "step");
    position.bestEpoch = readNumber<std::int64_t>(file, "best_epoch");
    position.bestAccuracy = readNumber<double>(file, "best_accuracy");
    if (file.metadata.contains("best_value")) position.bestValue = readNumber<double>(file, "best_value");
    position.seconds = readNumber<double>(file, "seconds");
    loadPlaceInEpoch(file, position);
    return position;
}

TrainingPosition loadTrainingState(const std::filesystem::path& path, torch::nn::Module& network,
                                   Optimizer& optimizer) {
    return restoreTrainingState(readSafetensors(path), network, optimizer);
}

}  // namespace vit
