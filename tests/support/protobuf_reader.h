// SPDX-License-Identifier: GPL-3.0-or-later
// Takes protobuf messages apart by the wire format alone, without what the program writes them with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vit::test {

// The little-endian number that begins there.
template <typename T>
T numberAt(std::string_view bytes, std::size_t at) {
    if (at + sizeof(T) > bytes.size()) throw std::runtime_error("torn");
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

// One field of a message: its number, and what it holds, a number or bytes.
struct Entry {
    int field = 0;
    std::uint64_t number = 0;  // of fixed types, the bits
    std::string bytes;
};

// A message taken apart into its fields.
class Wire {
public:
    // Throws std::runtime_error if the message is torn or has a field of an unknown type.
    explicit Wire(std::string_view text) {
        std::size_t at = 0;
        const auto varint = [&] {
            std::uint64_t value = 0;
            for (int shift = 0;; shift += 7) {
                const auto byte = numberAt<std::uint8_t>(text, at++);
                value |= std::uint64_t{byte & 0x7fu} << shift;
                if (byte < 0x80) return value;
            }
        };
        while (at < text.size()) {
            const std::uint64_t key = varint();
            Entry entry{static_cast<int>(key >> 3), 0, {}};
            switch (key & 7) {
                case 0:
                    entry.number = varint();
                    break;
                case 1:
                    entry.number = numberAt<std::uint64_t>(text, at), at += 8;
                    break;
                case 5:
                    entry.number = numberAt<std::uint32_t>(text, at), at += 4;
                    break;
                case 2: {
                    const std::uint64_t size = varint();
                    if (at + size > text.size()) throw std::runtime_error("torn");
                    entry.bytes = text.substr(at, size);
                    at += size;
                    break;
                }
                default:
                    throw std::runtime_error("an unknown wire type");
            }
            m_entries.push_back(std::move(entry));
        }
    }

    std::vector<Entry> all(int field) const {
        std::vector<Entry> found;
        for (const Entry& entry : m_entries)
            if (entry.field == field) found.push_back(entry);
        return found;
    }
    // The first one; empty if there is none.
    Entry one(int field) const {
        const auto found = all(field);
        return found.empty() ? Entry{} : found.front();
    }

private:
    std::vector<Entry> m_entries;
};

}  // namespace vit::test
