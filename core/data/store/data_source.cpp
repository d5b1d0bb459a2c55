// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses among the readers of data-set files.
#include "core/data/store/data_source.h"

#include "core/data/sources/cifar.h"
#include "core/data/sources/idx.h"
#include "core/data/sources/image_folder.h"
#include "core/data/sources/synthetic.h"
#include "core/data/store/known_data.h"

namespace vit {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> namedFiles(const FoundData& data) {
    switch (data.kind) {
        case DataKind::Cifar10: return cifarFiles(data.folder, CifarVersion::Cifar10);
        case DataKind::Cifar100: return cifarFiles(data.folder, CifarVersion::Cifar100);
        case DataKind::Idx: return idxFiles(data.folder);
        case DataKind::ImageFolder:
        case DataKind::Synthetic: break;
    }
    return {};
}

std::optional<DataKind> kindIn(const fs::path& folder) {
    for (DataKind kind : {DataKind::Cifar100, DataKind::Cifar10, DataKind::Idx})
        if (!namedFiles({kind, folder}).empty()) return kind;
    if (isImageFolder(folder)) return DataKind::ImageFolder;
    return std::nullopt;
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

std::optional<FoundData> findData(const fs::path& folder) {
    constexpr int kDeepest = 5;
    std::optional<fs::path> place = folder;
    for (int depth = 0; place && depth < kDeepest; ++depth) {
        if (const std::optional<DataKind> kind = kindIn(*place)) return FoundData{*kind, *place};
        place = onlySubfolder(*place);
    }
    return std::nullopt;
}

std::vector<fs::path> filesOf(const FoundData& data) {
    std::vector<fs::path> files;
    if (data.kind == DataKind::ImageFolder) {
        const ImageFolder images = listImageFolder(data.folder);
        for (const LabelledFile& file : images.train) files.push_back(file.path);
        for (const LabelledFile& file : images.test) files.push_back(file.path);
    } else {
        for (const std::string& file : namedFiles(data)) files.emplace_back(file);
    }
    return files;
}

std::shared_ptr<const Dataset> readData(const std::string& name, const FoundData& data, std::int64_t imageSize,
                                        const Progress& progress) {
    const KnownData* known = findKnownData(name);
    const ExpectedCounts counts = known != nullptr ? known->counts : ExpectedCounts{};
    switch (data.kind) {
        case DataKind::Cifar10: return readCifar(name, data.folder, CifarVersion::Cifar10, counts, progress);
        case DataKind::Cifar100: return readCifar(name, data.folder, CifarVersion::Cifar100, counts, progress);
        case DataKind::Idx:
            return readIdx(name, data.folder, known != nullptr ? known->classNames : std::vector<std::string>{}, counts,
                           progress);
        case DataKind::ImageFolder: return readImageFolder(name, data.folder, imageSize, progress);
        case DataKind::Synthetic: return makeSyntheticShapes();
    }
    throw Error("The data set " + name + " is of an unknown kind.");
}

std::string kindText(DataKind kind) {
    switch (kind) {
        case DataKind::Cifar10: return "CIFAR-10 binaries";
        case DataKind::Cifar100: return "CIFAR-100 binaries";
        case DataKind::Idx: return "idx files";
        case DataKind::ImageFolder: return "a folder of images by class";
        case DataKind::Synthetic: return "synthetic images";
    }
    return {};
}

}  // namespace vit
