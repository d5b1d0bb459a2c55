// SPDX-License-Identifier: GPL-3.0-or-later
// What rank 0 has read from the disk or drawn, brought to the other ranks.
#pragma once

#include "core/ranks/rank_group.h"
#include "core/train/checkpoints/checkpoint.h"

#include <torch/nn/module.h>

#include <string>

namespace vit {

// Makes weights, moments and position those of rank 0. Throws Error when the ranks' models differ.
void shareTrainingState(RankGroup& ranks, torch::nn::Module& network, Optimizer& optimizer,
                        TrainingPosition& position);
// Throws Error when a text, which says something of `what` ("models"), is not the same on every rank.
void requireSame(RankGroup& ranks, const std::string& own, const char* what);
void shareWeights(RankGroup& ranks, torch::nn::Module& network);
// Throws Error when the weights of the ranks are not the same to the bit, which nothing but a fault can bring about.
void requireSameWeights(RankGroup& ranks, const torch::nn::Module& network);

}  // namespace vit
