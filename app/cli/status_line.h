// SPDX-License-Identifier: GPL-3.0-or-later
// A line that is written over again and again on a terminal, above it lines that stay.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace vit::cli {

class StatusLine {
public:
    // `stream` is stdout or stderr. On what is no terminal, a status becomes a plain line, at most one each ten
    // seconds.
    explicit StatusLine(std::FILE* stream);
    ~StatusLine();
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    void status(const std::string& text);  // cut to the terminal's width; at most ten a second are drawn
    void line(const std::string& text);    // stays
    void clear();

    // What `used` characters leave of a line, for a bar: 4 to 24.
    int room(std::size_t used) const;

private:
    std::FILE* m_stream;
    bool m_terminal;
    bool m_drawn = false;
    std::chrono::steady_clock::time_point m_last;
};

// "[=====>    ]", or of blocks where the terminal takes Unicode.
std::string bar(double share, int width);

}  // namespace vit::cli
