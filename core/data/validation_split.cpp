// SPDX-License-Identifier: GPL-3.0-or-later
// Shares out by whole numbers, so that it is the same on every computer.
#include "core/data/validation_split.h"

#include "core/base/split_mix.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace vit {

namespace {

using Places = std::vector<std::int64_t>;

// How many of each class; `sizes` are its images.
std::vector<std::int64_t> shareOut(std::int64_t wanted, const std::vector<std::int64_t>& sizes) {
    const std::int64_t all = std::reduce(sizes.begin(), sizes.end());
    if (all == 0) return std::vector<std::int64_t>(sizes.size());
    std::vector<std::int64_t> given, order(sizes.size());
    for (const std::int64_t size : sizes) given.push_back(size * wanted / all);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::int64_t number) {
        const auto i = static_cast<std::size_t>(number);
        return std::tuple(given[i] + 1 >= sizes[i], -(sizes[i] * wanted % all), number);
    });
    const std::int64_t left = wanted - std::reduce(given.begin(), given.end());
    for (std::int64_t i = 0; i < left; ++i) ++given[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])];
    return given;
}

}  // namespace

TrainingParts stratifiedParts(const ImageSource& images, std::int64_t classes, std::int64_t validation,
                              std::uint64_t seed) {
    std::vector<Places> ofClass(static_cast<std::size_t>(classes));
    for (std::int64_t i = 0; i < images.count(); ++i) ofClass[static_cast<std::size_t>(images.label(i))].push_back(i);
    std::vector<std::int64_t> sizes;
    for (const Places& places : ofClass) sizes.push_back(static_cast<std::int64_t>(places.size()));
    const std::vector<std::int64_t> held = shareOut(validation, sizes);
    TrainingParts parts;
    SplitMix seeds(seed);
    for (std::size_t i = 0; i < ofClass.size(); ++i) {
        seededShuffle(ofClass[i], seeds.next());
        const auto border = ofClass[i].begin() + held[i];
        parts.validation.insert(parts.validation.end(), ofClass[i].begin(), border);
        parts.train.insert(parts.train.end(), border, ofClass[i].end());
    }
    std::ranges::sort(parts.train);
    std::ranges::sort(parts.validation);
    return parts;
}

}  // namespace vit
