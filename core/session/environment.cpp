// SPDX-License-Identifier: GPL-3.0-or-later
// Collects what a run is made with, for its first event and for environment.json.
#include "core/session/environment.h"

#include "core/base/json_text.h"
#include "core/device/device.h"
#include "core/runs/run_about.h"
#include "core/train/trainer.h"

#include <nlohmann/json.hpp>

#include <sys/utsname.h>

namespace vit {

RunStarted describeRun(const Config& config, const DeviceSelection& device, Trainer& trainer,
                       const std::filesystem::path& folder) {
    RunStarted started;
    started.runName = runName(folder);
    started.runFolder = folder.string();
    started.config = config;
    started.device = device.deviceText;
    started.precision = device.precisionText;
    started.kernels = trainer.classifier().kernels();
    for (const torch::Tensor& parameter : trainer.classifier().network()->parameters())
        started.parameters += parameter.numel();
    started.classNames = trainer.classifier().description().classNames;
    started.trainImages = trainer.trainView().count();
    started.validationImages = trainer.validationView().count();
    started.testImages = trainer.testView().count();
    started.stepsPerEpoch = trainer.stepsPerEpoch();
    started.firstEpoch = trainer.position().epoch + 1;
    started.firstStep = trainer.position().step + 1;
    return started;
}

std::string environmentJson(const DataDescription& description, const RunStarted& run, int threads) {
    auto json = nlohmann::ordered_json::parse(toJson(description));
    json["program"] = "ViT Workbench " VIT_VERSION;
    json["libraries"] = libraryVersions();
    json["device"] = run.device;
    json["precision"] = run.precision;
    json["kernels"] = run.kernels;
    json["threads"] = threads;
    json["parameters"] = run.parameters;
    json["train_images"] = run.trainImages;
    json["validation_images"] = run.validationImages;
    json["test_images"] = run.testImages;
    utsname system{};
    if (uname(&system) == 0) {
        json["system"] = std::string(system.sysname) + " " + system.release + " " + system.machine;
    }
    return jsonText(json, 2) + "\n";
}

}  // namespace vit
