// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/import/source_weights.h"

#include "core/base/error.h"
#include "core/io/pytorch_file.h"
#include "core/io/strict_json.h"
#include "core/io/system_fault.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace vit {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uintmax_t kMostJsonBytes = 64'000'000;
constexpr std::string_view kIndexEnding = ".index.json";

std::string textOf(const fs::path& file) {
    std::error_code fault;
    const std::uintmax_t size = fs::file_size(file, fault);
    if (fault) throwSystemFault("Cannot read", file, fault.value());
    if (size > kMostJsonBytes) throw Error(file.string() + " is too large to be a configuration.");
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) throwSystemFault("Cannot read", file, errno);
    return text.str();
}

Json jsonOf(const fs::path& file) {
    try {
        return parseStrictJson(textOf(file));
    } catch (const InvalidInput& fault) {
        throw InvalidInput(file.string() + ": " + fault.what());
    }
}

std::shared_ptr<Json> jsonBeside(const fs::path& file, const char* name) {
    const fs::path path = file.parent_path() / name;
    if (!fs::is_regular_file(path)) return nullptr;
    return std::make_shared<Json>(jsonOf(path));
}

bool isPyTorchName(const fs::path& file) {
    const std::string ending = file.extension().string();
    return ending == ".pth" || ending == ".pt" || ending == ".bin";
}

bool isWeightsName(const fs::path& file) {
    return file.extension() == ".safetensors" || file.filename().string().ends_with(kIndexEnding) || isPyTorchName(file);
}

// The usual names first, then whatever one file there is.
fs::path weightsIn(const fs::path& folder) {
    for (const char* name : {"model.safetensors.index.json", "model.safetensors", "pytorch_model.bin",
                             "open_clip_model.safetensors", "open_clip_pytorch_model.bin"})
        if (fs::is_regular_file(folder / name)) return folder / name;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && isWeightsName(entry.path())) found.push_back(entry.path());
    if (found.size() == 1) return found.front();
    if (found.empty())
        throw InvalidInput(folder.string() + " holds no weights: a file that ends in .safetensors, .pth, .pt or .bin.");
    throw InvalidInput(folder.string() + " holds " + std::to_string(found.size()) +
                       " files of weights: name the one that is meant.");
}

// A name out of an index that stays in its folder.
fs::path shard(const fs::path& index, const Json& name) {
    if (!name.is_string()) throw InvalidInput(index.string() + ": the name of a file is no text.");
    const fs::path file = name.get<std::string>();
    if (file.has_parent_path() || file.extension() != ".safetensors")
        throw InvalidInput(index.string() + " names " + file.string() + ", which is no .safetensors file beside it.");
    return index.parent_path() / file;
}

SourceTensor tensorIn(const std::shared_ptr<const SafetensorsFile>& file, const std::string& name) {
    const SafetensorsFile::Array& array = file->arrays().at(name);
    return {array.dtype, array.shape, [file, name] { return file->read(name); }};
}

void readShards(SourceWeights& weights, const fs::path& index) {
    const Json json = jsonOf(index);
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
        throw InvalidInput(index.string() + " is no index of safetensors files: it has no weight_map.");
    std::map<fs::path, std::shared_ptr<const SafetensorsFile>> files;
    for (const auto& [name, file] : json["weight_map"].items()) {
        const fs::path path = shard(index, file);
        if (!files.contains(path)) files.emplace(path, std::make_shared<const SafetensorsFile>(path));
        if (!files[path]->arrays().contains(name))
            throw InvalidInput(path.string() + " lacks " + name + ", which the index says is in it: take all files again.");
        weights.tensors[name] = tensorIn(files[path], name);
    }
}

void openSafetensors(SourceWeights& weights) {
    const auto file = std::make_shared<const SafetensorsFile>(weights.file);
    for (const auto& [name, array] : file->arrays()) weights.tensors[name] = tensorIn(file, name);
}

