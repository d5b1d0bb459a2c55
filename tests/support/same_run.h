// SPDX-License-Identifier: GPL-3.0-or-later
// Whether two runs are the same in all but their times.
#pragma once

#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <sstream>
#include <string>

namespace vit::test {

// What differs first between two files of weights; empty if nothing does.
inline std::string weightsDifference(const std::filesystem::path& one, const std::filesystem::path& two) {
    TensorFile a = readSafetensors(one);
    TensorFile b = readSafetensors(two);
    if (a.tensors.size() != b.tensors.size()) return "the number of tensors";
    for (const auto& [name, tensor] : a.tensors) {
        const auto other = b.tensors.find(name);
        if (other == b.tensors.end() || other->second.bytes != tensor.bytes) return name;
    }
    for (const char* time : {"seconds", "epoch_seconds"}) {
        a.metadata.erase(time);
        b.metadata.erase(time);
    }
    for (const auto& [key, value] : a.metadata) {
        if (b.metadata[key] != value) return key + ": " + value + " and " + b.metadata[key];
    }
    return {};
}

// A curve's lines without what depends on the clock and the computer's load.
inline std::string timelessCurve(const std::filesystem::path& path) {
    std::istringstream lines(readTextFile(path));
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        auto json = nlohmann::ordered_json::parse(line);
        for (const char* key : {"images_per_second", "elapsed_seconds", "remaining_seconds", "memory_bytes", "seconds"})
            json.erase(key);
        kept += json.dump() + "\n";
    }
    return kept;
}

// So too what was said of pinned pictures.
inline std::string timelessProbes(const std::filesystem::path& run) {
    std::istringstream lines(readTextFile(run / "probe.jsonl"));
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        auto json = nlohmann::ordered_json::parse(line);
        for (const char* key : {"milliseconds", "model"}) json["prediction"].erase(key);
        kept += json.dump() + "\n";
    }
    return kept;
}

// What differs between two runs' folders; empty if nothing does.
inline std::string runDifference(const std::filesystem::path& one, const std::filesystem::path& two) {
    for (const char* file : {"best.safetensors", "last.safetensors"}) {
        if (const std::string what = weightsDifference(one / file, two / file); !what.empty())
            return std::string(file) + ": " + what;
    }
    for (const char* file : {"steps.jsonl", "epochs.jsonl", "layers.jsonl"}) {
        if (timelessCurve(one / file) != timelessCurve(two / file)) return file;
    }
    return {};
}

}  // namespace vit::test
