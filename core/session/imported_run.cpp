// SPDX-License-Identifier: GPL-3.0-or-later
// Writes an imported model's run folder.
#include "core/session/imported_run.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/io/system_fault.h"
#include "core/model/vision_transformer.h"
#include "core/model/weights.h"
#include "core/runs/run_files.h"
#include "core/runs/run_writer.h"
#include "core/train/checkpoints/checkpoint.h"
#include "core/train/optimizers/optimizer.h"

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
    if (fault) throw Error(folder.string() + " cannot be made: " + systemText(fault.value()) + ".");
}

}  // namespace

void writeImportedRun(const ImportedModel& model, const std::filesystem::path& folder) {
    VisionTransformer network(model.config.model, model.config.head, model.description.input());
    loadWeights(*network, model.weights);
    const auto optimizer = makeOptimizer(network->weights(), model.config.optimizer,
                                         static_cast<std::uint64_t>(model.config.run.seed));

    makeFolder(folder);
    saveTrainingState(folder / run_files::kLastWeights, *network, *optimizer, {});
    RunWriter writer(folder);
    writer.writeConfig(model.config);
    auto environment = nlohmann::ordered_json::parse(toJson(model.description));
    environment[run_files::kImportedKey] = model.origin;
    writer.writeEnvironment(jsonText(environment, 2) + "\n");
    writer.log(Message{Severity::Info, "Imported from " + model.origin + "."});
    for (const std::string& note : model.notes) writer.log(Message{Severity::Info, note});
    writer.flush();
    saveBestWeights(folder / run_files::kBestWeights, *network, {});  // last: now the run has a model
}

}  // namespace vit
