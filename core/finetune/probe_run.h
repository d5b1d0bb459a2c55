// SPDX-License-Identifier: GPL-3.0-or-later
// A linear probe as a run: the model it stands on with the probe for the last layer of its head.
#pragma once

#include "core/data/dataset.h"
#include "core/evaluation/image_answers.h"
#include "core/finetune/linear_probe.h"

#include <filesystem>

namespace vit {

// Fills a new or empty folder with a run like an imported one: to be predicted with, looked into, evaluated, exported and
// trained on. A flatten head without hidden layers becomes one that pools, as the features are (core/inspect/
// neighbours.h). `answers`, if there are any, are what it says of the test images: its result. Throws Error or
// InvalidInput.
void writeProbeRun(const std::filesystem::path& modelFolder, const Dataset& data, const LinearProbe& probe,
                   const ImageAnswers& answers, const std::filesystem::path& folder);

}  // namespace vit
