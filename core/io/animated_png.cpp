// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the frames' own compressed pixels as they are.
#include "core/io/animated_png.h"

#include "core/base/error.h"
#include "core/io/png_chunks.h"

#include <algorithm>
#include <cstdint>

namespace vit {

namespace {

constexpr int kLastFactor = 3;
constexpr std::size_t kNumberBytes = 4;  // bytes

std::string_view headerOf(const std::vector<PngChunk>& chunks) {
    if (chunks.empty() || chunks.front().name != "IHDR" || chunks.front().content.size() < 2 * kNumberBytes)
        throw Error("The PNG begins with no header.");
    return chunks.front().content;
}

// "fcTL": the whole page is drawn anew.
std::string frameControl(std::uint32_t sequence, std::string_view header, int milliseconds) {
    constexpr int kThousandths = 1000;
    const auto two = [](int number) { return pngNumber(static_cast<std::uint32_t>(number)).substr(2); };
    const std::string place = pngNumber(0) + pngNumber(0);
    const std::string disposal(2, '\0');  // leave it, and replace what was there
    return pngChunk("fcTL", pngNumber(sequence) + std::string(header.substr(0, 2 * kNumberBytes)) + place +
                                two(milliseconds) + two(kThousandths) + disposal);
}

}  // namespace

std::string animatedPng(std::span<const std::string> frames, int milliseconds) {
    constexpr int kMostMilliseconds = 65'535;
    std::string file(kPngSignature);
    std::string header;
    std::uint32_t sequence = 0;  // of frames' controls and data together
    for (const std::string& frame : frames) {
        const std::vector<PngChunk> chunks = pngChunks(frame);
        const bool first = &frame == &frames.front();
        const bool last = &frame == &frames.back();
        if (first) {
            header = headerOf(chunks);
            file += pngChunk("IHDR", header);
            file += pngChunk("acTL", pngNumber(static_cast<std::uint32_t>(frames.size())) + pngNumber(0));
        }
        if (headerOf(chunks) != header) throw Error("The pictures of an animation are not of one size and kind.");
        file += frameControl(sequence++, header,
                             std::clamp(milliseconds * (last ? kLastFactor : 1), 1, kMostMilliseconds));
        for (const PngChunk& chunk : chunks) {
            if (chunk.name != "IDAT") continue;
            file += first ? pngChunk("IDAT", chunk.content)
                          : pngChunk("fdAT", pngNumber(sequence++) + std::string(chunk.content));
        }
    }
    if (frames.empty()) throw Error("An animation has at least one picture.");
    return file + pngChunk("IEND", {});
}

}  // namespace vit
