// SPDX-License-Identifier: GPL-3.0-or-later
// A run's last evaluation on each split of its data and of others, kept in its folder: figures and confusions.
#pragma once

#include "core/evaluation/kept_evaluation.h"

#include <filesystem>
#include <vector>

namespace vit {

// Replaces those of the same split of the same data. Throws Error if they cannot be written.
void keepEvaluation(const std::filesystem::path& runFolder, const KeptEvaluation& evaluation);

// Those there are, of its own data first, and of these of the test images. Throws Error, which names the file, if one
// is damaged.
std::vector<KeptEvaluation> readEvaluations(const std::filesystem::path& runFolder);

}  // namespace vit
