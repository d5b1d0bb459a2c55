// SPDX-License-Identifier: GPL-3.0-or-later
// The archive by libarchive, the pickle by pickle.h, and the tensors out of both.
#include "core/io/pytorch_file.h"

#include "core/io/pickle.h"
#include "core/io/system_fault.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace vit {

namespace {

using Bytes = std::vector<std::byte>;
using Kind = PickleValue::Kind;

struct ReaderDeleter {
    void operator()(archive* reader) const { archive_read_free(reader); }
};

// Of an archive with a program in it, TorchScript's, that part, which is compressed and never run here.
bool isCode(std::string_view name) { return name.find("/code/") != std::string_view::npos; }

// Every file of the archive but code. PyTorch does not compress them, so that together they are no larger than the archive.
std::map<std::string, Bytes> filesIn(const std::filesystem::path& path, std::uint64_t size) {
    const std::unique_ptr<archive, ReaderDeleter> reader(archive_read_new());
    archive_read_support_format_zip_seekable(reader.get());
    constexpr std::size_t kBlock = 1 << 18;
    if (archive_read_open_filename(reader.get(), path.c_str(), kBlock) != ARCHIVE_OK)
        throw Error("it is no whole zip archive");
    std::map<std::string, Bytes> files;
    std::uint64_t total = 0;
    archive_entry* entry = nullptr;
    while (true) {
        const int result = archive_read_next_header(reader.get(), &entry);
        if (result == ARCHIVE_EOF) break;
        if (result != ARCHIVE_OK) throw Error("its archive is damaged");
        const char* name = archive_entry_pathname(entry);
        const std::int64_t bytes = archive_entry_size(entry);
        if (name != nullptr && isCode(name)) continue;
        if (name == nullptr || bytes < 0 || archive_entry_size_is_set(entry) == 0) throw Error("its archive is damaged");
        total += static_cast<std::uint64_t>(bytes);
        if (total > size) throw Error("its archive claims more bytes than the file has");
        Bytes content(static_cast<std::size_t>(bytes));
        std::size_t read = 0;
        while (read < content.size()) {
            const la_ssize_t part = archive_read_data(reader.get(), content.data() + read, content.size() - read);
            if (part <= 0) throw Error("its archive is damaged");
            read += static_cast<std::size_t>(part);
        }
        files[name] = std::move(content);
    }
    return files;
}

std::optional<std::string> typeOf(std::string_view storage) {
    constexpr std::array<std::pair<std::string_view, const char*>, 8> kTypes = {{
        {"torch FloatStorage", "F32"},
        {"torch DoubleStorage", "F64"},
        {"torch HalfStorage", "F16"},
        {"torch BFloat16Storage", "BF16"},
        {"torch LongStorage", "I64"},
        {"torch IntStorage", "I32"},
        {"torch ByteStorage", "U8"},
        {"torch BoolStorage", "BOOL"},
    }};
    for (const auto& [name, type] : kTypes)
        if (name == storage) return type;
    return std::nullopt;
}

bool isTensor(const PickleValue& value) {
    return value.kind == Kind::Made && value.text == "torch._utils _rebuild_tensor_v2" && value.items.size() >= 4;
}

// The tensor of a parameter, or the value itself.
const PickleValue& withoutParameter(const PickleValue& value) {
    const bool wraps = value.kind == Kind::Made && value.text == "torch._utils _rebuild_parameter" && !value.items.empty();
    return wraps ? *value.items.front() : value;
}

bool isDictionary(const PickleValue& value) {
    return value.kind == Kind::Dictionary || (value.kind == Kind::Made && value.text == "collections OrderedDict");
}

// Tensors by the names of a state dict, which may come twice.
using NamedTensors = std::vector<std::pair<std::string, const PickleValue*>>;

NamedTensors tensorsIn(const PickleValue& dictionary) {
    NamedTensors found;
    if (!isDictionary(dictionary)) return found;
    for (const auto& [name, value] : dictionary.entries)
        if (const PickleValue& tensor = withoutParameter(*value); name->kind == Kind::Text && isTensor(tensor))
            found.emplace_back(name->text, &tensor);
    return found;
}

// As torch.jit.save() writes it: an object of a class of its own program, whose members are tensors and modules.
bool isScriptModule(const PickleValue& value) { return value.kind == Kind::Made && value.text.starts_with("__torch__"); }

class ScriptTensors {
public:
    explicit ScriptTensors(const PickleValue& root) { collect(root, "", 0); }
    NamedTensors found;  // "visual.conv1.weight": members with the names of their modules before them

private:
    // A module may be its own member, or the same one of many.
    static constexpr int kDeepest = 64;
    static constexpr std::size_t kMost = 50'000'000;  // values, and letters of their names
    std::size_t m_made = 0;

