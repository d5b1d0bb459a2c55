// SPDX-License-Identifier: GPL-3.0-or-later
// Writes an imported model's run folder.
#include "runs/imported_run.h"

#include "error.h"
#include "model/vision_transformer.h"
#include "model/weights.h"
#include "runs/run_files.h"
#include "runs/run_writer.h"
#include "train/checkpoint.h"
#include "train/optimizer.h"

#include <nlohmann/json.hpp>

namespace vit {

namespace {

void makeFolder(const std::filesystem::path& folder) {
    std::error_code fault;
    if (std::filesystem::exists(folder, fault) &&
        !(std::filesystem::is_directory(folder, fault) && std::filesystem::is_empty(folder, fault))) {
        throw InvalidInput(folder.string() + " is there and is not empty: name a new folder.");
    }
    std::filesystem::create_directories(folder, fault);
    if (fault) throw Error(folder.string() + " cannot be made: " + fault.message() + ".");
}

}  // namespace

void writeImportedRun(const ImportedModel& model, const std::filesystem::path& folder) {
    VisionTransformer network(model.config.model, model.config.head, model.description.input());
    loadWeights(*network, model.weights);
    const AdamW optimizer(*network, model.config.optimizer);

    makeFolder(folder);
    saveTrainingState(folder / run_files::kLastWeights, *network, optimizer, {});
    RunWriter writer(folder);
    writer.writeConfig(model.config);
    auto environment = nlohmann::ordered_json::parse(toJson(model.description));
    environment["imported_from"] = model.origin;
    writer.writeEnvironment(environment.dump(2) + "\n");
    writer.log(Message{Severity::Info, "Imported from " + model.origin + "."});
    writer.flush();
    saveBestWeights(folder / run_files::kBestWeights, *network, {});  // last: now the run has a model
}

}  // namespace vit
