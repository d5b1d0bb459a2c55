// SPDX-License-Identifier: GPL-3.0-or-later
// How large a model's picture is, and how its patches lie: height before width, rows before columns, as tensors have them.
#pragma once

#include <cstdint>
#include <string>

namespace vit {

// In pixels. A number alone is the side of a square.
struct ImageSize {
    std::int64_t height = 0;
    std::int64_t width = 0;

    constexpr ImageSize() = default;
    constexpr ImageSize(std::int64_t side) : height(side), width(side) {}
    constexpr ImageSize(std::int64_t high, std::int64_t wide) : height(high), width(wide) {}

    constexpr bool isSquare() const { return height == width; }
    constexpr bool operator==(const ImageSize&) const = default;
};

// "224" of a square, else "224 × 384", height first.
inline std::string sizeText(const ImageSize& size) {
    const std::string height = std::to_string(size.height);
    return size.isSquare() ? height : height + " × " + std::to_string(size.width);
}

// Of patches, numbered row by row.
struct GridSize {
    std::int64_t rows = 0;
    std::int64_t columns = 0;

    constexpr std::int64_t count() const { return rows * columns; }
    constexpr bool operator==(const GridSize&) const = default;
};

// "14 × 24": rows, then columns.
inline std::string gridText(const GridSize& grid) {
    return std::to_string(grid.rows) + " × " + std::to_string(grid.columns);
}

}  // namespace vit
