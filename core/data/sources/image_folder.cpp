// SPDX-License-Identifier: GPL-3.0-or-later
// Lists, checks and reads the pictures in the folders of their classes.
#include "core/data/sources/image_folder.h"

#include "core/base/number_text.h"
#include "core/base/parallel.h"
#include "core/base/split_mix.h"
#include "core/base/utf8.h"
#include "core/data/images/image.h"
#include "core/data/images/picture_formats.h"
#include "core/data/sources/photo_images.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <unistd.h>

namespace vit {

namespace {

namespace fs = std::filesystem;

constexpr double kTestShare = 0.2;
constexpr std::uint64_t kSeed = 20;

bool isHidden(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with('.') || name.starts_with("__MACOSX");
}

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool isImageName(const fs::path& path) {
    const std::vector<std::string>& known = imageExtensions();
    return std::find(known.begin(), known.end(), lowerCase(path.extension().string())) != known.end();
}

// "img2" before "img10".
bool naturalLess(const fs::path& a, const fs::path& b) { return strverscmp(a.c_str(), b.c_str()) < 0; }

std::vector<fs::path> subfolders(const fs::path& folder) {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_directory() && !isHidden(entry.path())) result.push_back(entry.path());
    std::sort(result.begin(), result.end(), naturalLess);
    return result;
}

std::vector<fs::path> filesBelow(const fs::path& folder) {
    std::vector<fs::path> result;
    for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
        if (isHidden(entry->path())) entry.disable_recursion_pending();
        else if (entry->is_regular_file()) result.push_back(entry->path());
    }
    std::sort(result.begin(), result.end(), naturalLess);
    return result;
}

// Pictures in the folder and below it.
std::vector<fs::path> imagesBelow(const fs::path& folder) {
    std::vector<fs::path> result = filesBelow(folder);
    std::erase_if(result, [](const fs::path& file) { return !isImageName(file); });
    return result;
}

using ImagesOfClasses = std::map<std::string, std::vector<fs::path>>;

// The classes that have pictures.
ImagesOfClasses imagesOfClasses(const fs::path& folder) {
    ImagesOfClasses result;
    for (const fs::path& subfolder : subfolders(folder)) {
        std::vector<fs::path> images = imagesBelow(subfolder);
        if (!images.empty()) result[subfolder.filename().string()] = std::move(images);
    }
    return result;
}

std::optional<Split> splitOf(const fs::path& folder) {
    static const std::map<std::string, Split> kNames = {
        {"train", Split::Train},    {"training", Split::Train},        {"val", Split::Validation},
        {"valid", Split::Validation}, {"validation", Split::Validation}, {"test", Split::Test},
        {"testing", Split::Test}};
    const auto found = kNames.find(lowerCase(folder.filename().string()));
    return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

// The folders of the splits; empty unless all subfolders are such: a class may be called "train" as well.
std::map<Split, fs::path> splitFolders(const fs::path& folder) {
    std::map<Split, fs::path> result;
    for (const fs::path& subfolder : subfolders(folder)) {
        const std::optional<Split> split = splitOf(subfolder);
        if (!split || !result.emplace(*split, subfolder).second) return {};
    }
    const bool usable = result.size() > 1 && result.contains(Split::Train);
    return usable ? result : std::map<Split, fs::path>{};
}

class Lister {
public:
    explicit Lister(const fs::path& folder) : m_folder(folder) {}

    ImageFolder list() {
        std::map<Split, fs::path> splits = splitFolders(m_folder);
        const ImagesOfClasses train = imagesOfClasses(splits.empty() ? m_folder : splits[Split::Train]);
        if (train.size() < 2)
            throw InvalidInput("In " + m_folder.string() + " the number of folders with pictures is " +
                               std::to_string(train.size()) + ", but a data set needs two or more classes: make a "
                               "folder for each, named after it, and put its pictures in.");
        for (const auto& [name, images] : train) {
            if (!isUtf8(name))
                throw InvalidInput("The folder " + escapedUtf8(name) + " in " + m_folder.string() +
                                   " has a name that is not UTF-8 and cannot be that of a class: rename it. The "
                                   "program convmv renames many at once.");
            m_result.classNames.push_back(name);
        }
        std::sort(m_result.classNames.begin(), m_result.classNames.end(), naturalLess);

        // A folder of a split may be missing, or hold pictures without classes, as those of competitions do.
        ImagesOfClasses validation = ofSplit(splits, Split::Validation);
        ImagesOfClasses test = ofSplit(splits, Split::Test);
        m_result.validationIsTheTest = test.empty() && !validation.empty();
        if (test.empty()) std::swap(test, validation);
        if (test.empty()) {
            divide(train);
        } else {
            append(m_result.train, train);
            append(m_result.train, validation);
            for (const auto& entry : validation) m_result.validation += std::ssize(entry.second);
            append(m_result.test, test);
        }
        return std::move(m_result);
    }

private:
    static ImagesOfClasses ofSplit(const std::map<Split, fs::path>& splits, Split split) {
        const auto found = splits.find(split);
        return found == splits.end() ? ImagesOfClasses{} : imagesOfClasses(found->second);
    }

    LabelledFile labelled(const std::string& name, const fs::path& image) const {
        const auto& names = m_result.classNames;
        const auto place = std::find(names.begin(), names.end(), name);
        if (place == names.end())
            throw InvalidInput("The class " + escapedUtf8(name) + " has pictures in " + image.parent_path().string() +
                               ", but none to train with: add some, or remove that folder.");
        return {image.lexically_relative(m_folder), static_cast<std::int32_t>(place - names.begin())};
    }

    // Adds a split's pictures in random order.
    void append(std::vector<LabelledFile>& files, const ImagesOfClasses& classes) const {
        std::vector<LabelledFile> added;
        for (const auto& [name, images] : classes)
            for (const fs::path& image : images) added.push_back(labelled(name, image));
        seededShuffle(added, kSeed);
        files.insert(files.end(), added.begin(), added.end());
    }

    // A class with a single picture has it for training.
    void divide(const ImagesOfClasses& classes) {
        ImagesOfClasses train;
        ImagesOfClasses test;
        for (auto [name, images] : classes) {
            seededShuffle(images, kSeed);
            const auto all = static_cast<std::ptrdiff_t>(images.size());
            const std::ptrdiff_t wanted = std::lround(static_cast<double>(all) * kTestShare);
            const std::ptrdiff_t held = std::min(std::max<std::ptrdiff_t>(wanted, 1), all - 1);
            test[name] = {images.begin(), images.begin() + held};
            train[name] = {images.begin() + held, images.end()};
        }
        append(m_result.train, train);
        append(m_result.test, test);
    }

    const fs::path& m_folder;
    ImageFolder m_result;
};

// Calls body(position) for each picture, train before test, and counts the files' bytes.
void forEachImage(const std::string& what, const fs::path& folder, const ImageFolder& images, const Progress& progress,
                  const std::function<void(std::size_t, const LabelledFile&)>& body) {
    const auto file = [&](std::int64_t i) -> const LabelledFile& {
        const auto at = static_cast<std::size_t>(i);
        return at < images.train.size() ? images.train[at] : images.test[at - images.train.size()];
    };
    const auto count = static_cast<std::int64_t>(images.train.size() + images.test.size());
    std::int64_t total = 0;
    for (std::int64_t i = 0; i < count; ++i) total += static_cast<std::int64_t>(fs::file_size(folder / file(i).path));
    std::atomic<std::int64_t> done = 0;
    parallelFor(
        count,
        [&](std::int64_t i) {
            body(static_cast<std::size_t>(i), file(i));
            done += static_cast<std::int64_t>(fs::file_size(folder / file(i).path));
        },
        [&](std::int64_t) { report(progress, what, done, total); });
    report(progress, what, total, total);
}

void checkMemory(const ImageSize& size) {
    const std::int64_t needed = size.height * size.width * 3;
    const std::int64_t present = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
    constexpr std::int64_t kMegabyte = 1'000'000;
    if (needed > present / 10 * 8)
        throw Error("A picture of " + std::to_string(size.height) + " × " + std::to_string(size.width) + " needs " +
                    groupedText(needed / kMegabyte) + " MB of memory, but this computer has " +
                    groupedText(present / kMegabyte) + " MB: choose a smaller image size.");
}

}  // namespace

