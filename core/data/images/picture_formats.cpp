// SPDX-License-Identifier: GPL-3.0-or-later
// The table of formats, each with the endings of its files.
#include "core/data/images/picture_formats.h"

#include "core/data/images/image.h"
#include "core/data/images/picture_codec.h"

#include <algorithm>
#include <cctype>

namespace vit {

namespace {

struct Format {
    PictureFormat format;
    const char* name;
    std::vector<std::string> endings;
};

const std::vector<Format>& formats() {
    static const std::vector<Format> kFormats = {{PictureFormat::Jpeg, "JPEG", {".jpg", ".jpeg", ".jpe"}},
                                                 {PictureFormat::Png, "PNG", {".png"}},
                                                 {PictureFormat::WebP, "WebP", {".webp"}},
                                                 {PictureFormat::Bmp, "BMP", {".bmp", ".dib"}},
                                                 {PictureFormat::Tiff, "TIFF", {".tif", ".tiff"}},
                                                 {PictureFormat::Pnm, "PNM", {".ppm", ".pgm", ".pbm", ".pnm"}},
                                                 {PictureFormat::Jpeg2000, "JPEG 2000", {".jp2"}},
                                                 {PictureFormat::Gif, "GIF", {".gif"}},
                                                 {PictureFormat::Avif, "AVIF", {".avif"}},
                                                 {PictureFormat::Heic, "HEIC", {".heic", ".heif"}}};
    return kFormats;
}

const std::vector<const Format*>& openable() {
    static const std::vector<const Format*> found = [] {
        std::vector<const Format*> list;
        for (const Format& format : formats())
            if (pictureCodec().knows(format.endings.front())) list.push_back(&format);
        return list;
    }();
    return found;
}

}  // namespace

bool canOpen(PictureFormat format) {
    return std::any_of(openable().begin(), openable().end(),
                       [&](const Format* known) { return known->format == format; });
}

const std::vector<std::string>& imageExtensions() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> list;
        for (const Format* format : openable()) list.insert(list.end(), format->endings.begin(), format->endings.end());
        return list;
    }();
    return all;
}

std::string openableFormats() {
    std::string text;
    for (const Format* format : openable()) {
        if (!text.empty()) text += format == openable().back() ? " and " : ", ";
        text += format->name;
    }
    return text;
}

bool isUnopenableName(const std::string& fileName) {
    std::string name = fileName;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const Format& format : formats())
        for (const std::string& ending : format.endings)
            if (name.ends_with(ending)) return !canOpen(format.format);
    return false;
}

std::string formatName(PictureFormat format) {
    const auto found = std::find_if(formats().begin(), formats().end(),
                                    [&](const Format& known) { return known.format == format; });
    return found == formats().end() ? "unknown" : found->name;
}

}  // namespace vit
