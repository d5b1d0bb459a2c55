// SPDX-License-Identifier: GPL-3.0-or-later
// Facts that follow from a configuration alone, cheap enough to be updated at each key press.
#pragma once

#include "core/config/config.h"

#include <cstdint>

namespace vit {

// What a model is fed with and must tell apart; belongs to the data set, not to the configuration.
struct ModelInput {
    std::int64_t channels = 3;
    std::int64_t classes = 100;
};

struct DerivedFacts {
    GridSize grid;  // of patches
    std::int64_t patchesPerImage = 0;
    std::int64_t tokens = 0;  // patches, plus the class token if there is one
    std::int64_t elementsPerPatch = 0;
    std::int64_t parameters = 0;
    std::int64_t learningParameters = 0;  // those that training changes, or those of adapters in their stead
    double forwardFlopsPerImage = 0;   // multiply and add count as two
    double trainingFlopsPerImage = 0;  // forward and backward: three times the forward pass; the mean of the run's epochs
    double trainingMemoryBytes = 0;    // weights, gradients, moments and activations of a batch (an estimate): the most
                                       // of any epoch, which is the last one's where blocks thaw
};

// Whether images are held back to judge each epoch.
bool validates(const DataConfig& data);

// Needs positive sizes and image_size and image_width divisible by patch_size (validate() tells); gives zeros otherwise.
DerivedFacts derive(const Config& config, const ModelInput& input);

// trainingFlopsPerImage of some of the run's epochs, 1 ≤ first ≤ last: less is derived while blocks are frozen.
double trainingFlops(const Config& config, const ModelInput& input, std::int64_t first, std::int64_t last);

}  // namespace vit
