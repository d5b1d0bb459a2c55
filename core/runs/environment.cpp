// SPDX-License-Identifier: GPL-3.0-or-later
// Writes environment.json's text.
#include "runs/environment.h"

#include "train/device.h"

#include <nlohmann/json.hpp>

#include <sys/utsname.h>

namespace vit {

std::string environmentJson(const ModelDescription& description, const RunStarted& run, int threads) {
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
    return json.dump(2) + "\n";
}

}  // namespace vit
