// SPDX-License-Identifier: GPL-3.0-or-later
// Sorts out pictures that cannot be opened.
#include "core/data/store/examine_pictures.h"

#include "core/base/number_text.h"
#include "core/data/images/picture_formats.h"
#include "core/data/sources/image_folder.h"

#include <algorithm>

namespace vit {

namespace {

namespace fs = std::filesystem;

std::string listOf(const std::vector<BrokenImage>& broken) {
    constexpr std::size_t kNamed = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(broken.size(), kNamed); ++i)
        text += (i > 0 ? ", " : "") + broken[i].path.string();
    return broken.size() > kNamed ? text + ", …" : text;
}

}  // namespace

std::string formatAdvice(const std::vector<BrokenImage>& unopenable) {
    return "(" + listOf(unopenable) + ") cannot be opened on this computer, which opens " + openableFormats() +
           ": convert them and add the folder again.";
}

std::vector<BrokenImage> unopenableIn(const fs::path& folder) {
    std::vector<BrokenImage> list;
    for (const fs::path& path : unopenablePictures(folder))
        list.push_back({path, "pictures of this format cannot be opened on this computer"});
    return list;
}

void tellUnopenable(const std::vector<BrokenImage>& unopenable, DataManifest& manifest) {
    if (unopenable.empty()) return;
    for (const BrokenImage& image : unopenable) manifest.leftOut.push_back(image.path.string() + ": " + image.cause);
    manifest.description += " Left out are " + groupedText(static_cast<std::int64_t>(unopenable.size())) +
                            " files whose format " + formatAdvice(unopenable);
}

std::string countsText(std::int64_t train, std::int64_t test, std::int64_t validation) {
    return groupedText(train) + " images to train, " +
           (validation > 0 ? groupedText(validation) + " to validate, " : std::string()) + groupedText(test) + " to test.";
}

DataManifest examinePictures(const fs::path& folder, const Progress& progress) {
    const ImageFolder all = listImageFolder(folder);
    const std::vector<BrokenImage> broken = findBrokenImages(folder, all, progress);
    const std::size_t count = all.train.size() + all.test.size();
    constexpr std::size_t kTolerated = 10;  // one in so many
    if (broken.size() * kTolerated > count)
        throw InvalidInput(std::to_string(broken.size()) + " of " + std::to_string(count) +
                           " pictures cannot be opened (" + listOf(broken) +
                           "): replace them and add the folder again. " + broken.front().cause);
    DataManifest manifest{.format = "image-folder"};
    for (const BrokenImage& image : broken) {
        fs::remove(folder / image.path);
        manifest.leftOut.push_back(image.path.string() + ": " + image.cause);
    }
    const ImageFolder kept = listImageFolder(folder);
    if (kept.classNames != all.classNames)
        throw InvalidInput("All pictures of a class are broken (" + listOf(broken) +
                           "): replace them and add the folder again. " + broken.front().cause);
    manifest.classes = static_cast<std::int64_t>(kept.classNames.size());
    manifest.validation = kept.validation;
    manifest.description = "Pictures of " + groupedText(manifest.classes) + " classes, cut to squares: " +
                           countsText(std::ssize(kept.train) - kept.validation, std::ssize(kept.test), kept.validation);
    if (kept.validationIsTheTest)
        manifest.description += " Its validation images are the test, as it has no others; what judges each epoch is taken "
                                "from those to train.";
    if (!broken.empty())
        manifest.description += " " + std::to_string(broken.size()) +
                                (broken.size() == 1 ? " picture that cannot be opened was left out ("
                                                    : " pictures that cannot be opened were left out (") +
                                listOf(broken) + ").";
    return manifest;
}

}  // namespace vit
