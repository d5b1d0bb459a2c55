// SPDX-License-Identifier: GPL-3.0-or-later
// The checksum of TFRecord files and of checkpoints: CRC-32 with Castagnoli's polynomial (RFC 3720, appendix B.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace vit {

// Of all bytes when they come in parts: `before` is the sum of those that came already.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace vit
