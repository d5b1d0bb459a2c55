// SPDX-License-Identifier: GPL-3.0-or-later
// Safetensors: exact round trips, and every way in which a file can be damaged is noticed.
#include "core/base/error.h"
#include "core/io/atomic_file.h"
#include "core/io/safetensors.h"
#include "tests/support/thrown.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <fstream>
#include <stdexcept>

using namespace vit;

namespace {

template <typename T>
TensorData tensor(const std::string& dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
    TensorData data{dtype, std::move(shape), std::vector<std::byte>(values.size() * sizeof(T))};
    if (!values.empty()) std::memcpy(data.bytes.data(), values.data(), data.bytes.size());
    return data;
}

std::string lengthBytes(std::uint64_t length) {
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes;
}

std::string fileOf(const std::string& header, const std::string& data) {
    return lengthBytes(header.size()) + header + data;
}

// Without the flush to the disk, which would cost seconds over hundreds of files.
void writePlainly(const std::string& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
}

class Folder {
public:
    std::string path(const char* name = "a.safetensors") const { return m_folder.filePath(name).toStdString(); }

private:
    QTemporaryDir m_folder;
};

TensorFile sample() {
    TensorFile file;
    file.metadata = {{"format", "pt"}, {"epoch", "7"}};
    file.tensors["bias"] = tensor<float>("F32", {3}, {1.5F, -2, 0.25F});
    file.tensors["weight"] = tensor<double>("F64", {2, 1}, {1e300, -0.0});
    file.tensors["mask"] = tensor<std::uint8_t>("BOOL", {3}, {1, 0, 1});
    file.tensors["half"] = tensor<std::uint16_t>("BF16", {1}, {0x3f80});
    file.tensors["step"] = tensor<std::int64_t>("I64", {}, {42});
    file.tensors["none"] = tensor<float>("F32", {0, 5}, {});
    return file;
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrips();
    void keepsToTheFormat();
    void readsAnotherWritersFile();
    void readsArraysWhenTheyAreWanted();
    void noticesWhatIsCutOffLater();
    void noticesEveryTruncation();
    void noticesEveryFlippedBit();
    void refuses_data();
    void refuses();
    void refusesMissingFile();
    void refusesToWrite_data();
    void refusesToWrite();
    void knowsElementSizes();
};

void TestSafetensors::roundTrips() {
    const Folder folder;
    const TensorFile written = sample();
    writeSafetensors(folder.path(), written);
    const TensorFile read = readSafetensors(folder.path());
    QCOMPARE(read.metadata, written.metadata);
    QCOMPARE(read.tensors.size(), written.tensors.size());
    for (const auto& [name, data] : written.tensors) {
        const TensorData& other = read.tensors.at(name);
        QCOMPARE(other.dtype, data.dtype);
        QCOMPARE(other.shape, data.shape);
        QVERIFY2(other.bytes == data.bytes, name.c_str());
    }
    writeSafetensors(folder.path(), TensorFile{});
    QVERIFY(readSafetensors(folder.path()).tensors.empty());
}

void TestSafetensors::keepsToTheFormat() {
    const Folder folder;
    TensorFile file;
    file.tensors["b"] = tensor<std::uint8_t>("U8", {1}, {9});
    file.tensors["a"] = tensor<std::uint8_t>("U8", {2}, {7, 8});
    file.tensors["z"] = tensor<float>("F32", {1}, {1});
    writeSafetensors(folder.path(), file);
    const std::string text = readTextFile(folder.path());
    std::uint64_t length = 0;
    std::memcpy(&length, text.data(), sizeof length);
    QCOMPARE(length % 8, std::uint64_t{0});
    const std::string header = R"({"z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                               R"("a":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},)"
                               R"("b":{"dtype":"U8","shape":[1],"data_offsets":[6,7]}})";
    QCOMPARE(QString::fromStdString(text.substr(8, length)).trimmed(), QString::fromStdString(header));
    QCOMPARE(text.substr(8 + length), std::string("\x00\x00\x80\x3f\x07\x08\x09", 7));
}

void TestSafetensors::readsAnotherWritersFile() {
    // Header not padded, arrays not in the header's order, two arrays without elements at one place.
    const Folder folder;
    const std::string header = R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},)"
                               R"("e":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},)"
                               R"("f":{"dtype":"U8","shape":[3,0],"data_offsets":[4,4]},)"
                               R"("a":{"shape":[1,1],"data_offsets":[0,4],"dtype":"I32"}})";
    writePlainly(folder.path(), fileOf(header, std::string("\x05\0\0\0xy", 6)));
    const TensorFile file = readSafetensors(folder.path());
    QCOMPARE(file.tensors.size(), std::size_t{4});
    QVERIFY(file.tensors.at("b").bytes == (std::vector{std::byte{'x'}, std::byte{'y'}}));
    QVERIFY(file.tensors.at("a").bytes == (std::vector{std::byte{5}, std::byte{0}, std::byte{0}, std::byte{0}}));
}

