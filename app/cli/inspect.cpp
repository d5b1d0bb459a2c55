// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli inspect: a picture seen through a trained model.
#include "app/cli/commands.h"
#include "app/cli/image_files.h"
#include "app/cli/run_argument.h"
#include "app/cli/split_option.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/data/store/data_store.h"
#include "core/inspect/comparison.h"
#include "core/inspect/neighbours.h"
#include "core/lenses/lens.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <map>
#include <memory>
#include <utility>

namespace vit::cli {

namespace {

struct InspectOptions {
    std::string image;
    std::string run;
    std::string lens;
    std::string out;
    std::string className;
    std::optional<std::int64_t> layer, head, token;
    std::string colours = "viridis";
    double opacity = 0.6;
    bool smooth = false;
    bool unmeasured = false;
    Split split = Split::Train;
    int count = LensSettings().count;
    std::string against;
    std::string method = LensSettings().method;
    bool sanity = false;
    bool foreground = false;
    bool seenBy = false;
    std::string fusion;
    std::vector<std::int64_t> hidden, blocks;
    std::vector<std::string> heads;
    std::uint64_t shuffle = 0;  // 0: no
};

const std::map<std::string, Fusion> kFusions = {{"mean", Fusion::Mean}, {"max", Fusion::Max}, {"min", Fusion::Min}};

// A class's name, or else its number.
std::int64_t classNumber(const LoadedModel& model, const std::string& text) {
    const std::vector<std::string>& names = model.classNames();
    const auto named = std::find(names.begin(), names.end(), text);
    if (named != names.end()) return named - names.begin();
    std::int64_t number = -1;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = fault == std::errc() && end == text.data() + text.size();
    if (whole && number >= 0 && number < static_cast<std::int64_t>(names.size())) return number;
    throw InvalidInput("The model has no class \"" + text + "\"; it tells " + std::to_string(names.size()) +
                       " apart, such as " + names.front() + " (0) and " + names.back() + " (" +
                       std::to_string(names.size() - 1) + ").");
}

// Of the run's own data set.
std::shared_ptr<const NeighbourIndex> indexOf(LoadedModel& model, Split split) {
    const Config& config = model.config();
    const DatasetView images(DataStore().open(config), split, config.data);
    return indexImages(model, images);
}

// "RUN" or "RUN@EPOCH".
OtherModel otherModel(const std::string& text, const std::filesystem::path& own) {
    const std::size_t at = text.rfind('@');
    std::int64_t epoch = 0;
    if (at != std::string::npos && at > 0) {
        const auto [end, fault] = std::from_chars(text.data() + at + 1, text.data() + text.size(), epoch);
        if (fault == std::errc() && end == text.data() + text.size() && epoch > 0)
            return {findRun(text.substr(0, at)).folder, epoch, own};
    }
    return {findModel(text), 0, own};
}

// "2:1": block and head, from 1.
std::pair<std::int64_t, std::int64_t> headOf(const std::string& text) {
    std::int64_t layer = -1, head = -1;
    const char* end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, layer);
    if (first.ec == std::errc() && first.ptr != end && *first.ptr == ':') {
        const auto second = std::from_chars(first.ptr + 1, end, head);
        if (second.ec == std::errc() && second.ptr == end) return {layer - 1, head - 1};
    }
    throw InvalidInput("\"" + text + "\" is no head; write its block and its number in that block, such as 2:1.");
}

WhatIf changeOf(const InspectOptions& options, const LoadedModel& model) {
    WhatIf change{options.hidden, {}, {}, {}};
    for (const std::int64_t block : options.blocks) change.blocks.push_back(block - 1);
    for (const std::string& head : options.heads) change.heads.push_back(headOf(head));
    if (options.shuffle > 0) change.order = shuffledPatches(model.config().model.grid().count(), options.shuffle);
    return change;
}

void run(const InspectOptions& options) {
    checkLensOutput(options.out);
    const Lens& lens = lensNamed(options.lens);
    LensSettings settings;
    settings.layer = options.layer;
    settings.head = options.head;
    settings.token = options.token;
    settings.faithfulness = !options.unmeasured;
    settings.sanity = options.sanity;
    settings.foreground = options.foreground;
    if (options.seenBy) settings.direction = Direction::SeenBy;
    if (!options.fusion.empty()) settings.fusion = kFusions.at(options.fusion);
    settings.shading = options.smooth ? Shading::Smooth : Shading::Patches;
    settings.opacity = options.opacity;
    settings.colours = colourMapNamed(options.colours);
    const Image photo = readImageArgument(options.image);
    const std::filesystem::path folder = findModel(options.run);
    LoadedModel model = LoadedModel::open(folder);
    if (!options.className.empty()) settings.classNumber = classNumber(model, options.className);
    if (lens.ofImages) settings.neighbours = indexOf(model, options.split);
    settings.count = options.count;
    if (!options.against.empty()) settings.against = otherModel(options.against, folder);
    settings.method = options.method;
    settings.change = changeOf(options, model);
    const LensResult result = lookThrough(lens, {model, photo, settings, {}});
    writeLens(result, options.out);
    std::cout << options.out << ": " << lens.name;
    if (!result.summary.empty()) std::cout << ", " << result.summary;
    std::cout << '\n';
}

std::string lensHelp() {
    std::string text = "What to look at. In .npy it is:";
    for (const Lens& lens : lenses()) text += "\n  " + lens.key + ": " + lens.help;
    return text;
}

std::string mapHelp() {
    std::string text = "Of a comparison, the map:";
    for (const ComparedMap& map : comparedMaps()) text += (text.back() == ':' ? " " : ", ") + map.key;
    return text;
}

}  // namespace

void addInspectCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand(
        "inspect", "Look inside a trained model: attention, relevance, tokens, layers, neighbours, another model");
    auto options = std::make_shared<InspectOptions>();
    command->add_option("image", options->image, "The image")->required();
    command->add_option("--run", options->run, kModelHelp);
    command->add_option("--lens", options->lens, lensHelp())->required();
    command
        ->add_option("--out", options->out,
                     "The file to write: a figure (.png, .svg, .pdf), a table (.csv) or the numbers (.npy)")
        ->required();
    command->add_option("--class", options->className, "A class's name or number; without it, the predicted one");
    command->add_option("--layer", options->layer,
                        "Of a lens that has blocks, one, from 1; of tokens, those after it, or 0 before the first. Without "
                        "it, all or the last");
    command->add_option("--head", options->head, "Of attention, one head, from 1; without it, all");
    command->add_option("--token", options->token,
                        "Of attention, the token that looks, from 0; without it, the class token or all together");
    command->add_flag("--seen-by", options->seenBy, "Of attention, who looks at that token instead");
    command->add_option("--fuse", options->fusion, "Of attention, a block's heads as one: mean, max or min")
        ->check(CLI::IsMember({"mean", "max", "min"}));
    command->add_flag("--foreground", options->foreground,
                      "Of tokens, tell foreground from background and colour the foreground alone");
    command->add_flag("--smooth", options->smooth, "Shade maps smoothly instead of patch by patch");
    command->add_option("--opacity", options->opacity, "Of a map over the picture")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_option("--colours", options->colours, "The colour map")->capture_default_str();
    command->add_flag("--no-faithfulness", options->unmeasured, "Do not measure how true a map of relevance is");
    addSplitOption(*command, options->split);
    command->get_option("--split")->description("Of neighbours, where they are looked for: train, validation or test");
    command->add_option("--count", options->count, "Of neighbours, how many")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--against", options->against,
                        "Of a comparison, the other run, or RUN@EPOCH where it has kept that epoch's weights");
    command->add_option("--method", options->method, mapHelp())->capture_default_str();
    command->add_flag("--sanity", options->sanity, "Measure how far a map of relevance stays with random weights");
    command->add_option("--hide", options->hidden, "Of what-if, patches that are hidden, from 0 row by row");
    command->add_option("--without-heads", options->heads, "Of what-if, heads switched off: block:head, from 1");
    command->add_option("--without-blocks", options->blocks, "Of what-if, blocks switched off, from 1");
    command->add_option("--shuffle", options->shuffle, "Of what-if, the seed of another order of the patches; 0: none");
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
