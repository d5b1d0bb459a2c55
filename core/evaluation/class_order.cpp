// SPDX-License-Identifier: GPL-3.0-or-later
// Sorting, and joining into chains.
#include "core/evaluation/class_order.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace vit {

namespace {

ClassOrder asGiven(std::size_t count) {
    ClassOrder order(count);
    std::iota(order.begin(), order.end(), 0);
    return order;
}

int compare(const std::string& a, const std::string& b) { return strverscmp(a.c_str(), b.c_str()); }

struct Similarity {
    double strength = 0;  // mean of both shares
    std::int32_t first = 0, second = 0;
};

std::vector<Similarity> similarities(const ConfusionMatrix& confusion) {
    const auto classes = static_cast<std::size_t>(confusion.classes());
    std::vector<double> strengths(classes * classes);
    for (const ConfusedPair& pair : confusion.confusedPairs()) {
        const auto [first, second] = std::minmax(pair.truth, pair.predicted);
        strengths[static_cast<std::size_t>(first) * classes + static_cast<std::size_t>(second)] += pair.share / 2;
    }
    std::vector<Similarity> result;
    for (std::size_t i = 0; i < strengths.size(); ++i)
        if (strengths[i] > 0)
            result.push_back(
                {strengths[i], static_cast<std::int32_t>(i / classes), static_cast<std::int32_t>(i % classes)});
    std::stable_sort(result.begin(), result.end(),
                     [](const Similarity& a, const Similarity& b) { return a.strength > b.strength; });
    return result;
}

}  // namespace

ClassOrder orderByName(const std::vector<std::string>& names) {
    ClassOrder order = asGiven(names.size());
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        return compare(names[static_cast<std::size_t>(a)], names[static_cast<std::size_t>(b)]) < 0;
    });
    return order;
}

ClassOrder orderBySuperclass(const std::vector<std::string>& names, const std::vector<std::string>& superclasses) {
    ClassOrder order = orderByName(names);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        return compare(superclasses[static_cast<std::size_t>(a)], superclasses[static_cast<std::size_t>(b)]) < 0;
    });
    return order;
}

ClassOrder orderBySimilarity(const ConfusionMatrix& confusion) {
    const auto classes = static_cast<std::size_t>(confusion.classes());
    std::vector<ClassOrder> chains(classes);  // one that was joined to another is empty
    std::vector<std::size_t> chainOf(classes);
    for (std::size_t i = 0; i < classes; ++i) {
        chains[i] = {static_cast<std::int32_t>(i)};
        chainOf[i] = i;
    }
    for (const Similarity& pair : similarities(confusion)) {
        const std::size_t from = chainOf[static_cast<std::size_t>(pair.first)];
        const std::size_t to = chainOf[static_cast<std::size_t>(pair.second)];
        ClassOrder& left = chains[from];
        ClassOrder& right = chains[to];
        const auto isEnd = [](const ClassOrder& chain, std::int32_t index) {
            return chain.front() == index || chain.back() == index;
        };
        if (from == to || !isEnd(left, pair.first) || !isEnd(right, pair.second)) continue;
        if (left.back() != pair.first) std::reverse(left.begin(), left.end());
        if (right.front() != pair.second) std::reverse(right.begin(), right.end());
        for (const std::int32_t index : right) chainOf[static_cast<std::size_t>(index)] = from;
        left.insert(left.end(), right.begin(), right.end());
        right.clear();
    }
    std::stable_sort(chains.begin(), chains.end(),
                     [](const ClassOrder& a, const ClassOrder& b) { return a.size() > b.size(); });
    ClassOrder order;
    for (const ClassOrder& chain : chains) order.insert(order.end(), chain.begin(), chain.end());
    return order;
}

}  // namespace vit
