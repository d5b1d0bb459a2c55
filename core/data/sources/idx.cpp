// SPDX-License-Identifier: GPL-3.0-or-later
// Reads idx files: two zero bytes, the type, the number of dimensions, the dimensions as big-endian 32-bit numbers,
// values.
#include "core/data/sources/idx.h"

#include "core/base/number_text.h"
#include "core/data/memory_images.h"

#include <algorithm>
#include <array>
#include <zlib.h>

namespace vit {

namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 36;  // 64 GiB: beyond it the header is taken for damaged

// A plain or compressed file, read from its start.
class IdxFile {
public:
    IdxFile(const std::filesystem::path& path, ByteCounter& counter)
        : m_path(path), m_counter(counter), m_size(sizeOf(path)) {
        m_file = gzopen(path.c_str(), "rb");
        if (m_file == nullptr) throw Error("Cannot read " + path.string() + ".");
    }
    IdxFile(const IdxFile&) = delete;
    IdxFile& operator=(const IdxFile&) = delete;
    ~IdxFile() { gzclose(m_file); }

    // The most that can come out of it: deflate packs 1,032 bytes into one at best.
    std::int64_t mostBytes() const { return gzdirect(m_file) != 0 ? m_size : m_size * 1032; }

    // As many bytes as there are, up to the size of `target`.
    std::int64_t read(std::span<std::uint8_t> target) {
        constexpr std::size_t kBlock = std::size_t{1} << 22;
        std::size_t done = 0;
        while (done < target.size()) {
            const auto wanted = static_cast<unsigned>(std::min(kBlock, target.size() - done));
            const int count = gzread(m_file, &target[done], wanted);
            int fault = Z_OK;
            const char* cause = gzerror(m_file, &fault);
            if (count < 0 || fault == Z_BUF_ERROR)
                throw Error(m_path.string() + " is damaged or incomplete (" + cause + "). Fetch it again.");
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
            const std::int64_t offset = gzoffset(m_file);  // in the file, compressed or not
            m_counter.add(offset - m_offset);
            m_offset = offset;
        }
        return static_cast<std::int64_t>(done);
    }

private:
    std::filesystem::path m_path;
    ByteCounter& m_counter;
    std::int64_t m_size;
    gzFile m_file = nullptr;
    std::int64_t m_offset = 0;
};

struct IdxArray {
    std::vector<std::int64_t> shape;
    std::vector<std::uint8_t> values;
};

std::int64_t valueCount(const std::filesystem::path& path, const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (std::int64_t size : shape) {
        if (size < 1 || size > kMaxBytes / count)
            throw Error(path.string() + " states impossible dimensions: it is damaged. Fetch it again.");
        count *= size;
    }
    return count;
}

IdxArray readArray(const std::filesystem::path& path, ByteCounter& counter) {
    IdxFile file(path, counter);
    std::array<std::uint8_t, 4> word{};
    const auto readWord = [&] {
        if (const std::int64_t found = file.read(word); found < 4)
            throw Error(path.string() + " ends within its header. Fetch it again.");
    };
    readWord();
    if (word[0] != 0 || word[1] != 0 || word[2] != kUnsignedByte || word[3] < 1 || word[3] > 4)
        throw Error(path.string() + " is no idx file of bytes: its first bytes are not 0, 0, 8 and 1 to 4.");
    IdxArray array;
    array.shape.resize(word[3]);
    for (std::int64_t& size : array.shape) {
        readWord();
        size = std::int64_t{word[0]} << 24 | word[1] << 16 | word[2] << 8 | word[3];
    }
    const std::int64_t expected = valueCount(path, array.shape);
    const std::int64_t header = 4 + 4 * static_cast<std::int64_t>(array.shape.size());
    if (header + expected > file.mostBytes()) throwWrongSize(path, groupedText(header + expected), sizeOf(path));
    array.values.resize(static_cast<std::size_t>(expected));
    const std::int64_t found = file.read(array.values);
    if (found < expected) throwWrongSize(path, groupedText(header + expected) + " (unpacked)", header + found);
    if (file.read(std::span(word).first(1)) > 0)
        throw Error(path.string() + " has more than the expected " + groupedText(header + expected) +
                    " bytes (unpacked): it is not what its name says. Fetch it again.");
    return array;
}

struct Part {
    const char* images;
    const char* labels;
};
constexpr Part kTrain = {"train-images", "train-labels"};
constexpr std::array<Part, 2> kTest = {Part{"t10k-images", "t10k-labels"}, Part{"test-images", "test-labels"}};

// The one file whose name has `part` in it: "train-images-idx3-ubyte.gz", "emnist-letters-train-images.idx3-ubyte", ….
std::string findPart(const std::filesystem::path& folder, const std::string& part) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        const bool fits = name.find(part) != std::string::npos && name.find("idx") != std::string::npos;
        if (fits && !name.starts_with('.')) found.push_back(name);
    }
    if (found.size() > 1)
        throw InvalidInput("Both " + found[0] + " and " + found[1] + " in " + folder.string() +
                           " may be the data set's " + part + ": remove one of them.");
    return found.empty() ? std::string() : found[0];
}

