// SPDX-License-Identifier: GPL-3.0-or-later
// CIFAR-10 and CIFAR-100 in their binary version (https://www.cs.toronto.edu/~kriz/cifar.html).
#pragma once

#include "core/data/dataset.h"
#include "core/data/sources/source_files.h"

#include <filesystem>
#include <string>
#include <vector>

namespace vit {

enum class CifarVersion { Cifar10, Cifar100 };

// The names of the files that make up the data set in this folder; empty if it is none.
std::vector<std::string> cifarFiles(const std::filesystem::path& folder, CifarVersion version);

// CIFAR-100's classes have superclasses, named by coarse_label_names.txt if that is there.
// Throws Error naming the file for records that are cut off, labels without a name and numbers other than `expected`.
LabelledImages readCifar(const std::string& name, const std::filesystem::path& folder, CifarVersion version,
                         const ExpectedCounts& expected = {}, const Progress& progress = {});

}  // namespace vit
