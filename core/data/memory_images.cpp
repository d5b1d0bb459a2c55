// SPDX-License-Identifier: GPL-3.0-or-later
// Checks a table and cuts it into images.
#include "core/data/memory_images.h"

#include "core/base/error.h"

#include <string>
#include <utility>

namespace vit {

MemoryImages::MemoryImages(const ImageShape& shape, ImageTable table) : m_shape(shape), m_table(std::move(table)) {
    const std::size_t expected = m_table.labels.size() * shape.bytes();
    if (m_table.pixels.size() != expected)
        throw Error("A table of images of " + std::to_string(shape.width) + " × " + std::to_string(shape.height) +
                    " × " + std::to_string(shape.channels) + ": " + std::to_string(m_table.labels.size()) +
                    " labels need " + std::to_string(expected) + " bytes of pixels, but there are " +
                    std::to_string(m_table.pixels.size()) + ".");
}

std::span<const std::uint8_t> MemoryImages::read(std::int64_t index, std::span<std::uint8_t>) const {
    const std::size_t bytes = m_shape.bytes();
    return std::span(m_table.pixels).subspan(static_cast<std::size_t>(index) * bytes, bytes);
}

}  // namespace vit
