// SPDX-License-Identifier: GPL-3.0-or-later
// The images of a run before its first step: whether there are enough of them, and where they lie.
#pragma once

#include "core/config/config.h"
#include "core/data/dataset.h"
#include "core/events/event.h"
#include "core/input/resident_images.h"

#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>

namespace vit {

// Throws InvalidInput when the data set is too small for the configuration.
void requireImages(const DatasetView& train, const DatasetView& validation, const Config& config);

// What to say when the data set sets images aside for validation and the configuration holds back others, or not these alone;
// empty otherwise, and where nothing is held back.
std::string mixedValidationText(const DatasetView& validation, const DataConfig& data);

// Null on the CPU, and where the GPU has no room beside the bytes of the training: the images then come from the
// computer's memory, batch by batch, and a message says so.
std::unique_ptr<ResidentImages> placeOnDevice(const DatasetView& train, double trainingBytes, torch::Device device,
                                              const std::function<void(const Event&)>& emit);

}  // namespace vit
