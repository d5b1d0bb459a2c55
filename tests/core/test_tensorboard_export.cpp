// SPDX-License-Identifier: GPL-3.0-or-later
// TensorBoard's event files, exported or written as a run goes on, read back by a small reader.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/data/images/image.h"
#include "core/export/run_export.h"
#include "core/runs/run_about.h"
#include "core/runs/run_writer.h"
#include "tests/support/event_file_reader.h"
#include "tests/support/exported_run.h"
#include "tests/support/protobuf_reader.h"

#include <QTest>

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace vit;
using test::Entry;
using test::eventsOf;
using test::picturesOf;
using test::Points;
using test::scalarsOf;
using test::Wire;
namespace fs = std::filesystem;

class TestTensorboardExport : public test::ExportTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void eventFileHoldsTheRun();
    void eventFileWrittenMeanwhileHoldsTheSame();
    void eventFileBeginsAnewWhenARunGoesOn();
    void eventFileHoldsTheLayers();
    void eventFileTakesAnyName();
    void eventFileHoldsThePinnedPicture_data();
    void eventFileHoldsThePinnedPicture();
    void eventFileHoldsAllPinnedPictures();
};

void TestTensorboardExport::initTestCase() {
    test::writeRunWithWeights(at("a & b"));
    test::writeRun(at("pinned"), preset("testing").config, true, true);
}

void TestTensorboardExport::eventFileHoldsTheRun() {
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
                 std::pair(i, static_cast<float>(test::stepDone(i).loss)));
    for (std::int64_t i = 1; i <= 3; ++i) {
        const auto index = static_cast<std::size_t>(i - 1);
        QCOMPARE(points.at("loss/train")[index], std::pair(i, static_cast<float>(test::epochDone(i).train.loss)));
        QCOMPARE(points.at("accuracy/validation")[index],
                 std::pair(i, static_cast<float>(test::epochDone(i).validation.accuracy)));
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

void TestTensorboardExport::eventFileWrittenMeanwhileHoldsTheSame() {
    const ExportResult result = exportRun(at("a & b"), ExportFormat::TensorBoard, at("board-again"), Existing::Keep);
    const fs::directory_iterator file(at("a & b") / "tensorboard");
    QCOMPARE(scalarsOf(eventsOf(file->path())), scalarsOf(eventsOf(result.files[0])));
}

void TestTensorboardExport::eventFileBeginsAnewWhenARunGoesOn() {
    test::writeRun(at("continued"), preset("testing").config, true);
    {
        RunWriter writer(at("continued"), 1, 2);
        writer.startTensorBoard();
        writer.append(test::stepDone(3));
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(at("continued") / "tensorboard")) files.push_back(entry.path());
    QCOMPARE(files.size(), std::size_t{1});
    const Points points = scalarsOf(eventsOf(files[0]));
    QCOMPARE(points.at("loss/step").size(), std::size_t{3});
    QCOMPARE(points.at("loss/train").size(), std::size_t{1});
    QVERIFY(!points.contains("accuracy/test"));
}

void TestTensorboardExport::eventFileHoldsTheLayers() {
    test::writeRun(at("measured"), preset("testing").config, false);
    test::measureLayers(at("measured"), true);
    const ExportResult result = exportRun(at("measured"), ExportFormat::TensorBoard, at("layers"), Existing::Keep);
    const fs::directory_iterator meanwhile(at("measured") / "tensorboard");
    for (const fs::path& file : {result.files[0], meanwhile->path()}) {
        const Points points = scalarsOf(eventsOf(file));
        using Curve = std::vector<std::pair<std::int64_t, float>>;
        QCOMPARE(points.at("layers/gradient_norm/embedding"), (Curve{{2, 0.5F}}));
        QCOMPARE(points.at("layers/attention_entropy/block_1"), (Curve{{2, 0.75F}}));
        QCOMPARE(points.at("layers/update_ratio/head"), (Curve{{2, 3e-3F}}));
        QVERIFY(!points.contains("layers/attention_entropy/head"));  // it has none
    }
}

void TestTensorboardExport::eventFileTakesAnyName() {
    test::writeRun(at("named"), preset("testing").config, false);
    RunAbout about;
    about.name = "wide/deep";
    writeAbout(at("named"), about);
    RunWriter(at("named"), 1, 2).startTensorBoard();
    const ExportResult result = exportRun(at("named"), ExportFormat::TensorBoard, at("named-board"), Existing::Keep);
    const fs::directory_iterator meanwhile(at("named") / "tensorboard");
    QCOMPARE(eventsOf(result.files[0]).size(), eventsOf(meanwhile->path()).size());
}

void TestTensorboardExport::eventFileHoldsThePinnedPicture_data() {
    QTest::addColumn<QString>("file");
    const ExportResult result =
        exportRun(at("pinned"), ExportFormat::TensorBoard, at("pinned-board"), Existing::Replace);
    QTest::newRow("exported") << QString::fromStdString(result.files[0].string());
    const fs::directory_iterator meanwhile(at("pinned") / "tensorboard");
    QTest::newRow("as the run went on") << QString::fromStdString(meanwhile->path().string());
}

void TestTensorboardExport::eventFileHoldsThePinnedPicture() {
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
    QVERIFY(decodeImage(std::span(bytes, png.size())) == *test::pinnedPicture());
}

// Curves over the epochs: what was said between them is left out.
void TestTensorboardExport::eventFileHoldsAllPinnedPictures() {
    test::writeRun(at("several"), preset("testing").config, true);
    {
        RunWriter writer(at("several"), 3, 6);
        writer.startTensorBoard();
        for (std::int64_t epoch = 1; epoch <= 2; ++epoch) {
            for (const char* image : {"probe.png", "probe-2.png"}) writer.append(test::probeAfter(epoch, image));
            ProbePredicted between = test::probeAfter(epoch, "probe-2.png");
            ++between.prediction.step;
            between.prediction.top[0].probability = 1;
            writer.append(between);
        }
        writer.flush();
    }
    const fs::directory_iterator meanwhile(at("several") / "tensorboard");
    const ExportResult result =
        exportRun(at("several"), ExportFormat::TensorBoard, at("several-board"), Existing::Keep);
    for (const fs::path& file : {meanwhile->path(), result.files[0]}) {
        const Points points = scalarsOf(eventsOf(file));
        for (const char* tag : {"probe/b & c", "probe-2/b & c"})
            QCOMPARE(points.at(tag), (std::vector<std::pair<std::int64_t, float>>{{1, 0.2F}}));
        QCOMPARE(points.at("probe-2/d").size(), std::size_t{1});
    }
}

QTEST_GUILESS_MAIN(TestTensorboardExport)
#include "test_tensorboard_export.moc"
