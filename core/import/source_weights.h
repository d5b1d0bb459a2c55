// SPDX-License-Identifier: GPL-3.0-or-later
// A model as another library saved it: its arrays by name, and what the files beside them say of it.
#pragma once

#include "core/base/float_array.h"
#include "core/io/safetensors.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

// An array where it lies. Of a file of safetensors nothing but the header has been read before.
struct SourceTensor {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::function<std::vector<std::byte>()> take;  // its bytes, as in TensorData; to be called once at most
};

struct SourceWeights {
    std::map<std::string, SourceTensor> tensors;
    std::filesystem::path file;                     // what was read: a file, or the index of several
    std::string format;                             // "safetensors", "PyTorch"
    std::shared_ptr<nlohmann::ordered_json> config;        // config.json; null: there is none
    std::shared_ptr<nlohmann::ordered_json> openClip;      // open_clip_config.json; likewise
    std::shared_ptr<nlohmann::ordered_json> preprocessor;  // preprocessor_config.json; likewise
};

// A .safetensors file, an index of several (.index.json), a PyTorch state dict (.pth, .pt, .bin), or a folder with one of
// them; config.json, open_clip_config.json and preprocessor_config.json are looked for beside it. A model of N bytes in 32-bit
// numbers is so imported with N bytes and its largest array in memory; a PyTorch file is read as a whole at first. Throws
// InvalidInput when the folder holds none or more than one, Error or DamagedWeights when something cannot be read.
SourceWeights readSourceWeights(const std::filesystem::path& path);

// A member by a path of keys, "vision_config.hidden_size"; none where it is not there or of another kind. A null object has
// no members.
std::optional<double> numberIn(const nlohmann::ordered_json* object, std::string_view path);
std::optional<std::string> textIn(const nlohmann::ordered_json* object, std::string_view path);
std::optional<bool> flagIn(const nlohmann::ordered_json* object, std::string_view path);
std::optional<std::vector<double>> numbersIn(const nlohmann::ordered_json* object, std::string_view path);

// Takes the array as 32-bit numbers, whatever floating-point type it is stored in. Throws InvalidInput for whole numbers,
// Error or DamagedWeights if it cannot be read any more.
FloatArray floatsOf(const std::string& name, const SourceTensor& tensor);

}  // namespace vit
