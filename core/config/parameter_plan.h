// SPDX-License-Identifier: GPL-3.0-or-later
// The weights of a configuration's network, a row each, without a tensor: what a part consists of is written down here
// and nowhere else. Counts, initial weights, decay, exports and what the fused kernels expect follow from it.
#pragma once

#include "core/config/config.h"
#include "core/config/derived.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

// StemKernel: of the stem's convolutions [O, 3 * 3 * C], in the order row, column, channel, and of the projection after
// them. TapKernel: of a convolution of each channel by itself, [3, 3, channels].
enum class ParameterRole {
    Kernel,
    StemKernel,
    TapKernel,
    Bias,
    NormScale,
    NormShift,
    LayerScale,
    Sharpness,  // a number a head, by which scores are multiplied
    Position,
    ClassToken,
    Register  // learned tokens besides the class token [R, D], and the query of an attention pooling [1, D]
};
// What is multiplied with inputs, and so decays.
bool isKernel(ParameterRole role);

struct ParameterRow {
    std::string name;                 // as timm names it: "blocks.0.attn.qkv.weight"
    std::vector<std::int64_t> shape;  // of a dense kernel [outputs, inputs]
    ParameterRole role;
    std::int64_t depth;               // 0: embedding; 1 … layers: the blocks; layers + 1: final norm and head
    // Of a kernel but one of taps: the fans that Keras's Glorot initialisation goes by. Its attention kernels are three-dimensional,
    // and their fans take all but the last two axes for a receptive field: [D, H, K] for q, k and v, [H, K, D] for the
    // output.
    double fanIn = 0;
    double fanOut = 0;
    bool fixed = false;  // keeps what it begins with, whatever the optimizer's options

    std::int64_t count() const;
    bool operator==(const ParameterRow&) const = default;
};

// Every weight once, in the order in which the forward pass comes to them. Sizes must be positive and fit one another
// (validate() tells).
std::vector<ParameterRow> parameterPlan(const ModelConfig& model, const HeadConfig& head, const ModelInput& input);

// The rows of block number `index`, from 0.
std::vector<ParameterRow> blockPlan(const ModelConfig& model, std::int64_t index);

// The row of that name, or nullptr.
const ParameterRow* findParameter(const std::vector<ParameterRow>& plan, std::string_view name);

std::int64_t patchCount(const ModelConfig& model);
bool stemHalvesAfter(const ModelConfig& model, std::size_t layer);  // whether the stem's layer of that index, from 0, pools
std::int64_t stemFactor(const ModelConfig& model);   // how many pixels wide a pixel of what leaves the stem is
std::int64_t cutPatchSize(const ModelConfig& model);  // of the patches as they are cut from there, in such pixels
std::int64_t cutChannels(const ModelConfig& model, const ModelInput& input);  // likewise, with those of moved copies
bool learnsPositions(const ModelConfig& model);  // a vector for each place
bool turnsByPlace(const ModelConfig& model);     // queries and keys
bool hasClassToken(const HeadConfig& head);
std::int64_t prefixCount(const ModelConfig& model, const HeadConfig& head);  // tokens before the patches', which have no place
std::int64_t tokenCount(const ModelConfig& model, const HeadConfig& head);   // with those
std::int64_t positionCount(const ModelConfig& model, const HeadConfig& head);  // tokens with learned positions
bool readsOneToken(const HeadConfig& head);  // the head is given what could be a single token, D numbers after the norm
std::int64_t headInputs(const ModelConfig& model, const HeadConfig& head);  // F, the features that the head is given

}  // namespace vit
