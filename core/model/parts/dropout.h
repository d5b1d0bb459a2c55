// SPDX-License-Identifier: GPL-3.0-or-later
// Dropout whose mask is a function of (seed, step, site) and so can be made again at any time.
#pragma once

#include "core/base/philox.h"

#include <torch/types.h>

#include <cstdint>

namespace vit {

// How a forward pass runs: evaluation, or training step `step` of the run with this seed.
struct ForwardMode {
    bool training = false;
    std::uint64_t seed = 0;
    std::uint64_t step = 0;
    // The place of the first image in the step's batch of all ranks: an element's mask goes by its place there.
    std::int64_t firstImage = 0;

    RandomKey key(std::uint32_t site) const { return {seed, step, site}; }
    // The place, in the tensor of that whole batch, of the first element of this part of it, [B, …].
    std::int64_t firstElement(const torch::Tensor& part) const {
        return part.numel() == 0 ? 0 : firstImage * (part.numel() / part.size(0));
    }
};

// The site number of a dropout: `part` 0 … depth-1 for the blocks, depth for the head; `layer` counts within the part.
std::uint32_t dropoutSite(std::int64_t part, std::int64_t layer);

// 1 where an element is kept (probability 1 - rate), 0 where it is dropped; uint8, same shape as `like`, which lies
// on the CPU and begins with element `first` of the dropout's whole tensor.
torch::Tensor keepMask(const torch::Tensor& like, double rate, const RandomKey& key, std::int64_t first = 0);

// Inverted dropout of [B, …]: kept elements are divided by (1 - rate). The identity in evaluation mode and for rate 0.
// On a GPU the device's generator, set for each step, takes the place of the site.
torch::Tensor dropout(const torch::Tensor& input, double rate, const ForwardMode& mode, std::uint32_t site);

}  // namespace vit
