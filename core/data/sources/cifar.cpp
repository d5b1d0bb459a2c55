// SPDX-License-Identifier: GPL-3.0-or-later
// Reads CIFAR's records: label bytes, then 1,024 values each of red, green and blue.
#include "core/data/sources/cifar.h"

#include "core/base/number_text.h"
#include "core/data/memory_images.h"

#include <algorithm>
#include <fstream>
#include <optional>

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
    std::string superclassNamesFile;  // empty: it has no superclasses
    std::int64_t labelBytes;  // the last of them is the class; CIFAR-100 has that of the superclass before it

    std::int64_t recordBytes() const { return labelBytes + kImageBytes; }
};

Layout layoutOf(CifarVersion version) {
    if (version == CifarVersion::Cifar100)
        return {{"train.bin"}, "test.bin", "fine_label_names.txt", "coarse_label_names.txt", 2};
    std::vector<std::string> batches;
    for (int i = 1; i <= 5; ++i) batches.push_back("data_batch_" + std::to_string(i) + ".bin");
    return {batches, "test_batch.bin", "batches.meta.txt", {}, 1};
}

// Which superclass each class belongs to, as the labels of the images say.
class Superclasses {
public:
    explicit Superclasses(std::size_t classes) : m_of(classes) {}

    void add(std::uint8_t label, std::uint8_t superclass) {
        std::optional<std::uint8_t>& known = m_of[label];
        if (known && *known != superclass) m_contradicted = true;
        known = superclass;
    }

    // The superclass of each class; none at all if images contradict each other or a class has no image. One that has
    // no name has a number: data sets added before were copied without the file of names.
    std::vector<std::string> names(const std::filesystem::path& namesFile) const {
        if (m_contradicted || std::find(m_of.begin(), m_of.end(), std::nullopt) != m_of.end()) return {};
        std::vector<std::string> known;
        if (std::filesystem::exists(namesFile)) known = readClassNames(namesFile, 0);
        std::vector<std::string> result;
        for (const auto& of : m_of)
            result.push_back(*of < known.size() ? known[*of] : "superclass " + std::to_string(*of));
        return result;
    }

private:
    std::vector<std::optional<std::uint8_t>> m_of;
    bool m_contradicted = false;
};

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
             Superclasses& superclasses, std::int64_t expected, ByteCounter& counter) {
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
            superclasses.add(label, record[0]);
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
    for (const std::string& file : {layout.testFile, layout.namesFile, layout.superclassNamesFile})
        if (!file.empty() && std::filesystem::exists(folder / file)) files.push_back(file);
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
    Superclasses superclasses(names.size());
    ImageTable train;
    for (const std::string& file : trainFiles)
        addFile(train, folder / file, layout, static_cast<std::int64_t>(names.size()), superclasses,
                expected.train / static_cast<std::int64_t>(trainFiles.size()), counter);
    ImageTable test;
    addFile(test, folder / layout.testFile, layout, static_cast<std::int64_t>(names.size()), superclasses,
            expected.test, counter);
    const ImageShape shape{kSide, kSide, 3};
    const bool grouped = !layout.superclassNamesFile.empty();
    return {names, std::make_shared<const MemoryImages>(shape, std::move(train)),
            std::make_shared<const MemoryImages>(shape, std::move(test)),
            grouped ? superclasses.names(folder / layout.superclassNamesFile) : std::vector<std::string>{}};
}

}  // namespace vit
