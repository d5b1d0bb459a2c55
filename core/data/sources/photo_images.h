// SPDX-License-Identifier: GPL-3.0-or-later
// Photos that stay on the disk: each is decoded when it is read, and kept only where there is room for it.
#pragma once

#include "core/config/config.h"
#include "core/data/file_marks.h"
#include "core/data/image_source.h"
#include "core/data/sources/image_folder.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace vit {

// One table of a folder's pictures as they were when it was made, brought to `shape` as prepareForModel() does by `how`. The
// first `kept` of the table stay in memory once they have been decoded, all others are decoded anew each time. Nothing that was
// handed out is ever let go of, as read() promises; and which are kept depends on nothing but the table: an epoch in any order
// finds as many of them in memory as there is room for, where a cache of the last ones read would find next to none.
class PhotoImages : public ImageSource {
public:
    PhotoImages(std::filesystem::path folder, std::vector<LabelledFile> files, const ImageShape& shape,
                const DataConfig& how, std::int64_t kept);

    const ImageShape& shape() const override { return m_shape; }
    std::int64_t count() const override { return static_cast<std::int64_t>(m_files.size()); }
    std::int32_t label(std::int64_t index) const override { return m_files[static_cast<std::size_t>(index)].label; }
    bool isAtHand(std::int64_t index) const override;
    FileMarks marks() const override { return m_marks; }
    bool isOutdated() const override { return m_outdated; }
    // Throws Error, which names the file, if it is gone, damaged or another than when this was made: by its size and when it
    // was written, looked at after each decoding. Of a photo that is kept `into` stays as it is and may be empty.
    std::span<const std::uint8_t> read(std::int64_t index, std::span<std::uint8_t> into) const override;

    std::int64_t held() const { return m_held; }        // photos in memory
    std::int64_t decoded() const { return m_decoded; }  // how often one was decoded

private:
    Image decode(std::int64_t index) const;
    void noteMarks();
    void requireUnchanged(std::int64_t index) const;

    std::filesystem::path m_folder;
    std::vector<LabelledFile> m_files;
    std::vector<FileMark> m_fileMarks;  // one a file
    FileMarks m_marks;
    ImageShape m_shape;
    DataConfig m_how;
    std::int64_t m_kept;
    std::unique_ptr<std::uint8_t[]> m_pixels;  // of those that are kept; the system gives the memory when it is written to
    std::unique_ptr<std::atomic<bool>[]> m_there;  // one for each that is kept: its pixels may be read
    mutable std::mutex m_mutex;                    // who writes pixels
    mutable std::atomic<std::int64_t> m_held = 0;
    mutable std::atomic<std::int64_t> m_decoded = 0;
    mutable std::atomic<bool> m_outdated = false;
};

}  // namespace vit
