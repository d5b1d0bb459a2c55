// SPDX-License-Identifier: GPL-3.0-or-later
// libtorch's group over NCCL, or the refusal of a build without it.
#include "core/ranks/nccl_group.h"

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#if VIT_NCCL
#include <torch/csrc/cuda/nccl.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace vit {

#if VIT_NCCL

// An object of the group is made here and used inside libtorch: both must have seen the same NCCL's structs.
bool hasNccl() {
    constexpr std::uint64_t kSeen = (std::uint64_t{NCCL_MAJOR} << 32) | (std::uint64_t{NCCL_MINOR} << 16);
    return torch::cuda::nccl::version() >> 16 == kSeen >> 16;
}

c10::intrusive_ptr<c10d::Backend> makeNcclGroup(const c10::intrusive_ptr<c10d::Store>& store, int rank, int ranks,
                                                std::chrono::milliseconds patience) {
    const auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = patience;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, ranks, options);
}

#else

bool hasNccl() { return false; }

c10::intrusive_ptr<c10d::Backend> makeNcclGroup(const c10::intrusive_ptr<c10d::Store>&, int, int,
                                                std::chrono::milliseconds) {
    TORCH_CHECK(false, "This build has no NCCL.");
}

#endif

}  // namespace vit
