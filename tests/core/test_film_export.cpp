// SPDX-License-Identifier: GPL-3.0-or-later
// Films as files: their frames, their one scale, and what is said where they cannot be written.
#include "core/base/error.h"
#include "core/export/film_export.h"
#include "core/io/png_chunks.h"
#include "core/runs/run_probe.h"
#include "tests/support/exported_run.h"
#include "tests/support/files.h"
#include "tests/support/made_images.h"
#include "tests/support/thrown.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace vit;
namespace fs = std::filesystem;

// Fontconfig keeps what it has read until the program ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }

namespace {

FilmFrame frame(std::int64_t epoch, const std::string& name, std::optional<KeptMap> map) {
    FilmFrame made{epoch, 10 * epoch, static_cast<double>(epoch), {}, std::move(map)};
    made.prediction.epoch = epoch;
    made.prediction.step = made.step;
    made.prediction.top = {{1, name, 0.5}, {0, "frog", 0.25}};
    return made;
}

// The second frame has no map and a long name, which takes a line more.
Film film() {
    const KeptMap low{"relevance", 2, 2, 0, 1, {0, 85, 170, 255}};
    const KeptMap high{"relevance", 2, 2, 0, 4, {255, 255, 255, 0}};
    return {"probe.png", {frame(1, "cat", low), frame(2, std::string(300, 'w'), std::nullopt), frame(3, "dog", high)}};
}

FilmLook look() { return {.run = "a run", .picture = test::gradientImage(32, 32)}; }

std::string_view chunkNamed(const std::vector<PngChunk>& chunks, std::string_view name) {
    for (const PngChunk& chunk : chunks)
        if (chunk.name == name) return chunk.content;
    return {};
}

}  // namespace

class TestFilmExport : public test::ExportTest {
    Q_OBJECT

    std::string bytesOf(const fs::path& path) const {
        return test::readFile(QString::fromStdString(path.string())).toStdString();
    }

private Q_SLOTS:
    void framesSayWhatWasSaid();
    void scaleIsTheSameInAllFrames();
    void coloursAreLaidOverThePicture();
    void stripHasFirstAndLast();
    void animationHasEveryFrame_data();
    void animationHasEveryFrame();
    void videoIsWritten_data();
    void videoIsWritten();
    void refusesOtherEndings();
    void cancelledLeavesNothing_data();
    void cancelledLeavesNothing();
    void faultsAreSaid();
    void pictureIsWhatTheModelWasGiven();
};

void TestFilmExport::framesSayWhatWasSaid() {
    const Film all = film();
    const Figure figure = frameFigure(all, all.frames[0], look());
    const auto& panel = std::get<MapPanel>(figure.panels.at(0));
    QCOMPARE(panel.caption, std::string("Epoch 1: cat\u00a050.00 %"));
    QCOMPARE(panel.quantity, std::string("Gradient-weighted relevance"));
    QCOMPARE(panel.map.values, (std::vector<float>{0, 1 / 3.F, 2 / 3.F, 1}));
    QVERIFY(panel.picture == *look().picture);
    QCOMPARE(figure.facts.back().value, std::string("frog\u00a025.00 %"));
    FilmFrame within = all.frames[0];
    within.time = 1.25;
    QCOMPARE(timeText(within), std::string("1.25"));
}

void TestFilmExport::scaleIsTheSameInAllFrames() {
    const Film all = film();
    for (const FilmFrame& one : all.frames) {
        const Figure figure = frameFigure(all, one, look());
        const auto& panel = std::get<MapPanel>(figure.panels.at(0));
        QCOMPARE(panel.scale.range.low, 0.0);
        QCOMPARE(panel.scale.range.high, 4.0);
        QCOMPARE(panel.map.rows, 2);  // a frame without a map has unknown patches
    }
}

