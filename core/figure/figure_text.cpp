// SPDX-License-Identifier: GPL-3.0-or-later
// Setting and measuring lines of text.
#include "core/figure/figure_text.h"

#include "core/base/utf8.h"

#include <algorithm>
#include <numbers>

namespace vit {

namespace {

// The first is installed with the program, so that figures look alike on all computers; letters that it lacks come from
// what else there is.
constexpr const char* kFonts = "DejaVu Sans, sans-serif";

guint16 channel16(std::uint8_t channel) { return static_cast<guint16>(channel * 257); }

void addAttribute(PangoAttrList* list, PangoAttribute* attribute, std::size_t begin, std::size_t end) {
    attribute->start_index = static_cast<guint>(begin);
    attribute->end_index = static_cast<guint>(end);
    pango_attr_list_insert(list, attribute);
}

}  // namespace

std::string printable(const std::string& text) {
    std::string result = escapedUtf8(text);
    std::ranges::replace_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return result;
}

void TextBlock::draw(cairo_t* cairo, double x, double y, Anchor anchor) const {
    if (!m_layout) return;
    const double before = anchor == Anchor::Left ? 0 : anchor == Anchor::Middle ? m_width / 2 : m_width;
    cairo_move_to(cairo, x - before, y);
    pango_cairo_show_layout(cairo, m_layout.get());
}

void TextBlock::drawUpwards(cairo_t* cairo, double x, double y) const {
    if (!m_layout) return;
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_rotate(cairo, -std::numbers::pi / 2);
    draw(cairo, 0, -m_height / 2, Anchor::Middle);
    cairo_restore(cairo);
}

TextSetter::TextSetter()
    : m_fonts(pango_cairo_font_map_new()), m_context(pango_font_map_create_context(m_fonts.get())) {
    const std::unique_ptr<cairo_font_options_t, Releaser<cairo_font_options_destroy>> options(
        cairo_font_options_create());
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(m_context.get(), options.get());
    pango_context_set_round_glyph_positions(m_context.get(), FALSE);
}

TextBlock TextSetter::set(const std::vector<TextRun>& runs, const TextShape& shape) const {
    std::string text;
    const std::unique_ptr<PangoAttrList, Releaser<pango_attr_list_unref>> attributes(pango_attr_list_new());
    for (const TextRun& run : runs) {
        const std::size_t begin = text.size();
        text += printable(run.text);
        const auto [red, green, blue] = run.colour;
        addAttribute(attributes.get(), pango_attr_foreground_new(channel16(red), channel16(green), channel16(blue)),
                     begin, text.size());
        if (run.bold) addAttribute(attributes.get(), pango_attr_weight_new(PANGO_WEIGHT_BOLD), begin, text.size());
    }
    TextBlock block;
    if (text.empty()) return block;
    block.m_layout.reset(pango_layout_new(m_context.get()));
    PangoLayout* layout = block.m_layout.get();
    const std::unique_ptr<PangoFontDescription, Releaser<pango_font_description_free>> font(
        pango_font_description_new());
    pango_font_description_set_family_static(font.get(), kFonts);
    pango_font_description_set_absolute_size(font.get(), shape.size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font.get());
    pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
    pango_layout_set_attributes(layout, attributes.get());
    if (shape.width >= 0) {
        pango_layout_set_width(layout, static_cast<int>(shape.width * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    }
    if (shape.lines > 0) {
        pango_layout_set_height(layout, -shape.lines);
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    PangoRectangle extents;
    pango_layout_get_extents(layout, nullptr, &extents);
    block.m_width = double(extents.width) / PANGO_SCALE;
    block.m_height = double(extents.height) / PANGO_SCALE;
    return block;
}

}  // namespace vit
