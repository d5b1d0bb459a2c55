// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and writing safetensors: 8 bytes with the header's length, a JSON header, then the arrays without a gap.
#include "core/io/safetensors.h"

#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/io/crc32c.h"
#include "core/io/strict_json.h"
#include "core/io/system_fault.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace vit {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian and is copied as it is");

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr const char* kMetadataKey = "__metadata__";
constexpr const char* kChecksumKey = "crc32c";
constexpr const char* kNoChecksum = "00000000";  // stands in the header while the sum is made

std::string sentence(const std::filesystem::path& path, const std::string& reason) {
    return path.string() + ": " + reason + (reason.ends_with('.') ? "" : ".");
}

// Reads on and knows how much is left. Its faults, as all in this file, leave out the path; naming() adds it.
class Reader {
public:
    explicit Reader(const std::filesystem::path& path) {
        std::FILE* file = std::fopen(path.c_str(), "rbe");
        if (file == nullptr) fail(errno);
        m_file.reset(file, [](std::FILE* opened) { std::fclose(opened); });
        std::error_code code;
        m_left = std::filesystem::file_size(path, code);
        if (code) fail(code.value());
    }
    std::uint64_t left() const { return m_left; }
    const std::shared_ptr<std::FILE>& file() const { return m_file; }

    void read(std::span<std::byte> bytes) {
        if (std::fread(bytes.data(), 1, bytes.size(), m_file.get()) != bytes.size()) {
            if (std::ferror(m_file.get())) fail(errno);
            throw Error("it became shorter while it was read");
        }
        m_left -= bytes.size();
    }

private:
    [[noreturn]] static void fail(int code) { throw std::system_error(code, std::system_category()); }

    std::shared_ptr<std::FILE> m_file;
    std::uint64_t m_left = 0;
};

std::string readHeader(Reader& reader) {
    std::uint64_t length = 0;
    if (reader.left() < sizeof length) throw Error("it is too short for a header");
    reader.read(std::as_writable_bytes(std::span(&length, 1)));
    if (length > kMaxHeaderBytes) throw Error("its header claims a size of " + std::to_string(length) + " bytes");
    if (length > reader.left()) throw Error("it ends within its header");
    std::string text(length, '\0');
    reader.read(std::as_writable_bytes(std::span(text.data(), text.size())));
    if (!text.starts_with('{')) throw Error("its header is no JSON object");
    return text;
}

std::uint32_t sumOf(std::span<const std::byte> bytes, std::uint32_t before) {
    return crc32c({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, before);
}

std::string checksumText(std::uint32_t sum) {
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08x", sum);
    return text.data();
}

// The header with another checksum in the place of `old`.
std::string withChecksum(std::string header, const std::string& old, const std::string& sum) {
    const std::string before = '"' + std::string(kChecksumKey) + "\":\"";
    const std::size_t place = header.find(before + old + '"');
    if (place == std::string::npos || old.size() != sum.size()) throw Error("its checksum is not as it is written");
    return header.replace(place + before.size(), sum.size(), sum);
}

std::uint64_t byteCount(const TensorData& tensor) {
    std::uint64_t bytes = elementSize(tensor.dtype);
    for (const std::int64_t size : tensor.shape) {
        if (size < 0 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
            throw Error("it has an impossible shape");
        }
    }
    return bytes;
}

bool areSizes(const Json& list) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& size) {
               return size.is_number_unsigned() && size.get<std::uint64_t>() <= kMost;
           });
}

bool isEntry(const Json& json) {
    return json.is_object() && json.size() == 3 && json.contains("dtype") && json["dtype"].is_string() &&
           json.contains("shape") && areSizes(json["shape"]) && json.contains("data_offsets") &&
           areSizes(json["data_offsets"]) && json["data_offsets"].size() == 2;
}

// An array whose place among the bytes after the header is known but whose bytes are not read yet.
struct Entry {
    std::string name;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    TensorData tensor;
};

