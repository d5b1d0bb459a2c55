// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli data: the data sets on this computer.
#include "app/cli/commands.h"
#include "app/cli/image_files.h"
#include "app/cli/interrupt.h"
#include "app/cli/split_option.h"
#include "app/cli/status_line.h"
#include "app/cli/text.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/config/config.h"
#include "core/data/store/data_store.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct DataOptions {
    std::string name;
    std::string from;
    std::string out;
    Split split = Split::Test;
    std::int64_t index = 0;
    std::int64_t imageSize = ModelConfig{}.imageSize;
    std::int64_t imageWidth = 0;

    ImageSize size() const { return {imageSize, imageWidth > 0 ? imageWidth : imageSize}; }
};

// Shows what the data store does on stderr; Ctrl+C cancels it in good order.
class ProgressDisplay {
public:
    Progress callback() {
        return [this](const std::string& what, std::int64_t done, std::int64_t total) {
            m_line.status(total > 0 ? what + "  " + bar(static_cast<double>(done) / static_cast<double>(total), 24) +
                                          " " + bytesText(static_cast<double>(done)) + " of " +
                                          bytesText(static_cast<double>(total))
                                    : what + "  " + bytesText(static_cast<double>(done)));
            return !m_interrupt.requested();
        };
    }

private:
    InterruptGuard m_interrupt;
    StatusLine m_line{stderr};
};

std::string stateOf(const DataInfo& info) {
    if (info.builtIn) return "built in";
    if (info.available) return "ready";
    if (info.downloadable)
        return "to be downloaded (" + bytesText(static_cast<double>(info.downloadBytes)) + ") or added";
    return "to be added";
}

void list() {
    std::vector<std::vector<std::string>> rows = {{"Name", "State", "Classes", "What"}};
    const DataStore store;
    for (const DataInfo& info : store.list()) {
        rows.push_back({info.name, stateOf(info), info.classes > 0 ? groupedText(info.classes) : "?", info.title});
    }
    std::cout << table(rows) << "\nData lie in " << store.folder().string() << '\n';
}

std::string shapeText(const Dataset::Shape& shape) {
    return std::to_string(shape.width) + " × " + std::to_string(shape.height) + " × " + std::to_string(shape.channels);
}

std::string statisticsText(const std::array<double, 3>& values, int channels) {
    std::string text;
    for (int c = 0; c < channels; ++c) text += (c > 0 ? ", " : "") + fixedText(values[static_cast<std::size_t>(c)], 3);
    return text + " (of 0–255 values)";
}

std::string imagesText(const Dataset& data) {
    const std::int64_t own = data.validationCount();
    const std::string train = groupedText(data.trainCount() - own) + " for training";
    return train + (own > 0 ? ", " + groupedText(own) + " for validation (its own), " : " and validation, ") +
           groupedText(data.testCount()) + " for the test";
}

void info(const DataOptions& options) {
    const DataStore store;
    const DataInfo info = store.info(options.name);
    std::vector<std::vector<std::string>> rows = {
        {"Name", info.name}, {"Title", info.title}, {"What", info.description}, {"State", stateOf(info)}};
    if (!info.folder.empty()) rows.push_back({"Folder", info.folder.string()});
    if (info.available) {
        ProgressDisplay progress;
        const auto data = store.open(options.name, options.size(), progress.callback());
        rows.push_back({"Images", imagesText(*data)});
        rows.push_back({"Size", shapeText(data->shape())});
        rows.push_back({"Mean", statisticsText(data->statistics().mean, data->shape().channels)});
        rows.push_back({"Deviation", statisticsText(data->statistics().deviation, data->shape().channels)});
        std::string classes;
        for (const std::string& name : data->classNames()) classes += (classes.empty() ? "" : ", ") + name;
        rows.push_back({"Classes", groupedText(data->classes()) + ": " + classes});
    }
    std::cout << table(rows);
}

void add(const DataOptions& options) {
    ProgressDisplay progress;
    const DataInfo info = DataStore().add(options.name, options.from, progress.callback());
    std::cout << "Added " << info.title << " as " << info.name << ", in " << info.folder.string() << '\n';
    if (info.validation > 0)
        std::cout << "Each epoch of a run is judged by its own " << groupedText(info.validation)
                  << " validation images; data.validation_split=end holds back a share of all instead\n";
}

void download(const DataOptions& options) {
    ProgressDisplay progress;
    const DataInfo info = DataStore().download(options.name, progress.callback());
    std::cout << "Downloaded " << info.title << " as " << info.name << ", to " << info.folder.string() << '\n';
}

void remove(const DataOptions& options) {
    DataStore().remove(options.name);
    std::cout << "Removed " << options.name << '\n';
}

void writeImage(const DataOptions& options) {
    checkImageOutput(options.out);
    ProgressDisplay progress;
    const auto data = DataStore().open(options.name, options.size(), progress.callback());
    const DatasetView view(data, options.split, cutFor(*data));
    if (options.index >= view.count()) {
        throw InvalidInput("--index must be below " + std::to_string(view.count()) + ", the number of " +
                           splitName(options.split) + " images of " + options.name);
    }
    saveImage(view.image(options.index), options.out);
    std::cout << options.out << "  label: " << data->classNames()[static_cast<std::size_t>(view.label(options.index))]
              << '\n';
}

CLI::App* addNamed(CLI::App& data, const std::string& verb, const std::string& help, DataOptions& options) {
    CLI::App* command = data.add_subcommand(verb, help);
    command->add_option("name", options.name, "The data set (vit-cli data list)")->required();
    return command;
}

void addImageSize(CLI::App& command, DataOptions& options) {
    command
        .add_option("--image-size", options.imageSize, "For a folder of images: the side to bring them to, in pixels")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command
        .add_option("--image-width", options.imageWidth,
                    "Likewise: their width where they are not to be square; 0 is as wide as high")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
}

}  // namespace

void addDataCommand(CLI::App& app) {
    CLI::App* data = app.add_subcommand("data", "List, add, download, look at and remove data sets");
    data->require_subcommand(1);
    auto options = std::make_shared<DataOptions>();

    data->add_subcommand("list", "List the data sets: those built in, those here and those to be had")->callback(list);

    CLI::App* added =
        addNamed(*data, "add", "Copy a data set in from a folder or an archive (tar, tar.gz, tar.xz, zip)", *options);
    added->add_option("--from", options->from, "The folder or archive")->required()->check(CLI::ExistingPath);
    added->callback([options] { add(*options); });

    addNamed(*data, "download", "Download a data set, going on with a partial file, and check its sum", *options)
        ->callback([options] { download(*options); });

    CLI::App* shown = addNamed(*data, "info", "Describe a data set: images, size, classes, statistics", *options);
    addImageSize(*shown, *options);
    shown->callback([options] { info(*options); });

    CLI::App* image = addNamed(*data, "image", "Write one image of a data set to a file and print its label", *options);
    image->add_option("--index", options->index, "Which one, from 0")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    addSplitOption(*image, options->split);
    image->add_option("--out", options->out, "The file to write; its ending gives the format")->required();
    addImageSize(*image, *options);
    image->callback([options] { writeImage(*options); });

    addNamed(*data, "remove", "Delete a data set that was added or downloaded", *options)
        ->callback([options] { remove(*options); });
}

}  // namespace vit::cli
