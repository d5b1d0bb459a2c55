// SPDX-License-Identifier: GPL-3.0-or-later
// Eight bytes at a time by eight tables (M. Kounavis, F. Berry: "Novel table lookup-based algorithms for
// high-performance CRC generation", 2008): checkpoints are large.
#include "core/io/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

namespace vit {

namespace {

static_assert(std::endian::native == std::endian::little, "eight bytes are taken as one number");

constexpr std::uint32_t kReversedPolynomial = 0x82f63b78u;
constexpr std::size_t kBlock = 8;

using Table = std::array<std::uint32_t, 256>;

// tables[k][b]: what byte b does to the sum when k more bytes follow it.
constexpr std::array<Table, kBlock> makeTables() {
    std::array<Table, kBlock> tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1u) != 0 ? kReversedPolynomial : 0u);
        tables[0][i] = value;
    }
    for (std::size_t k = 1; k < kBlock; ++k) {
        for (std::size_t i = 0; i < 256; ++i)
            tables[k][i] = tables[k - 1][i] >> 8 ^ tables[0][tables[k - 1][i] & 0xffu];
    }
    return tables;
}

constexpr auto kTables = makeTables();

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
    std::uint32_t sum = ~before;
    while (bytes.size() >= kBlock) {
        std::uint64_t block = 0;
        std::memcpy(&block, bytes.data(), kBlock);
        block ^= sum;
        sum = 0;
        for (std::size_t i = 0; i < kBlock; ++i) sum ^= kTables[kBlock - 1 - i][block >> 8 * i & 0xffu];
        bytes.remove_prefix(kBlock);
    }
    for (const char c : bytes) sum = sum >> 8 ^ kTables[0][(sum ^ static_cast<std::uint8_t>(c)) & 0xffu];
    return ~sum;
}

}  // namespace vit
