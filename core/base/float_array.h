// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers with a shape, for where no tensor may go.
#pragma once

#include <cstdint>
#include <vector>

namespace vit {

struct FloatArray {
    std::vector<std::int64_t> shape;  // empty for a scalar
    std::vector<float> values;        // row-major
};

}  // namespace vit
