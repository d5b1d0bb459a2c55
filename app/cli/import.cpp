// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli import: models that were trained elsewhere, as runs.
#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/derived.h"
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/data/store/data_store.h"
#include "core/import/keras_import.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_store.h"
#include "core/session/imported_run.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <iostream>
#include <memory>
#include <sstream>

namespace vit::cli {

namespace {

struct Options {
    std::string file;
    std::string out;
    std::string data;
    std::string classes;
    int nativeSize = 32;
    std::vector<double> mean;
    std::vector<double> variance;
    std::vector<std::string> assignments;
};

std::vector<std::string> linesOf(const std::string& path) {
    std::vector<std::string> lines;
    std::istringstream text(readTextFile(path));
    for (std::string line; std::getline(text, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

ImportHints hintsFrom(const Options& options) {
    ImportHints hints;
    hints.config = preset("keras-example").config;
    for (const std::string& assignment : options.assignments) assign(hints.config, assignment);
    if (!options.data.empty()) hints.dataset = DataStore().open(options.data, hints.config.model.imageSize);
    if (!options.classes.empty()) hints.classNames = linesOf(options.classes);
    hints.nativeSize = options.nativeSize;
    if (!options.mean.empty()) {
        hints.statistics.emplace();
        for (std::size_t c = 0; c < options.mean.size(); ++c) {
            hints.statistics->mean[c] = options.mean[c];
            hints.statistics->deviation[c] = std::sqrt(options.variance[c]);
        }
    }
    return hints;
}

void print(const ImportedModel& model, const std::filesystem::path& folder) {
    const ModelConfig& sizes = model.config.model;
    const auto text = [&](const char* key) {
        const Field& field = *findField(key);
        return toText(field, field.get(model.config));
    };
    const DerivedFacts facts = derive(model.config, model.description.input());
    std::cout << table({{"Imported", model.origin},
                        {"Image and patch size", std::to_string(sizes.imageSize) + " and " +
                                                     std::to_string(sizes.patchSize) + " px, " +
                                                     groupedText(facts.patchesPerImage) + " patches"},
                        {"Blocks", text("model.layers") + ", projection " + text("model.projection_dim") + ", " +
                                       text("model.heads") + " heads of " + text("model.key_dim")},
                        {"MLP units", text("model.mlp_units")},
                        {"Head", text("head.type") + ", units " + text("head.units")},
                        {"Classes", groupedText(static_cast<std::int64_t>(model.description.classNames.size()))},
                        {"Parameters", groupedText(facts.parameters)},
                        {"Run", folder.string()}})
              << '\n'
              << "Not in the file, taken from keras-example: dropouts and the norms' epsilon (--set changes them).\n";
    if (model.description.dataset == "unknown") {
        std::cout
            << "Name the data set with --data to have its class names, to evaluate the model and to train it on.\n";
    }
}

void importFile(const Options& options) {
    const ImportedModel model = importKeras(options.file, hintsFrom(options));
    const std::filesystem::path folder =
        options.out.empty() ? RunStore().create("keras-import") : std::filesystem::path(options.out);
    writeImportedRun(model, folder);
    print(model, folder);
}

}  // namespace

void addImportCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("import", "Make a run of a model that was trained elsewhere");
    command->require_subcommand(1);
    CLI::App* keras = command->add_subcommand(
        "keras",
        "Weights that the Keras example \"Image classification with Vision Transformer\" saved:\n"
        "model.save_weights(\"x.weights.h5\") of Keras 3, or the .h5 of Keras 2");
    auto options = std::make_shared<Options>();
    keras->add_option("file", options->file, "The weight file")->required()->check(CLI::ExistingFile);
    keras->add_option("--out", options->out, "The run's folder, new or empty; without it, a new one among the runs");
    CLI::Option* data = keras->add_option("--data", options->data, "The data set that the model was trained on");
    keras->add_option("--classes", options->classes, "A text file with a class name a line")
        ->check(CLI::ExistingFile)
        ->excludes(data);
    keras
        ->add_option("--native-size", options->nativeSize,
                     "Side of the images before the model resizes them, in pixels")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str()
        ->excludes(data);
    CLI::Option* mean = keras
                            ->add_option("--mean", options->mean,
                                         "Of the training images' three channels, 0 to 255, "
                                         "for a file without a Normalization layer: --mean R G B")
                            ->expected(3);
    CLI::Option* variance =
        keras->add_option("--variance", options->variance, "Likewise: --variance R G B")->expected(3);
    mean->needs(variance);
    variance->needs(mean);
    keras
        ->add_option("--set", options->assignments, "Set a hyperparameter that weights do not tell, e.g. run.epochs=50")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    keras->callback([options] { importFile(*options); });
}

}  // namespace vit::cli
