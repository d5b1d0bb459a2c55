// SPDX-License-Identifier: GPL-3.0-or-later
// A byte at a time by a table: records are small.
#include "io/crc32c.h"

#include <array>

namespace vit {

namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82f63b78u;

constexpr std::array<std::uint32_t, 256> makeTable() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1u) != 0 ? kReversedPolynomial : 0u);
        table[i] = value;
    }
    return table;
}

constexpr auto kTable = makeTable();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    std::uint32_t sum = 0xffffffffu;
    for (const char c : bytes) sum = sum >> 8 ^ kTable[(sum ^ static_cast<std::uint8_t>(c)) & 0xffu];
    return ~sum;
}

}  // namespace vit
