// SPDX-License-Identifier: GPL-3.0-or-later
// Private to core/import. The steps, a file each in this folder, in the order in which pretrained.cpp takes them: each takes
// its arrays out of Assembly::common, writes what their names and shapes tell into the configuration, and leaves the engine's
// weights. Each throws InvalidInput for what is no part of a network that this program knows, or does not fit the hints.
#pragma once

#include "core/import/assembly/assembly.h"

namespace vit {

// Takes the patches' projection and the norm before the blocks; leaves them, resampled if another patch size is assigned,
// and the channels, patch size and width of the tokens.
void findPatches(Assembly& assembly);

struct PrefixTokens {
    std::int64_t named = 0;      // class token and distillation token, as the file has them
    std::int64_t registers = 0;  // the file's
    bool readsClass = false;     // the head reads the class token, which then is no register
};

// Takes the class token, the distillation token and the registers; leaves a class token where the head reads it, and all
// others as registers. Needs the width of the tokens.
PrefixTokens findTokens(Assembly& assembly);

// Takes learned positions; leaves a row for each token that has one, interpolated if another image size is assigned, with the
// kind of positions and the image size, or a question for the latter. Needs the patch size.
void findPositions(Assembly& assembly, const PrefixTokens& tokens);

// Takes all that begins with "blocks."; leaves it with queries, keys and values as one kernel and gate and values of a gated
// MLP as one, and all sizes of the blocks, or a question for the number of heads. Needs the kind of positions.
void findBlocks(Assembly& assembly);

// Parts of findBlocks(). The first takes nothing: it leaves what the first block tells of the attention in the configuration,
// and returns how wide the heads' queries are together, which the second needs with the prefix of the names
// ("blocks.0.attn.") that it takes.
std::int64_t findAttention(Assembly& assembly);
void moveAttention(Assembly& assembly, const std::string& attention, std::int64_t inner);

// Takes the final norm, an attention pooling and the heads; leaves one head, of zeros if the file has none, its type and the
// number of classes. Needs the tokens and the sizes of the model.
void findHead(Assembly& assembly);

// Takes nothing; leaves how photos become inputs, or a question for mean and deviation of pixels. Needs the channels.
void findPhotos(Assembly& assembly);

// What the model was trained on, once all questions are answered. Throws InvalidInput if the names of the classes, whoever
// gave them, are not as many as the head tells apart.
DataDescription describedData(const Assembly& assembly);

}  // namespace vit