    void collect(const PickleValue& module, const std::string& start, int depth) {
        if (depth > kDeepest) throw Error("its modules lie too deep within each other");
        for (const auto& [name, value] : module.entries) {
            m_made += 1 + start.size() + name->text.size();
            if (m_made > kMost) throw Error("its pickle makes too many values");
            if (name->kind != Kind::Text) continue;
            const PickleValue& member = withoutParameter(*value);
            if (isTensor(member)) found.emplace_back(start + name->text, &member);
            else if (isScriptModule(member)) collect(member, start + name->text + ".", depth + 1);
        }
    }
};

NamedTensors stateDictIn(const PickleValue& root) {
    if (isScriptModule(root)) {
        if (ScriptTensors module(root); !module.found.empty()) return std::move(module.found);
    }
    if (NamedTensors tensors = tensorsIn(root); !tensors.empty()) return tensors;
    if (isDictionary(root)) {
        for (const char* name : {"model_ema", "state_dict_ema", "model", "state_dict", "model_state_dict", "teacher", "net",
                                 "module", "student"}) {
            const PickleValue* found = root.find(name);
            if (found == nullptr) continue;
            if (NamedTensors tensors = tensorsIn(*found); !tensors.empty()) return tensors;
        }
    }
    throw Error("no dictionary of tensors was found in it");
}

std::vector<std::int64_t> wholeNumbers(const PickleValue& list) {
    std::vector<std::int64_t> numbers;
    for (const PickleValue* item : list.items) {
        if (item->kind != Kind::Integer || item->integer < 0) throw Error("a tensor has an impossible shape");
        numbers.push_back(item->integer);
    }
    return numbers;
}

class Tensors {
public:
    Tensors(std::map<std::string, Bytes> files, std::string folder) : m_files(std::move(files)), m_folder(std::move(folder)) {}

    // First, for each that will be read: its numbers are let go with the last one that has them, so that they do not lie
    // in memory twice.
    void expect(const PickleValue& tensor) {
        const PickleValue& storage = *tensor.items[0];
        if (isStorage(storage)) ++m_readers[fileOf(storage)];
    }

    TensorData read(const PickleValue& tensor) {
        const PickleValue& storage = *tensor.items[0];
        if (!isStorage(storage)) throw Error("a tensor's numbers are not understood");
        const auto type = typeOf(storage.items[1]->text);
        if (!type) throw Error("the number type \"" + storage.items[1]->text + "\" is not known");
        const auto file = m_files.find(fileOf(storage));
        if (file == m_files.end()) throw Error("the numbers of a tensor are missing");
        if (tensor.items[1]->kind != Kind::Integer || tensor.items[1]->integer < 0)
            throw Error("a tensor begins at an impossible place");
        TensorData data{*type, wholeNumbers(*tensor.items[2]), {}};
        gather(data, file->second, static_cast<std::uint64_t>(tensor.items[1]->integer), wholeNumbers(*tensor.items[3]));
        if (--m_readers[file->first] == 0) m_files.erase(file);
        return data;
    }

private:
    std::map<std::string, Bytes> m_files;
    std::map<std::string, int> m_readers;  // tensors that have a file's numbers and are still to be read
    std::string m_folder;

    static bool isStorage(const PickleValue& value) {
        return value.kind == Kind::Persistent && value.items.size() >= 3 && value.items[1]->kind == Kind::Class;
    }
    std::string fileOf(const PickleValue& storage) const { return m_folder + "data/" + storage.items[2]->text; }