ImageTable tableOf(IdxArray images, const IdxArray& labels, const std::filesystem::path& labelsFile) {
    if (labels.shape.size() != 1 || labels.shape[0] != images.shape[0])
        throw Error(labelsFile.string() + " has " + groupedText(labels.shape[0]) + " labels, but expected are " +
                    groupedText(images.shape[0]) + ", one an image.");
    return {.pixels = std::move(images.values), .labels = {labels.values.begin(), labels.values.end()}};
}

ImageShape shapeOf(const IdxArray& images, const std::filesystem::path& file) {
    const std::size_t dimensions = images.shape.size();
    const std::int64_t channels = dimensions == 4 ? images.shape[3] : 1;
    if (dimensions < 3 || (channels != 1 && channels != 3))
        throw Error(file.string() + " holds no pictures: expected are three dimensions, or four with 1 or 3 channels.");
    return {static_cast<int>(images.shape[2]), static_cast<int>(images.shape[1]), static_cast<int>(channels)};
}

void checkCount(const std::filesystem::path& file, std::int64_t expected, std::int64_t found) {
    if (expected > 0 && found != expected)
        throw Error(file.string() + " holds " + groupedText(found) + " images, but expected are " +
                    groupedText(expected) + ".");
}

void checkLabels(const std::filesystem::path& file, const ImageTable& table, std::size_t classes) {
    const auto wrong = std::find_if(table.labels.begin(), table.labels.end(),
                                    [&](std::int32_t label) { return static_cast<std::size_t>(label) >= classes; });
    if (wrong != table.labels.end())
        throw Error(file.string() + ": label " + std::to_string(*wrong) + " of image " +
                    groupedText(wrong - table.labels.begin()) + " has no class; expected are 0 to " +
                    std::to_string(classes - 1) + ".");
}

}  // namespace

std::vector<std::string> idxFiles(const std::filesystem::path& folder) {
    std::vector<std::string> files = {findPart(folder, kTrain.images), findPart(folder, kTrain.labels)};
    for (const Part& test : kTest) {
        if (files.size() == 4) break;
        const std::string images = findPart(folder, test.images);
        const std::string labels = findPart(folder, test.labels);
        if (!images.empty() && !labels.empty()) files.insert(files.end(), {images, labels});
    }
    const bool complete = files.size() == 4 && !files[0].empty() && !files[1].empty();
    return complete ? files : std::vector<std::string>{};
}

LabelledImages readIdx(const std::string& name, const std::filesystem::path& folder,
                       std::vector<std::string> classNames, const ExpectedCounts& expected, const Progress& progress) {
    std::vector<std::filesystem::path> files;
    for (const std::string& file : idxFiles(folder)) files.push_back(folder / file);
    if (files.empty())
        throw Error("The four idx files of " + name + " (train-images…, train-labels…, t10k-images…, t10k-labels…) are "
                    "not in " + folder.string() + ".");
    std::int64_t total = 0;
    for (const auto& file : files) total += sizeOf(file);
    ByteCounter counter(progress, "Reading " + name, total);

    IdxArray trainImages = readArray(files[0], counter);
    const IdxArray trainLabels = readArray(files[1], counter);
    IdxArray testImages = readArray(files[2], counter);
    const IdxArray testLabels = readArray(files[3], counter);
    const ImageShape shape = shapeOf(trainImages, files[0]);
    if (shapeOf(testImages, files[2]) != shape)
        throw Error(files[2].string() + " holds images of another size than " + files[0].string() + ".");
    checkCount(files[0], expected.train, trainImages.shape[0]);
    checkCount(files[2], expected.test, testImages.shape[0]);

    ImageTable train = tableOf(std::move(trainImages), trainLabels, files[1]);
    ImageTable test = tableOf(std::move(testImages), testLabels, files[3]);
    if (classNames.empty()) {
        const std::int32_t last = *std::max_element(train.labels.begin(), train.labels.end());
        for (std::int32_t label = 0; label <= last; ++label) classNames.push_back(std::to_string(label));
    }
    checkLabels(files[1], train, classNames.size());
    checkLabels(files[3], test, classNames.size());
    return {std::move(classNames), std::make_shared<const MemoryImages>(shape, std::move(train)),
            std::make_shared<const MemoryImages>(shape, std::move(test))};
}

}  // namespace vit
