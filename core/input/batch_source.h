// SPDX-License-Identifier: GPL-3.0-or-later
// Batches made ready ahead of the step that wants them.
#pragma once

#include <torch/types.h>

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace vit {

struct PreparedBatch {
    torch::Tensor images;  // [B, C, S, S]
    torch::Tensor labels;  // [B]
    std::int64_t firstImage = 0;  // its place in the batch of all ranks
    std::int64_t ofAllRanks = 0;  // images of that batch; 0 = these are all

    std::int64_t count() const { return labels.size(0); }
    std::int64_t countOfAll() const { return ofAllRanks > 0 ? ofAllRanks : count(); }
};

// Makes the batches 0, 1, 2, … one after the other on a thread of its own, one ahead of the one asked for. What a batch
// holds must depend on its number alone: then it is the same as made at the last moment.
class BatchSource {
public:
    using Make = std::function<PreparedBatch(std::int64_t number)>;

    BatchSource(std::int64_t count, Make make);
    ~BatchSource();
    BatchSource(const BatchSource&) = delete;
    BatchSource& operator=(const BatchSource&) = delete;

    // The next one; at most `count` times. Throws what its making has thrown.
    PreparedBatch next();

private:
    std::int64_t m_count;
    Make m_make;
    std::mutex m_mutex;  // guards what follows
    std::condition_variable m_changed;
    std::optional<PreparedBatch> m_ready;
    std::exception_ptr m_fault;
    bool m_quit = false;
    std::thread m_thread;  // last: starts when all else is there

    void work();
};

}  // namespace vit
