// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation as a folder of files that people and other programs read.
//
//   predictions.csv  a row for each image of the split: its true class, what it was taken for, how sure, the first five
//   per_class.csv    precision, recall, F1 and support of each class
//   confusion.csv    images by true class (rows) and predicted class (columns)
//   report.html      all of it on one page
//   summary.json     the figures (evaluation_summary.h); written last, so that where it is the others are
#pragma once

#include "core/evaluation/evaluation.h"
#include "core/export/run_export.h"

#include <filesystem>
#include <vector>

namespace vit {

// Makes the folder if need be. Throws InvalidInput if a file of this name is there, or one that would be written and is
// to be kept; Error if it cannot be made. To be called before what takes time.
void prepareEvaluationFolder(const std::filesystem::path& folder, Existing existing);

// Prepares the folder and gives what was written; each file is there whole or not at all. Throws Error if one cannot be
// written.
std::vector<std::filesystem::path> writeEvaluation(const Evaluation& evaluation, const std::filesystem::path& folder,
                                                   Existing existing);

}  // namespace vit
