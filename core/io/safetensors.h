// SPDX-License-Identifier: GPL-3.0-or-later
// The safetensors format (https://github.com/huggingface/safetensors#format): named arrays in one file.
#pragma once

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

// Throws Error when the file is missing, torn, oversized, has overlapping or gapped ranges or an unknown type.
TensorFile readSafetensors(const std::filesystem::path& path);
// Atomic (see atomic_file.h); the header is padded to 8 bytes.
void writeSafetensors(const std::filesystem::path& path, const TensorFile& file);

// Bytes of one element; throws Error for an unknown type.
std::size_t elementSize(const std::string& dtype);

}  // namespace vit
