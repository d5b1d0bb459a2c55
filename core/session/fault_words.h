// SPDX-License-Identifier: GPL-3.0-or-later
// What a fault that ends a run means to a person.
#pragma once

#include "core/config/config.h"
#include "core/config/derived.h"
#include "core/device/device.h"
#include "core/events/event.h"
#include "core/train/checkpoints/checkpoint.h"

#include <exception>
#include <filesystem>
#include <string>

namespace vit {

// What it says, without libtorch's stack traces.
std::string faultText(const std::exception& fault);

// Of the computer or of the graphics card.
bool isOutOfMemory(const std::exception& fault);

// Memory that is exhausted is a matter of a hyperparameter: throws InvalidInput with a batch size that should fit.
[[noreturn]] void throwOutOfMemory(const Config& config, const ModelInput& input, const DeviceInfo& device);

// How a run that a fault has ended stands: Diverged or Failed.
RunFinished endedBy(const std::exception& fault, const TrainingPosition& position, const std::filesystem::path& folder);

}  // namespace vit