void readPyTorch(SourceWeights& weights) {
    for (auto& [name, read] : readPyTorchFile(weights.file).tensors) {
        const auto held = std::make_shared<TensorData>(std::move(read));
        weights.tensors[name] = {held->dtype, held->shape, [held] { return std::move(held->bytes); }};
    }
}

const Json* memberAt(const Json* object, std::string_view path) {
    while (object != nullptr && !path.empty()) {
        const std::size_t dot = path.find('.');
        const std::string key(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
        if (!object->is_object() || !object->contains(key)) return nullptr;
        object = &(*object)[key];
    }
    return object;
}

float halfToFloat(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16, exponent = (half >> 10) & 0x1FU, fraction = half & 0x3FFU;
    if (exponent == 0) {  // zero, or below the normal numbers
        const float value = static_cast<float>(fraction) * 0x1p-24F;
        return sign != 0 ? -value : value;
    }
    const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
    return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

template <typename Stored, typename Convert>
std::vector<float> converted(const SourceTensor& tensor, const Convert& convert) {
    const std::vector<std::byte> bytes = tensor.take();
    std::vector<float> values(bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, &bytes[i * sizeof stored], sizeof stored);
        values[i] = convert(stored);
    }
    return values;
}

}  // namespace

SourceWeights readSourceWeights(const fs::path& path) {
    SourceWeights weights;
    weights.file = fs::absolute(fs::is_directory(path) ? weightsIn(path) : path);
    if (!fs::is_regular_file(weights.file)) throw InvalidInput("There is no file " + path.string() + ".");
    if (weights.file.filename().string().ends_with(kIndexEnding)) readShards(weights, weights.file);
    else if (isPyTorchName(weights.file)) readPyTorch(weights);
    else openSafetensors(weights);
    weights.format = isPyTorchName(weights.file) ? "PyTorch" : "safetensors";
    weights.config = jsonBeside(weights.file, "config.json");
    weights.openClip = jsonBeside(weights.file, "open_clip_config.json");
    weights.preprocessor = jsonBeside(weights.file, "preprocessor_config.json");
    return weights;
}

std::optional<double> numberIn(const Json* object, std::string_view path) {
    const Json* member = memberAt(object, path);
    return member != nullptr && member->is_number() ? std::optional(member->get<double>()) : std::nullopt;
}

std::optional<std::string> textIn(const Json* object, std::string_view path) {
    const Json* member = memberAt(object, path);
    return member != nullptr && member->is_string() ? std::optional(member->get<std::string>()) : std::nullopt;
}

std::optional<bool> flagIn(const Json* object, std::string_view path) {
    const Json* member = memberAt(object, path);
    return member != nullptr && member->is_boolean() ? std::optional(member->get<bool>()) : std::nullopt;
}

std::optional<std::vector<double>> numbersIn(const Json* object, std::string_view path) {
    const Json* member = memberAt(object, path);
    if (member == nullptr || !member->is_array()) return std::nullopt;
    std::vector<double> numbers;
    for (const Json& number : *member) {
        if (!number.is_number()) return std::nullopt;
        numbers.push_back(number.get<double>());
    }
    return numbers;
}

FloatArray floatsOf(const std::string& name, const SourceTensor& tensor) {
    const std::string& type = tensor.dtype;
    FloatArray array{tensor.shape, {}};
    if (type == "F32") array.values = converted<float>(tensor, [](float value) { return value; });
    else if (type == "F64") array.values = converted<double>(tensor, [](double value) { return static_cast<float>(value); });
    else if (type == "F16") array.values = converted<std::uint16_t>(tensor, halfToFloat);
    else if (type == "BF16")
        array.values = converted<std::uint16_t>(
            tensor, [](std::uint16_t value) { return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16); });
    else throw InvalidInput(name + " holds numbers of type " + type + ", not floating-point ones: these are no weights.");
    return array;
}

}  // namespace vit
