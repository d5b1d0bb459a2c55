// SPDX-License-Identifier: GPL-3.0-or-later
// Exported models, read back: the names and layout of weights in safetensors, and the graph in ONNX.
#include "core/config/presets.h"
#include "core/export/run_export.h"
#include "core/io/safetensors.h"
#include "tests/support/exported_run.h"
#include "tests/support/files.h"
#include "tests/support/made_weights.h"
#include "tests/support/protobuf_reader.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace vit;
using test::Entry;
using test::Wire;
namespace fs = std::filesystem;

namespace {

float valueAt(const TensorData& tensor, std::size_t index) {
    float value;
    std::memcpy(&value, tensor.bytes.data() + index * sizeof value, sizeof value);
    return value;
}

}  // namespace

class TestModelExport : public test::ExportTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void namesAreTimmsWhereItCan_data();
    void namesAreTimmsWhereItCan();
    void patchKernelIsAConvolutions();
    void graphIsWhole_data();
    void graphIsWhole();
};

void TestModelExport::initTestCase() {
    test::writeRunWithWeights(at("a & b"));
}

void TestModelExport::namesAreTimmsWhereItCan_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<bool>("hidden");
    QTest::addColumn<int>("keyDim");
    QTest::addColumn<QString>("names");
    QTest::newRow("average") << int(HeadType::GlobalAveragePooling) << false << 8 << "timm";
    QTest::newRow("class token") << int(HeadType::ClassToken) << false << 8 << "timm";
    QTest::newRow("flatten") << int(HeadType::Flatten) << false << 8 << "vit-workbench";
    QTest::newRow("hidden layers") << int(HeadType::ClassToken) << true << 8 << "vit-workbench";
    QTest::newRow("wide heads") << int(HeadType::ClassToken) << false << 16 << "vit-workbench";
}

void TestModelExport::namesAreTimmsWhereItCan() {
    QFETCH(int, type);
    QFETCH(bool, hidden);
    QFETCH(int, keyDim);
    QFETCH(QString, names);
    Config config = test::configWithHead(static_cast<HeadType>(type),
                                         hidden ? std::vector<std::int64_t>{5} : std::vector<std::int64_t>{});
    config.model.keyDim = keyDim;
    const fs::path run = at(std::string("names ") + QTest::currentDataTag());
    test::writeRun(run, config, false);
    writeSafetensors(run / "best.safetensors", test::weightsFor(config));
    const ExportResult result = exportRun(run, ExportFormat::Safetensors, run / "out.safetensors", Existing::Keep);
    const TensorFile file = readSafetensors(run / "out.safetensors");
    QCOMPARE(QString::fromStdString(file.metadata.at("names")), names);
    QCOMPARE(file.tensors.contains("head.weight"), names == "timm");
    QCOMPARE(file.tensors.contains("head.0.weight"), names != "timm");
    QCOMPARE(file.tensors.size(), test::weightsFor(config).tensors.size());
    QCOMPARE(file.metadata.at("class_names"), std::string(R"(["a","b & c","d"])"));
    QVERIFY(QString::fromStdString(result.note).contains("timm"));
}

void TestModelExport::patchKernelIsAConvolutions() {
    exportRun(at("a & b"), ExportFormat::Safetensors, at("kernel.safetensors"), Existing::Keep);
    const Config config = preset("first-steps").config;
    const TensorData stored = test::weightsFor(config).tensors.at("patch_embed.proj.weight");
    const TensorData kernel = readSafetensors(at("kernel.safetensors")).tensors.at("patch_embed.proj.weight");
    const std::int64_t patch = config.model.patchSize;
    QCOMPARE(kernel.shape, (std::vector<std::int64_t>{config.model.projectionDim, 3, patch, patch}));
    const auto p = static_cast<std::size_t>(patch);
    for (const auto& [d, c, y, x] : {std::array<std::size_t, 4>{0, 0, 0, 1}, {2, 1, 3, 2}, {5, 2, 0, 3}})
        QCOMPARE(valueAt(kernel, ((d * 3 + c) * p + y) * p + x), valueAt(stored, (d * p * p + y * p + x) * 3 + c));
}

void TestModelExport::graphIsWhole_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("summary");
    QTest::newRow("flatten") << int(HeadType::Flatten) << "Flatten";
    QTest::newRow("average") << int(HeadType::GlobalAveragePooling) << "ReduceMean";
    QTest::newRow("class token") << int(HeadType::ClassToken) << "Expand";
}

void TestModelExport::graphIsWhole() {
    QFETCH(int, type);
    QFETCH(QString, summary);
    const Config config = test::configWithHead(static_cast<HeadType>(type), {7});
    const fs::path run = at(std::string("graph ") + QTest::currentDataTag());
    test::writeRun(run, config, false);
    writeSafetensors(run / "best.safetensors", test::weightsFor(config));
    exportRun(run, ExportFormat::Onnx, run / "model.onnx", Existing::Keep);
    const Wire model(test::readFile(QString::fromStdString((run / "model.onnx").string())).toStdString());
    QCOMPARE(model.one(1).number, std::uint64_t{8});
    QCOMPARE(Wire(model.one(8).bytes).one(2).number, std::uint64_t{18});

    const Wire graph(model.one(7).bytes);
    std::set<std::string> known = {"", Wire(graph.one(11).bytes).one(1).bytes};
    std::size_t weightBytes = 0, parameterBytes = 0;
    for (const Entry& entry : graph.all(5)) {
        const Wire tensor(entry.bytes);
        std::uint64_t size = tensor.one(2).number == 7 ? 8 : 4;
        for (const Entry& dimension : tensor.all(1)) size *= dimension.number;
        QCOMPARE(std::uint64_t{tensor.one(9).bytes.size()}, size);
        QVERIFY(known.insert(tensor.one(8).bytes).second);
        if (tensor.one(2).number == 1) weightBytes += size;
    }
    for (const auto& [name, tensor] : test::weightsFor(config).tensors) parameterBytes += tensor.bytes.size();
    QCOMPARE(weightBytes, parameterBytes + 4 * sizeof(float) + 6 * sizeof(float));  // constants, mean and deviation

    std::set<std::string> operations;
    for (const Entry& entry : graph.all(1)) {
        const Wire node(entry.bytes);
        for (const Entry& input : node.all(1)) QVERIFY2(known.contains(input.bytes), input.bytes.c_str());
        for (const Entry& output : node.all(2)) QVERIFY2(known.insert(output.bytes).second, output.bytes.c_str());
        operations.insert(node.one(4).bytes);
    }
    for (const Entry& output : graph.all(12)) QVERIFY(known.contains(Wire(output.bytes).one(1).bytes));
    QVERIFY(operations.contains(summary.toStdString()));
    QVERIFY(operations.contains("Resize"));

    std::map<std::string, std::string> metadata;
    for (const Entry& entry : model.all(14)) metadata[Wire(entry.bytes).one(1).bytes] = Wire(entry.bytes).one(2).bytes;
    QCOMPARE(metadata.at("class_names"), std::string(R"(["a","b & c","d"])"));
    QCOMPARE(metadata.at("mean"), std::string("[0.2,0.4,0.6]"));
    const QJsonArray deviation = QJsonDocument::fromJson(QByteArray::fromStdString(metadata.at("std"))).array();
    QCOMPARE(deviation[1].toDouble(), 0.2);
    QVERIFY(deviation[2].toDouble() > 0);
    QCOMPARE(metadata.at("native_size"), std::string("[8,8]"));
}

QTEST_GUILESS_MAIN(TestModelExport)
#include "test_model_export.moc"
