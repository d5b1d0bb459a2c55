// SPDX-License-Identifier: GPL-3.0-or-later
// A line that is written over again and again on a terminal, above it lines that stay.
#include "app/cli/status_line.h"

#include "app/cli/text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace vit::cli {

namespace {

using namespace std::chrono_literals;

std::size_t terminalWidth(std::FILE* stream) {
    winsize size = {};
    return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The first `width` characters.
std::string cut(const std::string& utf8, std::size_t width) {
    std::size_t end = utf8.size();
    while (end > 0 && textWidth(utf8.substr(0, end)) > width) --end;
    return utf8.substr(0, end);
}

}  // namespace

StatusLine::StatusLine(std::FILE* stream)
    : m_stream(stream), m_terminal(isatty(fileno(stream)) == 1), m_last(std::chrono::steady_clock::now() - 1h) {}

StatusLine::~StatusLine() { clear(); }

void StatusLine::status(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (now - m_last < (m_terminal ? 100ms : 10s)) return;
    m_last = now;
    if (m_terminal) {
        std::fprintf(m_stream, "\r\x1b[K%s", cut(text, terminalWidth(m_stream) - 1).c_str());
        m_drawn = true;
    } else {
        std::fprintf(m_stream, "%s\n", text.c_str());
    }
    std::fflush(m_stream);
}

void StatusLine::line(const std::string& text) {
    clear();
    std::fprintf(m_stream, "%s\n", text.c_str());
    std::fflush(m_stream);
}

void StatusLine::clear() {
    if (!m_drawn) return;
    std::fprintf(m_stream, "\r\x1b[K");
    std::fflush(m_stream);
    m_drawn = false;
}

int StatusLine::room(std::size_t used) const {
    constexpr std::size_t kLeast = 4;
    constexpr std::size_t kMost = 24;
    const std::size_t width = terminalWidth(m_stream);
    const std::size_t brackets = 2;
    return static_cast<int>(std::clamp(width - std::min(width, used + brackets + 1), kLeast, kMost));
}

std::string bar(double share, int width) {
    const bool unicode = terminalTakesUnicode();
    const int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * width));
    std::string text = "[";
    for (int i = 0; i < width; ++i) text += i < full ? (unicode ? "█" : "=") : (unicode ? "░" : " ");
    return text + "]";
}

}  // namespace vit::cli
