// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of protobuf messages against those of the specification.
#include "core/io/protobuf_writer.h"

#include <QTest>

#include <cstdint>
#include <string>
#include <vector>

using namespace vit;

class TestProtobufWriter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wireFormatIsThatOfTheSpecification();
};

void TestProtobufWriter::wireFormatIsThatOfTheSpecification() {
    QCOMPARE(ProtobufWriter().integer(1, 150).data(), std::string("\x08\x96\x01"));
    QCOMPARE(ProtobufWriter().bytes(2, "testing").data(), std::string("\x12\x07testing"));
    QCOMPARE(ProtobufWriter().integer(16, -1).data(), std::string("\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    QCOMPARE(ProtobufWriter().packed(6, std::vector<std::int64_t>{3, 270}).data(), std::string("\x32\x03\x03\x8e\x02"));
    QCOMPARE(ProtobufWriter().float32(1, 1).data(), std::string("\x0d\0\0\x80\x3f", 5));
    QCOMPARE(ProtobufWriter().float64(1, 1).data(), std::string("\x09\0\0\0\0\0\0\xf0\x3f", 9));
}

QTEST_GUILESS_MAIN(TestProtobufWriter)
#include "test_protobuf_writer.moc"
