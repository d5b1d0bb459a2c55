// SPDX-License-Identifier: GPL-3.0-or-later
// Products of some rows with all, and the largest of each.
#include "core/finetune/k_nearest.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>

namespace vit {

namespace {

constexpr std::int64_t kRowsAtOnce = 256;
constexpr std::int64_t kNobody = -1;

torch::Tensor unitRows(const LabelledRows& rows) {
    const torch::Tensor values = torch::from_blob(const_cast<float*>(rows.values.data()), {rows.count(), rows.width});
    return values / values.norm(2, {1}, true).clamp_min(1e-30);
}

// The labels of the `most` nearest, nearest first; `self` is not among them.
std::vector<std::int32_t> nearestLabels(const float* similarity, std::span<const std::int32_t> labels,
                                        std::int64_t most, std::int64_t self) {
    std::vector<std::int64_t> order(labels.size());
    std::iota(order.begin(), order.end(), 0);
    if (self != kNobody) order.erase(order.begin() + self);
    std::partial_sort(order.begin(), order.begin() + most, order.end(), [&](std::int64_t a, std::int64_t b) {
        return similarity[a] != similarity[b] ? similarity[a] > similarity[b] : a < b;
    });
    std::vector<std::int32_t> nearest;
    for (std::int64_t i = 0; i < most; ++i)
        nearest.push_back(labels[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
    return nearest;
}

// visit(photo, labels of its nearest), from many threads.
template <typename Visit>
void forEachPhoto(const LabelledRows& train, const LabelledRows& asked, std::int64_t most, bool itself,
                  const Progress& progress, const Visit& visit) {
    const torch::NoGradGuard noGrad;
    const torch::Tensor all = unitRows(train).t();
    const torch::Tensor rows = unitRows(asked);
    for (std::int64_t first = 0; first < asked.count(); first += kRowsAtOnce) {
        report(progress, "Comparing photos", first, asked.count());
        const std::int64_t count = std::min(kRowsAtOnce, asked.count() - first);
        const torch::Tensor products = rows.narrow(0, first, count).matmul(all).contiguous();  // [count, train]
        const float* similarity = products.const_data_ptr<float>();
        parallelFor(count, [&](std::int64_t i) {
            visit(first + i, nearestLabels(similarity + i * train.count(), train.labels, most,
                                           itself ? first + i : kNobody));
        });
    }
}

// The lowest class of those with most votes.
std::int32_t mostVoted(std::span<const std::int32_t> votes) {
    return static_cast<std::int32_t>(std::ranges::max_element(votes) - votes.begin());
}

}  // namespace

NearestVotes nearestVotes(const LabelledRows& train, std::int64_t classes, const LabelledRows& asked, std::int64_t k) {
    NearestVotes result{classes, std::vector<std::int32_t>(static_cast<std::size_t>(asked.count() * classes)),
                        std::vector<std::int32_t>(static_cast<std::size_t>(asked.count()))};
    forEachPhoto(train, asked, k, false, {}, [&](std::int64_t photo, const std::vector<std::int32_t>& nearest) {
        const auto votes = std::span(result.votes)
                               .subspan(static_cast<std::size_t>(photo * classes), static_cast<std::size_t>(classes));
        for (const std::int32_t label : nearest) ++votes[static_cast<std::size_t>(label)];
        result.predicted[static_cast<std::size_t>(photo)] = mostVoted(votes);
    });
    return result;
}

ChosenK chooseK(const LabelledRows& train, std::int64_t classes, const Progress& progress) {
    if (train.count() < 2) throw InvalidInput("Neighbours need two training photos at least: add some.");
    std::vector<std::int64_t> ks;
    for (const std::int64_t k : {1, 3, 5, 9, 15})
        if (k < train.count()) ks.push_back(k);
    std::vector<std::vector<char>> right(ks.size(), std::vector<char>(static_cast<std::size_t>(train.count())));
    forEachPhoto(train, train, ks.back(), true, progress, [&](std::int64_t photo, const auto& nearest) {
        std::vector<std::int32_t> votes(static_cast<std::size_t>(classes));
        std::int64_t counted = 0;
        for (std::size_t i = 0; i < ks.size(); ++i) {
            for (; counted < ks[i]; ++counted)
                ++votes[static_cast<std::size_t>(nearest[static_cast<std::size_t>(counted)])];
            right[i][static_cast<std::size_t>(photo)] =
                mostVoted(votes) == train.labels[static_cast<std::size_t>(photo)];
        }
    });
    ChosenK chosen;
    chosen.leaveOneOut = -1;
    for (std::size_t i = 0; i < ks.size(); ++i) {
        const double accuracy = static_cast<double>(std::ranges::count(right[i], 1)) / static_cast<double>(train.count());
        chosen.tried.emplace_back(ks[i], accuracy);
        if (accuracy <= chosen.leaveOneOut) continue;
        chosen.k = ks[i];
        chosen.leaveOneOut = accuracy;
    }
    return chosen;
}

}  // namespace vit
