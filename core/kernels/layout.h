// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of one block of memory, each at the start of a cache line.
#pragma once

#include <cstddef>

namespace vit::kernels {

class Layout {
public:
    static constexpr std::size_t kAlignment = 64;

    // Room for `count` elements; its place is in bytes from the start.
    template <typename T>
    std::size_t add(std::size_t count) {
        const std::size_t place = m_bytes;
        m_bytes += (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
        return place;
    }
    std::size_t bytes() const { return m_bytes; }

private:
    std::size_t m_bytes = 0;
};

template <typename T>
T* at(std::byte* base, std::size_t place) {
    return reinterpret_cast<T*>(base + place);
}
template <typename T>
const T* at(const std::byte* base, std::size_t place) {
    return reinterpret_cast<const T*>(base + place);
}

}  // namespace vit::kernels
