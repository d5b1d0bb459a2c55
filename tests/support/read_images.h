// SPDX-License-Identifier: GPL-3.0-or-later
// Images that lie nowhere in the form in which they are asked for, as those of files do.
#pragma once

#include "core/data/image_source.h"
#include "core/data/memory_images.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <utility>

namespace vit::test {

// Hands another source's images out as copies only, and counts them.
class ReadImages : public ImageSource {
public:
    ReadImages(const ImageShape& shape, ImageTable table) : m_stored(shape, std::move(table)) {}

    const ImageShape& shape() const override { return m_stored.shape(); }
    std::int64_t count() const override { return m_stored.count(); }
    std::int32_t label(std::int64_t index) const override { return m_stored.label(index); }
    bool isAtHand(std::int64_t) const override { return false; }
    std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const override {
        ++m_reads;
        const auto bytes = m_stored.read(index, {});
        std::copy(bytes.begin(), bytes.end(), into.begin());
        return into;
    }
    std::int64_t reads() const { return m_reads; }

private:
    MemoryImages m_stored;
    mutable std::atomic<std::int64_t> m_reads = 0;
};

}  // namespace vit::test
