// SPDX-License-Identifier: GPL-3.0-or-later
// Pinned pictures: kept small in the run's folder, each once, and read back with what was said of them.
#include "core/base/error.h"
#include "core/io/base64.h"
#include "core/runs/run_files.h"
#include "core/runs/run_probe.h"
#include "core/runs/run_store.h"
#include "core/runs/run_writer.h"
#include "tests/support/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace vit;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const Image> picture(int width, int height, std::uint8_t shade) {
    Image image{width, height, 3, {}};
    image.pixels.assign(static_cast<std::size_t>(width) * height * 3, shade);
    return std::make_shared<const Image>(std::move(image));
}

ProbePredicted said(std::int64_t epoch, const std::string& image) {
    ProbePredicted probe;
    probe.prediction.epoch = epoch;
    probe.prediction.top = {{3, "cat", 0.75}, {5, "dog", 0.25}};
    probe.image = image;
    return probe;
}

}  // namespace

class TestRunProbe : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_home;
    fs::path newFolder() {
        static int count = 0;
        const fs::path folder = m_home.filePath(QString::number(++count)).toStdString();
        fs::create_directories(folder);
        return folder;
    }

private Q_SLOTS:
    void isKeptOnce();
    void isKeptSmall_data();
    void isKeptSmall();
    void eachIsKeptOfSeveral();
    void runThatGoesOnKnowsItsPicture();
    void linesAreCutBackByStep();
    void whatIsNoPictureIsNone_data();
    void whatIsNoPictureIsNone();
    void base64AsInTheStandard_data();
    void base64AsInTheStandard();
};

void TestRunProbe::isKeptOnce() {
    const fs::path folder = newFolder();
    ProbePictures pictures(folder);
    QCOMPARE(pictures.nameOf(picture(8, 6, 10)), std::string("probe.png"));
    QVERIFY(!fs::exists(folder / "probe.png"));
    pictures.keep();
    QVERIFY(fs::exists(folder / "probe.png"));
    QCOMPARE(pictures.nameOf(picture(8, 6, 20)), std::string("probe-2.png"));
    pictures.keep();
    QCOMPARE(pictures.nameOf(picture(8, 6, 10)), std::string("probe.png"));  // the first one again
    pictures.keep();
    QCOMPARE(ProbePictures(folder).nameOf(picture(8, 6, 20)), std::string("probe-2.png"));  // in another program
    QVERIFY(loadImage(folder / "probe.png") == *picture(8, 6, 10));
    QVERIFY(loadImage(folder / "probe-2.png") == *picture(8, 6, 20));
    QVERIFY(!fs::exists(folder / "probe-3.png"));
}

void TestRunProbe::isKeptSmall_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("keptWidth");
    QTest::addColumn<int>("keptHeight");
    QTest::newRow("small") << 32 << 20 << 32 << 20;
    QTest::newRow("wide") << 1024 << 512 << 256 << 128;
    QTest::newRow("high") << 300 << 600 << 128 << 256;
    QTest::newRow("a line") << 4000 << 2 << 256 << 1;
}

void TestRunProbe::isKeptSmall() {
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, keptWidth);
    QFETCH(int, keptHeight);
    const fs::path folder = newFolder();
    ProbePictures pictures(folder);
    const std::string name = pictures.nameOf(picture(width, height, 99));
    pictures.keep();
    const auto kept = readProbePicture(folder, name);
    QVERIFY(kept.has_value());
    QCOMPARE(kept->width, std::int64_t{keptWidth});
    QCOMPARE(kept->height, std::int64_t{keptHeight});
}

void TestRunProbe::eachIsKeptOfSeveral() {
    const fs::path folder = newFolder();
    ProbePictures pictures(folder);
    std::vector<std::shared_ptr<const Image>> pinned;
    for (const int shade : {10, 20, 30}) pinned.push_back(picture(8, 6, static_cast<std::uint8_t>(shade)));
    for (int time = 0; time < 2; ++time) {
        QCOMPARE(pictures.nameOf(pinned[0]), std::string("probe.png"));
        QCOMPARE(pictures.nameOf(pinned[1]), std::string("probe-2.png"));  // though the first is not written yet
        QCOMPARE(pictures.nameOf(pinned[2]), std::string("probe-3.png"));
        QCOMPARE(pictures.nameOf(picture(8, 6, 20)), std::string("probe-2.png"));
    }
    pictures.keep();
    QVERIFY(loadImage(folder / "probe.png") == *pinned[0]);
    QVERIFY(loadImage(folder / "probe-3.png") == *pinned[2]);
    for (int shade = 100; shade < 140; ++shade) {
        pictures.nameOf(picture(8, 6, static_cast<std::uint8_t>(shade)));
        pictures.keep();
    }
    QCOMPARE(pictures.nameOf(pinned[1]), std::string("probe-2.png"));  // long after
}

