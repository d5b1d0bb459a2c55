// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them, the same in every locale.
#pragma once

#include <cstdint>
#include <string>

namespace vit {

// The shortest text that reads back as the same number: "0.001", "1e-06", "3".
std::string numberText(double value);

// With separators between thousands: "21,759,012".
std::string groupedText(std::int64_t value);

}  // namespace vit