Entry readEntry(const std::string& name, const Json& json) {
    if (!isEntry(json)) throw Error("its entry in the header is not understood");
    Entry entry{.name = name,
                .begin = json["data_offsets"][0].get<std::uint64_t>(),
                .end = json["data_offsets"][1].get<std::uint64_t>()};
    entry.tensor.dtype = json["dtype"].get<std::string>();
    entry.tensor.shape = json["shape"].get<std::vector<std::int64_t>>();
    if (entry.end < entry.begin || entry.end - entry.begin != byteCount(entry.tensor)) {
        throw Error("its range in the file does not fit its shape");
    }
    return entry;
}

std::map<std::string, std::string> readMetadata(const Json& json) {
    if (!json.is_object()) throw Error("its metadata are no JSON object");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : json.items()) {
        if (!value.is_string()) throw Error("its metadata's \"" + key + "\" is no text");
        metadata[key] = value.get<std::string>();
    }
    return metadata;
}

// In the order of the file, which they fill without a gap: so the file is read once from front to back.
void checkPlaces(std::vector<Entry>& entries, std::uint64_t dataBytes) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    std::uint64_t position = 0;
    for (const Entry& entry : entries) {
        if (entry.begin < position) throw Error("the array \"" + entry.name + "\" overlaps another one");
        if (entry.begin > position) throw Error("there is a gap before the array \"" + entry.name + "\"");
        position = entry.end;
    }
    if (position > dataBytes) throw Error("it ends within its arrays");
    if (position < dataBytes) throw Error("there are bytes after its last array");
}

// What stands before the arrays, which come next.
struct Header {
    std::uint64_t bytes = 0;     // of the file, up to the first array
    std::vector<Entry> entries;  // in the order of the file
    std::map<std::string, std::string> metadata;
    std::optional<std::string> checksum;  // that the file states
    std::uint32_t sum = 0;                // of the header itself, if it states one
};

Header readChecked(Reader& reader) {
    Header header;
    const std::string text = readHeader(reader);
    header.bytes = sizeof(std::uint64_t) + text.size();
    const Json object = parseStrictJson(text);
    for (const auto& [name, json] : object.items()) {
        try {
            if (name == kMetadataKey) header.metadata = readMetadata(json);
            else header.entries.push_back(readEntry(name, json));
        } catch (const Error& fault) {
            throw Error("array \"" + name + "\": " + fault.what());
        }
    }
    checkPlaces(header.entries, reader.left());
    if (const auto stated = header.metadata.extract(kChecksumKey)) {
        header.checksum = stated.mapped();
        header.sum = crc32c(withChecksum(text, *header.checksum, kNoChecksum));
    }
    return header;
}

void compare(const std::optional<std::string>& stated, std::uint32_t sum) {
    if (stated && *stated != checksumText(sum))
        throw Error("its checksum is not right: it was damaged after it had been written");
}

TensorFile readFile(Reader& reader) {
    Header header = readChecked(reader);
    TensorFile file;
    file.metadata = std::move(header.metadata);
    std::uint32_t sum = header.sum;
    for (Entry& entry : header.entries) {
        entry.tensor.bytes.resize(entry.end - entry.begin);
        reader.read(entry.tensor.bytes);
        if (header.checksum) sum = sumOf(entry.tensor.bytes, sum);
        file.tensors.emplace(std::move(entry.name), std::move(entry.tensor));
    }
    compare(header.checksum, sum);
    return file;
}

// Reads on to the end, in pieces.
void compareToTheEnd(Reader& reader, const Header& header) {
    constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;
    std::vector<std::byte> piece(std::min(kPieceBytes, reader.left()));
    std::uint32_t sum = header.sum;
    while (reader.left() > 0) {
        const std::span<std::byte> part = std::span(piece).first(std::min<std::uint64_t>(piece.size(), reader.left()));
        reader.read(part);
        sum = sumOf(part, sum);
    }
    compare(header.checksum, sum);
}

void readAt(std::FILE* file, std::uint64_t place, std::span<std::byte> into) {
    while (!into.empty()) {
        const ssize_t count = ::pread(::fileno(file), into.data(), into.size(), static_cast<off_t>(place));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw std::system_error(errno, std::system_category());
        if (count == 0) throw Error("it became shorter while it was read");
        into = into.subspan(static_cast<std::size_t>(count));
        place += static_cast<std::uint64_t>(count);
    }
}

