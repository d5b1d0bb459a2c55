// SPDX-License-Identifier: GPL-3.0-or-later
// A run with a small model of weights from a fixed seed, without a training. For tests that see tensors.
#pragma once

#include "core/config/presets.h"
#include "core/import/imported_model.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "core/session/imported_run.h"

#include <torch/utils.h>

#include <filesystem>

namespace vit::test {

// Of the preset for testing with another head, 16 × 16 pixels and ten classes of its own; in the folder "made".
inline std::filesystem::path madeRun(const std::filesystem::path& home, const HeadConfig& head, int channels = 3) {
    ImportedModel model;
    model.config = preset("testing").config;
    model.config.head = head;
    model.config.run.device = DeviceChoice::Cpu;
    model.description.dataset = "made up";
    model.description.nativeShape = {16, 16, channels};
    model.description.statistics = {{110, 110, 110}, {60, 60, 60}};
    for (int i = 0; i < 10; ++i) model.description.classNames.push_back("thing " + std::to_string(i));
    VisionTransformer network(model.config.model, model.config.head, model.description.input());
    network->initialize(4, model.config.model);
    storeWeights(*network, model.weights);
    model.origin = "a test";
    writeImportedRun(model, home / "made");
    return home / "made";
}

}  // namespace vit::test
