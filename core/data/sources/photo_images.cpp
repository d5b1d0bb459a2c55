// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding goes on beside each other; only the keeping waits for its turn.
#include "core/data/sources/photo_images.h"

#include "core/data/dataset.h"
#include "core/data/images/image.h"

#include <algorithm>
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
      m_there(std::make_unique<std::atomic<bool>[]>(static_cast<std::size_t>(m_kept))) {}

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
    return prepareForModel(loadImage(path, least), m_shape, m_how);
}

}  // namespace vit
