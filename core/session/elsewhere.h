// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that were trained on another device than there is here.
#pragma once

#include "core/device/device.h"
#include "core/runs/run_store.h"

#include <string>

namespace vit {

// What goes on, or is measured, elsewhere than the run was trained so far, as a sentence's beginning: "The run was
// trained on NVIDIA H200 in bf16 and goes on on CPU, 2 threads in fp32". `verb` is "goes on" or "was tested". Empty:
// device and precision are the same, or it was not recorded what they were.
std::string elsewhereText(const std::filesystem::path& runFolder, const DeviceSelection& here, const std::string& verb);
// The same of the number of ranks, which changes how sums are rounded.
std::string otherRanksText(const std::filesystem::path& runFolder, const DeviceSelection& here);

// On what and in which precision the run's weights are measured: on `device`, in the precision that they were trained
// in, so that a result is not exchanged for one of another arithmetic.
RunConfig measuringConfig(const RunSummary& run, DeviceChoice device);

// For a run that is to go on: throws InvalidInput, which says what to do, when its device is not there.
void requireDeviceToGoOn(const std::filesystem::path& runFolder, const RunConfig& run);

}  // namespace vit