void TestFilmExport::coloursAreLaidOverThePicture() {
    const KeptMap colours{"token-colours", 1, 2, 0, 1, {255, 0, 0, 0, 0, 255}};
    const Film all{"probe.png", {frame(1, "cat", colours), frame(2, "cat", std::nullopt)}};
    FilmLook withPicture = look(), alone = look();
    alone.picture.reset();
    for (const FilmLook& how : {withPicture, alone}) {
        const Figure figure = frameFigure(all, all.frames[0], how);
        const auto& panel = std::get<MapPanel>(figure.panels.at(0));
        QVERIFY(panel.map.empty());
        const Image& drawn = panel.picture;
        const auto isColour = [&](int x, std::array<int, 3> rgb) {
            return drawn.at(x, 0, 0) == rgb[0] && drawn.at(x, 0, 1) == rgb[1] && drawn.at(x, 0, 2) == rgb[2];
        };
        QVERIFY(isColour(0, {255, 0, 0}) && isColour(drawn.width - 1, {0, 0, 255}));
        QVERIFY(std::ranges::any_of(figure.facts, [](const Fact& fact) { return fact.value == "Token colours"; }));
        // Of a frame without a map nothing is known: grey.
        const Figure unknown = frameFigure(all, all.frames[1], how);
        const Image& grey = std::get<MapPanel>(unknown.panels.at(0)).picture;
        QVERIFY(grey.at(0, 0, 0) == grey.at(0, 0, 1) && grey.at(0, 0, 1) == grey.at(0, 0, 2));
        QCOMPARE(filmStrip(all, how, 6).panels.size(), std::size_t{1});
    }
}

void TestFilmExport::stripHasFirstAndLast() {
    Film all = film();
    const Figure two = filmStrip(all, look(), 6);
    QCOMPARE(two.panels.size(), std::size_t{2});
    for (std::int64_t epoch = 4; epoch <= 40; ++epoch) all.frames.push_back(frame(epoch, "cat", all.frames[0].map));
    const Figure six = filmStrip(all, look(), 6);
    QCOMPARE(six.panels.size(), std::size_t{6});
    QVERIFY(std::get<MapPanel>(six.panels.front()).caption.starts_with("Epoch 1:"));
    QVERIFY(std::get<MapPanel>(six.panels.back()).caption.starts_with("Epoch 40:"));
    QVERIFY(filmStrip({"", {frame(1, "cat", std::nullopt)}}, look(), 6).panels.empty());
}

void TestFilmExport::animationHasEveryFrame_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("png") << "film.png";
    QTest::newRow("apng") << "film.APNG";
}

void TestFilmExport::animationHasEveryFrame() {
    QFETCH(QString, name);
    fs::create_directories(at("films"));
    const fs::path path = at("films") / name.toStdString();
    std::int64_t told = 0;
    writeFilm(film(), look(), 4, path, [&](const std::string&, std::int64_t, std::int64_t total) {
        ++told;
        return total == 3;
    });
    QCOMPARE(told, std::int64_t{3});
    const std::string file = bytesOf(path);
    const std::vector<PngChunk> chunks = pngChunks(file);
    QCOMPARE(std::ranges::count(chunks, "fcTL", &PngChunk::name), 3);
    // A page on which the longest frame has room.
    const PageSize longest = sizeOf(frameFigure(film(), film().frames[1], look()));
    const Image first = loadImage(path);
    QVERIFY(first.width >= longest.width && first.height >= longest.height);
    const PageSize shorter = sizeOf(frameFigure(film(), film().frames[0], look()));
    QVERIFY(first.height > shorter.height);
    QCOMPARE(chunkNamed(chunks, "fcTL").substr(20, 2), std::string_view("\x00\xfa", 2));  // 250 ms
}

void TestFilmExport::videoIsWritten_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("begins");
    QTest::addColumn<int>("at");
    QTest::newRow("mp4") << "film.mp4" << QByteArray("ftyp") << 4;
    QTest::newRow("avi") << "film.avi" << QByteArray("RIFF") << 0;
}

