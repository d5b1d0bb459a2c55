// SPDX-License-Identifier: GPL-3.0-or-later
// Singular values in double precision.
#include "core/inspect/tokens.h"

#include "core/inspect/tensor_arrays.h"
#include "core/model/classifier.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

struct Components {
    torch::Tensor directions;  // [count, D], orthonormal
    torch::Tensor variance;    // [count], shares
};

// Of the rows, which become centred. Directions that do not exist, since there are too few rows, are zeros.
Components principalComponents(torch::Tensor& rows, std::int64_t count) {
    rows = rows - rows.mean(0, true);
    const auto [u, values, directions] = torch::linalg_svd(rows, false);
    const torch::Tensor squares = values.square();
    const std::int64_t missing = std::max<std::int64_t>(0, count - values.size(0));
    const torch::Tensor shares = squares / squares.sum().clamp_min(1e-300);
    return {torch::constant_pad_nd(directions.slice(0, 0, count), {0, 0, 0, missing}),
            torch::constant_pad_nd(shares.slice(0, 0, count), {0, missing})};
}

// [P]: 1 for the patches of the inner half, -1 for those around, each divided by how many there are.
torch::Tensor middleAgainstBorder(const TokenGrid& grid) {
    const auto inner = [](std::int64_t count) {
        const torch::Tensor place = (torch::arange(count, torch::kFloat64) + 0.5) / static_cast<double>(count);
        return place.gt(0.25).logical_and(place.lt(0.75));
    };
    const torch::Tensor middle = inner(grid.rows).unsqueeze(1).logical_and(inner(grid.columns)).flatten();
    const torch::Tensor weights = middle.to(torch::kFloat64), others = 1 - weights;
    return weights / weights.sum().clamp_min(1) - others / others.sum().clamp_min(1);
}

torch::Tensor stretched(const torch::Tensor& values) {  // [P, 3]: each column to 0–1
    const torch::Tensor least = values.amin(0, true), range = values.amax(0, true) - least;
    return torch::where(range > 0, (values - least) / range, torch::full_like(values, 0.5));
}

// The rows' three main directions as colours.
struct Coloured {
    torch::Tensor values;  // [rows, 3], each column 0–1
    ColourBasis basis;
    std::array<double, 3> variance;
};

// A component's sign is such that `weights` [rows] of it do not add up to less than 0; with `like` [3, D] the directions
// are turned within their space instead.
Coloured coloured(torch::Tensor rows, const torch::Tensor& weights, const FloatArray& like) {
    auto [directions, variance] = principalComponents(rows, 3);
    if (!like.values.empty()) {
        // The rotation R that brings R * directions nearest to the given ones.
        const torch::Tensor shared =
            torch::matmul(asTensor(like).to(torch::kFloat64), directions.transpose(0, 1));  // [3, 3]
        const auto [u, values, v] = torch::linalg_svd(shared, true);
        directions = torch::matmul(torch::matmul(u, v), directions);
        const torch::Tensor along = torch::matmul(rows, directions.transpose(0, 1)).square().sum(0);
        variance = along / rows.square().sum().clamp_min(1e-300);
    }
    torch::Tensor values = torch::matmul(rows, directions.transpose(0, 1));  // [rows, 3]
    if (like.values.empty()) {
        const torch::Tensor sign = torch::where(torch::matmul(weights, values) < 0, -1.0, 1.0);  // [3]
        values = values * sign;
        directions = directions * sign.unsqueeze(1);
    }
    Coloured result{stretched(values), {toArray(directions), {}}, {}};
    for (std::int64_t i = 0; i < 3; ++i) result.variance[static_cast<std::size_t>(i)] = variance[i].item<double>();
    return result;
}

