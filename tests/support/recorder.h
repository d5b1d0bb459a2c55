// SPDX-License-Identifier: GPL-3.0-or-later
// Collects what a session says and lets a test wait for it.
#pragma once

#include "core/session/session.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace vit::test {

class Recorder {
public:
    // Called on the worker's thread after an event was noted.
    std::function<void(const Event&)> react;

    Session::Listener listener() {
        return [this](const Event& event) {
            {
                const std::lock_guard lock(m_mutex);
                m_events.push_back(event);
            }
            m_changed.notify_all();
            if (react) react(event);
        };
    }

    template <typename T>
    bool waitFor(int count = 1, int seconds = 60) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(seconds), [&] { return countOf<T>() >= count; });
    }

    template <typename T>
    std::vector<T> all() {
        const std::lock_guard lock(m_mutex);
        std::vector<T> found;
        for (const Event& event : m_events)
            if (const T* e = std::get_if<T>(&event)) found.push_back(*e);
        return found;
    }

    std::vector<Event> events() {
        const std::lock_guard lock(m_mutex);
        return m_events;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Event> m_events;

    template <typename T>
    int countOf() const {
        int count = 0;
        for (const Event& event : m_events) count += std::holds_alternative<T>(event);
        return count;
    }
};

}  // namespace vit::test
