// SPDX-License-Identifier: GPL-3.0-or-later
// Images that lie in memory, one after the other.
#pragma once

#include "core/data/image_source.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vit {

// Images of one table, [count, height, width, channels], channel fastest.
struct ImageTable {
    std::vector<std::uint8_t> pixels;
    std::vector<std::int32_t> labels;  // one an image, 0 … classes-1
};

class MemoryImages : public ImageSource {
public:
    // Throws Error unless there are as many pixels as shape and labels need.
    MemoryImages(const ImageShape& shape, ImageTable table);

    const ImageShape& shape() const override { return m_shape; }
    std::int64_t count() const override { return static_cast<std::int64_t>(m_table.labels.size()); }
    std::int32_t label(std::int64_t index) const override { return m_table.labels[static_cast<std::size_t>(index)]; }
    // Never copies: `into` stays as it is and may be empty.
    std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const override;

private:
    ImageShape m_shape;
    ImageTable m_table;
};

}  // namespace vit
