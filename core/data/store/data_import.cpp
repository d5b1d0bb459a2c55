// SPDX-License-Identifier: GPL-3.0-or-later
// Finds, copies and checks the files of a data set.
#include "core/data/store/data_import.h"

#include "core/base/number_text.h"
#include "core/data/images/picture_formats.h"
#include "core/data/sources/image_folder.h"
#include "core/data/store/archive.h"
#include "core/data/store/data_source.h"
#include "core/data/store/known_data.h"
#include "core/io/disk_space.h"

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

// What the names say to be pictures but no codec here can open.
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

FoundData findFor(const std::string& name, const fs::path& folder, const fs::path& from) {
    const std::optional<FoundData> found = findData(folder);
    if (!found) {
        const std::vector<BrokenImage> unopenable = unopenableIn(folder);
        throw InvalidInput("There is no data set in " + from.string() +
                           ". Expected are folders of pictures (one for each class, or train and test with such "
                           "folders), the binary version of CIFAR-10 or CIFAR-100, or the four idx files of a data set "
                           "like MNIST." +
                           (unopenable.empty() ? "" : " The format of pictures in it " + formatAdvice(unopenable)));
    }
    const KnownData* known = findKnownData(name);
    if (known != nullptr && known->kind != found->kind)
        throw InvalidInput("In " + from.string() + " there are " + kindText(found->kind) + ", but " + name + " needs " +
                           kindText(known->kind) + ". Choose another name for your own data.");
    return *found;
}

enum class Transfer { Copy, Move };

void transferFiles(const FoundData& found, const fs::path& target, Transfer transfer, const Progress& progress) {
    const std::vector<fs::path> files = filesOf(found);
    std::int64_t total = 0;
    for (const fs::path& file : files) total += static_cast<std::int64_t>(fs::file_size(found.folder / file));
    if (transfer == Transfer::Copy) requireFreeSpace(target, total, "To copy the data set");
    ByteCounter counter(progress, transfer == Transfer::Copy ? "Copying" : "Sorting", total);
    for (const fs::path& file : files) {
        fs::create_directories((target / file).parent_path());
        const auto bytes = static_cast<std::int64_t>(fs::file_size(found.folder / file));
        if (transfer == Transfer::Copy)
            fs::copy_file(found.folder / file, target / file);
        else
            fs::rename(found.folder / file, target / file);
        counter.add(bytes);
    }
}

std::string countsText(std::size_t train, std::size_t test) {
    return groupedText(static_cast<std::int64_t>(train)) + " images to train, " +
           groupedText(static_cast<std::int64_t>(test)) + " to test.";
}

// They were not copied.
void tellUnopenable(const std::vector<BrokenImage>& unopenable, DataManifest& manifest) {
    if (unopenable.empty()) return;
    for (const BrokenImage& image : unopenable) manifest.leftOut.push_back(image.path.string() + ": " + image.cause);
    manifest.description += " Left out are " + groupedText(static_cast<std::int64_t>(unopenable.size())) +
                            " files whose format " + formatAdvice(unopenable);
}

DataManifest examineImages(const fs::path& folder, const Progress& progress) {
    const ImageFolder all = listImageFolder(folder);
    const std::vector<BrokenImage> broken = findBrokenImages(folder, all, progress);
    const std::size_t count = all.train.size() + all.test.size();
    constexpr std::size_t kTolerated = 10;  // one in so many
    if (broken.size() * kTolerated > count)
        throw InvalidInput(std::to_string(broken.size()) + " of " + std::to_string(count) +
                           " pictures cannot be opened (" + listOf(broken) +
                           "): replace them and add the folder again. " + broken.front().cause);
    DataManifest manifest{.kind = DataKind::ImageFolder};
    for (const BrokenImage& image : broken) {
        fs::remove(folder / image.path);
        manifest.leftOut.push_back(image.path.string() + ": " + image.cause);
    }
    const ImageFolder kept = listImageFolder(folder);
    if (kept.classNames != all.classNames)
        throw InvalidInput("All pictures of a class are broken (" + listOf(broken) +
                           "): replace them and add the folder again. " + broken.front().cause);
    manifest.classes = static_cast<std::int64_t>(kept.classNames.size());
    manifest.description = "Pictures of " + groupedText(manifest.classes) + " classes, cut to squares: " +
                           countsText(kept.train.size(), kept.test.size());
    if (!broken.empty())
        manifest.description += " " + std::to_string(broken.size()) +
                                (broken.size() == 1 ? " picture that cannot be opened was left out ("
                                                    : " pictures that cannot be opened were left out (") +
                                listOf(broken) + ").";
    return manifest;
}

// MNIST and Fashion-MNIST have files of the same names and sizes.
void refuseMistaken(const std::string& name, const std::vector<std::int32_t>& labels) {
    for (const KnownData& other : knownData()) {
        const std::vector<std::int32_t>& first = other.firstLabels;
        const bool fits = !first.empty() && labels.size() >= first.size() &&
                          std::equal(first.begin(), first.end(), labels.begin());
        if (fits && other.name != name && findKnownData(name) != nullptr)
            throw InvalidInput("These are the files of " + other.title + ": add them as " + other.name + ".");
    }
}

DataManifest examine(const std::string& name, const FoundData& data, const Progress& progress) {
    if (data.kind == DataKind::ImageFolder) return examineImages(data.folder, progress);
    const auto dataset = readData(name, data, 0, progress);
    refuseMistaken(name, dataset->trainTable().labels);
    const Dataset::Shape& shape = dataset->shape();
    return {.kind = data.kind,
            .description = groupedText(dataset->classes()) + " classes, " + std::to_string(shape.width) + " × " +
                           std::to_string(shape.height) + (shape.channels == 1 ? " grey: " : " RGB: ") +
                           countsText(dataset->trainTable().labels.size(), dataset->testTable().labels.size()),
            .classes = dataset->classes()};
}

}  // namespace

void importData(const std::string& name, const fs::path& from, const fs::path& scratch, const fs::path& draft,
                const Progress& progress) {
    const bool folder = fs::is_directory(from);
    if (!folder) unpackArchive(from, scratch, progress);
    FoundData found = findFor(name, folder ? from : scratch, from);
    const auto unopenable =
        found.kind == DataKind::ImageFolder ? unopenableIn(found.folder) : std::vector<BrokenImage>{};
    transferFiles(found, draft / kFilesFolder, folder ? Transfer::Copy : Transfer::Move, progress);
    found.folder = draft / kFilesFolder;
    DataManifest manifest = examine(name, found, progress);
    tellUnopenable(unopenable, manifest);
    writeManifest(manifest, draft / kManifestFile);
}

}  // namespace vit
