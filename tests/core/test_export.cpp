// SPDX-License-Identifier: GPL-3.0-or-later
// Exported files, read back by small readers of their own: event files, tables, weights, ONNX, the report.
#include "config/presets.h"
#include "config/schema.h"
#include "data/image.h"
#include "error.h"
#include "export/run_export.h"
#include "export/safetensors_export.h"
#include "io/crc32c.h"
#include "io/csv.h"
#include "io/protobuf_writer.h"
#include "io/safetensors.h"
#include "runs/run_about.h"
#include "runs/run_writer.h"
#include "support/files.h"
#include "support/thrown.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <set>

using namespace vit;
namespace fs = std::filesystem;

namespace {

template <typename T>
T numberAt(std::string_view bytes, std::size_t at) {
    if (at + sizeof(T) > bytes.size()) throw std::runtime_error("torn");
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

// A message taken apart: field, and a number or bytes.
struct Entry {
    int field = 0;
    std::uint64_t number = 0;  // of fixed types, the bits
    std::string bytes;
};

class Wire {
public:
    explicit Wire(std::string_view text) {
        std::size_t at = 0;
        const auto varint = [&] {
            std::uint64_t value = 0;
            for (int shift = 0;; shift += 7) {
                const auto byte = numberAt<std::uint8_t>(text, at++);
                value |= std::uint64_t{byte & 0x7fu} << shift;
                if (byte < 0x80) return value;
            }
        };
        while (at < text.size()) {
            const std::uint64_t key = varint();
            Entry entry{static_cast<int>(key >> 3), 0, {}};
            switch (key & 7) {
                case 0:
                    entry.number = varint();
                    break;
                case 1:
                    entry.number = numberAt<std::uint64_t>(text, at), at += 8;
                    break;
                case 5:
                    entry.number = numberAt<std::uint32_t>(text, at), at += 4;
                    break;
                case 2: {
                    const std::uint64_t size = varint();
                    if (at + size > text.size()) throw std::runtime_error("torn");
                    entry.bytes = text.substr(at, size);
                    at += size;
                    break;
                }
                default:
                    throw std::runtime_error("an unknown wire type");
            }
            m_entries.push_back(std::move(entry));
        }
    }

    std::vector<Entry> all(int field) const {
        std::vector<Entry> found;
        for (const Entry& entry : m_entries)
            if (entry.field == field) found.push_back(entry);
        return found;
    }
    Entry one(int field) const {
        const auto found = all(field);
        return found.empty() ? Entry{} : found.front();
    }

private:
    std::vector<Entry> m_entries;
};

std::uint32_t unmasked(std::uint32_t checksum) {
    return std::rotl(checksum - 0xa282ead8u, 15);
}

// The events of a file; throws if a frame is torn or a checksum wrong.
std::vector<Wire> eventsOf(const fs::path& path) {
    const std::string text = test::readFile(QString::fromStdString(path.string())).toStdString();
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

using Points = std::map<std::string, std::vector<std::pair<std::int64_t, float>>>;

Points scalarsOf(const std::vector<Wire>& events) {
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
std::vector<std::tuple<std::string, std::uint64_t, Wire>> picturesOf(const std::vector<Wire>& events) {
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

StepDone step(std::int64_t number) {
    StepDone done;
    done.step = number;
    done.epoch = (number + 1) / 2;
    done.loss = 1.0 / static_cast<double>(number + 2);
    done.learningRate = 0.1 / 3;
    done.elapsedSeconds = static_cast<double>(number);
    return done;
}

EpochDone epoch(std::int64_t number) {
    EpochDone done;
    done.epoch = number;
    done.step = 2 * number;
    done.train = {2.0 / 3 / static_cast<double>(number), 0.1, 0.5};
    done.validation = {1.0 / 3, 0.1 * static_cast<double>(number), 0.6};
    return done;
}

// In the second epoch the class that comes first in the end is not among those that are kept.
ProbePredicted probeAfter(std::int64_t epoch, const std::string& image) {
    ProbePredicted probe;
    probe.prediction.epoch = epoch;
    probe.prediction.top = {{1, "b & c", 0.2 * static_cast<double>(epoch)}, {0, "a", 0.125}};
    if (epoch == 2) probe.prediction.top = {{2, "d", 0.5}, {0, "a", 0.25}};
    probe.image = image;
    return probe;
}

std::shared_ptr<const Image> pinned() {
    return std::make_shared<const Image>(Image{3, 2, 3, std::vector<std::uint8_t>(3 * 2 * 3, 200)});
}

// Three epochs of two steps, and a result.
void writeRun(const fs::path& folder, const Config& config, bool tensorBoard, bool probe = false) {
    fs::create_directories(folder);
    RunWriter writer(folder);
    writer.writeConfig(config);
    writer.writeEnvironment(R"({"dataset": "things", "class_names": ["a", "b & c", "d"], "native_width": 8,
        "native_height": 8, "channels": 3, "mean": [51, 102, 153], "deviation": [25.5, 51, 0], "device": "CPU <1>"})");
    if (tensorBoard) writer.startTensorBoard();
    for (std::int64_t i = 1; i <= 3; ++i) {
        writer.append(step(2 * i - 1));
        writer.append(step(2 * i));
        writer.append(epoch(i));
        if (probe) writer.append(probeAfter(i, writer.nameProbe(pinned())));
    }
    RunFinished result;
    result.epochsDone = 3;
    result.bestEpoch = 3;
    result.bestValidationAccuracy = 0.1 * 3;
    result.tested = true;
    result.test = {1.25, 0.5, 0.75};
    result.seconds = 6;
    writer.writeResult(result);
}

constexpr std::int64_t kClasses = 3;

// Weights of every name and shape that the configuration asks for, all different.
TensorFile weightsFor(const Config& config) {
    TensorFile file;
    const ModelConfig& model = config.model;
    float next = 0;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
        const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        std::vector<float> values(static_cast<std::size_t>(count));
        for (float& value : values) value = next += 1;
        TensorData data{"F32", shape, std::vector<std::byte>(values.size() * sizeof(float))};
        std::memcpy(data.bytes.data(), values.data(), data.bytes.size());
        file.tensors[name] = data;
    };
    const auto dense = [&](const std::string& name, std::int64_t inputs, std::int64_t outputs) {
        add(name + ".weight", {outputs, inputs});
        add(name + ".bias", {outputs});
        return outputs;
    };
    const std::int64_t dim = model.projectionDim, width = model.heads * model.keyDim;
    const std::int64_t patches = (model.imageSize / model.patchSize) * (model.imageSize / model.patchSize);
    const bool classToken = config.head.type == HeadType::ClassToken;
    dense("patch_embed.proj", model.patchSize * model.patchSize * 3, dim);
    add("pos_embed", {patches + (classToken ? 1 : 0), dim});
    if (classToken) add("cls_token", {dim});
    for (std::int64_t i = 0; i < model.layers; ++i) {
        const std::string block = "blocks." + std::to_string(i);
        for (const char* norm : {".norm1", ".norm2"}) {
            add(block + norm + ".weight", {dim});
            add(block + norm + ".bias", {dim});
        }
        dense(block + ".attn.qkv", dim, 3 * width);
        dense(block + ".attn.proj", width, dim);
        std::int64_t inputs = dim;
        for (std::size_t k = 0; k < model.mlpUnits.size(); ++k)
            inputs = dense(block + ".mlp.fc" + std::to_string(k + 1), inputs, model.mlpUnits[k]);
    }
    add("norm.weight", {dim});
    add("norm.bias", {dim});
    std::int64_t inputs = config.head.type == HeadType::Flatten ? patches * dim : dim;
    std::size_t layer = 0;
    for (const std::int64_t units : config.head.units) inputs = dense("head." + std::to_string(layer++), inputs, units);
    dense("head." + std::to_string(layer), inputs, kClasses);
    file.metadata["epoch"] = "3";
    return file;
}

Config smallConfig(HeadType type, std::vector<std::int64_t> units) {
    Config config = preset("testing").config;
    config.head.type = type;
    config.head.units = std::move(units);
    return config;
}

float valueAt(const TensorData& tensor, std::size_t index) {
    float value;
    std::memcpy(&value, tensor.bytes.data() + index * sizeof value, sizeof value);
    return value;
}

std::vector<QStringList> cells(const fs::path& path) {
    std::vector<QStringList> rows;
    for (const QString& line :
         QString::fromUtf8(test::readFile(QString::fromStdString(path.string()))).split('\n', Qt::SkipEmptyParts))
        rows.push_back(line.split(','));
    return rows;
}

}  // namespace

class TestExport : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;
    fs::path at(const std::string& name) const { return fs::path(m_home.path().toStdString()) / name; }

private Q_SLOTS:
    void initTestCase();
    void checksumIsCastagnolis();
    void wireFormatIsThatOfTheSpecification();
    void cellsAreQuotedWhereNeeded_data();
    void cellsAreQuotedWhereNeeded();
    void eventFileHoldsTheRun();
    void eventFileWrittenMeanwhileHoldsTheSame();
    void eventFileBeginsAnewWhenARunGoesOn();
    void eventFileTakesAnyName();
    void eventFileHoldsThePinnedPicture_data();
    void eventFileHoldsThePinnedPicture();
    void tablesAreExact();
    void runsAreATable();
    void reportIsOnePage();
    void reportShowsThePinnedPicture();
    void pictureThatIsGoneIsSaid();
    void namesAreTimmsWhereItCan_data();
    void namesAreTimmsWhereItCan();
    void patchKernelIsAConvolutions();
    void graphIsWhole_data();
    void graphIsWhole();
    void whatIsThereIsKept_data();
    void whatIsThereIsKept();
    void modelThatIsMissingIsSaid();
    void weightsThatDoNotFitAreRefused();
};

void TestExport::initTestCase() {
    Config config = preset("first-steps").config;
    config.run.batchSize = 48;
    writeRun(at("a & b"), config, true);
    writeSafetensors(at("a & b") / "best.safetensors", weightsFor(config));
    writeRun(at("pinned"), preset("testing").config, true, true);
}

void TestExport::checksumIsCastagnolis() {
    QCOMPARE(crc32c("123456789"), 0xe3069283u);
    QCOMPARE(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
    for (std::size_t first = 0; first <= 9; ++first) {  // in parts
        const std::string text = "123456789";
        QCOMPARE(crc32c(text.substr(first), crc32c(text.substr(0, first))), 0xe3069283u);
    }
}

void TestExport::wireFormatIsThatOfTheSpecification() {
    QCOMPARE(ProtobufWriter().integer(1, 150).data(), std::string("\x08\x96\x01"));
    QCOMPARE(ProtobufWriter().bytes(2, "testing").data(), std::string("\x12\x07testing"));
    QCOMPARE(ProtobufWriter().integer(16, -1).data(), std::string("\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    QCOMPARE(ProtobufWriter().packed(6, std::vector<std::int64_t>{3, 270}).data(), std::string("\x32\x03\x03\x8e\x02"));
    QCOMPARE(ProtobufWriter().float32(1, 1).data(), std::string("\x0d\0\0\x80\x3f", 5));
    QCOMPARE(ProtobufWriter().float64(1, 1).data(), std::string("\x09\0\0\0\0\0\0\xf0\x3f", 9));
}

void TestExport::cellsAreQuotedWhereNeeded_data() {
    QTest::addColumn<QString>("cell");
    QTest::addColumn<QString>("written");
    QTest::newRow("plain") << "a b"
                           << "a b";
    QTest::newRow("empty") << ""
                           << "";
    QTest::newRow("comma") << "2048, 1024"
                           << "\"2048, 1024\"";
    QTest::newRow("quotation mark") << "6\" wide"
                                    << "\"6\"\" wide\"";
    QTest::newRow("line break") << "a\nb"
                                << "\"a\nb\"";
    QTest::newRow("space at the end") << "a "
                                      << "\"a \"";
}

void TestExport::cellsAreQuotedWhereNeeded() {
    QFETCH(QString, cell);
    QFETCH(QString, written);
    QCOMPARE(QString::fromStdString(csvRow({"x", cell.toStdString()})), "x," + written + "\n");
}

void TestExport::eventFileHoldsTheRun() {
    const ExportResult result = exportRun(at("a & b"), ExportFormat::TensorBoard, at("board"), Existing::Keep);
    QCOMPARE(result.files.size(), std::size_t{1});
    const auto events = eventsOf(result.files[0]);
    QCOMPARE(events.front().one(3).bytes, std::string("brain.Event:2"));
    const Points points = scalarsOf(events);
    for (const char* tag :
         {"loss/step", "accuracy/step", "top5_accuracy/step", "learning_rate/step", "images_per_second/step"})
        QCOMPARE(points.at(tag).size(), std::size_t{6});
    for (std::int64_t i = 1; i <= 6; ++i)
        QCOMPARE(points.at("loss/step")[static_cast<std::size_t>(i - 1)],
                 std::pair(i, static_cast<float>(step(i).loss)));
    for (std::int64_t i = 1; i <= 3; ++i) {
        const auto index = static_cast<std::size_t>(i - 1);
        QCOMPARE(points.at("loss/train")[index], std::pair(i, static_cast<float>(epoch(i).train.loss)));
        QCOMPARE(points.at("accuracy/validation")[index],
                 std::pair(i, static_cast<float>(epoch(i).validation.accuracy)));
        QCOMPARE(points.at("top5_accuracy/validation")[index], std::pair(i, 0.6f));
    }
    QCOMPARE(points.at("accuracy/test"), (std::vector<std::pair<std::int64_t, float>>{{3, 0.5f}}));

    std::set<std::string> pluginTags;
    for (const Wire& event : events) {
        for (const Entry& entry : Wire(event.one(5).bytes).all(1)) {
            const Wire value(entry.bytes);
            const Wire plugin(Wire(value.one(9).bytes).one(1).bytes);
            if (plugin.one(1).bytes != "hparams") continue;
            pluginTags.insert(value.one(1).bytes);
            const Wire start(Wire(plugin.one(2).bytes).one(3).bytes);
            if (value.one(1).bytes == "_hparams_/session_start_info") QCOMPARE(start.all(1).size(), schema().size());
        }
    }
    QCOMPARE(pluginTags, (std::set<std::string>{"_hparams_/experiment", "_hparams_/session_start_info",
                                                "_hparams_/session_end_info"}));
}

void TestExport::eventFileWrittenMeanwhileHoldsTheSame() {
    const ExportResult result = exportRun(at("a & b"), ExportFormat::TensorBoard, at("board-again"), Existing::Keep);
    const fs::directory_iterator file(at("a & b") / "tensorboard");
    QCOMPARE(scalarsOf(eventsOf(file->path())), scalarsOf(eventsOf(result.files[0])));
}

void TestExport::eventFileBeginsAnewWhenARunGoesOn() {
    writeRun(at("continued"), preset("testing").config, true);
    {
        RunWriter writer(at("continued"), 1, 2);
        writer.startTensorBoard();
        writer.append(step(3));
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(at("continued") / "tensorboard")) files.push_back(entry.path());
    QCOMPARE(files.size(), std::size_t{1});
    const Points points = scalarsOf(eventsOf(files[0]));
    QCOMPARE(points.at("loss/step").size(), std::size_t{3});
    QCOMPARE(points.at("loss/train").size(), std::size_t{1});
    QVERIFY(!points.contains("accuracy/test"));
}

void TestExport::eventFileTakesAnyName() {
    writeRun(at("named"), preset("testing").config, false);
    RunAbout about;
    about.name = "wide/deep";
    writeAbout(at("named"), about);
    RunWriter(at("named"), 1, 2).startTensorBoard();
    const ExportResult result = exportRun(at("named"), ExportFormat::TensorBoard, at("named-board"), Existing::Keep);
    const fs::directory_iterator meanwhile(at("named") / "tensorboard");
    QCOMPARE(eventsOf(result.files[0]).size(), eventsOf(meanwhile->path()).size());
}

void TestExport::eventFileHoldsThePinnedPicture_data() {
    QTest::addColumn<QString>("file");
    const ExportResult result =
        exportRun(at("pinned"), ExportFormat::TensorBoard, at("pinned-board"), Existing::Replace);
    QTest::newRow("exported") << QString::fromStdString(result.files[0].string());
    const fs::directory_iterator meanwhile(at("pinned") / "tensorboard");
    QTest::newRow("as the run went on") << QString::fromStdString(meanwhile->path().string());
}

void TestExport::eventFileHoldsThePinnedPicture() {
    QFETCH(QString, file);
    const auto events = eventsOf(file.toStdString());
    const Points points = scalarsOf(events);
    using Curve = std::vector<std::pair<std::int64_t, float>>;
    QCOMPARE(points.at("probe/b & c"), (Curve{{1, 0.2F}, {3, 0.6F}}));
    QCOMPARE(points.at("probe/d"), (Curve{{2, 0.5F}}));
    QVERIFY(!points.contains("probe/a"));  // never the most probable one
    const auto pictures = picturesOf(events);
    QCOMPARE(pictures.size(), std::size_t{1});
    const auto& [tag, step, picture] = pictures[0];
    QCOMPARE(tag, std::string("probe"));
    QCOMPARE(step, std::uint64_t{1});
    QCOMPARE(picture.one(1).number, std::uint64_t{2});  // high
    QCOMPARE(picture.one(2).number, std::uint64_t{3});  // wide
    const std::string png = picture.one(4).bytes;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(png.data());
    QVERIFY(decodeImage(std::span(bytes, png.size())) == *pinned());
}

void TestExport::tablesAreExact() {
    const ExportResult result = exportRun(at("a & b"), ExportFormat::Csv, at("run.csv"), Existing::Keep);
    QCOMPARE(result.files, (std::vector<fs::path>{at("run.csv"), at("run-steps.csv")}));
    const auto epochs = cells(at("run.csv"));
    QCOMPARE(epochs.size(), std::size_t{4});
    const auto column = epochs[0].indexOf("train_loss");
    QCOMPARE(epochs[3][0], QString("a & b"));
    QCOMPARE(epochs[3][column].toDouble(), epoch(3).train.loss);
    const auto steps = cells(at("run-steps.csv"));
    QCOMPARE(steps.size(), std::size_t{7});
    QCOMPARE(steps[6][steps[0].indexOf("learning_rate")].toDouble(), 0.1 / 3);
}

void TestExport::runsAreATable() {
    writeRun(at("store/one"), preset("testing").config, false);
    writeRun(at("store/two"), preset("first-steps").config, false);
    exportRunTable(RunStore(at("store")).list(), at("runs.csv"), Existing::Keep);
    const auto rows = cells(at("runs.csv"));
    QCOMPARE(rows.size(), std::size_t{3});
    for (const Field& field : schema())
        QVERIFY2(rows[0].contains(QString::fromStdString(field.key)), field.key.c_str());
    QVERIFY(rows[0].contains("test_accuracy"));
    QCOMPARE(rows[1][rows[0].indexOf("test_accuracy")].toDouble(), 0.5);
    QCOMPARE(rows[1][rows[0].indexOf("best_validation_accuracy")].toDouble(), 0.1 * 3);
}

void TestExport::reportIsOnePage() {
    exportRun(at("a & b"), ExportFormat::Report, at("report.html"), Existing::Keep);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("report.html").string())));
    QVERIFY(page.contains("<h1>a &amp; b</h1>"));
    QVERIFY(page.contains("CPU &lt;1&gt;"));
    for (const Field& field : schema())
        QVERIFY2(page.contains(QString::fromStdString(field.label).toHtmlEscaped()), field.key.c_str());
    QCOMPARE(page.count("<tr class=\"differs\">"), 1);  // the batch size
    QVERIFY(page.contains("48 images"));
    QVERIFY(!page.contains("Pinned picture"));  // there was none
    for (const char* outside : {"http:", "https:", "src=", "<script"}) QVERIFY2(!page.contains(outside), outside);
    int plots = 0;
    for (qsizetype begin = page.indexOf("<svg"); begin >= 0; begin = page.indexOf("<svg", begin + 1), ++plots) {
        QXmlStreamReader xml(page.mid(begin, page.indexOf("</svg>", begin) + 6 - begin));
        int points = 0;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement() && xml.name() == QString("circle")) ++points;
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(points, plots == 3 ? 3 : 6);  // learning rate: one curve
    }
    QCOMPARE(plots, 4);
}

