// SPDX-License-Identifier: GPL-3.0-or-later
// Names pictures by what they show, so that a run that goes on finds those that it had.
#include "core/runs/run_probe.h"

#include "core/base/error.h"
#include "core/data/images/encoded_image.h"
#include "core/io/atomic_file.h"
#include "core/runs/run_files.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr int kMostSide = 256;  // pixels: enough to be recognised, and some 100 kB

// The last chunk of every PNG: no bytes, its name and its checksum.
constexpr std::string_view kPngEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);

Image smallCopy(const Image& picture) {
    const Image colour = convertChannels(picture, 3);
    const int longest = std::max(colour.width, colour.height);
    if (longest <= kMostSide) return colour;
    const auto reduced = [&](int side) {
        return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * kMostSide / longest)));
    };
    return resizeArea(colour, reduced(colour.width), reduced(colour.height));
}

bool holds(const fs::path& path, const Image& picture) {
    try {
        return loadImage(path) == picture;
    } catch (const Error&) {
        return false;  // damaged: the picture gets a file of its own
    }
}

std::string fileName(int count) { return count == 1 ? "probe.png" : "probe-" + std::to_string(count) + ".png"; }

}  // namespace

std::string ProbePictures::nameOf(const std::shared_ptr<const Image>& picture) {
    if (picture == m_picture) return m_name;
    Image small = smallCopy(*picture);
    int count = 1;
    while (run_files::isThere(m_folder / fileName(count)) && !holds(m_folder / fileName(count), small)) ++count;
    m_picture = picture;
    m_small = std::move(small);
    m_name = fileName(count);
    m_kept = run_files::isThere(m_folder / m_name);
    return m_name;
}

void ProbePictures::keep() {
    if (m_kept) return;
    const std::vector<std::uint8_t> png = encodePng(m_small);
    writeFileAtomically(m_folder / m_name, std::as_bytes(std::span(png)));
    m_kept = true;
}

std::optional<ProbePicture> readProbePicture(const fs::path& folder, const std::string& name) {
    // The name is read from a file that may come from anywhere: it does not lead out of the folder.
    if (name.empty() || fs::path(name).filename() != name || !run_files::isThere(folder / name)) return std::nullopt;
    std::string png = readTextFile(folder / name);
    const EncodedImage about = inspectEncoded(std::span(reinterpret_cast<const std::uint8_t*>(png.data()), png.size()));
    if (about.format != PictureFormat::Png || about.width == 0 || !png.ends_with(kPngEnd)) return std::nullopt;
    return ProbePicture{std::move(png), about.width, about.height};
}

std::vector<ProbeSeries> probeSeries(const std::vector<ProbePredicted>& probes) {
    std::vector<ProbeSeries> all;
    for (const ProbePredicted& probe : probes) {
        auto series = std::find_if(all.begin(), all.end(),
                                   [&](const ProbeSeries& known) { return known.image == probe.image; });
        if (series == all.end()) series = all.insert(series, {probe.image, {}});
        series->predictions.push_back(probe.prediction);
    }
    return all;
}

}  // namespace vit
