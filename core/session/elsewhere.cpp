// SPDX-License-Identifier: GPL-3.0-or-later
// Holds what the run's folder has recorded against what is here.
#include "core/session/elsewhere.h"

#include "core/base/error.h"
#include "core/runs/run_files.h"

namespace vit {

namespace {

// "CPU, 2 threads" of "CPU, 2 threads (auto: no CUDA device found)".
std::string withoutReason(const std::string& text) { return text.substr(0, text.find(" (")); }

// "2 ranks" of "CPU, 1 thread × 2 ranks"; nothing of one that trained alone.
std::string ranksOf(const std::string& text) {
    const std::string device = withoutReason(text);
    const std::size_t sign = device.find(" × ");
    return sign == std::string::npos ? std::string() : device.substr(sign);
}

}  // namespace

std::string elsewhereText(const std::filesystem::path& runFolder, const DeviceSelection& here,
                          const std::string& verb) {
    const auto device = run_files::readEnvironmentText(runFolder, "device");
    const auto precision = run_files::readEnvironmentText(runFolder, "precision");
    if (!device || !precision) return {};
    const std::string before = withoutReason(*precision);
    const std::string now = precisionName(here.precision);
    const bool onCpu = here.device.choice == DeviceChoice::Cpu;
    if (device->starts_with("CPU") == onCpu && before == now) return {};
    return "The run was trained on " + withoutReason(*device) + " in " + before + " and " + verb + " on " +
           withoutReason(here.deviceText) + " in " + now;
}

std::string otherRanksText(const std::filesystem::path& runFolder, const DeviceSelection& here) {
    const auto device = run_files::readEnvironmentText(runFolder, "device");
    if (!device || ranksOf(*device) == ranksOf(here.deviceText)) return {};
    return "The run was trained on " + withoutReason(*device) + " and goes on on " + withoutReason(here.deviceText);
}

RunConfig measuringConfig(const RunSummary& run, DeviceChoice device) {
    RunConfig config = run.config.run;
    config.device = device;
    if (const auto trained = run_files::readEnvironmentText(run.folder, "precision"))
        config.precision = trained->starts_with("bf16") ? Precision::BFloat16 : Precision::Float32;
    return config;
}

void requireDeviceToGoOn(const std::filesystem::path& runFolder, const RunConfig& run) {
    const std::string problem = run.device == DeviceChoice::Cuda ? cudaProblem() : std::string();
    if (problem.empty()) return;
    throw InvalidInput(Issues{{"run.device", "The run was trained with CUDA, but " + problem +
                                                 ". To go on with it on the CPU: vit-cli train --resume " +
                                                 runFolder.string() +
                                                 " --device cpu. From there on its results are not bit for bit those "
                                                 "of the graphics card."}});
}

}  // namespace vit