void TestFilmExport::videoIsWritten() {
    QFETCH(QString, name);
    QFETCH(QByteArray, begins);
    QFETCH(int, at);
    const fs::path folder = this->at("videos");
    fs::create_directories(folder);
    const fs::path path = folder / name.toStdString();
    const QString fault = test::thrown<Error>([&] { writeFilm(film(), look(), 5, path); });
    if (!fault.isEmpty()) {  // an OpenCV without the codec says what works
        QVERIFY2(fault.contains("no codec") && fault.contains(".apng"), qPrintable(fault));
        QSKIP(qPrintable(fault));
    }
    const QByteArray file = QByteArray::fromStdString(bytesOf(path));
    QCOMPARE(file.mid(at, begins.size()), begins);
    for (const auto& entry : fs::directory_iterator(folder))
        QVERIFY2(!entry.path().filename().string().starts_with('.'), "nothing is left beside");
    if (!name.endsWith("avi")) return;
    // Motion JPEG: the pictures stand in it as they are.
    QCOMPARE(file.count(QByteArray("00dc\0", 5).left(4)) >= 3, true);
    const qsizetype start = file.indexOf("\xff\xd8\xff");
    const Image first = decodeImage({reinterpret_cast<const std::uint8_t*>(file.constData() + start),
                                     static_cast<std::size_t>(file.size() - start)});
    const PageSize longest = sizeOf(frameFigure(film(), film().frames[1], look()));
    QVERIFY(first.width >= longest.width && first.width <= longest.width + 1);
    QVERIFY(first.height >= longest.height && first.height <= longest.height + 1);
    QVERIFY(first.at(2, 2, 0) > 240);  // white paper
}

void TestFilmExport::refusesOtherEndings() {
    for (const char* name : {"film.gif", "film", "film.mkv"}) {
        const QString fault = test::thrown<InvalidInput>([&] { writeFilm(film(), look(), 5, at(name)); });
        QVERIFY2(fault.contains(".apng") && fault.contains(".mp4"), qPrintable(fault));
    }
}

void TestFilmExport::cancelledLeavesNothing_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"film.png", "film.avi"}) QTest::newRow(name) << name;
}

void TestFilmExport::cancelledLeavesNothing() {
    QFETCH(QString, name);
    const fs::path folder = at("cancelled");
    fs::create_directories(folder);
    const auto cancel = [](const std::string&, std::int64_t done, std::int64_t) { return done < 1; };
    QVERIFY_THROWS_EXCEPTION(Cancelled, writeFilm(film(), look(), 5, folder / name.toStdString(), cancel));
    QVERIFY(fs::is_empty(folder));
}

void TestFilmExport::faultsAreSaid() {
    for (const char* name : {"nowhere/film.png", "nowhere/film.avi"}) {
        const QString fault = test::thrown<Error>([&] { writeFilm(film(), look(), 5, at(name)); });
        QVERIFY2(fault.contains("nowhere"), qPrintable(fault));
    }
    Film endless = film();
    endless.frames.resize(5000, endless.frames[0]);
    const QString fault = test::thrown<InvalidInput>([&] { writeFilm(endless, look(), 5, at("long.png")); });
    QVERIFY2(fault.contains("write a video"), qPrintable(fault));
}

// Native images are 8 × 8 there; others are cropped before the model gets them.
void TestFilmExport::pictureIsWhatTheModelWasGiven() {
    test::writeRun(at("run"), preset("testing").config, false);
    const auto wide = std::make_shared<const Image>(test::gradientImage(60, 40));
    const auto native = std::make_shared<const Image>(test::gradientImage(8, 8));
    ProbePictures pictures(at("run"));
    for (const auto& picture : {wide, native}) {
        pictures.nameOf(picture);
        pictures.keep();
    }
    QVERIFY(readProbeImage(at("run"), "probe.png") == cropCentreSquare(*wide));
    QVERIFY(readProbeImage(at("run"), "probe-2.png") == *native);
    QVERIFY(!readProbeImage(at("run"), "probe-3.png"));
}

QTEST_GUILESS_MAIN(TestFilmExport)
#include "test_film_export.moc"
