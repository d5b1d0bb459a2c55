// SPDX-License-Identifier: GPL-3.0-or-later
// The HDF5 C library behind a class: each of its handles is closed by a guard.
#include "core/io/hdf5.h"

#include "core/base/error.h"
#include "core/io/system_fault.h"

#include <hdf5.h>

#include <algorithm>
#include <cstdlib>

namespace vit {

namespace {

constexpr hsize_t kMaxElements = hsize_t{1} << 31;  // 8 GiB of floats: beyond any model of this program

class Handle {
public:
    using Close = herr_t (*)(hid_t);

    Handle(hid_t id, Close close) : m_id(id), m_close(close) {}
    ~Handle() {
        if (valid()) m_close(m_id);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    bool valid() const { return m_id >= 0; }
    operator hid_t() const { return m_id; }

private:
    hid_t m_id;
    Close m_close;
};

std::mutex& libraryMutex() {
    static std::mutex mutex;
    return mutex;
}

// The library's own stack of messages would go to standard error.
void silenceLibrary() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::vector<hsize_t> dimensionsOf(hid_t space) {
    const int rank = H5Sget_simple_extent_ndims(space);
    std::vector<hsize_t> dimensions(static_cast<std::size_t>(std::max(rank, 0)));
    if (rank > 0) H5Sget_simple_extent_dims(space, dimensions.data(), nullptr);
    return dimensions;
}

// How many elements, or more than kMaxElements if they are too many.
hsize_t countOf(const std::vector<hsize_t>& dimensions) {
    hsize_t count = 1;
    for (const hsize_t dimension : dimensions) {
        if (dimension == 0) return 0;
        if (count > kMaxElements / dimension) return kMaxElements + 1;
        count *= dimension;
    }
    return count;
}

bool isChunked(hid_t dataset) {
    const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
    return H5Pget_layout(properties) == H5D_CHUNKED;
}

std::vector<std::string> variableTexts(hid_t attribute, hid_t type, hid_t space, std::size_t count) {
    std::vector<char*> pointers(count, nullptr);
    if (H5Aread(attribute, type, pointers.data()) < 0) return {};
    std::vector<std::string> texts;
    texts.reserve(count);
    for (const char* pointer : pointers) texts.emplace_back(pointer != nullptr ? pointer : "");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    return texts;
}

std::vector<std::string> fixedTexts(hid_t attribute, hid_t type, std::size_t count) {
    const std::size_t width = H5Tget_size(type);
    std::string bytes(count * width, '\0');
    if (H5Aread(attribute, type, bytes.data()) < 0) return {};
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string text = bytes.substr(i * width, width);
        texts.push_back(text.substr(0, text.find('\0')));
    }
    return texts;
}

}  // namespace

Hdf5File::Hdf5File(std::filesystem::path path) : m_lock(libraryMutex()), m_path(std::move(path)) {
    std::error_code fault;
    if (!std::filesystem::is_regular_file(m_path, fault)) throw Error(m_path.string() + " is not there.");
    m_bytes = std::filesystem::file_size(m_path, fault);
    if (fault) throw Error(m_path.string() + " cannot be read: " + systemText(fault.value()) + ".");
    silenceLibrary();
    m_file = H5Fopen(m_path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (m_file < 0) fail("is no HDF5 file, or it is damaged or cannot be read");
}

Hdf5File::~Hdf5File() {
    H5Fclose(m_file);
}

void Hdf5File::fail(const std::string& what) const {
    H5Eclear2(H5E_DEFAULT);  // this thread's own messages would keep the library from closing at the program's end
    throw Error(m_path.string() + " " + what + ".");
}

// Chunks may be compressed; deflate packs 1,032 bytes into one at best.
bool Hdf5File::canHold(std::uint64_t stored, bool compressed, std::uint64_t bytes) const {
    constexpr std::uint64_t kBestRatio = 1032;
    return bytes <= std::min(stored, m_bytes) * (compressed ? kBestRatio : 1);
}

bool Hdf5File::contains(const std::string& name) const {
    // Each part of the path must be asked for: a missing one in the middle is an error to the library.
    for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1))
        if (H5Lexists(m_file, name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    return H5Lexists(m_file, name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> Hdf5File::children(const std::string& group) const {
    const Handle handle(H5Gopen2(m_file, group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Gclose);
    H5G_info_t info{};
    if (!handle.valid() || H5Gget_info(handle, &info) < 0) fail("has no group " + group);
    std::vector<std::string> names;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
        const ssize_t length = H5Lget_name_by_idx(handle, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
        if (length < 0) fail("has a damaged group " + group);
        std::string name(static_cast<std::size_t>(length), '\0');
        H5Lget_name_by_idx(handle, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT);
        names.push_back(std::move(name));
    }
    return names;
}

FloatArray Hdf5File::read(const std::string& name) const {
    if (!contains(name)) fail("lacks the array " + name);
    const Handle dataset(H5Dopen2(m_file, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) fail("has no array at " + name);
    const Handle type(H5Dget_type(dataset), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type);
    if (kind != H5T_FLOAT && kind != H5T_INTEGER) fail("holds no numbers in " + name);
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const std::vector<hsize_t> dimensions = dimensionsOf(space);
    const hsize_t count = countOf(dimensions);
    if (count > kMaxElements) fail("has an array that is too large: " + name);
    // Asked before memory is made for it: chunks that were never written cost a file nothing.
    if (!canHold(H5Dget_storage_size(dataset), isChunked(dataset), count * H5Tget_size(type)))
        fail("is damaged: " + name + " claims " + std::to_string(count) + " numbers, more than the file can hold");

    FloatArray array;
    array.shape.assign(dimensions.begin(), dimensions.end());
    array.values.resize(count);
    if (count > 0 && H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0)
        fail("is damaged: " + name + " cannot be read");
    return array;
}

std::vector<std::string> Hdf5File::texts(const std::string& group, const std::string& attribute) const {
    const char* where = group.empty() ? "/" : group.c_str();
    if (H5Aexists_by_name(m_file, where, attribute.c_str(), H5P_DEFAULT) <= 0) {
        std::vector<std::string> all;
        for (int part = 0;
             H5Aexists_by_name(m_file, where, (attribute + std::to_string(part)).c_str(), H5P_DEFAULT) > 0; ++part) {
            for (std::string& text : texts(group, attribute + std::to_string(part))) all.push_back(std::move(text));
        }
        return all;
    }
    const Handle handle(H5Aopen_by_name(m_file, where, attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    const Handle space(H5Aget_space(handle), H5Sclose);
    const hsize_t count = countOf(dimensionsOf(space));
    if (count == 0) return {};  // h5py stores an empty list as floats
    const Handle type(H5Aget_type(handle), H5Tclose);
    if (count > kMaxElements || H5Tget_class(type) != H5T_STRING) fail("has no text in the attribute " + attribute);
    if (!canHold(m_bytes, false, count * H5Tget_size(type)))
        fail("is damaged: its attribute " + attribute + " claims more texts than the file can hold");
    std::vector<std::string> found =
        H5Tis_variable_str(type) > 0 ? variableTexts(handle, type, space, count) : fixedTexts(handle, type, count);
    if (found.size() != count) fail("has a damaged attribute " + attribute);
    return found;
}

}  // namespace vit