void TestExport::reportShowsThePinnedPicture() {
    exportRun(at("pinned"), ExportFormat::Report, at("pinned.html"), Existing::Replace);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("pinned.html").string())));
    const QRegularExpression source("<img [^>]*src=\"data:image/png;base64,([^\"]*)\"");
    const QByteArray png = QByteArray::fromBase64(source.match(page).captured(1).toLatin1());
    QCOMPARE(png, test::readFile(QString::fromStdString((at("pinned") / "probe.png").string())));
    QVERIFY(page.contains("After epoch 3"));
    QVERIFY(
        page.contains("<th>b &amp; c</th><td class=\"bar\"><div style=\"width:60.00%\"></div></td><td>60.00 %</td>"));
    QVERIFY(page.contains("<th>a</th><td class=\"bar\"><div style=\"width:12.50%\">"));
    const qsizetype begin = page.indexOf("Probability of b &amp; c");
    QVERIFY(begin > 0);
    const QString curve = page.mid(begin, page.indexOf("</svg>", begin) - begin);
    QCOMPARE(curve.count("<circle"), 2);
    QCOMPARE(curve.count("<polyline"), 2);  // a gap in the second epoch
    QVERIFY(page.contains("In 1 epoch it was not among"));
}

void TestExport::pictureThatIsGoneIsSaid() {
    writeRun(at("picture gone"), preset("testing").config, false, true);
    fs::remove(at("picture gone") / "probe.png");
    exportRun(at("picture gone"), ExportFormat::Report, at("gone.html"), Existing::Replace);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("gone.html").string())));
    QVERIFY(page.contains("The picture itself was not kept"));
    QVERIFY(page.contains("After epoch 3") && !page.contains("<img"));
    const ExportResult board = exportRun(at("picture gone"), ExportFormat::TensorBoard, at("gone"), Existing::Replace);
    QVERIFY(picturesOf(eventsOf(board.files[0])).empty());
    QCOMPARE(scalarsOf(eventsOf(board.files[0])).at("probe/d").size(), std::size_t{1});
}

