// SPDX-License-Identifier: GPL-3.0-or-later
// Keys, variable-length integers and little-endian numbers.
#include "core/io/protobuf_writer.h"

#include <bit>

namespace vit {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian and is copied as it is");

constexpr int kVarint = 0;
constexpr int kFixed64 = 1;
constexpr int kLengthDelimited = 2;
constexpr int kFixed32 = 5;

}  // namespace

void ProtobufWriter::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) m_data += static_cast<char>((value & 0x7f) | 0x80);
    m_data += static_cast<char>(value);
}

void ProtobufWriter::key(int field, int wireType) {
    varint(static_cast<std::uint64_t>(field) << 3 | wireType);
}

ProtobufWriter& ProtobufWriter::integer(int field, std::int64_t value) {
    key(field, kVarint);
    varint(static_cast<std::uint64_t>(value));
    return *this;
}

ProtobufWriter& ProtobufWriter::float32(int field, float value) {
    key(field, kFixed32);
    m_data.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
}

ProtobufWriter& ProtobufWriter::float64(int field, double value) {
    key(field, kFixed64);
    m_data.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
}

ProtobufWriter& ProtobufWriter::bytes(int field, std::string_view value) {
    key(field, kLengthDelimited);
    varint(value.size());
    m_data += value;
    return *this;
}

ProtobufWriter& ProtobufWriter::message(int field, const ProtobufWriter& value) {
    return bytes(field, value.data());
}

ProtobufWriter& ProtobufWriter::packed(int field, std::span<const std::int64_t> values) {
    ProtobufWriter list;
    for (const std::int64_t value : values) list.varint(static_cast<std::uint64_t>(value));
    return message(field, list);
}

}  // namespace vit
