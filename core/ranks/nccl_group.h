// SPDX-License-Identifier: GPL-3.0-or-later
// Ranks that talk from graphics card to graphics card.
#pragma once

#include <c10/util/intrusive_ptr.h>

#include <chrono>

namespace c10d {
class Backend;
class Store;
}  // namespace c10d

namespace vit {

// Whether this build has NCCL: one against the CUDA build of libtorch, with the headers of the NCCL that it has.
bool hasNccl();

// A group over NCCL. The ranks find each other by the store, with the first thing that they tell each other: each on a
// graphics card of its own, since NCCL refuses two on one. Throws what libtorch throws, c10::Error where this build has no
// NCCL.
c10::intrusive_ptr<c10d::Backend> makeNcclGroup(const c10::intrusive_ptr<c10d::Store>& store, int rank, int ranks,
                                                std::chrono::milliseconds patience);

}  // namespace vit