void TestSafetensors::readsArraysWhenTheyAreWanted() {
    const Folder folder;
    const TensorFile written = sample();
    for (const Checksum checksum : {Checksum::None, Checksum::Crc32c}) {
        writeSafetensors(folder.path(), written, checksum);
        const SafetensorsFile file(folder.path());
        QCOMPARE(file.metadata(), written.metadata);
        QCOMPARE(file.arrays().size(), written.tensors.size());
        for (const auto& [name, data] : written.tensors) {
            QCOMPARE(file.arrays().at(name).dtype, data.dtype);
            QCOMPARE(file.arrays().at(name).shape, data.shape);
            for (int time = 0; time < 2; ++time) QVERIFY2(file.read(name) == data.bytes, name.c_str());
        }
    }
    QVERIFY_THROWS_EXCEPTION(std::out_of_range, SafetensorsFile(folder.path()).read("no such array"));
}

// What was cut off after the file had been opened is missed by its name, and what lies before is there.
void TestSafetensors::noticesWhatIsCutOffLater() {
    const Folder folder;
    TensorFile written;
    written.tensors["first"] = tensor<float>("F32", {2}, {1, 2});
    written.tensors["last"] = tensor<std::uint8_t>("U8", {4}, {1, 2, 3, 4});
    writeSafetensors(folder.path(), written);
    const SafetensorsFile file(folder.path());
    std::filesystem::resize_file(folder.path(), std::filesystem::file_size(folder.path()) - 1);
    QVERIFY(file.read("first") == written.tensors["first"].bytes);
    const QString fault = test::thrown<DamagedWeights>([&] { file.read("last"); });
    QVERIFY2(fault.contains("became shorter") && fault.contains("a.safetensors"), qPrintable(fault));
}

void TestSafetensors::noticesEveryTruncation() {
    const Folder folder;
    writeSafetensors(folder.path(), sample());
    const std::string whole = readTextFile(folder.path());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        writePlainly(folder.path("torn"), std::string_view(whole).substr(0, length));
        const QString fault = test::thrown<Error>([&] { readSafetensors(folder.path("torn")); });
        QVERIFY2(!fault.isEmpty(), std::to_string(length).c_str());
        QCOMPARE(test::thrown<Error>([&] { SafetensorsFile(folder.path("torn")); }), fault);
    }
    writePlainly(folder.path("long"), whole + '\0');
    QVERIFY(test::thrown<Error>([&] { readSafetensors(folder.path("long")); }).contains("bytes after its last array"));
}

void TestSafetensors::noticesEveryFlippedBit() {
    const Folder folder;
    const TensorFile written = sample();
    writeSafetensors(folder.path(), written, Checksum::Crc32c);
    QCOMPARE(readSafetensors(folder.path()).metadata, written.metadata);
    const std::string whole = readTextFile(folder.path());
    const std::size_t key = whole.find("crc32c");  // without it the file counts as one that has no checksum
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (i >= key && i < key + 6) continue;
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 1 << i % 7);
        writePlainly(folder.path(), damaged);
        const QString fault = test::thrown<Error>([&] { readSafetensors(folder.path()); });
        QVERIFY2(fault.contains("a.safetensors"), qPrintable(QString("byte %1 is not missed").arg(i)));
        QCOMPARE(test::thrown<Error>([&] { SafetensorsFile(folder.path()); }), fault);
    }
}

