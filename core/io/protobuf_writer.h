// SPDX-License-Identifier: GPL-3.0-or-later
// Messages in the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vit {

// Fields are numbered as in the message's .proto file; one that is written several times is a repeated field.
class ProtobufWriter {
public:
    ProtobufWriter& integer(int field, std::int64_t value);  // int32, int64, uint64, bool and enumerations
    ProtobufWriter& float32(int field, float value);
    ProtobufWriter& float64(int field, double value);
    ProtobufWriter& bytes(int field, std::string_view value);  // string and bytes
    ProtobufWriter& message(int field, const ProtobufWriter& value);
    ProtobufWriter& packed(int field, std::span<const std::int64_t> values);  // a repeated integer

    const std::string& data() const { return m_data; }

private:
    std::string m_data;

    void varint(std::uint64_t value);
    void key(int field, int wireType);
};

}  // namespace vit
