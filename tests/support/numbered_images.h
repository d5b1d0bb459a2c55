// SPDX-License-Identifier: GPL-3.0-or-later
// A data set of tiny images that all differ.
#pragma once

#include "tests/support/memory_dataset.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vit {

// Images of side × side pixels in colour; three classes in turn.
inline std::shared_ptr<const Dataset> numberedImages(std::int64_t train, std::int64_t held, int side = 2) {
    const auto table = [side](std::int64_t count, int offset) {
        ImageTable images;
        for (std::int64_t i = 0; i < count; ++i) {
            images.labels.push_back(static_cast<std::int32_t>(i % 3));
            for (int p = 0; p < side * side * 3; ++p)
                images.pixels.push_back(static_cast<std::uint8_t>(i + p + offset));
        }
        return images;
    };
    return test::datasetInMemory("numbered", {side, side, 3}, {"a", "b", "c"}, table(train, 0), table(held, 100));
}

}  // namespace vit
