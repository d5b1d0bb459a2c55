// SPDX-License-Identifier: GPL-3.0-or-later
// Reads CIFAR's records: label bytes, then 1,024 values each of red, green and blue.
#include "core/data/sources/cifar.h"

#include "core/base/number_text.h"
#include "core/data/memory_images.h"

#include <algorithm>
#include <fstream>

namespace vit {

namespace {

constexpr int kSide = 32;
constexpr std::int64_t kPlane = std::int64_t{kSide} * kSide;
constexpr std::int64_t kImageBytes = 3 * kPlane;
constexpr std::int64_t kBlockRecords = 1000;

struct Layout {
    std::vector<std::string> trainFiles;
    std::string testFile;
    std::string namesFile;
    std::int64_t labelBytes;  // the last of them is the class; CIFAR-100 has the coarse one before it

    std::int64_t recordBytes() const { return labelBytes + kImageBytes; }
};

Layout layoutOf(CifarVersion version) {
    if (version == CifarVersion::Cifar100) return {{"train.bin"}, "test.bin", "fine_label_names.txt", 2};
    std::vector<std::string> batches;
    for (int i = 1; i <= 5; ++i) batches.push_back("data_batch_" + std::to_string(i) + ".bin");
    return {batches, "test_batch.bin", "batches.meta.txt", 1};
}

std::int64_t recordsIn(const std::filesystem::path& file, const Layout& layout, std::int64_t expected) {
    const std::int64_t bytes = sizeOf(file);
    const std::int64_t record = layout.recordBytes();
    if (expected > 0 && bytes != expected * record)
        throwWrongSize(file, groupedText(expected * record) + " (" + groupedText(expected) + " images)", bytes);
    if (bytes == 0 || bytes % record != 0)
        throwWrongSize(file, "a multiple of " + groupedText(record) + ", the size of an image with its label", bytes);
    return bytes / record;
}

void addRecord(ImageTable& table, const std::uint8_t* planes) {
    const std::size_t start = table.pixels.size();
    table.pixels.resize(start + kImageBytes);
    std::uint8_t* pixel = &table.pixels[start];
    for (std::int64_t i = 0; i < kPlane; ++i)
        for (std::int64_t c = 0; c < 3; ++c) *pixel++ = planes[c * kPlane + i];
}

void addFile(ImageTable& table, const std::filesystem::path& path, const Layout& layout, std::int64_t classes,
             std::int64_t expected, ByteCounter& counter) {
    const std::int64_t records = recordsIn(path, layout, expected);
    table.pixels.reserve(table.pixels.size() + static_cast<std::size_t>(records * kImageBytes));
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> block(static_cast<std::size_t>(kBlockRecords * layout.recordBytes()));
    for (std::int64_t first = 0; first < records; first += kBlockRecords) {
        const std::int64_t count = std::min(kBlockRecords, records - first);
        const std::int64_t bytes = count * layout.recordBytes();
        if (!file.read(reinterpret_cast<char*>(block.data()), bytes)) throw Error("Cannot read " + path.string() + ".");
        for (std::int64_t i = 0; i < count; ++i) {
            const std::uint8_t* record = &block[static_cast<std::size_t>(i * layout.recordBytes())];
            const std::uint8_t label = record[layout.labelBytes - 1];
            if (label >= classes)
                throw Error(path.string() + ": image " + groupedText(first + i) + " has label " +
                            std::to_string(label) + ", but expected are 0 to " + std::to_string(classes - 1) +
                            ": it is not what its name says. Fetch it again.");
            table.labels.push_back(label);
            addRecord(table, record + layout.labelBytes);
        }
        counter.add(bytes);
    }
}

std::vector<std::string> presentTrainFiles(const std::filesystem::path& folder, const Layout& layout) {
    std::vector<std::string> files;
    for (const std::string& file : layout.trainFiles)
        if (std::filesystem::exists(folder / file)) files.push_back(file);
    return files;
}

}  // namespace

std::vector<std::string> cifarFiles(const std::filesystem::path& folder, CifarVersion version) {
    const Layout layout = layoutOf(version);
    std::vector<std::string> files = presentTrainFiles(folder, layout);
    if (files.empty()) return {};
    for (const std::string& file : {layout.testFile, layout.namesFile})
        if (std::filesystem::exists(folder / file)) files.push_back(file);
    return files;
}

LabelledImages readCifar(const std::string& name, const std::filesystem::path& folder, CifarVersion version,
                         const ExpectedCounts& expected, const Progress& progress) {
    const Layout layout = layoutOf(version);
    const std::vector<std::string> names = readClassNames(folder / layout.namesFile, expected.classes);
    const std::vector<std::string> trainFiles =
        expected.train > 0 ? layout.trainFiles : presentTrainFiles(folder, layout);

    std::int64_t total = sizeOf(folder / layout.testFile);
    for (const std::string& file : trainFiles) total += sizeOf(folder / file);
    ByteCounter counter(progress, "Reading " + name, total);
    ImageTable train;
    for (const std::string& file : trainFiles)
        addFile(train, folder / file, layout, static_cast<std::int64_t>(names.size()),
                expected.train / static_cast<std::int64_t>(trainFiles.size()), counter);
    ImageTable test;
    addFile(test, folder / layout.testFile, layout, static_cast<std::int64_t>(names.size()), expected.test, counter);
    const ImageShape shape{kSide, kSide, 3};
    return {names, std::make_shared<const MemoryImages>(shape, std::move(train)),
            std::make_shared<const MemoryImages>(shape, std::move(test))};
}

}  // namespace vit