void TestExport::namesAreTimmsWhereItCan_data() {
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

void TestExport::namesAreTimmsWhereItCan() {
    QFETCH(int, type);
    QFETCH(bool, hidden);
    QFETCH(int, keyDim);
    QFETCH(QString, names);
    Config config =
        smallConfig(static_cast<HeadType>(type), hidden ? std::vector<std::int64_t>{5} : std::vector<std::int64_t>{});
    config.model.keyDim = keyDim;
    const fs::path run = at(std::string("names ") + QTest::currentDataTag());
    writeRun(run, config, false);
    writeSafetensors(run / "best.safetensors", weightsFor(config));
    const ExportResult result = exportRun(run, ExportFormat::Safetensors, run / "out.safetensors", Existing::Keep);
    const TensorFile file = readSafetensors(run / "out.safetensors");
    QCOMPARE(QString::fromStdString(file.metadata.at("names")), names);
    QCOMPARE(file.tensors.contains("head.weight"), names == "timm");
    QCOMPARE(file.tensors.contains("head.0.weight"), names != "timm");
    QCOMPARE(file.tensors.size(), weightsFor(config).tensors.size());
    QCOMPARE(file.metadata.at("class_names"), std::string(R"(["a","b & c","d"])"));
    QVERIFY(QString::fromStdString(result.note).contains("timm"));
}

void TestExport::patchKernelIsAConvolutions() {
    exportRun(at("a & b"), ExportFormat::Safetensors, at("kernel.safetensors"), Existing::Keep);
    const Config config = preset("first-steps").config;
    const TensorData stored = weightsFor(config).tensors.at("patch_embed.proj.weight");
    const TensorData kernel = readSafetensors(at("kernel.safetensors")).tensors.at("patch_embed.proj.weight");
    const std::int64_t patch = config.model.patchSize;
    QCOMPARE(kernel.shape, (std::vector<std::int64_t>{config.model.projectionDim, 3, patch, patch}));
    const auto p = static_cast<std::size_t>(patch);
    for (const auto& [d, c, y, x] : {std::array<std::size_t, 4>{0, 0, 0, 1}, {2, 1, 3, 2}, {5, 2, 0, 3}})
        QCOMPARE(valueAt(kernel, ((d * 3 + c) * p + y) * p + x), valueAt(stored, (d * p * p + y * p + x) * 3 + c));
}

void TestExport::graphIsWhole_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("summary");
    QTest::newRow("flatten") << int(HeadType::Flatten) << "Flatten";
    QTest::newRow("average") << int(HeadType::GlobalAveragePooling) << "ReduceMean";
    QTest::newRow("class token") << int(HeadType::ClassToken) << "Expand";
}

