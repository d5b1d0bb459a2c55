// SPDX-License-Identifier: GPL-3.0-or-later
// Lenses: ways to look at what a model makes of a picture, each as numbers, as a table and as a figure. What the window
// exports and the command line writes is the same. A lens is a file of its own and a row in lens.cpp.
#pragma once

#include "core/base/float_array.h"
#include "core/figure/figure.h"
#include "core/inspect/attention.h"
#include "core/inspect/loaded_model.h"
#include "core/inspect/neighbours.h"
#include "core/inspect/what_if.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

// To compare with: a run's best weights, or those that it has kept of an epoch.
struct OtherModel {
    std::filesystem::path run;
    std::int64_t epoch = 0;     // 0 = the best
    std::filesystem::path own;  // the run of the model that is asked; empty: not known
};

// What may be chosen; each lens takes what means something to it. Blocks and heads count from 1, tokens from 0, of which a
// class token is the first.
struct LensSettings {
    std::optional<std::int64_t> classNumber;  // empty: the predicted one
    // The block; of tokens, those after it, or 0 before the first. Empty: all, or the last.
    std::optional<std::int64_t> layer;
    std::optional<std::int64_t> head;         // empty: all
    std::optional<Fusion> fusion;             // of a block's heads, instead of each by itself
    std::optional<std::int64_t> token;        // the one that looks; empty: all of them
    Direction direction = Direction::LooksAt; // or who looks at that token
    bool foreground = false;                  // tokens: tell foreground from background, and colour the former
    bool faithfulness = true;                 // measure how true a map of relevance is
    std::shared_ptr<const NeighbourIndex> neighbours;  // the images among which to look, see Lens::ofImages
    int count = 24;                           // of neighbours
    std::optional<OtherModel> against;        // of a comparison, which needs one
    std::string method = "relevance";         // its map, see comparedMaps()
    bool sanity = false;                      // and how far it stays with random weights
    WhatIf change;
    Shading shading = Shading::Patches;
    double opacity = 0.6;
    ColourMap colours = ColourMap::Viridis;
};

struct LensQuestion {
    LoadedModel& model;
    const Image& photo;
    LensSettings settings;
    LoadedModel::Progress progress;
};

struct LensResult {
    FloatArray numbers;                           // of .npy; the lens's help gives the shape
    std::vector<std::vector<std::string>> table;  // of .csv, headings first
    Figure figure;                                // of .png, .svg and .pdf
    std::string summary;                          // the finding in a line: "decided at block 5 of 8"; may be empty
};

struct Lens {
    std::string key;   // where a person types it: "attention"
    std::string name;  // "Attention"
    std::string help;  // what it shows, and the shape of its numbers
    bool ofImages = false;  // needs an index of a data set's images, which takes its time: settings.neighbours
};

// In the order in which they are offered.
const std::vector<Lens>& lenses();
// Throws InvalidInput with the lenses that there are.
const Lens& lensNamed(std::string_view key);

// Throws InvalidInput when the picture is empty or something is chosen that the model has not, and Cancelled.
LensResult lookThrough(const Lens& lens, const LensQuestion& question);

// The ending chooses: .npy, .csv, or one of figureEndings(). Throws InvalidInput for another, before anything is written
// and without `result`'s being needed in checkLensOutput(), and Error when it cannot be written.
void checkLensOutput(const std::filesystem::path& path);
void writeLens(const LensResult& result, const std::filesystem::path& path);

}  // namespace vit
