// SPDX-License-Identifier: GPL-3.0-or-later
// From a figure to its file.
#include "core/figure/figure.h"

#include "core/base/error.h"
#include "core/figure/figure_page.h"
#include "core/io/atomic_file.h"

#include <algorithm>
#include <cctype>
#include <span>

namespace vit {

namespace {

// In the order of FigureFormat.
const std::vector<std::string> kEndings = {".png", ".svg", ".pdf"};

FigureFormat formatOf(const std::filesystem::path& path) {
    std::string ending = path.extension().string();
    std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = std::ranges::find(kEndings, ending);
    if (found == kEndings.end()) {
        throw InvalidInput("The figure cannot be written as " + path.string() +
                           ": choose a name that ends in .png, .svg or .pdf.");
    }
    return static_cast<FigureFormat>(found - kEndings.begin());
}

}  // namespace

std::vector<std::byte> encodeFigure(const Figure& figure, FigureFormat format) {
    const FigurePage page(figure);
    return encodeDrawing(page.canvas(), format, [&](cairo_t* cairo) { page.draw(cairo); });
}

PageSize sizeOf(const Figure& figure) {
    const Canvas canvas = FigurePage(figure).canvas();
    return {canvas.width, canvas.height};
}

std::vector<std::byte> encodeFrame(const Figure& figure, const PageSize& page) {
    const FigurePage drawn(figure);
    Canvas canvas = drawn.canvas();
    canvas.width = std::max(canvas.width, page.width);
    canvas.height = std::max(canvas.height, page.height);
    return encodeDrawing(canvas, FigureFormat::Png, [&](cairo_t* cairo) { drawn.draw(cairo); });
}

void writeFigure(const Figure& figure, const std::filesystem::path& path) {
    const FigureFormat format = formatOf(path);  // a wrong name is told before anything is drawn
    const std::vector<std::byte> bytes = encodeFigure(figure, format);
    writeFileAtomically(path, std::span(bytes));
}

const std::vector<std::string>& figureEndings() { return kEndings; }

}  // namespace vit
