// SPDX-License-Identifier: GPL-3.0-or-later
// Names pictures by what they show, so that a run that goes on finds those that it had.
#include "core/runs/run_probe.h"

#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/data/data_description.h"
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

constexpr std::size_t kMostNamed = 16;  // more than are pinned at a time

// The last chunk of every PNG: no bytes, its name and its checksum.
constexpr std::string_view kPngEnd("\0\0\0\0IEND\xae\x42\x60\x82", 12);

struct Size {
    int width = 0;
    int height = 0;

    bool operator==(const Size&) const = default;
};

Size smallSize(const Size& size) {
    const int longest = std::max(size.width, size.height);
    if (longest <= kMostSide) return size;
    const auto reduced = [&](int side) {
        return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * kMostSide / longest)));
    };
    return {reduced(size.width), reduced(size.height)};
}

Image smallCopy(const Image& picture) {
    const Image colour = convertChannels(picture, 3);
    const Size size = {colour.width, colour.height};
    const Size small = smallSize(size);
    return small == size ? colour : resizeArea(colour, small.width, small.height);
}

// Of the run's training images; none if it is not known.
Size nativeSize(const fs::path& folder) {
    const fs::path environment = folder / run_files::kEnvironment;
    if (!run_files::isThere(environment)) return {};
    const Dataset::Shape shape = dataDescriptionFromJson(readTextFile(environment)).nativeShape;
    return {static_cast<int>(shape.width), static_cast<int>(shape.height)};
}

// In which shape the run's model takes the centre of a photo; a square if its configuration cannot be read.
ImageSize frameOf(const fs::path& folder) {
    if (!run_files::isThere(folder / run_files::kConfig)) return 1;
    try {
        return fromJson(readTextFile(folder / run_files::kConfig)).model.inputSize();
    } catch (const Error&) {
        return 1;
    }
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

bool ProbePictures::isTaken(const std::string& name, const Image& small) const {
    const auto waits = std::find_if(m_named.begin(), m_named.end(),
                                    [&](const Named& named) { return named.small && named.name == name; });
    if (waits != m_named.end()) return !(*waits->small == small);
    return run_files::isThere(m_folder / name) && !holds(m_folder / name, small);
}

std::string ProbePictures::nameOf(const std::shared_ptr<const Image>& picture) {
    const auto known = std::find_if(m_named.begin(), m_named.end(),
                                    [&](const Named& named) { return named.picture == picture; });
    if (known != m_named.end()) return known->name;
    if (m_named.size() >= kMostNamed) {
        const auto kept = std::find_if(m_named.begin(), m_named.end(), [](const Named& named) { return !named.small; });
        if (kept != m_named.end()) m_named.erase(kept);
    }
    Image small = smallCopy(*picture);
    int count = 1;
    while (isTaken(fileName(count), small)) ++count;
    Named& named = m_named.emplace_back(Named{picture, fileName(count), std::nullopt});
    if (!run_files::isThere(m_folder / named.name)) named.small = std::move(small);
    return named.name;
}

void ProbePictures::keep() {
    for (Named& named : m_named) {
        if (!named.small) continue;
        const std::vector<std::uint8_t> png = encodePng(*named.small);
        writeFileAtomically(m_folder / named.name, std::as_bytes(std::span(png)));
        named.small.reset();
    }
}

std::optional<ProbePicture> readProbePicture(const fs::path& folder, const std::string& name) {
    // The name is read from a file that may come from anywhere: it does not lead out of the folder.
    if (name.empty() || fs::path(name).filename() != name || !run_files::isThere(folder / name)) return std::nullopt;
    std::string png = readTextFile(folder / name);
    const EncodedImage about = inspectEncoded(std::span(reinterpret_cast<const std::uint8_t*>(png.data()), png.size()));
    if (about.format != PictureFormat::Png || about.width == 0 || !png.ends_with(kPngEnd)) return std::nullopt;
    return ProbePicture{std::move(png), about.width, about.height};
}

std::optional<Image> readProbeImage(const fs::path& folder, const std::string& name) {
    const auto kept = readProbePicture(folder, name);
    if (!kept) return std::nullopt;
    try {
        const Image image = convertChannels(
            decodeImage(std::span(reinterpret_cast<const std::uint8_t*>(kept->png.data()), kept->png.size())), 3);
        // As in prepareForModel(): a picture of the training images' size is taken whole.
        if (Size{image.width, image.height} == smallSize(nativeSize(folder))) return image;
        const ImageSize frame = frameOf(folder);
        return cropCentre(image, static_cast<int>(frame.width), static_cast<int>(frame.height));
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace vit
