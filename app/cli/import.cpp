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
#include "core/import/class_names.h"
#include "core/import/import_model.h"
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

struct ImportOptions {
    std::string file;  // or a folder
    std::string out;
    std::string data;
    std::string classes;
    int nativeSize = 32;
    std::vector<double> mean;
    std::vector<double> variance;
    std::vector<double> deviation;
    std::vector<std::string> assignments;
};

constexpr const char* kImageNet = "imagenet";

std::vector<std::string> linesOf(const std::string& path) {
    std::vector<std::string> lines;
    std::istringstream text(readTextFile(path));
    for (std::string line; std::getline(text, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

ImportHints hintsFrom(const ImportOptions& options) {
    ImportHints hints;
    const bool keras = isKerasFile(options.file);
    hints.config = keras ? preset("keras-example").config : fineTuningConfig();
    for (const std::string& assignment : options.assignments) {
        assign(hints.config, assignment);
        hints.assigned.insert(assignment.substr(0, assignment.find('=')));
    }
    if (!options.data.empty()) hints.dataset = DataStore().open(options.data, hints.config.model.inputSize());
    if (options.classes == kImageNet) hints.classNames = imageNetClasses();
    else if (!options.classes.empty()) hints.classNames = linesOf(options.classes);
    hints.nativeSize = options.nativeSize;
    if (!options.mean.empty()) hints.statistics.emplace();
    if (!options.variance.empty()) {
        for (std::size_t c = 0; c < options.mean.size(); ++c) {
            hints.statistics->mean[c] = options.mean[c];
            hints.statistics->deviation[c] = std::sqrt(options.variance[c]);
        }
    }
    if (!options.deviation.empty()) {  // of pixels from 0 to 1, as these are written everywhere
        constexpr double kWhite = 255;
        for (std::size_t c = 0; c < options.mean.size(); ++c) {
            hints.statistics->mean[c] = options.mean[c] * kWhite;
            hints.statistics->deviation[c] = options.deviation[c] * kWhite;
        }
    }
    return hints;
}

void print(const ImportedModel& model, const std::filesystem::path& folder, bool keras) {
    const ModelConfig& sizes = model.config.model;
    const auto text = [&](const char* key) {
        const Field& field = *findField(key);
        return toText(field, field.get(model.config));
    };
    const DerivedFacts facts = derive(model.config, model.description.input());
    std::cout << table({{"Imported", model.origin},
                        {"Image and patch size", sizeText(sizes.inputSize()) + " and " +
                                                     std::to_string(sizes.patchSize) + " px, " +
                                                     groupedText(facts.patchesPerImage) + " patches"},
                        {"Blocks", text("model.layers") + ", projection " + text("model.projection_dim") + ", " +
                                       text("model.heads") + " heads of " + text("model.key_dim")},
                        {"MLP units", text("model.mlp_units")},
                        {"Head", text("head.type") + ", units " + text("head.units")},
                        {"Classes", groupedText(static_cast<std::int64_t>(model.description.classNames.size()))},
                        {"Parameters", groupedText(facts.parameters)},
                        {"Run", folder.string()}})
              << '\n';
    for (const std::string& note : model.notes) std::cout << note << '\n';
    if (keras)
        std::cout << "Not in the file, taken from keras-example: dropouts and the norms' epsilon (--set changes them).\n";
    const std::vector<std::string>& names = model.description.classNames;
    if (model.description.dataset == "unknown" && (keras || names.front() == "class 0"))
        std::cout << "Its classes have no names: give them with --data or --classes.\n";
    if (!keras) std::cout << "vit-cli finetune " << folder.string() << " --data FOLDER teaches it your own.\n";
}

// What only a person can tell is told by options here.
[[noreturn]] void askByOptions(const InvalidInput& fault) {
    Issues issues = fault.issues();
    if (issues.empty()) throw fault;
    for (Issue& issue : issues) issue.key = issue.key == "statistics" ? "--mean and --std" : "--set " + issue.key;
    throw InvalidInput(std::move(issues));
}

void importFile(const ImportOptions& options) {
    const bool keras = isKerasFile(options.file);
    const ImportHints hints = hintsFrom(options);
    const ImportedModel model = [&] {
        try {
            return importModel(options.file, hints);
        } catch (const InvalidInput& fault) {
            askByOptions(fault);
        }
    }();
    const std::filesystem::path folder = options.out.empty() ? RunStore().create(keras ? "keras-import" : "import")
                                                             : std::filesystem::path(options.out);
    writeImportedRun(model, folder);
    print(model, folder, keras);
}

// Whatever file it is.
void addAnyFile(CLI::App& command) {
    auto options = std::make_shared<ImportOptions>();
    command
        .add_option("file", options->file,
                    "Weights of a Vision Transformer: .safetensors, an index of several, .pth, .pt or .bin of PyTorch, "
                    "Keras's .h5, or a folder with one of them; config.json beside it is read too")
        ->check(CLI::ExistingPath);
    command.add_option("--out", options->out, "The run's folder, new or empty; without it, a new one among the runs");
    CLI::Option* data = command.add_option("--data", options->data, "The data set whose classes the model tells apart");
    command
        .add_option("--classes", options->classes,
                    "A text file with a class name a line, or \"imagenet\" for its thousand classes")
        ->check(CLI::ExistingFile | CLI::IsMember({kImageNet}))
        ->excludes(data);
    CLI::Option* mean = command.add_option("--mean", options->mean, "By which pixels of 0 to 1 are normalised: --mean R G B")
                            ->expected(1, 3);
    CLI::Option* deviation =
        command.add_option("--std", options->deviation, "Likewise: --std R G B")->expected(1, 3)->check(CLI::PositiveNumber);
    mean->needs(deviation);
    deviation->needs(mean);
    command
        .add_option("--set", options->assignments,
                    "Set a hyperparameter, which goes before what the files say, e.g. model.heads=6 or model.image_size=384; "
                    "model.image_width beside it where pictures are not square")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command.callback([options, &command] {
        if (!command.get_subcommands().empty()) return;
        if (options->file.empty()) throw InvalidInput("Name the file or folder of weights: vit-cli import FILE.");
        if (options->mean.size() != options->deviation.size())
            throw InvalidInput("Give as many numbers with --std as with --mean: one for each channel.");
        importFile(*options);
    });
}

}  // namespace

void addImportCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("import", "Make a run of a model that was trained elsewhere");
    command->require_subcommand(0, 1);
    addAnyFile(*command);
    CLI::App* keras = command->add_subcommand(
        "keras",
        "Weights that the Keras example \"Image classification with Vision Transformer\" saved:\n"
        "model.save_weights(\"x.weights.h5\") of Keras 3, or the .h5 of Keras 2");
    auto options = std::make_shared<ImportOptions>();
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
