// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that take rounds from a common counter until there are none left.
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace vit {

namespace {

class Crew {
public:
    Crew(std::int64_t count, const std::function<void(std::int64_t)>& body, int threads)
        : m_count(count), m_body(body) {
        const std::int64_t wanted = threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
        m_working = static_cast<int>(std::min(wanted, count));
        for (int i = 0, n = m_working; i < n; ++i) m_threads.emplace_back([this] { work(); });
    }

    void join(const std::function<void(std::int64_t)>& watch) {
        using namespace std::chrono_literals;
        std::unique_lock lock(m_mutex);
        while (!m_finished.wait_for(lock, 50ms, [this] { return m_working == 0; })) {
            if (!watch || m_failure) continue;
            lock.unlock();
            try {
                watch(m_done);
                lock.lock();
            } catch (...) {
                lock.lock();
                fail(std::current_exception());
            }
        }
        if (m_failure) std::rethrow_exception(m_failure);
    }

private:
    void work() {
        for (std::int64_t i = m_next++; i < m_count; i = m_next++) {
            try {
                m_body(i);
                ++m_done;
            } catch (...) {
                const std::lock_guard lock(m_mutex);
                fail(std::current_exception());
            }
        }
        const std::lock_guard lock(m_mutex);
        if (--m_working == 0) m_finished.notify_all();
    }

    // With m_mutex held.
    void fail(std::exception_ptr failure) {
        if (!m_failure) m_failure = std::move(failure);
        m_next = m_count;
    }

    std::int64_t m_count;
    const std::function<void(std::int64_t)>& m_body;
    std::atomic<std::int64_t> m_next = 0;
    std::atomic<std::int64_t> m_done = 0;
    std::mutex m_mutex;
    std::condition_variable m_finished;
    int m_working = 0;
    std::exception_ptr m_failure;
    std::vector<std::jthread> m_threads;  // last: joined before the rest goes
};

}  // namespace

void parallelFor(std::int64_t count, const std::function<void(std::int64_t)>& body,
                 const std::function<void(std::int64_t)>& watch, int threads) {
    if (count <= 0) return;
    Crew(count, body, threads).join(watch);
}

}  // namespace vit