void TestExport::graphIsWhole() {
    QFETCH(int, type);
    QFETCH(QString, summary);
    const Config config = smallConfig(static_cast<HeadType>(type), {7});
    const fs::path run = at(std::string("graph ") + QTest::currentDataTag());
    writeRun(run, config, false);
    writeSafetensors(run / "best.safetensors", weightsFor(config));
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
    for (const auto& [name, tensor] : weightsFor(config).tensors) parameterBytes += tensor.bytes.size();
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

void TestExport::whatIsThereIsKept_data() {
    QTest::addColumn<int>("format");
    for (const ExportKind& kind : exportKinds()) QTest::newRow(kind.name.c_str()) << static_cast<int>(kind.format);
}

void TestExport::whatIsThereIsKept() {
    QFETCH(int, format);
    const auto kind = static_cast<ExportFormat>(format);
    const fs::path out = at(std::string("kept.") + QTest::currentDataTag());
    const ExportResult first = exportRun(at("a & b"), kind, out, Existing::Keep);
    const QString path = QString::fromStdString(first.files.back().string());
    test::writeFile(path, "mine");
    const QString text = test::thrown<InvalidInput>([&] { exportRun(at("a & b"), kind, out, Existing::Keep); });
    QVERIFY2(text.contains("is there already"), qPrintable(text));
    QCOMPARE(test::readFile(path), QByteArray("mine"));
    exportRun(at("a & b"), kind, out, Existing::Replace);
    QVERIFY(test::readFile(path) != "mine");
}

void TestExport::modelThatIsMissingIsSaid() {
    writeRun(at("without model"), preset("testing").config, false);
    for (const ExportFormat format : {ExportFormat::Safetensors, ExportFormat::Onnx}) {
        const QString text =
            test::thrown<InvalidInput>([&] { exportRun(at("without model"), format, at("none"), Existing::Keep); });
        QVERIFY2(text.contains("no weights yet"), qPrintable(text));
        QVERIFY(!fs::exists(at("none")));
    }
}

void TestExport::weightsThatDoNotFitAreRefused() {
    Config config = smallConfig(HeadType::Flatten, {});
    writeRun(at("wrong"), config, false);
    config.head.units = {9};
    writeSafetensors(at("wrong") / "best.safetensors", weightsFor(config));
    const QString text =
        test::thrown<Error>([&] { exportRun(at("wrong"), ExportFormat::Onnx, at("wrong.onnx"), Existing::Keep); });
    QVERIFY2(text.contains("does not fit"), qPrintable(text));
}

QTEST_GUILESS_MAIN(TestExport)
#include "test_export.moc"