std::vector<fs::path> unopenablePictures(const fs::path& folder) {
    std::vector<fs::path> found;
    for (const fs::path& file : filesBelow(folder))
        if (isUnopenableName(file.filename().string())) found.push_back(file.lexically_relative(folder));
    return found;
}

bool isImageFolder(const fs::path& folder) {
    return !splitFolders(folder).empty() || imagesOfClasses(folder).size() > 1;
}

ImageFolder listImageFolder(const fs::path& folder) { return Lister(folder).list(); }

std::vector<BrokenImage> findBrokenImages(const fs::path& folder, const ImageFolder& images, const Progress& progress) {
    std::vector<BrokenImage> broken;
    std::mutex mutex;
    forEachImage("Checking pictures", folder, images, progress, [&](std::size_t, const LabelledFile& file) {
        try {
            loadImage(folder / file.path, 1);
        } catch (const Error& fault) {
            const std::lock_guard lock(mutex);
            broken.push_back({file.path, fault.what()});
        }
    });
    std::sort(broken.begin(), broken.end(),
              [](const BrokenImage& a, const BrokenImage& b) { return naturalLess(a.path, b.path); });
    return broken;
}

LabelledImages readImageFolder(const std::string& name, const fs::path& folder, const ImageSize& size,
                               const Progress& progress, const DataConfig& how, std::int64_t memory) {
    checkMemory(size);
    const ImageFolder images = listImageFolder(folder);
    const ImageShape shape{static_cast<int>(size.width), static_cast<int>(size.height), 3};
    const std::int64_t room = memory / static_cast<std::int64_t>(shape.bytes());
    const auto trainCount = static_cast<std::int64_t>(images.train.size());
    const auto testCount = static_cast<std::int64_t>(images.test.size());
    const auto train = std::make_shared<const PhotoImages>(folder, images.train, shape, how, room);
    const auto test =
        std::make_shared<const PhotoImages>(folder, images.test, shape, how, std::max<std::int64_t>(0, room - trainCount));
    if (trainCount + testCount <= room)
        forEachImage("Reading " + name, folder, images, progress, [&](std::size_t at, const LabelledFile&) {
            const auto i = static_cast<std::int64_t>(at);
            if (i < trainCount) train->read(i, {});
            else test->read(i - trainCount, {});
        });
    return {.classNames = images.classNames, .train = train, .test = test, .validation = images.validation};
}

}  // namespace vit
