// SPDX-License-Identifier: GPL-3.0-or-later
// Files without a date and without numbers that count what the program drew before, so that the same drawing gives the
// same bytes.
#include "core/figure/figure_canvas.h"

#include "core/base/error.h"
#include "core/base/markup.h"
#include "core/figure/figure_text.h"
#include "core/io/png_chunks.h"

#include <algorithm>
#include <array>
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <span>
#include <string_view>

namespace vit {

namespace {

using Bytes = std::vector<std::byte>;
using Surface = std::unique_ptr<cairo_surface_t, Releaser<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, Releaser<cairo_destroy>>;

void check(cairo_status_t status) {
    if (status == CAIRO_STATUS_SUCCESS) return;
    if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
    throw Error(std::string("The figure cannot be drawn: Cairo says \"") + cairo_status_to_string(status) +
                "\". Choose fewer or smaller pictures.");
}

// Called by Cairo, through which no exception may pass.
cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
    try {
        const std::span<const unsigned char> more(data, length);
        auto& all = *static_cast<Bytes*>(bytes);
        all.insert(all.end(), std::as_bytes(more).begin(), std::as_bytes(more).end());
        return CAIRO_STATUS_SUCCESS;
    } catch (const std::bad_alloc&) {
        return CAIRO_STATUS_NO_MEMORY;
    }
}

void drawOn(cairo_surface_t* surface, double scale, const std::function<void(cairo_t*)>& draw) {
    check(cairo_surface_status(surface));
    const Context context(cairo_create(surface));
    cairo_set_source_rgb(context.get(), 1, 1, 1);
    cairo_paint(context.get());
    cairo_scale(context.get(), scale, scale);
    draw(context.get());
    check(cairo_status(context.get()));
}

// What closes the file is written here, so that a fault of it can still be told.
void finish(cairo_surface_t* surface) {
    cairo_surface_finish(surface);
    check(cairo_surface_status(surface));
}

// Says how large a dot is, which Cairo leaves out and without which other programs print the picture at any size: a
// chunk pHYs (https://www.w3.org/TR/png-3/#11pHYs), which may stand right after the header.
Bytes withResolution(Bytes png) {
    constexpr std::size_t kHeaderEnd = 8 + 12 + 13;  // signature; length, name and checksum of a chunk; IHDR's content
    const std::string dots = pngNumber(static_cast<std::uint32_t>(std::lround(kDotsPerInch / 0.0254)));
    const std::string chunk = pngChunk("pHYs", dots + dots + '\x01');  // a metre
    const auto bytes = std::as_bytes(std::span(chunk));
    png.insert(png.begin() + kHeaderEnd, bytes.begin(), bytes.end());
    return png;
}

Bytes encodePngDrawing(const Canvas& canvas, const std::function<void(cairo_t*)>& draw) {
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, canvas.width, canvas.height));
    drawOn(surface.get(), 1, draw);
    Bytes bytes;
    check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
    return withResolution(std::move(bytes));
}

Bytes encodePdfDrawing(const Canvas& canvas, const std::function<void(cairo_t*)>& draw) {
    Bytes bytes;
    const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, canvas.width / kDotsPerPoint,
                                                              canvas.height / kDotsPerPoint));
    cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_4);  // what every printer reads
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, canvas.title.c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_SUBJECT, canvas.description.c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");  // else that of today
    drawOn(surface.get(), 1 / kDotsPerPoint, draw);
    finish(surface.get());
    return bytes;
}

// Cairo takes the names of what it refers to from a counter of the whole program: they are given anew, in their order.
std::string withOwnNames(std::string_view svg) {
    constexpr std::array<std::string_view, 3> kBeforeName = {" id=\"", " xlink:href=\"#", "url(#"};
    std::map<std::string, std::string, std::less<>> names;
    std::string result;
    std::size_t copied = 0;
    // All end with one of these, and what is long, the pixels, has neither.
    for (std::size_t i = svg.find_first_of("\"#"); i != std::string_view::npos; i = svg.find_first_of("\"#", i + 1)) {
        const std::string_view before = svg.substr(0, i + 1);
        if (std::ranges::none_of(kBeforeName, [&](std::string_view end) { return before.ends_with(end); })) continue;
        const std::string_view old = svg.substr(i + 1, svg.find_first_of("\")", i + 1) - i - 1);
        const auto name = names.try_emplace(std::string(old), "n" + std::to_string(names.size())).first;
        result.append(svg.substr(copied, i + 1 - copied)).append(name->second);
        copied = i + 1 + old.size();
    }
    return result.append(svg.substr(copied));
}

