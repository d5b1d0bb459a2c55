// SPDX-License-Identifier: GPL-3.0-or-later
// A name alone; see cublas_v2.h.
#pragma once

using cusolverDnHandle_t = struct cusolverDnContext*;
