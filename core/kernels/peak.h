// SPDX-License-Identifier: GPL-3.0-or-later
// What the CPU could do at most, measured.
#pragma once

#include "core/kernels/block.h"

namespace vit::kernels {

// Floating-point operations per second of this thread when it does nothing but multiply and add in registers: with fp32
// vectors, or with the instructions that bf16 products use. 0 where there are none. Takes some milliseconds.
double measurePeak(Arithmetic arithmetic);

}  // namespace vit::kernels