    // Row-major, out of a storage in which each axis has its own stride.
    static void gather(TensorData& data, const Bytes& storage, std::uint64_t offset, const std::vector<std::int64_t>& strides) {
        const std::size_t width = elementSize(data.dtype);
        const std::uint64_t stored = storage.size() / width;
        if (strides.size() != data.shape.size() || data.shape.size() > 16) throw Error("a tensor has an impossible shape");
        std::uint64_t count = 1, last = offset;
        for (std::size_t i = 0; i < strides.size(); ++i) {
            const auto size = static_cast<std::uint64_t>(data.shape[i]);
            if (size == 0) return;
            std::uint64_t reach = 0;
            if (__builtin_mul_overflow(count, size, &count) ||
                __builtin_mul_overflow(size - 1, static_cast<std::uint64_t>(strides[i]), &reach) ||
                __builtin_add_overflow(last, reach, &last))
                throw Error("a tensor has an impossible shape");
        }
        if (last >= stored || count > stored) throw Error("a tensor reaches beyond its numbers");
        data.bytes.resize(count * width);
        std::vector<std::int64_t> index(strides.size(), 0);
        for (std::uint64_t i = 0; i < count; ++i) {
            std::uint64_t place = offset;
            for (std::size_t axis = 0; axis < index.size(); ++axis)
                place += static_cast<std::uint64_t>(index[axis] * strides[axis]);
            std::memcpy(&data.bytes[i * width], &storage[place * width], width);
            for (std::size_t axis = index.size(); axis-- > 0;) {
                if (++index[axis] < data.shape[axis]) break;
                index[axis] = 0;
            }
        }
    }
};

void dropCommonStart(std::map<std::string, TensorData>& tensors, const std::string& start) {
    if (tensors.empty() || !std::all_of(tensors.begin(), tensors.end(), [&](const auto& entry) {
            return entry.first.size() > start.size() && entry.first.starts_with(start);
        }))
        return;
    std::map<std::string, TensorData> shorter;
    while (!tensors.empty()) {
        auto node = tensors.extract(tensors.begin());
        node.key().erase(0, start.size());
        shorter.insert(std::move(node));
    }
    tensors = std::move(shorter);
}

TensorFile readFile(const std::filesystem::path& path) {
    const std::uint64_t size = std::filesystem::file_size(path);
    std::array<char, 4> magic{};
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
    if (!file) throw std::system_error(errno, std::system_category());
    if (std::fread(magic.data(), 1, magic.size(), file.get()) != magic.size() || std::memcmp(magic.data(), "PK\x03\x04", 4) != 0)
        throw Error("it is no file of torch.save() of PyTorch 1.6 or later: load it in Python and save it again, best with "
                    "safetensors.torch.save_file()");
    std::map<std::string, Bytes> files = filesIn(path, size);
    constexpr std::string_view kPickle = "data.pkl";
    const auto pickled = std::find_if(files.begin(), files.end(), [&](const auto& entry) {
        return entry.first == kPickle || entry.first.ends_with("/" + std::string(kPickle));
    });
    if (pickled == files.end()) throw Error("it holds no data.pkl");
    const std::string folder = pickled->first.substr(0, pickled->first.size() - kPickle.size());
    if (const auto order = files.find(folder + "byteorder"); order != files.end()) {
        const std::string_view text(reinterpret_cast<const char*>(order->second.data()), order->second.size());
        if (text != "little") throw Error("its numbers are stored big-endian");
    }
    const Bytes program = std::move(pickled->second);
    const Pickle pickle(program);
    Tensors tensors(std::move(files), folder);
    TensorFile result;
    std::uint64_t total = 0;
    const NamedTensors stored = stateDictIn(pickle.root());
    for (const auto& [name, tensor] : stored) tensors.expect(*tensor);
    for (const auto& [name, tensor] : stored) {
        try {
            TensorData data = tensors.read(*tensor);
            // Tensors may share their numbers, but not so many that they were made to fill the memory.
            total += data.bytes.size();
            if (total > 4 * size) throw Error("its tensors are much larger than the file");
            result.tensors.insert_or_assign(name, std::move(data));
        } catch (const Error& fault) {
            throw Error("array \"" + name + "\": " + fault.what());
        }
    }
    for (const char* start : {"module.", "backbone."}) dropCommonStart(result.tensors, start);
    return result;
}

}  // namespace

TensorFile readPyTorchFile(const std::filesystem::path& path) {
    try {
        return readFile(path);
    } catch (const std::system_error& fault) {
        throwSystemFault("Cannot read the weights in", path, fault.code().value());
    } catch (const Error& fault) {
        throw DamagedWeights("Cannot read the weights in " + path.string() + ": " + fault.what() + ".");
    }
}

}  // namespace vit
