// SPDX-License-Identifier: GPL-3.0-or-later
// Colours from left to right, ticks at round numbers.
#include "core/figure/scale_bar.h"

#include "core/figure/figure_canvas.h"
#include "core/figure/scale_ticks.h"

#include <algorithm>
#include <cmath>

namespace vit {

namespace {

constexpr double kBar = points(5);
constexpr double kTick = points(2);
constexpr double kNumberRoom = points(40);  // about one number on so much of the bar

double numberSize(double width) { return width >= points(80) ? points(7) : points(5.5); }

}  // namespace

ScaleBar::ScaleBar(const TextSetter& setter, const ColourScale& scale, const std::string& label, double width)
    : m_scale(scale), m_width(width) {
    const double size = numberSize(width);
    double free = -size;  // where the next number may begin
    for (const ScaleTick& tick : scaleTicks(scale, std::max(1, static_cast<int>(width / kNumberRoom)))) {
        Number number{.text = setter.set(tick.text, {.size = size}), .place = tick.share * width};
        // Those at the ends stay within the bar, so that bars side by side keep apart.
        const double room = std::max(0.0, width - number.text.width());
        number.left = std::clamp(number.place - number.text.width() / 2, 0.0, room);
        if (number.left < free) continue;
        free = number.left + number.text.width() + size / 2;
        m_numbers.push_back(std::move(number));
    }
    m_label = setter.set(label, {.size = size, .width = width, .lines = 2});
}

double ScaleBar::height() const {
    if (m_numbers.empty()) return m_label.height();
    return kBar + kTick + m_numbers.front().text.height() + m_label.height();
}

void ScaleBar::draw(cairo_t* cairo, double x, double y) const {
    if (!m_numbers.empty()) {
        Image colours{.width = static_cast<int>(m_width), .height = static_cast<int>(kBar), .channels = 3};
        for (int row = 0; row < colours.height; ++row) {
            for (int column = 0; column < colours.width; ++column) {
                const double share = colours.width > 1 ? double(column) / (colours.width - 1) : 0.5;
                const Rgb colour = colourAt(m_scale.map, m_scale.range.low < m_scale.range.high ? share : 0.5);
                colours.pixels.insert(colours.pixels.end(), colour.begin(), colour.end());
            }
        }
        drawPicture(cairo, colours, x, y, colours.width, colours.height);
        drawFrame(cairo, x, y, colours.width, colours.height);
        y += colours.height;
        for (const Number& number : m_numbers) {
            setColour(cairo, kInk);
            cairo_set_line_width(cairo, 2);
            cairo_move_to(cairo, x + number.place, y);
            cairo_line_to(cairo, x + number.place, y + kTick);
            cairo_stroke(cairo);
            number.text.draw(cairo, x + number.left, y + kTick);
        }
        y += kTick + m_numbers.front().text.height();
    }
    m_label.draw(cairo, x + m_width / 2, y, Anchor::Middle);
}

}  // namespace vit
