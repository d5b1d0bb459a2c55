// SPDX-License-Identifier: GPL-3.0-or-later
// Reading arrays and text attributes of HDF5 files (https://www.hdfgroup.org/solutions/hdf5).
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

namespace vit {

struct FloatArray {
    std::vector<std::int64_t> shape;  // empty for a scalar
    std::vector<float> values;        // row-major
};

// Names are paths from the file's root: "layers/dense/vars/0". Only one file is open at a time in the program, since
// the library is not thread-safe: opening waits until another thread has closed its file.
class Hdf5File {
public:
    explicit Hdf5File(std::filesystem::path path);  // throws Error if it is missing or no HDF5 file
    ~Hdf5File();
    Hdf5File(const Hdf5File&) = delete;
    Hdf5File& operator=(const Hdf5File&) = delete;

    const std::filesystem::path& path() const { return m_path; }

    bool contains(const std::string& name) const;
    std::vector<std::string> children(const std::string& group) const;  // in the order of their names

    // Numbers of any type as float. Throws Error if there is no such array, it holds no numbers, claims more of them
    // than the file can hold, or cannot be read.
    FloatArray read(const std::string& name) const;

    // An attribute of a group, "" being the root. Lists too long for one attribute are found in NAME0, NAME1, … as
    // Keras splits them. Throws Error if it is no text; an absent or empty one gives no strings.
    std::vector<std::string> texts(const std::string& group, const std::string& attribute) const;

private:
    std::unique_lock<std::mutex> m_lock;
    std::filesystem::path m_path;
    std::int64_t m_file;         // the library's handle
    std::uint64_t m_bytes = 0;  // the file's size

    bool canHold(std::uint64_t stored, bool compressed, std::uint64_t bytes) const;
    [[noreturn]] void fail(const std::string& what) const;
};

}  // namespace vit
