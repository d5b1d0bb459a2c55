// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/wave_positions.h"

#include "core/config/parameter_plan.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace vit {

std::vector<float> wavePositions(const GridSize& grid, std::int64_t dim, std::int64_t others) {
    constexpr double kLongest = 10000;
    const std::int64_t bands = dim / 4;
    std::vector<float> values(static_cast<std::size_t>(others * dim), 0.0F);
    for (std::int64_t place = 0; place < grid.count(); ++place) {
        const std::int64_t row = place / grid.columns, column = place % grid.columns;
        for (const bool cosine : {false, true}) {
            for (const std::int64_t coordinate : {row, column}) {
                for (std::int64_t band = 0; band < bands; ++band) {
                    const double angle =
                        static_cast<double>(coordinate) *
                        std::pow(kLongest, -static_cast<double>(band) / static_cast<double>(bands));
                    values.push_back(static_cast<float>(cosine ? std::cos(angle) : std::sin(angle)));
                }
            }
        }
    }
    return values;
}

std::int64_t relativePlaces(const GridSize& grid) { return (2 * grid.rows - 1) * (2 * grid.columns - 1) + 3; }

std::vector<std::int64_t> relativePlacesOf(const GridSize& grid, std::int64_t others) {
    const std::int64_t columns = grid.columns, width = 2 * columns - 1;
    const std::int64_t all = relativePlaces(grid), tokens = others + grid.count();
    const auto place = [&](std::int64_t from, std::int64_t to) -> std::int64_t {
        const bool fromFirst = others > 0 && from == 0, toFirst = others > 0 && to == 0;
        if (fromFirst && toFirst) return all - 1;
        if ((fromFirst && to >= others) || (toFirst && from >= others)) return fromFirst ? all - 3 : all - 2;
        if (from < others || to < others) return -1;
        const std::int64_t a = from - others, b = to - others;
        return (a / columns - b / columns + grid.rows - 1) * width + a % columns - b % columns + columns - 1;
    };
    std::vector<std::int64_t> places;
    for (std::int64_t from = 0; from < tokens; ++from)
        for (std::int64_t to = 0; to < tokens; ++to) places.push_back(place(from, to));
    return places;
}

std::vector<float> rotaryAngles(const ModelConfig& model) {
    if (!turnsByPlace(model)) return {};
    constexpr double kCentredBase = 100, kCountedBase = 10000, kCountedSide = 16;
    const bool counted = model.positions == PositionType::LearnedRotary;
    const GridSize grid = model.grid();
    const std::int64_t bands = model.keyDim / 4;
    const auto reach = [&](std::int64_t place, std::int64_t places) {
        const double number = static_cast<double>(place), all = static_cast<double>(places);
        return counted ? number / all * kCountedSide : 2 * std::numbers::pi * ((number + 0.5) / all * 2 - 1);
    };
    std::vector<float> angles;
    for (std::int64_t place = 0; place < grid.count(); ++place) {
        const std::int64_t row = place / grid.columns, column = place % grid.columns;
        for (int half = 0; half < 2; ++half) {
            for (const auto& [coordinate, all] : {std::pair(row, grid.rows), std::pair(column, grid.columns)}) {
                for (std::int64_t band = 0; band < bands; ++band) {
                    const double frequency = std::pow(counted ? kCountedBase : kCentredBase,
                                                      -static_cast<double>(band) / static_cast<double>(bands));
                    angles.push_back(static_cast<float>(reach(coordinate, all) * frequency));
                }
            }
        }
    }
    return angles;
}

}  // namespace vit