// Letters are drawn as outlines; the words stand in the file besides, for searching and for those who listen.
std::string withWords(std::string svg, const Canvas& canvas) {
    const std::size_t root = svg.find("<svg");
    const std::size_t end = svg.find('>', root);
    if (root == std::string::npos || end == std::string::npos) throw Error("Cairo wrote no SVG.");
    return svg.insert(end + 1, "\n<title>" + escaped(canvas.title) + "</title>\n<desc>" + escaped(canvas.description) +
                                   "</desc>");
}

Bytes encodeSvgDrawing(const Canvas& canvas, const std::function<void(cairo_t*)>& draw) {
    Bytes bytes;
    const Surface surface(cairo_svg_surface_create_for_stream(append, &bytes, canvas.width / kDotsPerPoint,
                                                              canvas.height / kDotsPerPoint));
    cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_PT);
    drawOn(surface.get(), 1 / kDotsPerPoint, draw);
    finish(surface.get());
    const std::string svg =
        withWords(withOwnNames({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), canvas);
    const auto encoded = std::as_bytes(std::span(svg));
    return {encoded.begin(), encoded.end()};
}

}  // namespace

void drawPicture(cairo_t* cairo, const Image& picture, double x, double y, double width, double height) {
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height));
    check(cairo_surface_status(surface.get()));
    unsigned char* rows = cairo_image_surface_get_data(surface.get());
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
    auto from = picture.pixels.begin();
    for (std::size_t row = 0; row < static_cast<std::size_t>(picture.height); ++row) {
        for (std::size_t column = 0; column < static_cast<std::size_t>(picture.width); ++column, from += 3) {
            const std::uint32_t pixel = from[0] << 16U | from[1] << 8U | from[2];
            std::memcpy(rows + row * stride + column * sizeof pixel, &pixel, sizeof pixel);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, width / picture.width, height / picture.height);
    cairo_set_source_surface(cairo, surface.get(), 0, 0);
    const bool asItIs = picture.width == width && picture.height == height;
    cairo_pattern_set_filter(cairo_get_source(cairo), asItIs ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_rectangle(cairo, 0, 0, picture.width, picture.height);
    cairo_fill(cairo);
    cairo_restore(cairo);
}

void setColour(cairo_t* cairo, const Rgb& colour) {
    cairo_set_source_rgb(cairo, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
}

void drawFrame(cairo_t* cairo, double x, double y, double width, double height) {
    constexpr double kLine = 2;
    setColour(cairo, {150, 150, 150});
    cairo_set_line_width(cairo, kLine);
    cairo_rectangle(cairo, x - kLine / 2, y - kLine / 2, width + kLine, height + kLine);
    cairo_stroke(cairo);
}

Bytes encodeDrawing(const Canvas& canvas, FigureFormat format, const std::function<void(cairo_t*)>& draw) {
    if (canvas.width > kMostDots || canvas.height > kMostDots) {
        const auto millimetres = [](int dots) { return std::to_string(std::lround(dots / kDotsPerInch * 25.4)); };
        throw Error("The figure would be " + millimetres(canvas.width) + " × " + millimetres(canvas.height) +
                    " mm, and no side can be more than " + millimetres(kMostDots) + " mm: choose fewer panels.");
    }
    try {
        switch (format) {
            case FigureFormat::Svg: return encodeSvgDrawing(canvas, draw);
            case FigureFormat::Pdf: return encodePdfDrawing(canvas, draw);
            case FigureFormat::Png: break;
        }
        return encodePngDrawing(canvas, draw);
    } catch (const std::bad_alloc&) {
        throw Error("There is not enough memory to draw the figure; close other programs or choose fewer panels.");
    }
}

}  // namespace vit
