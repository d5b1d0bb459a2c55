// SPDX-License-Identifier: GPL-3.0-or-later
// NumPy's format for one array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#pragma once

#include "core/base/float_array.h"

#include <filesystem>

namespace vit {

// Version 1.0, '<f4', C order; numpy.load() gives an array of the same shape, () for a scalar. Atomic (atomic_file.h).
// Throws Error with the path and the cause, also when the number of values does not fit the shape.
void writeNpy(const std::filesystem::path& path, const FloatArray& array);

}  // namespace vit
