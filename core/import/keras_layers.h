// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of the published example as a Keras weight file holds them, in whichever of Keras's two formats.
#pragma once

#include "core/io/hdf5.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

inline constexpr int kKerasChannels = 3;  // the example's images are coloured

struct KerasDense {
    FloatArray kernel;  // [in, out]
    FloatArray bias;    // [out]

    std::int64_t inputs() const { return kernel.shape[0]; }
    std::int64_t outputs() const { return kernel.shape[1]; }
};

struct KerasNorm {
    FloatArray gamma;
    FloatArray beta;
};

struct KerasAttention {
    KerasDense query;  // [D, heads, keyDim] and [heads, keyDim]
    KerasDense key;
    KerasDense value;
    KerasDense output;  // [heads, keyDim, D] and [D]
};

enum class KerasSummary { Unknown, Flatten, GlobalAveragePooling };  // what makes one vector of the tokens

// Each list in the order in which the model uses the layers.
struct KerasLayers {
    std::string format;                       // "Keras 3" or "Keras 2"
    std::vector<FloatArray> inputStatistics;  // mean and variance of the Normalization layer; empty if there is none
    KerasDense projection;                    // of the patches: [P*P*C, D]
    FloatArray positions;                     // [patches, D]
    std::vector<KerasNorm> norms;
    std::vector<KerasAttention> attentions;
    std::vector<KerasDense> denses;
    KerasSummary summary = KerasSummary::Unknown;
};

// Throws Error if the file is missing, damaged, or holds no Keras weights of such a model.
KerasLayers readKerasLayers(const std::filesystem::path& file);

}  // namespace vit