// Runs `body`, with the path in its faults.
template <typename Body>
auto naming(const std::filesystem::path& path, const Body& body) {
    try {
        return body();
    } catch (const std::system_error& fault) {
        throwSystemFault("Cannot read the weights in", path, fault.code().value());
    } catch (const Error& fault) {
        throw DamagedWeights("Cannot read the weights in " + sentence(path, fault.what()));
    }
}

using Order = std::vector<const std::pair<const std::string, TensorData>*>;

// Widest elements first, so that every array begins at a multiple of its element's size.
Order inFileOrder(const TensorFile& file) {
    Order order;
    for (const auto& entry : file.tensors) order.push_back(&entry);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return elementSize(a->second.dtype) > elementSize(b->second.dtype);
    });
    return order;
}

std::string headerText(const TensorFile& file, const Order& order, Checksum checksum) {
    Json header = Json::object();
    if (!file.metadata.empty()) header[kMetadataKey] = file.metadata;
    if (checksum == Checksum::Crc32c) header[kMetadataKey][kChecksumKey] = kNoChecksum;
    std::uint64_t position = 0;
    for (const auto* entry : order) {
        const auto& [name, tensor] = *entry;
        if (name == kMetadataKey) throw Error("an array must not be called \"" + name + "\"");
        if (tensor.bytes.size() != byteCount(tensor)) {
            throw Error("array \"" + name + "\": its number of bytes does not fit its shape");
        }
        const std::uint64_t end = position + tensor.bytes.size();
        header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {position, end}}};
        position = end;
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const Json::exception&) {
        throw Error("a name in it is no UTF-8 text");
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
}

}  // namespace

std::size_t elementSize(const std::string& dtype) {
    static const std::map<std::string, std::size_t> sizes = {{"F64", 8}, {"I64", 8}, {"F32", 4}, {"I32", 4},
                                                             {"F16", 2}, {"BF16", 2}, {"U8", 1},  {"BOOL", 1}};
    const auto found = sizes.find(dtype);
    if (found == sizes.end()) throw Error("the number type \"" + dtype + "\" is not known");
    return found->second;
}

TensorFile readSafetensors(const std::filesystem::path& path) {
    return naming(path, [&] {
        Reader reader(path);
        return readFile(reader);
    });
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : m_path(path) {
    naming(path, [&] {
        Reader reader(path);
        Header header = readChecked(reader);
        if (header.checksum) compareToTheEnd(reader, header);
        m_file = reader.file();
        m_metadata = std::move(header.metadata);
        for (Entry& entry : header.entries)
            m_arrays[entry.name] = {std::move(entry.tensor.dtype), std::move(entry.tensor.shape), header.bytes + entry.begin,
                                    entry.end - entry.begin};
    });
}

std::vector<std::byte> SafetensorsFile::read(const std::string& name) const {
    const Array& array = m_arrays.at(name);
    std::vector<std::byte> bytes(array.bytes);
    naming(m_path, [&] { readAt(m_file.get(), array.begin, bytes); });
    return bytes;
}

void writeSafetensors(const std::filesystem::path& path, const TensorFile& file, Checksum checksum) {
    Order order;
    std::string header;
    try {
        order = inFileOrder(file);
        header = headerText(file, order, checksum);
    } catch (const Error& fault) {
        throw Error("Cannot write the weights to " + sentence(path, fault.what()));
    }
    if (checksum == Checksum::Crc32c) {
        std::uint32_t sum = crc32c(header);
        for (const auto* entry : order) sum = sumOf(entry->second.bytes, sum);
        header = withChecksum(header, kNoChecksum, checksumText(sum));
    }
    const std::uint64_t length = header.size();
    std::vector<std::span<const std::byte>> parts = {std::as_bytes(std::span(&length, 1)),
                                                     std::as_bytes(std::span(header.data(), header.size()))};
    for (const auto* entry : order) parts.emplace_back(entry->second.bytes);
    writeFileAtomically(path, std::span<const std::span<const std::byte>>(parts));
}

}  // namespace vit
