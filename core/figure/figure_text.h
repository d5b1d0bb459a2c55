// SPDX-License-Identifier: GPL-3.0-or-later
// Text of a figure, set by Pango: Cairo alone would look into one font, which has no 猫, and break no lines. Internal to
// core/figure, as it knows both libraries.
#pragma once

#include "core/figure/colour_map.h"

#include <memory>
#include <pango/pangocairo.h>
#include <string>
#include <vector>

namespace vit {

// Calls a library's function that gives something back.
template <auto Release>
struct Releaser {
    template <class T>
    void operator()(T* held) const {
        Release(held);
    }
};

inline constexpr Rgb kInk = {26, 26, 26};
inline constexpr Rgb kMutedInk = {96, 96, 96};

struct TextRun {
    std::string text;
    Rgb colour = kInk;
    bool bold = false;
};

struct TextShape {
    double size = 33;   // of the letters, in dots
    double width = -1;  // lines are broken there; -1: one line
    int lines = 0;      // at most, the last one ending in "…"; 0: as many as it takes
};

// Where a text stands to the point that it is drawn at: its left edge, middle or right edge; always its upper edge.
enum class Anchor { Left, Middle, Right };

// Measured in dots. Empty text has no height.
class TextBlock {
public:
    TextBlock() = default;

    double width() const { return m_width; }
    double height() const { return m_height; }
    void draw(cairo_t* cairo, double x, double y, Anchor anchor = Anchor::Left) const;
    // Read from below to above, its middle at (x, y).
    void drawUpwards(cairo_t* cairo, double x, double y) const;

private:
    friend class TextSetter;
    std::unique_ptr<PangoLayout, Releaser<g_object_unref>> m_layout;
    double m_width = 0;
    double m_height = 0;
};

// The same on every surface: without hinting, which would follow a surface's dots.
class TextSetter {
public:
    TextSetter();

    TextBlock set(const std::vector<TextRun>& runs, const TextShape& shape) const;
    TextBlock set(const std::string& text, const TextShape& shape) const {
        return set(std::vector{TextRun{text}}, shape);
    }

private:
    std::unique_ptr<PangoFontMap, Releaser<g_object_unref>> m_fonts;
    std::unique_ptr<PangoContext, Releaser<g_object_unref>> m_context;
};

// UTF-8 in which bytes of other encodings are written out and control characters are spaces.
std::string printable(const std::string& text);

}  // namespace vit
