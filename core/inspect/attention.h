// SPDX-License-Identifier: GPL-3.0-or-later
// What attention weights say by themselves: where each head looks, how far and how sharply, and how it flows on through
// the blocks. Attention [L, H, N, N] is a Look's.
#pragma once

#include "core/base/float_array.h"
#include "core/inspect/token_grid.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace vit {

struct HeadFigures {
    std::int64_t layer = 0;
    std::int64_t head = 0;
    double distance = 0;         // between patches that attend to each other, in pixels of the input; weighted mean
    double entropy = 0;          // of a token's weights, in nats; mean over the tokens
    double classTokenShare = 0;  // of the patches' attention that goes to the class token; 0 without one
};

// A row for each head, layer by layer. The distance leaves the class token out: its row and column are dropped and the
// rest of each row divided by its sum (Dosovitskiy et al. 2021, fig. 7; the published code does not divide).
std::vector<HeadFigures> headFigures(const FloatArray& attention, const TokenGrid& grid);

enum class Fusion { Mean, Max, Min };

// One block's attention [N, N] of one head or of all by `fusion`. Throws InvalidInput, which counts them from 1 as a person
// does, when there is no such block or head.
FloatArray layerAttention(const FloatArray& attention, std::int64_t layer, std::optional<std::int64_t> head,
                          Fusion fusion = Fusion::Mean);

enum class Direction { LooksAt, SeenBy };

// Of [N, N]: the weights that `token` gives to the patches, or gets from them. [rows, columns]; throws InvalidInput when
// there is no such token.
FloatArray attentionMap(const FloatArray& matrix, const TokenGrid& grid, std::int64_t token, Direction direction);

// The same for all tokens at once: the mean weight that a patch gets from the patches, or, with a class token, what that
// one gives it.
FloatArray attentionMap(const FloatArray& matrix, const TokenGrid& grid);

struct RolloutSettings {
    Fusion fusion = Fusion::Mean;
    double discard = 0;  // the share of the smallest fused weights of each block that is set to zero, 0 ≤ discard < 1
};

// Attention rollout (Abnar and Zuidema 2020), [N, N]: the product over the blocks, last first, of the fused attention plus
// the identity with each row divided by its sum. It is the same whichever class is asked for. A row whose weights were all
// discarded keeps its own token. Throws InvalidInput when `discard` is out of range.
FloatArray rollout(const FloatArray& attention, const RolloutSettings& settings = {});

}  // namespace vit
