// SPDX-License-Identifier: GPL-3.0-or-later
// A checkpoint that goes through the network instead of a file.
#include "core/train/checkpoints/shared_state.h"

#include "core/base/error.h"

#include <torch/utils.h>

#include <cstdint>
#include <sstream>

namespace vit {

namespace {

// One line for each entry; neither keys nor values have line ends.
std::string textOf(const std::map<std::string, std::string>& entries) {
    std::string text;
    for (const auto& [key, value] : entries) text += key + '\n' + value + '\n';
    return text;
}

std::map<std::string, std::string> entriesOf(const std::string& text) {
    std::map<std::string, std::string> entries;
    std::istringstream lines(text);
    for (std::string key, value; std::getline(lines, key) && std::getline(lines, value);) entries[key] = value;
    return entries;
}

std::string shapesOf(const TensorFile& file) {
    std::string text;
    for (const auto& [name, data] : file.tensors) {
        text += name + ' ' + data.dtype;
        for (const std::int64_t size : data.shape) text += ' ' + std::to_string(size);
        text += '\n';
    }
    return text;
}

}  // namespace

void requireSame(RankGroup& ranks, const std::string& own, const char* what) {
    const bool same = ranks.share(own) == own;
    if (ranks.least(same ? 1 : 0) == 1) return;
    throw Error(std::string("The ") + what +
                " of the ranks differ: they cannot train one model. Check that every computer has the same program and "
                "the same data set.");
}

void shareTrainingState(RankGroup& ranks, torch::nn::Module& network, Optimizer& optimizer,
                        TrainingPosition& position) {
    TensorFile file = trainingStateFile(network, optimizer, position);
    requireSame(ranks, shapesOf(file), "models");
    file.metadata = entriesOf(ranks.share(textOf(file.metadata)));
    for (auto& [name, data] : file.tensors) {
        torch::Tensor bytes =
            torch::from_blob(data.bytes.data(), {static_cast<std::int64_t>(data.bytes.size())}, torch::kUInt8);
        ranks.share(bytes);
    }
    if (!ranks.leads()) position = restoreTrainingState(file, network, optimizer);
}

void shareWeights(RankGroup& ranks, torch::nn::Module& network) {
    for (torch::Tensor& weight : network.parameters()) ranks.share(weight);
}

void requireSameWeights(RankGroup& ranks, const torch::nn::Module& network) {
    std::uint64_t sum = 0;
    for (const torch::Tensor& weight : network.parameters()) {
        const torch::Tensor bits = weight.detach().to(torch::kCPU).contiguous().view(torch::kInt32);
        sum = sum * 1'000'003 + static_cast<std::uint64_t>(bits.to(torch::kInt64).sum().item<std::int64_t>());
    }
    requireSame(ranks, std::to_string(sum), "weights");
}

}  // namespace vit
