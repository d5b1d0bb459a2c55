// SPDX-License-Identifier: GPL-3.0-or-later
// Small pictures and data sets for tests, made of formulas so that every pixel can be foretold.
#pragma once

#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "tests/support/memory_dataset.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vit::test {

// Red grows to the right, green downwards, blue is their sum; each pixel of a picture up to 256 a side differs.
inline Image gradientImage(int width, int height) {
    Image image;
    image.width = width;
    image.height = height;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.pixels.push_back(static_cast<std::uint8_t>(x));
            image.pixels.push_back(static_cast<std::uint8_t>(y));
            image.pixels.push_back(static_cast<std::uint8_t>(x + y));
        }
    }
    return image;
}

// Image i of a table has label i % classes and the value i (mod 256) in every pixel.
inline ImageTable countingTable(std::int64_t count, int classes, std::int64_t bytes) {
    ImageTable table;
    for (std::int64_t i = 0; i < count; ++i) {
        table.labels.push_back(static_cast<std::int32_t>(i % classes));
        table.pixels.insert(table.pixels.end(), static_cast<std::size_t>(bytes), static_cast<std::uint8_t>(i));
    }
    return table;
}

inline std::shared_ptr<const Dataset> countingDataset(std::int64_t train, std::int64_t test, int classes,
                                                      Dataset::Shape shape = {8, 8, 3}) {
    std::vector<std::string> names;
    for (int i = 0; i < classes; ++i) names.push_back("class-" + std::to_string(i));
    const std::int64_t bytes = std::int64_t{shape.width} * shape.height * shape.channels;
    return datasetInMemory("counting", shape, std::move(names), countingTable(train, classes, bytes),
                           countingTable(test, classes, bytes));
}

}  // namespace vit::test
