// SPDX-License-Identifier: GPL-3.0-or-later
// Reads TensorBoard's event files: their frames, curves and pictures.
#pragma once

#include "core/io/crc32c.h"
#include "tests/support/files.h"
#include "tests/support/protobuf_reader.h"

#include <bit>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace vit::test {

inline std::uint32_t unmasked(std::uint32_t checksum) { return std::rotl(checksum - 0xa282ead8u, 15); }

// The events of a file; throws if a frame is torn or a checksum wrong.
inline std::vector<Wire> eventsOf(const std::filesystem::path& path) {
    const std::string text = readFile(QString::fromStdString(path.string())).toStdString();
    std::vector<Wire> events;
    for (std::size_t at = 0; at < text.size();) {
        const auto length = numberAt<std::uint64_t>(text, at);
        if (crc32c(text.substr(at, 8)) != unmasked(numberAt<std::uint32_t>(text, at + 8)))
            throw std::runtime_error("length");
        const std::string data = text.substr(at + 12, length);
        if (crc32c(data) != unmasked(numberAt<std::uint32_t>(text, at + 12 + length))) throw std::runtime_error("data");
        events.emplace_back(data);
        at += 16 + length;
    }
    return events;
}

// By tag, the steps and their values.
using Points = std::map<std::string, std::vector<std::pair<std::int64_t, float>>>;

inline Points scalarsOf(const std::vector<Wire>& events) {
    Points points;
    for (const Wire& event : events) {
        for (const Entry& entry : Wire(event.one(5).bytes).all(1)) {
            const Wire value(entry.bytes);
            if (!value.all(9).empty() || !value.all(4).empty()) continue;  // a plugin's, a picture
            points[value.one(1).bytes].emplace_back(
                static_cast<std::int64_t>(event.one(2).number),
                std::bit_cast<float>(static_cast<std::uint32_t>(value.one(2).number)));
        }
    }
    return points;
}

// Tag, step, and the message of each picture.
inline std::vector<std::tuple<std::string, std::uint64_t, Wire>> picturesOf(const std::vector<Wire>& events) {
    std::vector<std::tuple<std::string, std::uint64_t, Wire>> pictures;
    for (const Wire& event : events) {
        for (const Entry& entry : Wire(event.one(5).bytes).all(1)) {
            const Wire value(entry.bytes);
            if (!value.all(4).empty())
                pictures.emplace_back(value.one(1).bytes, event.one(2).number, Wire(value.one(4).bytes));
        }
    }
    return pictures;
}

}  // namespace vit::test
