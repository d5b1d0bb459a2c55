// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled images of one size, wherever they are: what a split table of a data set is made of.
#pragma once

#include "core/data/file_marks.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace vit {

struct ImageShape {
    int width = 0;
    int height = 0;
    int channels = 3;  // 1 or 3

    std::size_t bytes() const { return static_cast<std::size_t>(width) * height * channels; }
    bool operator==(const ImageShape&) const = default;
};

// All calls may come from several threads at once, and image i is the same bytes whenever it is read: what trains on
// them goes on bit by bit after an interruption. Images in memory are MemoryImages; others (photos decoded from a disk,
// a stream with an index) derive from this and need nothing else of the engine.
class ImageSource {
public:
    virtual ~ImageSource() = default;

    virtual const ImageShape& shape() const = 0;
    virtual std::int64_t count() const = 0;
    virtual std::int32_t label(std::int64_t index) const = 0;  // 0 … classes-1; must be cheap
    // Whether read() is a look-up or a copy. What has to be decoded first is read by several threads where many images are
    // wanted, and before they are.
    virtual bool isAtHand([[maybe_unused]] std::int64_t index) const { return true; }

    // What the images' files were like when this began to read from them.
    virtual FileMarks marks() const { return {}; }
    // Whether a read has found a file that is another by now: images are to be read from a new source.
    virtual bool isOutdated() const { return false; }

    // The bytes of an image, [height, width, channels], channel fastest: those that lie in memory anyway, or `into`, of
    // shape().bytes(), filled with them. Valid as long as the source and `into` are. Throws Error if they cannot be
    // read.
    virtual std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const = 0;

    // The same, always copied to `into`.
    void fill(std::int64_t index, std::span<std::uint8_t> into) const;
};

}  // namespace vit
