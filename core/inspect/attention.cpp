// SPDX-License-Identifier: GPL-3.0-or-later
// In double precision where sums are long.
#include "core/inspect/attention.h"

#include "core/base/error.h"
#include "core/inspect/tensor_arrays.h"

#include <torch/utils.h>

namespace vit {

namespace {

// [P, P]: the distance between the centres of two patches, in pixels.
torch::Tensor distances(const TokenGrid& grid) {
    const torch::Tensor row = torch::arange(grid.rows, torch::kFloat64).repeat_interleave(grid.columns);
    const torch::Tensor column = torch::arange(grid.columns, torch::kFloat64).repeat({grid.rows});
    const torch::Tensor down = row.unsqueeze(1) - row.unsqueeze(0);
    const torch::Tensor right = column.unsqueeze(1) - column.unsqueeze(0);
    return torch::hypot(down, right) * static_cast<double>(grid.patchSize);
}

torch::Tensor fuse(const torch::Tensor& heads, Fusion fusion) {  // [H, N, N] -> [N, N]
    switch (fusion) {
        case Fusion::Mean: return heads.mean(0);
        case Fusion::Max: return heads.amax(0);
        case Fusion::Min: return heads.amin(0);
    }
    return {};
}

// The smallest `share` of all weights become zero.
torch::Tensor discarded(torch::Tensor matrix, double share) {
    const auto count = static_cast<std::int64_t>(share * static_cast<double>(matrix.numel()));
    if (count == 0) return matrix;
    torch::Tensor flat = matrix.clone().flatten();
    flat.index_fill_(0, std::get<1>(flat.topk(count, 0, false)), 0);
    return flat.view(matrix.sizes());
}

FloatArray onGrid(const torch::Tensor& tokens, const TokenGrid& grid) {  // [N]
    return toArray(tokens.slice(0, grid.firstPatch()).view({grid.rows, grid.columns}));
}

}  // namespace

std::vector<HeadFigures> headFigures(const FloatArray& attention, const TokenGrid& grid) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor apart = distances(grid);
    std::vector<HeadFigures> figures;
    const torch::Tensor layers = asTensor(attention);
    for (std::int64_t layer = 0; layer < layers.size(0); ++layer) {
        for (std::int64_t head = 0; head < layers.size(1); ++head) {
            const torch::Tensor weights = layers[layer][head].to(torch::kFloat64);  // [N, N]
            const torch::Tensor patches =
                weights.slice(0, grid.firstPatch()).slice(1, grid.firstPatch());    // [P, P]
            const torch::Tensor shares = patches / patches.sum(1, true).clamp_min(1e-30);
            HeadFigures row{layer, head};
            row.distance = (shares * apart).sum(1).mean().item<double>();
            row.entropy = -torch::xlogy(weights, weights).sum(1).mean().item<double>();
            if (grid.classToken) row.classTokenShare = weights.slice(0, grid.firstPatch()).select(1, 0).mean().item<double>();
            figures.push_back(row);
        }
    }
    return figures;
}

FloatArray layerAttention(const FloatArray& attention, std::int64_t layer, std::optional<std::int64_t> head,
                          Fusion fusion) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor all = asTensor(attention);
    if (layer < 0 || layer >= all.size(0))
        throw InvalidInput("The model has blocks 1 to " + std::to_string(all.size(0)) + ", not " +
                           std::to_string(layer + 1) + ".");
    if (head && (*head < 0 || *head >= all.size(1)))
        throw InvalidInput("Its blocks have heads 1 to " + std::to_string(all.size(1)) + ", not " +
                           std::to_string(*head + 1) + ".");
    return toArray(head ? all[layer][*head] : fuse(all[layer], fusion));
}

FloatArray attentionMap(const FloatArray& matrix, const TokenGrid& grid, std::int64_t token, Direction direction) {
    if (token < 0 || token >= grid.tokens())
        throw InvalidInput("The model has tokens 0 to " + std::to_string(grid.tokens() - 1) + ", not " +
                           std::to_string(token) + ".");
    return onGrid(asTensor(matrix).select(direction == Direction::LooksAt ? 0 : 1, token), grid);
}

FloatArray attentionMap(const FloatArray& matrix, const TokenGrid& grid) {
    if (grid.classToken) return attentionMap(matrix, grid, 0, Direction::LooksAt);
    return onGrid(asTensor(matrix).to(torch::kFloat64).mean(0), grid);
}

FloatArray rollout(const FloatArray& attention, const RolloutSettings& settings) {
    if (!(settings.discard >= 0 && settings.discard < 1))
        throw InvalidInput("The share of attention to discard is at least 0 and less than 1.");
    const torch::NoGradGuard noGrad;
    const torch::Tensor layers = asTensor(attention);
    const torch::Tensor identity = torch::eye(layers.size(-1), torch::kFloat64);
    torch::Tensor flow = identity;
    for (std::int64_t layer = 0; layer < layers.size(0); ++layer) {
        const torch::Tensor fused = discarded(fuse(layers[layer].to(torch::kFloat64), settings.fusion), settings.discard);
        const torch::Tensor mixed = fused + identity;
        flow = torch::matmul(mixed / mixed.sum(1, true), flow);
    }
    return toArray(flow);
}

}  // namespace vit
