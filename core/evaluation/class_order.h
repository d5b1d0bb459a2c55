// SPDX-License-Identifier: GPL-3.0-or-later
// In which order the classes of a confusion matrix stand, so that what belongs together lies together.
#pragma once

#include "core/evaluation/confusion_matrix.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

// Each is the classes' indices, all of them, from the first row of the matrix to the last.
using ClassOrder = std::vector<std::int32_t>;

// By name, numbers in them by their value ("2" before "10"), whatever the locale.
ClassOrder orderByName(const std::vector<std::string>& names);

// By superclass, then by name. `superclasses` is as long as `names`.
ClassOrder orderBySuperclass(const std::vector<std::string>& names, const std::vector<std::string>& superclasses);

// Classes that are confused with each other stand side by side: pairs are joined into chains, those with the highest
// mean of both shares first, as long as both are ends of different chains. Longer chains come first; classes that are
// never confused last, by index.
ClassOrder orderBySimilarity(const ConfusionMatrix& confusion);

}  // namespace vit