void TestSafetensors::refuses_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& content, const char* says) {
        QTest::newRow(name) << QByteArray::fromStdString(content) << says;
    };
    const auto entry = [](const char* name, const char* dtype, const char* shape, const char* offsets) {
        return std::string("\"") + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
               offsets + "}";
    };
    const auto one = [&](const char* dtype, const char* shape, const char* offsets, std::size_t bytes) {
        return fileOf(std::string("{") + entry("a", dtype, shape, offsets) + "}", std::string(bytes, 'x'));
    };
    const auto two = [&](const char* first, const char* second, std::size_t bytes) {
        return fileOf(std::string("{") + entry("a", "U8", "[4]", first) + "," + entry("b", "U8", "[4]", second) + "}",
                      std::string(bytes, 'x'));
    };

    row("no byte", "", "too short");
    row("header claims 2^63", lengthBytes(std::uint64_t{1} << 63) + "{}", "claims a size of 9223372036854775808");
    row("header claims the maximum", lengthBytes(~std::uint64_t{0}) + "{}", "claims a size");
    row("header over the limit", lengthBytes(100'000'001) + "{}", "claims a size");
    row("header longer than the file", lengthBytes(3) + "{}", "ends within its header");
    row("header is no object", fileOf("[]", ""), "no JSON object");
    row("header is empty", fileOf("", ""), "no JSON object");
    row("header is torn JSON", fileOf("{\"a\":", ""), "not correct JSON");
    row("header has a comment", fileOf("{/**/}", ""), "not correct JSON");
    row("pickle", "\x80\x02}q\x01junkjunkjunkjunk", "claims a size");
    row("name twice",
        fileOf(std::string("{") + entry("a", "U8", "[0]", "[0,0]") + "," + entry("a", "U8", "[0]", "[0,0]") + "}", ""),
        "\"a\" is given twice");
    row("gap at the front", one("U8", "[4]", "[1,5]", 5), "gap before the array \"a\"");
    row("gap between", two("[0,4]", "[5,9]", 9), "gap before the array \"b\"");
    row("overlap", two("[0,4]", "[3,7]", 7), "\"b\" overlaps");
    row("same place twice", two("[0,4]", "[0,4]", 4), "\"b\" overlaps");
    row("bytes at the end", one("U8", "[4]", "[0,4]", 5), "bytes after its last array");
    row("bytes missing", one("U8", "[4]", "[0,4]", 3), "ends within its arrays");
    row("range too small", one("F32", "[2]", "[0,4]", 4), "does not fit its shape");
    row("range backwards", one("U8", "[4]", "[4,0]", 4), "does not fit its shape");
    row("range beyond 63 bits", one("U8", "[1]", "[18446744073709551614,18446744073709551615]", 1), "not understood");
    row("shape overflows", one("F64", "[4611686018427387904,4]", "[0,0]", 0), "impossible shape");
    row("negative size", one("U8", "[-1]", "[0,0]", 0), "not understood");
    row("fractional size", one("U8", "[1.5]", "[0,1]", 1), "not understood");
    row("unknown type", one("Q4", "[1]", "[0,1]", 1), "number type \"Q4\" is not known");
    row("lower-case type", one("f32", "[1]", "[0,4]", 4), "not known");
    row("three offsets", one("U8", "[1]", "[0,1,2]", 1), "not understood");
    row("shape no array", one("U8", "1", "[0,1]", 1), "not understood");
    row("no type", fileOf(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", "x"), "not understood");
    row("type no text", fileOf(R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}})", "x"), "not understood");
    row("unknown key", fileOf(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", "x"), "not understood");
    row("entry no object", fileOf(R"({"a":[]})", ""), "not understood");
    row("metadata no object", fileOf(R"({"__metadata__":[]})", ""), "metadata are no JSON object");
    row("metadata no text", fileOf(R"({"__metadata__":{"epoch":1}})", ""), "metadata's \"epoch\" is no text");
}

void TestSafetensors::refuses() {
    QFETCH(QByteArray, content);
    QFETCH(QString, says);
    const Folder folder;
    writePlainly(folder.path(), content.toStdString());
    const QString fault = test::thrown<Error>([&] { readSafetensors(folder.path()); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
    QVERIFY2(fault.contains(QString::fromStdString(folder.path())), qPrintable(fault));
    QCOMPARE(test::thrown<Error>([&] { SafetensorsFile(folder.path()); }), fault);
}

void TestSafetensors::refusesMissingFile() {
    const Folder folder;
    QVERIFY(test::thrown<Error>([&] { readSafetensors(folder.path()); }).contains("No such file or directory"));
    QVERIFY(test::thrown<Error>([&] { readSafetensors(folder.path("")); }).contains("directory"));
}

void TestSafetensors::refusesToWrite_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<qint64>("size");
    QTest::addColumn<QString>("says");
    QTest::newRow("bytes do not fit") << "a" << "F32" << qint64{2} << "does not fit its shape";
    QTest::newRow("negative shape") << "a" << "F32" << qint64{-1} << "impossible shape";
    QTest::newRow("unknown type") << "a" << "float" << qint64{1} << "not known";
    QTest::newRow("reserved name") << "__metadata__" << "F32" << qint64{1} << "must not be called";
}

void TestSafetensors::refusesToWrite() {
    QFETCH(QString, name);
    QFETCH(QString, dtype);
    QFETCH(qint64, size);
    QFETCH(QString, says);
    const Folder folder;
    TensorFile file;
    file.tensors[name.toStdString()] = {dtype.toStdString(), {size}, std::vector<std::byte>(4)};
    const QString fault = test::thrown<Error>([&] { writeSafetensors(folder.path(), file); });
    QVERIFY2(fault.contains(says), qPrintable(fault));
    QVERIFY(!std::filesystem::exists(folder.path()));
}

void TestSafetensors::knowsElementSizes() {
    QCOMPARE(elementSize("F64"), std::size_t{8});
    QCOMPARE(elementSize("F32"), std::size_t{4});
    QCOMPARE(elementSize("BF16"), std::size_t{2});
    QCOMPARE(elementSize("BOOL"), std::size_t{1});
    QVERIFY_EXCEPTION_THROWN(elementSize("F33"), Error);
}

QTEST_GUILESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
