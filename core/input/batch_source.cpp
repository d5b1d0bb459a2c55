// SPDX-License-Identifier: GPL-3.0-or-later
// One thread and a place for one batch.
#include "core/input/batch_source.h"

#include <ATen/Parallel.h>
#include <torch/utils.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <utility>

namespace vit {

BatchSource::BatchSource(std::int64_t count, Make make)
    : m_count(count), m_make(std::move(make)), m_thread([this] { work(); }) {}

BatchSource::~BatchSource() {
    {
        const std::lock_guard lock(m_mutex);
        m_quit = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

PreparedBatch BatchSource::next() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_ready || m_fault; });
    if (m_fault) std::rethrow_exception(m_fault);
    PreparedBatch batch = std::move(*m_ready);
    m_ready.reset();
    lock.unlock();
    m_changed.notify_all();
    return batch;
}

void BatchSource::work() {
    // This thread alone: a team of its own would take the cores from the step that runs meanwhile. libtorch sets the
    // number of threads when a thread first computes, its own code and what its headers put into ours each by itself.
    at::internal::lazy_init_num_threads();
    at::get_num_threads();
#ifdef _OPENMP
    omp_set_num_threads(1);
#endif
    const torch::NoGradGuard noGrad;
    for (std::int64_t number = 0; number < m_count; ++number) {
        std::optional<PreparedBatch> made;
        std::exception_ptr fault;
        try {
            made = m_make(number);
        } catch (...) {
            fault = std::current_exception();
        }
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return !m_ready || m_quit; });
        if (m_quit) return;
        m_ready = std::move(made);
        m_fault = fault;
        lock.unlock();
        m_changed.notify_all();
        if (fault) return;
    }
}

}  // namespace vit