torch::Tensor patchTokens(const FloatArray& tokens, const TokenGrid& grid) {  // [P, D]
    return asTensor(tokens).to(torch::kFloat64).slice(0, grid.firstPatch());
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

TokenColours tokenColours(const FloatArray& tokens, const TokenGrid& grid, const ColourBasis& like) {
    const torch::NoGradGuard noGrad;
    Coloured all = coloured(patchTokens(tokens, grid), middleAgainstBorder(grid), like.directions);
    return {toArray(all.values.view({grid.rows, grid.columns, 3})), std::move(all.basis), all.variance, {}};
}

TokenColours foregroundColours(const FloatArray& tokens, const TokenGrid& grid, const ColourBasis& like) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor patches = patchTokens(tokens, grid), weights = middleAgainstBorder(grid);
    torch::Tensor centred = patches;
    torch::Tensor first = principalComponents(centred, 1).directions[0];  // [D]
    torch::Tensor along = torch::matmul(centred, first);                  // [P]
    const torch::Tensor agrees = like.foreground.values.empty()
                                     ? torch::dot(weights, along)
                                     : torch::dot(asTensor(like.foreground).to(torch::kFloat64), first);
    if (agrees.item<double>() < 0) {
        first = -first;
        along = -along;
    }
    const torch::Tensor chosen = torch::nonzero(along > 0).flatten();
    torch::Tensor colours = torch::zeros({grid.patches(), 3}, torch::kFloat64);
    TokenColours result;
    if (chosen.numel() > 0) {  // none where all tokens are the same
        Coloured own = coloured(patches.index_select(0, chosen), weights.index_select(0, chosen), like.directions);
        colours.index_copy_(0, chosen, own.values);
        result.basis = std::move(own.basis);
        result.variance = own.variance;
    }
    result.basis.foreground = toArray(first);
    result.colours = toArray(colours.view({grid.rows, grid.columns, 3}));
    for (std::int64_t patch = 0; patch < grid.patches(); ++patch)
        result.foreground.push_back(along[patch].item<double>() > 0);
    return result;
}

TokenNorms tokenNorms(const FloatArray& tokens, const TokenGrid& grid) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor lengths = asTensor(tokens).to(torch::kFloat64).norm(2, {1}).contiguous();  // [N]
    const double* first = lengths.const_data_ptr<double>();
    const std::vector<double> patches(first + grid.firstPatch(), first + lengths.numel());
    const double usual = median(patches);
    std::vector<double> away;
    for (const double length : patches) away.push_back(std::abs(length - usual));
    const double scale = 1.4826 * median(away);
    constexpr double kOutlier = 5;
    TokenNorms result;
    result.norms = result.deviations = {{grid.rows, grid.columns}, {}};
    if (grid.classToken) result.classToken = first[0];
    for (std::size_t i = 0; i < patches.size(); ++i) {
        const double score = scale > 0 ? (patches[i] - usual) / scale : 0;
        result.norms.values.push_back(static_cast<float>(patches[i]));
        result.deviations.values.push_back(static_cast<float>(score));
        if (score > kOutlier) result.outliers.push_back(static_cast<int>(i));
    }
    return result;
}

FloatArray positionSimilarity(LoadedModel& model) {
    const torch::NoGradGuard noGrad;
    if (!model.classifier().network()->posEmbed.defined())
        throw InvalidInput("The model adds no positions to its tokens: there is nothing to compare.");
    const torch::Tensor all = model.classifier().network()->posEmbed.detach().to(torch::kCPU, torch::kFloat64);
    const torch::Tensor patches = all.slice(0, all.size(0) - patchCount(model.config().model));
    const torch::Tensor units = patches / patches.norm(2, {1}, true).clamp_min(1e-300);
    return toArray(torch::matmul(units, units.transpose(0, 1)));
}

Filters projectionFilters(LoadedModel& model, int count) {
    const torch::NoGradGuard noGrad;
    // Of what looks at the picture first: the stem if there is one.
    VisionTransformer& network = model.classifier().network();
    const bool hasStem = !network->stem.is_empty();
    const torch::nn::Linear& first = hasStem ? network->stem->convolutions.front() : network->patchEmbed->proj;
    torch::Tensor rows = first->weight.detach().to(torch::kCPU, torch::kFloat64);  // [D, P*P*C]
    if (!hasStem && model.config().model.shiftedPatches) {  // what the picture itself is looked at with
        const torch::Tensor all = rows.view({rows.size(0), model.config().model.patchSize * model.config().model.patchSize, -1});
        rows = all.slice(2, 0, model.nativeShape().channels).reshape({rows.size(0), -1});
    }
    const std::int64_t found = std::min<std::int64_t>({count, rows.size(0), rows.size(1)});
    const auto [directions, variance] = principalComponents(rows, found);
    const std::int64_t patch = hasStem ? 3 : model.config().model.patchSize;
    Filters result;
    result.filters = toArray(directions.view({found, patch, patch, -1}));
    for (std::int64_t i = 0; i < found; ++i) result.variance.push_back(variance[i].item<double>());
    return result;
}

}  // namespace vit
