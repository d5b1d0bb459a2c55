// SPDX-License-Identifier: GPL-3.0-or-later
// Finds, copies and checks the files of a data set.
#include "core/data/store/data_import.h"

#include "core/base/number_text.h"
#include "core/data/store/archive.h"
#include "core/data/store/data_manifest.h"
#include "core/data/store/data_source.h"
#include "core/data/store/examine_pictures.h"
#include "core/data/store/known_data.h"
#include "core/io/disk_space.h"

#include <optional>

namespace vit {

namespace {

namespace fs = std::filesystem;

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
    if (known != nullptr && known->format != found->format.name)
        throw InvalidInput("In " + from.string() + " there are " + found->format.text + ", but " + name + " needs " +
                           dataFormat(known->format).text + ". Choose another name for your own data.");
    return *found;
}

enum class Placing { Copy, Move };

void transferFiles(const FoundData& found, const fs::path& target, Placing placing, const Progress& progress) {
    const std::vector<fs::path> files = found.format.files(found.folder);
    std::int64_t total = 0;
    for (const fs::path& file : files) total += static_cast<std::int64_t>(fs::file_size(found.folder / file));
    if (placing == Placing::Copy) requireFreeSpace(target, total, "To copy the data set");
    ByteCounter counter(progress, placing == Placing::Copy ? "Copying" : "Sorting", total);
    for (const fs::path& file : files) {
        fs::create_directories((target / file).parent_path());
        const auto bytes = static_cast<std::int64_t>(fs::file_size(found.folder / file));
        if (placing == Placing::Copy)
            fs::copy_file(found.folder / file, target / file);
        else
            fs::rename(found.folder / file, target / file);
        counter.add(bytes);
    }
}

// MNIST and Fashion-MNIST have files of the same names and sizes.
void refuseMistaken(const std::string& name, const ImageSource& train) {
    if (findKnownData(name) == nullptr) return;
    for (const KnownData& other : knownData()) {
        const std::vector<std::int32_t>& first = other.firstLabels;
        bool fits = !first.empty() && train.count() >= static_cast<std::int64_t>(first.size());
        for (std::size_t i = 0; fits && i < first.size(); ++i)
            fits = train.label(static_cast<std::int64_t>(i)) == first[i];
        if (fits && other.name != name)
            throw InvalidInput("These are the files of " + other.title + ": add them as " + other.name + ".");
    }
}

DataManifest examine(const std::string& name, const FoundData& data, const Progress& progress) {
    if (data.format.examine != nullptr) return data.format.examine(data.folder, progress);
    const LabelledImages images = data.format.read({.name = name,
                                                    .folder = data.folder,
                                                    .known = findKnownData(name),
                                                    .progress = progress});
    refuseMistaken(name, *images.train);
    const Dataset dataset(name, images, measureChannels(*images.train, progress));
    const ImageShape& shape = dataset.shape();
    return {.format = std::string(data.format.name),
            .description = groupedText(dataset.classes()) + " classes, " + std::to_string(shape.width) + " × " +
                           std::to_string(shape.height) + (shape.channels == 1 ? " grey: " : " RGB: ") +
                           countsText(dataset.trainCount(), dataset.testCount()),
            .classes = dataset.classes(),
            .measured = {{dataset.trainCount(), shape, dataset.statistics()}}};
}

}  // namespace

void importData(const std::string& name, const fs::path& from, const fs::path& scratch, const fs::path& draft,
                const Progress& progress) {
    const bool folder = fs::is_directory(from);
    if (!folder) unpackArchive(from, scratch, progress);
    const FoundData found = findFor(name, folder ? from : scratch, from);
    // Of pictures that are not copied, as nothing here opens them.
    const std::vector<BrokenImage> unopenable =
        found.format.anySize ? unopenableIn(found.folder) : std::vector<BrokenImage>{};
    const fs::path files = draft / kFilesFolder;
    transferFiles(found, files, folder ? Placing::Copy : Placing::Move, progress);
    DataManifest manifest = examine(name, {found.format, files}, progress);
    tellUnopenable(unopenable, manifest);
    writeManifest(manifest, draft / kManifestFile);
}

}  // namespace vit
