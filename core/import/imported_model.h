// SPDX-License-Identifier: GPL-3.0-or-later
// A model that was trained elsewhere, in this program's terms.
#pragma once

#include "core/config/config.h"
#include "core/data/data_description.h"
#include "core/data/dataset.h"
#include "core/io/safetensors.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace vit {

// What a file of weights does not tell.
struct ImportHints {
    // Dropouts, norm epsilon and how to train on. The sizes of the model are overwritten by what the weights say.
    Config config;
    std::set<std::string> assigned = {};  // the keys in it that a person gave: they go before what files say
    // What the model was trained on: gives class names, the images' size, and statistics where the file holds none.
    std::shared_ptr<const Dataset> dataset;
    // Without a data set:
    std::vector<std::string> classNames;          // empty: "class 0", "class 1", …
    int nativeSize = 32;                          // side of the images before the model resizes them
    std::optional<ChannelStatistics> statistics;  // goes before the data set's
};

// Theirs with, of the model, what a person gave and else the defaults: what weights do not say is no part of a model because
// it was chosen for another one.
Config configOfHints(const ImportHints& hints);

struct ImportedModel {
    Config config;
    DataDescription description;
    TensorFile weights;  // with the engine's names and layouts
    std::string origin;  // "Keras 3 weights, /home/me/x.weights.h5"
    std::vector<std::string> notes = {};  // sentences: what was left out, taken as usual or not in the file
};

}  // namespace vit
