// SPDX-License-Identifier: GPL-3.0-or-later
// The checksum of TFRecord files: CRC-32 with Castagnoli's polynomial (RFC 3720, appendix B.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace vit {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace vit
