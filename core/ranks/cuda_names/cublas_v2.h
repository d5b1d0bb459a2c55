// SPDX-License-Identifier: GPL-3.0-or-later
// libtorch's header of the NCCL group names handles of NVIDIA's libraries for linear algebra, and nothing here uses them:
// their names are enough to compile it, where their wheels are hundreds of megabytes. They stand in for the real headers
// where those are there too, so that all builds compile the same. Handles and error codes are pointers and enums of an int,
// with which nothing that is compiled here is called.
#pragma once

using cublasHandle_t = struct cublasContext*;
enum cublasStatus_t : int;
