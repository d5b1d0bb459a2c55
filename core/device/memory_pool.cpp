// SPDX-License-Identifier: GPL-3.0-or-later
// First fit among few blocks.
#include "core/device/memory_pool.h"

#include <algorithm>
#include <new>

namespace vit {

namespace {

constexpr std::align_val_t kCacheLine{64};

}  // namespace

void MemoryPool::Free::operator()(std::byte* block) const { ::operator delete(block, kCacheLine); }

torch::Tensor MemoryPool::take(std::int64_t rows, std::size_t bytes) {
    auto block = std::make_shared<Block>(obtain(static_cast<std::size_t>(rows) * bytes));
    return torch::from_blob(
        block->memory.get(), {rows, static_cast<std::int64_t>(bytes)},
        [pool = shared_from_this(), block](void*) { pool->giveBack(std::move(*block)); }, torch::kUInt8);
}

MemoryPool::Block MemoryPool::obtain(std::size_t size) {
    {
        const std::lock_guard lock(m_mutex);
        const auto fits = std::find_if(m_free.begin(), m_free.end(), [size](const Block& b) { return b.size >= size; });
        if (fits != m_free.end()) {
            Block block = std::move(*fits);
            m_free.erase(fits);
            return block;
        }
        // All are too small: of a time with smaller batches.
        m_free.clear();
    }
    return {std::unique_ptr<std::byte, Free>(static_cast<std::byte*>(::operator new(size, kCacheLine))), size};
}

void MemoryPool::giveBack(Block block) {
    const std::lock_guard lock(m_mutex);
    m_free.push_back(std::move(block));
}

}  // namespace vit
