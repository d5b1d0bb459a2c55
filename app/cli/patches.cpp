// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli patches: a picture cut into the patches that a model would see.
#include "core/inspect/patches.h"

#include "app/cli/commands.h"
#include "app/cli/image_files.h"
#include "core/config/config.h"

#include <CLI/CLI.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <memory>

namespace vit::cli {

namespace {

struct PatchesOptions {
    std::string image;
    std::string out;
    int imageSize = static_cast<int>(ModelConfig{}.imageSize);
    int imageWidth = 0;
    int patchSize = static_cast<int>(ModelConfig{}.patchSize);
    int spacing = 2;
    int scale = 4;
};

// The centre of the input's shape. A photo larger than the model's input is averaged down to it first, for the model's own
// resize takes single pixels and would drop most of the photo.
Image middleForModel(const Image& photo, int width, int height) {
    const Image middle = cropCentre(photo, width, height);
    return middle.width > width ? resizeArea(middle, width, height) : middle;
}

void run(const PatchesOptions& options) {
    constexpr std::array<std::uint8_t, 3> kWhite = {255, 255, 255};
    checkImageOutput(options.out);
    const int height = options.imageSize, width = options.imageWidth > 0 ? options.imageWidth : height;
    const Image middle = middleForModel(readImageArgument(options.image), width, height);
    const PatchGrid grid = cutPatches(middle, {height, width}, options.patchSize);
    saveImage(drawPatchGrid(grid, options.spacing, options.scale, kWhite), options.out);
    std::cout << patchFacts(grid);
}

}  // namespace

void addPatchesCommand(CLI::App& app) {
    CLI::App* command = app.add_subcommand("patches", "Cut an image into patches, draw them and print the four facts");
    auto options = std::make_shared<PatchesOptions>();
    command->add_option("image", options->image, "The image; its centre of the input's shape, a square as a rule, is used")
        ->required();
    command->add_option("--out", options->out, "The picture to write; its ending gives the format")->required();
    command->add_option("--image-size", options->imageSize, "Side of the model's input in pixels")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command->add_option("--image-width", options->imageWidth, "Its width where it is not square; 0 is as wide as high")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    command->add_option("--patch-size", options->patchSize, "Side of a patch in pixels")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command->add_option("--spacing", options->spacing, "Pixels between patches in the picture")
        ->check(CLI::Range(0, 64))
        ->capture_default_str();
    command->add_option("--scale", options->scale, "How many times as large to draw each pixel")
        ->check(CLI::Range(1, 32))
        ->capture_default_str();
    command->callback([options] { run(*options); });
}

}  // namespace vit::cli
