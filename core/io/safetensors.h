// SPDX-License-Identifier: GPL-3.0-or-later
// The safetensors format (https://github.com/huggingface/safetensors#format): named arrays in one file.
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
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
// Atomic (see atomic_file.h); the header is padded to 8 bytes.
void writeSafetensors(const std::filesystem::path& path, const TensorFile& file, Checksum checksum = Checksum::None);

// Bytes of one element; throws Error for an unknown type.
std::size_t elementSize(const std::string& dtype);

}  // namespace vit
