// SPDX-License-Identifier: GPL-3.0-or-later
// The table of the formats, and the search for them.
#include "core/data/store/data_source.h"

#include "core/data/sources/cifar.h"
#include "core/data/sources/idx.h"
#include "core/data/sources/image_folder.h"
#include "core/data/sources/synthetic.h"
#include "core/data/store/data_manifest.h"
#include "core/data/store/examine_pictures.h"
#include "core/data/store/known_data.h"

#include <algorithm>
#include <array>

namespace vit {

namespace {

namespace fs = std::filesystem;

ExpectedCounts countsOf(const DataRequest& request) {
    return request.known != nullptr ? request.known->counts : ExpectedCounts{};
}

std::vector<fs::path> pathsOf(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

template <CifarVersion version>
std::vector<fs::path> filesOfCifar(const fs::path& folder) {
    return pathsOf(cifarFiles(folder, version));
}

template <CifarVersion version>
bool isCifarIn(const fs::path& folder) {
    return !cifarFiles(folder, version).empty();
}

template <CifarVersion version>
LabelledImages readCifarOf(const DataRequest& request) {
    return readCifar(request.name, request.folder, version, countsOf(request), request.progress);
}

LabelledImages readIdxOf(const DataRequest& request) {
    const auto names = request.known != nullptr ? request.known->classNames : std::vector<std::string>{};
    return readIdx(request.name, request.folder, names, countsOf(request), request.progress);
}

std::vector<fs::path> picturesIn(const fs::path& folder) {
    const ImageFolder images = listImageFolder(folder);
    std::vector<fs::path> files;
    for (const LabelledFile& file : images.train) files.push_back(file.path);
    for (const LabelledFile& file : images.test) files.push_back(file.path);
    return files;
}

LabelledImages readPictures(const DataRequest& request) {
    return readImageFolder(request.name, request.folder, request.imageSize, request.progress,
                           request.how != nullptr ? *request.how : DataConfig(),
                           request.photoMemory.value_or(photoMemory()));
}

constexpr std::array<DataFormat, 5> kFormats = {
    DataFormat{.name = "cifar-100-binary",
               .text = "CIFAR-100 binaries",
               .isIn = isCifarIn<CifarVersion::Cifar100>,
               .files = filesOfCifar<CifarVersion::Cifar100>,
               .read = readCifarOf<CifarVersion::Cifar100>},
    DataFormat{.name = "cifar-10-binary",
               .text = "CIFAR-10 binaries",
               .isIn = isCifarIn<CifarVersion::Cifar10>,
               .files = filesOfCifar<CifarVersion::Cifar10>,
               .read = readCifarOf<CifarVersion::Cifar10>},
    DataFormat{.name = "idx",
               .text = "idx files",
               .channels = 1,
               .isIn = [](const fs::path& folder) { return !idxFiles(folder).empty(); },
               .files = [](const fs::path& folder) { return pathsOf(idxFiles(folder)); },
               .read = readIdxOf},
    DataFormat{.name = "image-folder",
               .text = "a folder of images by class",
               .anySize = true,
               .isIn = isImageFolder,
               .files = picturesIn,
               .examine = examinePictures,
               .read = readPictures},
    DataFormat{.name = "synthetic",
               .text = "synthetic images",
               .builtIn = true,
               .read = [](const DataRequest&) { return makeSyntheticShapes(); }},
};

const DataFormat* formatIn(const fs::path& folder) {
    const auto found = std::find_if(kFormats.begin(), kFormats.end(), [&](const DataFormat& format) {
        return format.isIn != nullptr && format.isIn(folder);
    });
    return found == kFormats.end() ? nullptr : &*found;
}

std::optional<fs::path> onlySubfolder(const fs::path& folder) {
    std::optional<fs::path> result;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_directory() || name.starts_with('.') || name == "__MACOSX") continue;
        if (result) return std::nullopt;
        result = entry.path();
    }
    return result;
}

}  // namespace

std::span<const DataFormat> dataFormats() { return kFormats; }

const DataFormat& dataFormat(std::string_view name) {
    const auto found =
        std::find_if(kFormats.begin(), kFormats.end(), [&](const DataFormat& format) { return format.name == name; });
    if (found == kFormats.end()) throw Error("\"" + std::string(name) + "\" is no kind of data set");
    return *found;
}

std::optional<FoundData> findData(const fs::path& folder) {
    constexpr int kDeepest = 5;
    std::optional<fs::path> place = folder;
    for (int depth = 0; place && depth < kDeepest; ++depth) {
        if (const DataFormat* format = formatIn(*place)) return FoundData{*format, *place};
        place = onlySubfolder(*place);
    }
    return std::nullopt;
}

}  // namespace vit
