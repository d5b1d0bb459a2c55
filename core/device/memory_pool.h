// SPDX-License-Identifier: GPL-3.0-or-later
// Large blocks of memory that are wanted again at every step.
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace vit {

// Keeps what tensors have given back for those to come: from the heap, blocks of a hundred megabytes between
// short-lived small ones would leave gaps that nothing fits into. All is freed with the last user.
class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
public:
    // uint8 [rows, bytes], not initialised, on a cache line; its memory comes back here when the tensor is gone.
    torch::Tensor take(std::int64_t rows, std::size_t bytes);

private:
    struct Free {
        void operator()(std::byte* block) const;
    };
    struct Block {
        std::unique_ptr<std::byte, Free> memory;
        std::size_t size = 0;
    };

    std::mutex m_mutex;  // guards what follows
    std::vector<Block> m_free;

    Block obtain(std::size_t size);
    void giveBack(Block block);
};

}  // namespace vit
