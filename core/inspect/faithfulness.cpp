// SPDX-License-Identifier: GPL-3.0-or-later
// Orders of patches, and what is left of the answer.
#include "core/inspect/faithfulness.h"

#include "core/base/error.h"
#include "core/base/philox.h"
#include "core/base/split_mix.h"
#include "core/inspect/removal.h"
#include "core/inspect/token_grid.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vit {

namespace {

// For orders: what is no number comes last.
float sortable(float value) { return std::isnan(value) ? -std::numeric_limits<float>::infinity() : value; }

// Patches by their relevance, the highest first; ties in a random order.
std::vector<std::int64_t> mostRelevantFirst(const FloatArray& map, std::uint64_t seed) {
    std::vector<std::int64_t> order(map.values.size());
    std::iota(order.begin(), order.end(), 0);
    seededShuffle(order, seed);
    const auto value = [&map](std::int64_t patch) { return sortable(map.values[static_cast<std::size_t>(patch)]); };
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return value(a) > value(b); });
    return order;
}

// Bool [steps + 1, P]: row k lacks the first k / steps of the order.
torch::Tensor removals(const std::vector<std::int64_t>& order, int steps) {
    const auto patches = static_cast<std::int64_t>(order.size());
    torch::Tensor removed = torch::zeros({steps + 1, patches}, torch::kBool);
    for (int k = 0; k <= steps; ++k)
        for (std::int64_t i = 0; i < patches * k / steps; ++i) removed[k][order[static_cast<std::size_t>(i)]] = true;
    return removed;
}

std::vector<double> meanRanks(std::vector<float> values) {
    std::transform(values.begin(), values.end(), values.begin(), sortable);
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
        const double mean = static_cast<double>(begin + end - 1) / 2;
        for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = mean;
        begin = end;
    }
    return ranks;
}

}  // namespace

double curveArea(const std::vector<double>& points) {
    const double sum = std::accumulate(points.begin(), points.end(), 0.0);
    return (sum - points.front() / 2 - points.back() / 2) / static_cast<double>(points.size() - 1);
}

FloatArray randomMap(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
    FloatArray map{{rows, columns}, {}};
    SplitMix random(seed);
    for (std::int64_t i = 0; i < rows * columns; ++i)
        map.values.push_back(static_cast<float>(toUnit(static_cast<std::uint32_t>(random.next() >> 32))));
    return map;
}

Faithfulness faithfulness(LoadedModel& model, const Image& photo, const FloatArray& map, std::int64_t classNumber,
                          int steps, std::uint64_t seed) {
    const TokenGrid grid = tokenGrid(model.config());
    if (map.shape != std::vector<std::int64_t>{grid.rows, grid.columns})
        throw InvalidInput("The map is not one of this model's " + std::to_string(grid.rows) + " × " +
                           std::to_string(grid.columns) + " patches.");
    requireClass(classNumber, static_cast<std::int64_t>(model.classNames().size()));
    const torch::Tensor input = model.classifier().prepare(photo);
    const Removal removal = bestRemoval(model.config().head.type);
    std::vector<std::int64_t> order = mostRelevantFirst(map, seed);
    const torch::Tensor most = removals(order, steps);
    std::reverse(order.begin(), order.end());
    const torch::Tensor least = removals(order, steps).slice(0, 1, steps);  // the ends are those of `most`
    const torch::Tensor shares =
        torch::softmax(logitsWithout(model.classifier(), input, torch::cat({most, least}), removal), 1)
            .select(1, classNumber)
            .contiguous();
    const double* share = shares.const_data_ptr<double>();
    Faithfulness result;
    result.removal = removalText(removal);
    const double* reversed = share + steps + 1;
    result.mostFirst.assign(share, reversed);
    result.leastFirst.assign(reversed, reversed + steps - 1);
    result.leastFirst.insert(result.leastFirst.begin(), result.mostFirst.front());
    result.leastFirst.push_back(result.mostFirst.back());
    for (int k = 0; k <= steps; ++k) result.removed.push_back(static_cast<double>(k) / steps);
    result.gain = curveArea(result.leastFirst) - curveArea(result.mostFirst);
    return result;
}

std::vector<SanityStage> sanity(LoadedModel& model, const Image& photo, std::int64_t classNumber,
                                const RelevanceMethod& method, const LoadedModel::Progress& progress) {
    Classifier& trained = model.classifier();
    const std::int64_t layers = model.config().model.layers;
    std::int64_t done = 0;
    // Within a stage nothing is counted, but it can be cancelled.
    const auto goesOn = [&](std::int64_t, std::int64_t) { return !progress || progress(done, layers + 3); };
    const FloatArray original = relevance(model, photo, classNumber, method, goesOn).map;
    Config fresh = model.config();
    fresh.run.seed += 1;  // not the weights that training began with
    auto changed = std::make_shared<Classifier>(fresh, model.description(), trained.device());
    const std::vector<Weight> from = trained.network()->weights();
    const std::vector<Weight> to = changed->network()->weights();
    std::vector<torch::Tensor> drawn;
    {
        const torch::NoGradGuard noGrad;
        for (std::size_t i = 0; i < to.size(); ++i) {
            drawn.push_back(to[i].tensor.clone());
            to[i].tensor.copy_(from[i].tensor);
        }
    }
    LoadedModel randomised(changed, model.state());
    std::vector<SanityStage> stages;
    for (std::int64_t depth = layers + 1; depth >= 0; --depth) {
        ++done;
        if (!goesOn(0, 0)) throw Cancelled();
        {
            const torch::NoGradGuard noGrad;
            for (std::size_t i = 0; i < to.size(); ++i)
                if (to[i].row.depth == depth) to[i].tensor.copy_(drawn[i]);
        }
        const FloatArray map = relevance(randomised, photo, classNumber, method, goesOn).map;
        const std::string place = depth == 0 ? "embedding" : "block " + std::to_string(depth);
        stages.push_back({depth > layers ? "head" : place, rankCorrelation(original, map)});
    }
    return stages;
}

double rankCorrelation(const FloatArray& a, const FloatArray& b) {
    const std::vector<double> x = meanRanks(a.values), y = meanRanks(b.values);
    const double mean = static_cast<double>(x.size() - 1) / 2;
    double both = 0, own = 0, other = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        both += (x[i] - mean) * (y[i] - mean);
        own += (x[i] - mean) * (x[i] - mean);
        other += (y[i] - mean) * (y[i] - mean);
    }
    return own > 0 && other > 0 ? both / std::sqrt(own * other) : 0;
}

}  // namespace vit
