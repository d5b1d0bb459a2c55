// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the three files that a model consists of.
#include "core/runs/trained_model.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"

#include <cstdlib>

namespace vit {

TrainedModel readTrainedModel(const std::filesystem::path& runFolder, std::int64_t epoch) {
    const std::filesystem::path weights =
        runFolder / (epoch > 0 ? run_files::weightsOf(epoch) : std::string(run_files::kBestWeights));
    if (!run_files::isThere(weights)) {
        if (epoch > 0) {
            throw InvalidInput("The run in " + runFolder.string() + " has not kept the weights of epoch " +
                               std::to_string(epoch) + "; run.keep_epochs says of how many it does.");
        }
        throw InvalidInput("The run in " + runFolder.string() + " has no weights yet (" + run_files::kBestWeights +
                           "): it saves them at the end of its first epoch.");
    }
    TrainedModel model;
    model.folder = runFolder;
    model.config = loadConfig((runFolder / run_files::kConfig).string());
    model.description = dataDescriptionFromJson(readTextFile(runFolder / run_files::kEnvironment));
    model.weightsPath = weights;
    model.weights = readSafetensors(weights);
    const auto number = [&model](const char* key) {
        const auto found = model.weights.metadata.find(key);
        return found == model.weights.metadata.end() ? std::int64_t{0}
                                                     : std::strtoll(found->second.c_str(), nullptr, 10);
    };
    model.epoch = number("epoch");
    model.step = number("step");
    return model;
}

}  // namespace vit