void TestRunProbe::runThatGoesOnKnowsItsPicture() {
    const fs::path folder = newFolder();
    test::writeFile(QString::fromStdString((folder / "config.json").string()), "{}");
    for (const std::int64_t epoch : {1, 2}) {
        RunWriter writer(folder, epoch - 1, 0);
        writer.append(said(epoch, writer.nameProbe(picture(8, 8, 7))));
    }
    const RunCurves curves = readCurves(folder);
    QCOMPARE(curves.probes.size(), std::size_t{2});
    QCOMPARE(curves.probes[1].image, std::string("probe.png"));
    QVERIFY(fs::exists(folder / "probe.png") && !fs::exists(folder / "probe-2.png"));
}

void TestRunProbe::linesAreCutBackByStep() {
    const fs::path folder = newFolder();
    test::writeFile(QString::fromStdString((folder / "config.json").string()), "{}");
    // Epochs of 10 steps, asked every 4; the last one is what an epoch's end said that was not saved.
    const std::vector<std::pair<int, int>> epochsAndSteps = {{0, 4}, {0, 8}, {1, 10}, {1, 12}, {1, 16}, {2, 16}};
    {
        RunWriter writer(folder);
        for (const auto& [epoch, step] : epochsAndSteps) {
            ProbePredicted probe = said(epoch, "");
            probe.prediction.step = step;
            writer.append(probe);
        }
    }
    { const RunWriter goesOn(folder, 1, 16); }
    QCOMPARE(readCurves(folder).probes.size(), std::size_t{5});
    { const RunWriter goesOn(folder, 1, 15); }
    QCOMPARE(readCurves(folder).probes.size(), std::size_t{4});
    { const RunWriter goesOn(folder, 0, 9); }
    QCOMPARE(readCurves(folder).probes.size(), std::size_t{2});
}

void TestRunProbe::whatIsNoPictureIsNone_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("none named") << "";
    QTest::newRow("not there") << "probe.png";
    QTest::newRow("leads out of the folder") << "../picture.png";
    QTest::newRow("no picture") << "words.png";
    QTest::newRow("torn") << "torn.png";
}

void TestRunProbe::whatIsNoPictureIsNone() {
    QFETCH(QString, name);
    const fs::path folder = newFolder() / "run";
    fs::create_directories(folder);
    const std::vector<std::uint8_t> png = encodePng(*picture(40, 40, 1));
    const QByteArray whole(reinterpret_cast<const char*>(png.data()), static_cast<int>(png.size()));
    const auto write = [&](const char* file, const QByteArray& bytes) {
        test::writeFile(QString::fromStdString((folder / file).string()), bytes);
    };
    write("../picture.png", whole);
    write("words.png", "These are words.");
    write("torn.png", whole.left(whole.size() - 8));
    QVERIFY(!readProbePicture(folder, name.toStdString()));
    write("whole.png", whole);
    QVERIFY(readProbePicture(folder, "whole.png"));
}

void TestRunProbe::base64AsInTheStandard_data() {
    QTest::addColumn<QString>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << "" << "";
    QTest::newRow("one") << "f" << "Zg==";
    QTest::newRow("two") << "fo" << "Zm8=";
    QTest::newRow("three") << "foo" << "Zm9v";
    QTest::newRow("six") << "foobar" << "Zm9vYmFy";
}

void TestRunProbe::base64AsInTheStandard() {
    QFETCH(QString, bytes);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(base64(bytes.toStdString())), text);
    QCOMPARE(fromBase64(text.toStdString()), std::optional(bytes.toStdString()));
}

QTEST_GUILESS_MAIN(TestRunProbe)
#include "test_run_probe.moc"
