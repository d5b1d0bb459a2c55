// SPDX-License-Identifier: GPL-3.0-or-later
// The safetensors format (https://github.com/huggingface/safetensors#format): named arrays in one file.
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace vit {

struct TensorData {
    std::string dtype;                // "F32", "F64", "F16", "BF16", "I64", "I32", "U8", "BOOL"
    std::vector<std::int64_t> shape;  // empty for a scalar
    std::vector<std::byte> bytes;     // little-endian, row-major
};

struct TensorFile {
    std::map<std::string, TensorData> tensors;
    std::map<std::string, std::string> metadata;
};

// A checksum over header and arrays stands in the metadata as "crc32c"; readSafetensors() compares it and takes it out.
enum class Checksum { None, Crc32c };

// A file of weights that is there but not as it was written.
class DamagedWeights : public Error {
public:
    using Error::Error;
};

// Throws Error when the file cannot be read, DamagedWeights when it is torn, oversized, has overlapping or gapped
// ranges, an unknown type or another checksum than it says.
TensorFile readSafetensors(const std::filesystem::path& path);

// The same for a file whose arrays are wanted one at a time, so that no more than one of them is in memory: it is open, its
// header is checked, and each array is read when it is asked for. It is read and not mapped, as a mapped file that
// another program cuts ends this one by a signal, while reading it ends in an Error. May be used by several threads.
class SafetensorsFile {
public:
    struct Array {
        std::string dtype;
        std::vector<std::int64_t> shape;
        std::uint64_t begin = 0;  // in the file
        std::uint64_t bytes = 0;
    };

    // Throws as readSafetensors(). Of a file that has a checksum all is read once for it.
    explicit SafetensorsFile(const std::filesystem::path& path);

    const std::map<std::string, Array>& arrays() const { return m_arrays; }
    const std::map<std::string, std::string>& metadata() const { return m_metadata; }

    // An array's bytes, little-endian, row-major. Throws Error when it cannot be read, DamagedWeights when the file has
    // become shorter, std::out_of_range when there is no such array.
    std::vector<std::byte> read(const std::string& name) const;

private:
    std::filesystem::path m_path;
    std::shared_ptr<std::FILE> m_file;
    std::map<std::string, Array> m_arrays;
    std::map<std::string, std::string> m_metadata;
};

// Atomic (see atomic_file.h); the header is padded to 8 bytes.
void writeSafetensors(const std::filesystem::path& path, const TensorFile& file, Checksum checksum = Checksum::None);

// Bytes of one element; throws Error for an unknown type.
std::size_t elementSize(const std::string& dtype);

}  // namespace vit
