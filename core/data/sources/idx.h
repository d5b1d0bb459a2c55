// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets in the idx format of MNIST, plain or compressed with gzip (http://yann.lecun.com/exdb/mnist).
#pragma once

#include "core/data/dataset.h"
#include "core/data/sources/source_files.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

// The names of the four files (train-images…, train-labels…, t10k- or test-images…, …-labels…) in this folder; empty
// if it is no such data set. Throws InvalidInput if two files claim one part.
std::vector<std::string> idxFiles(const std::filesystem::path& folder);

// Images are [N, H, W] or [N, H, W, C] with C = 1 or 3, bytes. Without `classNames` the classes are called "0", "1", ….
// Throws Error naming the file for whatever does not fit.
LabelledImages readIdx(const std::string& name, const std::filesystem::path& folder,
                       std::vector<std::string> classNames = {}, const ExpectedCounts& expected = {},
                       const Progress& progress = {});

}  // namespace vit
