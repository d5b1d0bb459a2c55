// SPDX-License-Identifier: GPL-3.0-or-later
// The order of a recording, whatever goes wrong in it.
#pragma once

#include <exception>
#include <functional>
#include <initializer_list>

namespace vit {

// Runs `work` between begin() and end(). If one of the three throws, each of `undo` is called, even where one before it
// throws too, and the first exception goes on.
inline void recordBetween(const std::function<void()>& begin, const std::function<void()>& work,
                          const std::function<void()>& end, std::initializer_list<std::function<void()>> undo) {
    try {
        begin();
        work();
        end();
    } catch (...) {
        for (const auto& step : undo) {
            try {
                step();
            } catch (const std::exception&) {  // as the first one says why, this one adds nothing
            }
        }
        throw;
    }
}

}  // namespace vit
