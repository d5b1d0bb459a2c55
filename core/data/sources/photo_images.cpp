// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding goes on beside each other; only the keeping waits for its turn.
#include "core/data/sources/photo_images.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/data/dataset.h"
#include "core/data/images/image.h"
#include "core/io/checksum.h"
#include "core/io/system_fault.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>

namespace vit {

std::int64_t photoMemory() {
    constexpr std::int64_t kShare = 4;
    std::ifstream file("/proc/meminfo");
    std::string name, unit;
    std::int64_t kilobytes = 0;
    while (file >> name >> kilobytes) {
        if (name == "MemAvailable:") return kilobytes * 1024 / kShare;
        std::getline(file, unit);
    }
    return std::int64_t{sysconf(_SC_AVPHYS_PAGES)} * sysconf(_SC_PAGESIZE) / kShare;
}

PhotoImages::PhotoImages(std::filesystem::path folder, std::vector<LabelledFile> files, const ImageShape& shape,
                         const DataConfig& how, std::int64_t kept)
    : m_folder(std::move(folder)),
      m_files(std::move(files)),
      m_shape(shape),
      m_how(how),
      m_kept(std::clamp<std::int64_t>(kept, 0, count())),
      m_pixels(std::make_unique_for_overwrite<std::uint8_t[]>(static_cast<std::size_t>(m_kept) * shape.bytes())),
      m_there(std::make_unique<std::atomic<bool>[]>(static_cast<std::size_t>(m_kept))) {
    noteMarks();
}

void PhotoImages::noteMarks() {
    m_fileMarks.resize(m_files.size());
    parallelFor(count(), [this](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        m_fileMarks[at] = markOf(m_folder / m_files[at].path);
    });
    std::string sizes;
    std::string times;
    m_marks.count = count();
    for (std::size_t i = 0; i < m_files.size(); ++i) {
        const std::string size = m_files[i].path.string() + '\0' + std::to_string(m_files[i].label) + ' ' +
                                 std::to_string(m_fileMarks[i].bytes);
        sizes += size + '\n';
        times += size + ' ' + std::to_string(m_fileMarks[i].changed) + '\n';
        if (m_fileMarks[i].changed <= m_marks.changed) continue;
        m_marks.changed = m_fileMarks[i].changed;
        m_marks.lastChanged = m_files[i].path.string();
    }
    const auto sum = [](const std::string& text) {
        return checksumOf(std::as_bytes(std::span(text)), ChecksumKind::Sha256).hex;
    };
    m_marks.sizes = sum(sizes);
    m_marks.times = sum(times);
}

bool PhotoImages::isAtHand(std::int64_t index) const {
    return index < m_kept && m_there[static_cast<std::size_t>(index)].load(std::memory_order_acquire);
}

std::span<const std::uint8_t> PhotoImages::read(std::int64_t index, std::span<std::uint8_t> into) const {
    if (index >= m_kept) {
        const Image image = decode(index);
        std::copy(image.pixels.begin(), image.pixels.end(), into.begin());
        return into.first(image.pixels.size());
    }
    const auto place = static_cast<std::size_t>(index);
    std::uint8_t* pixels = m_pixels.get() + place * m_shape.bytes();
    if (!isAtHand(index)) {
        const Image image = decode(index);
        const std::lock_guard lock(m_mutex);
        if (!isAtHand(index)) {  // another thread may have been faster
            std::copy(image.pixels.begin(), image.pixels.end(), pixels);
            m_there[place].store(true, std::memory_order_release);
            ++m_held;
        }
    }
    return {pixels, m_shape.bytes()};
}

Image PhotoImages::decode(std::int64_t index) const {
    ++m_decoded;
    const std::filesystem::path path = m_folder / m_files[static_cast<std::size_t>(index)].path;
    // Twice the size is enough to be as good as from the whole photo.
    const int least = static_cast<int>(std::ceil(2 * std::max(m_shape.width, m_shape.height) / m_how.photoShare));
    Image photo;
    try {
        photo = loadImage(path, least);
    } catch (const Error&) {
        requireUnchanged(index);
        throw;
    }
    requireUnchanged(index);
    return prepareForModel(photo, m_shape, m_how);
}

// After the decoding: a file that is replaced just before it has another mark by then.
void PhotoImages::requireUnchanged(std::int64_t index) const {
    const auto at = static_cast<std::size_t>(index);
    const std::filesystem::path path = m_folder / m_files[at].path;
    const FileMark now = markOf(path);
    if (now == m_fileMarks[at]) return;
    m_outdated = true;
    const std::string what = now.bytes < 0 ? " is gone (" + systemText(ENOENT) + ")."
                                           : " is not the one that it was when the data set was opened.";
    throw Error("The picture " + path.string() + what +
                " A run is to see the same pictures from beginning to end: put it back as it was and let the run go on from "
                "its last checkpoint, or train a new one with the pictures as they are now.");
}

}  // namespace vit
