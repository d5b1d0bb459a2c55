// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of checks, one a file.
#pragma once

#include "core/check/check_bench.h"

#include <span>

namespace vit {

std::span<const Check> numberChecks();    // number_checks.cpp: forward pass, gradients, updates, bf16
std::span<const Check> partChecks();      // part_checks.cpp: every option of a model, the recipes
std::span<const Check> inputChecks();     // input_checks.cpp: batches and augmentations
std::span<const Check> dropoutChecks();   // dropout_checks.cpp
std::span<const Check> trainingChecks();  // training_checks.cpp: steps, and what may happen between them
std::span<const Check> runChecks();       // run_checks.cpp: whole runs, resumed, asked, ended
std::span<const Check> speedChecks();     // speed_checks.cpp

}  // namespace vit
