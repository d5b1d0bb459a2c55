// SPDX-License-Identifier: GPL-3.0-or-later
// Names alone; see cublas_v2.h.
#pragma once

using cusparseHandle_t = struct cusparseContext*;
enum cusparseStatus_t : int;
