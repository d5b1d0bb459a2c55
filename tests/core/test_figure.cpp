// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as files: pixels of PNG, words of SVG, pages of PDF, and what must not stop one from being made.
#include "core/base/error.h"
#include "core/figure/figure.h"
#include "tests/support/files.h"
#include "tests/support/made_images.h"
#include "tests/support/thrown.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <limits>
#include <map>

using namespace vit;

// Fontconfig keeps what it has read until the program ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int kMargin = 24;  // of the page, in dots
constexpr int kSide = 840;   // of a map that stands alone in its row

MapPanel mapPanel(HeatMap map, const std::string& caption = {}) {
    MapPanel panel{.caption = caption, .map = std::move(map)};
    panel.scale = scaleOf(panel.map, ColourMap::Viridis);
    return panel;
}

HeatMap wave(int rows, int columns, double phase) {
    HeatMap map{rows, columns};
    for (int i = 0; i < rows * columns; ++i) {
        map.values.push_back(float(std::sin(i / columns * 0.3 + phase) * std::cos(i % columns * 0.25)));
    }
    return map;
}

// With all that a figure can have.
Figure richFigure() {
    MapPanel over{.caption = "Input", .picture = test::gradientImage(72, 72), .map = wave(12, 12, 0)};
    over.map.isSigned = true;
    over.scale = scaleOf(over.map, ColourMap::Viridis);
    over.quantity = "relevance";
    PlotPanel plot{.caption = "Distance", .xTitle = "block", .yTitle = "distance (pixels)", .wholeX = true};
    for (int head = 0; head < 3; ++head) {
        PlotSeries series{.name = "Head " + std::to_string(head + 1)};
        for (int block = 1; block <= 8; ++block) series.points.emplace_back(block, 10 * head + std::sqrt(block));
        plot.series.push_back(series);
    }
    return {.title = "Relevance of “cat”",
            .panels = {over, mapPanel(wave(12, 12, 1), "Attention"), plot},
            .facts = {{"Run", "baseline"}, {"Epoch", "12"}, {"Class", "cat (87.31 %)"}}};
}

QByteArray encoded(const Figure& figure, FigureFormat format) {
    const std::vector<std::byte> bytes = encodeFigure(figure, format);
    return {reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())};
}

Image drawn(const Figure& figure) {
    const std::vector<std::byte> png = encodeFigure(figure, FigureFormat::Png);
    return decodeImage({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
}

Rgb pixel(const Image& image, int x, int y) { return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)}; }

// Of all elements of this name; fails the test where the file is no XML.
QStringList textsOf(const QByteArray& svg, const QString& element) {
    QStringList texts;
    QXmlStreamReader reader(svg);
    while (!reader.atEnd()) {
        if (reader.readNext() == QXmlStreamReader::StartElement && reader.name() == element) {
            texts << reader.readElementText();
        }
    }
    if (reader.hasError()) QTest::qFail(qPrintable(reader.errorString()), __FILE__, __LINE__);
    return texts;
}

}  // namespace

class TestFigure : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pngHasThePixelsOfTheMap() {
        const HeatMap map{2, 2, {0, 1, 2, 4}};
        const Image image = drawn({.panels = {mapPanel(map)}});
        QCOMPARE(image.width, kSide + 2 * kMargin);
        for (int row = 0; row < 2; ++row) {
            for (int column = 0; column < 2; ++column) {
                const Rgb colour = colourAt(ColourMap::Viridis, map.values[std::size_t(2 * row + column)] / 4);
                // To the patch's very corners.
                for (const int x : {0, kSide / 2 - 1}) {
                    for (const int y : {0, kSide / 2 - 1}) {
                        QCOMPARE(pixel(image, kMargin + column * kSide / 2 + x, kMargin + row * kSide / 2 + y), colour);
                    }
                }
            }
        }
        QCOMPARE(pixel(image, 0, 0), (Rgb{255, 255, 255}));
        QCOMPARE(pixel(image, image.width - 1, image.height - 1), (Rgb{255, 255, 255}));
    }

    void pngHasTheBarOfColours() {
        const Image image = drawn({.panels = {mapPanel({2, 2, {0, 1, 2, 3}})}});
        const int y = kMargin + kSide + 34 + 5;  // below the map and the space under it
        QCOMPARE(pixel(image, kMargin, y), colourAt(ColourMap::Viridis, 0));
        QCOMPARE(pixel(image, kMargin + kSide - 1, y), colourAt(ColourMap::Viridis, 1));
    }

    void pngMixesMapAndPicture() {
        MapPanel panel = mapPanel({1, 1, {1}});
        panel.picture = {.width = 1, .height = 1, .pixels = {200, 100, 0}};
        panel.scale.map = ColourMap::Grey;  // its middle is 128
        panel.opacity = 0.5;
        const Rgb mixed = pixel(drawn({.panels = {panel}}), kMargin + kSide / 2, kMargin + kSide / 2);
        QVERIFY(std::abs(mixed[0] - 164) <= 1 && std::abs(mixed[1] - 114) <= 1 && std::abs(mixed[2] - 64) <= 1);
    }

    // Without it other programs would print the picture at any size.
    void pngSaysHowLargeADotIs() {
        const QByteArray png = encoded(richFigure(), FigureFormat::Png);
        const QByteArray perMetre("\x00\x00\x2e\x23", 4);  // 11811 = 300 / 0.0254
        QCOMPARE(png.mid(33, 17), QByteArray("\x00\x00\x00\x09pHYs", 8) + perMetre + perMetre + '\x01');
    }

    void oneBarForOneScale() {
        Figure figure{.panels = {mapPanel({1, 2, {0, 1}}), mapPanel({1, 2, {0, 5}})}};
        const int apart = drawn(figure).height;
        const std::vector<HeatMap> maps = {{1, 2, {0, 1}}, {1, 2, {0, 5}}};
        for (Panel& panel : figure.panels) std::get<MapPanel>(panel).scale = scaleOf(maps, ColourMap::Viridis);
        const Image shared = drawn(figure);
        QVERIFY(shared.height != apart);
        // The first map's greatest value is a fifth of the way.
        QCOMPARE(pixel(shared, kMargin + kSide - 1, kMargin + 1), colourAt(ColourMap::Viridis, 51 / 256.0));
    }

    void panelsStandInRows() {
        Figure figure;
        for (int i = 0; i < 6; ++i) figure.panels.emplace_back(mapPanel({1, 1, {float(i)}}));
        for (Panel& panel : figure.panels) std::get<MapPanel>(panel).scale.range = {0, 8};
        figure.columns = 2;
        const Image image = drawn(figure);
        for (int i = 0; i < 6; ++i) {
            const int x = kMargin + i % 2 * (kSide + 40) + kSide / 2;
            const int y = kMargin + i / 2 * (kSide + 40) + kSide / 2;
            QCOMPARE(pixel(image, x, y), colourAt(ColourMap::Viridis, i / 8.0));
        }
    }

    void svgIsXmlWithTheWords() {
        const std::string words = "A & B <i>\"x\"</i> 'ü' 猫\x01\xff";
        Figure figure = richFigure();
        figure.title = words;
        std::get<MapPanel>(figure.panels[0]).caption = words;
        figure.facts = {{words, words}};
        const QByteArray svg = encoded(figure, FigureFormat::Svg);
        const QString shown = "A & B <i>\"x\"</i> 'ü' 猫 \\xFF";
        QCOMPARE(textsOf(svg, "title"), QStringList{shown});
        QCOMPARE(textsOf(svg, "desc"), QStringList{shown + ", Attention, Distance; " + shown + ": " + shown});
    }

    void svgRefersToWhatItHas() {
        const QString svg = encoded(richFigure(), FigureFormat::Svg);
        QSet<QString> there;
        for (const auto& found : QRegularExpression(" id=\"([^\"]+)\"").globalMatch(svg)) {
            QVERIFY(!there.contains(found.captured(1)));
            there.insert(found.captured(1));
        }
        int references = 0;
        for (const auto& found : QRegularExpression("(?:href=\"|url\\()#([^\")]+)").globalMatch(svg)) {
            QVERIFY2(there.contains(found.captured(1)), qPrintable(found.captured(0)));
            ++references;
        }
        QVERIFY(references > 20);
    }

    void pdfIsOnePageOfTheRightSize() {
        const Image png = drawn(richFigure());
        const QString pdf = QString::fromLatin1(encoded(richFigure(), FigureFormat::Pdf));
        QVERIFY(pdf.startsWith("%PDF-1."));
        QCOMPARE(pdf.count(QRegularExpression("/Type /Page\\b")), 1);
        const auto box = QRegularExpression("/MediaBox \\[ 0 0 ([0-9.]+) ([0-9.]+) \\]").match(pdf);
        QVERIFY(box.hasMatch());
        QVERIFY(std::abs(box.captured(1).toDouble() - png.width * 0.24) < 0.01);
        QVERIFY(std::abs(box.captured(2).toDouble() - png.height * 0.24) < 0.01);
    }

    void sameFigureSameBytes() {
        const std::map<const char*, FigureFormat> formats = {
            {"PNG", FigureFormat::Png}, {"SVG", FigureFormat::Svg}, {"PDF", FigureFormat::Pdf}};
        std::map<const char*, QByteArray> first;
        for (const auto& [name, format] : formats) first[name] = encoded(richFigure(), format);
        QTest::qSleep(1100);  // a date would differ by its seconds
        for (const auto& [name, format] : formats) {
            QVERIFY2(encoded(richFigure(), format) == first[name], name);
            for (const char* word : {"CreationDate", "ModDate", "tIME"}) QVERIFY2(!first[name].contains(word), name);
        }
    }

    void drawsWhatIsHardlyThere_data() {
        QTest::addColumn<Figure>("figure");
        QTest::newRow("nothing") << Figure{};
        QTest::newRow("only words") << Figure{.title = "Title", .facts = {{"Run", "a"}}};
        QTest::newRow("empty panel") << Figure{.panels = {MapPanel{}}};
        QTest::newRow("picture alone") << Figure{.panels = {MapPanel{.picture = test::gradientImage(5, 3)}}};
        QTest::newRow("1 × 1") << Figure{.panels = {mapPanel({1, 1, {7}})}};
        QTest::newRow("1 × 200") << Figure{.panels = {mapPanel(wave(1, 200, 0))}};
        QTest::newRow("200 × 1") << Figure{.panels = {mapPanel(wave(200, 1, 0))}};
        QTest::newRow("constant") << Figure{.panels = {mapPanel({2, 2, {3, 3, 3, 3}})}};
        QTest::newRow("some NaN") << Figure{.panels = {mapPanel({2, 2, {1, kNan, 2, 3}})}};
        QTest::newRow("all NaN") << Figure{.panels = {mapPanel({2, 2, {kNan, kNan, kNan, kNan}})}};
        QTest::newRow("more patches than dots") << Figure{.panels = {mapPanel(wave(900, 900, 0))}};
        QTest::newRow("plot without series") << Figure{.panels = {PlotPanel{}}};
        QTest::newRow("plot of one point") << Figure{.panels = {PlotPanel{.series = {{"a", {{1, 1}}}}}}};
        QTest::newRow("plot of NaN")
            << Figure{.panels = {PlotPanel{.series = {{"a", {{1, std::nan("")}}}, {"b", {}}}}}};
        QTest::newRow("more titles than rows")
            << Figure{.panels = {mapPanel({1, 1, {7}})}, .rowTitles = {"a", "b"}, .columnTitles = {"c", "d", "e"}};
        QTest::newRow("long words") << Figure{.title = std::string(3000, 'w'),
                                              .panels = {mapPanel({1, 1, {7}}, std::string(3000, 'w'))},
                                              .facts = {{std::string(300, 'w'), std::string(3000, 'w')}}};
    }

    void drawsWhatIsHardlyThere() {
        QFETCH(Figure, figure);
        const Image image = drawn(figure);
        QVERIFY(image.width >= kSide && image.height >= 2 * kMargin);
        QVERIFY(!encoded(figure, FigureFormat::Pdf).isEmpty());
        textsOf(encoded(figure, FigureFormat::Svg), "title");
    }

    void drawsManyHeads() {
        Figure figure{.title = "Attention of 12 blocks with 12 heads", .columns = 12};
        std::vector<HeatMap> maps;
        for (int i = 0; i < 144; ++i) maps.push_back(wave(37, 37, i * 0.1));
        for (const HeatMap& map : maps) {
            figure.panels.emplace_back(MapPanel{.map = map, .scale = scaleOf(maps, ColourMap::Magma)});
        }
        for (int i = 1; i <= 12; ++i) {
            figure.rowTitles.push_back("Block " + std::to_string(i));
            figure.columnTitles.push_back("Head " + std::to_string(i));
        }
        const Image image = drawn(figure);
        QVERIFY(image.width <= 2126);  // 180 mm
        QVERIFY(image.height > image.width / 2);
    }

    void writesWhatItsNameSays() {
        const QTemporaryDir folder;
        const std::map<QString, QByteArray> beginnings = {
            {"a.png", "\x89PNG"}, {"a.svg", "<?xml"}, {"a.pdf", "%PDF"}, {"A.PNG", "\x89PNG"}};
        for (const auto& [name, beginning] : beginnings) {
            writeFigure({.title = "Title"}, test::pathOf(folder.filePath(name)));
            QVERIFY2(test::readFile(folder.filePath(name)).startsWith(beginning), qPrintable(name));
        }
    }

    void refusesOtherEndings_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("another picture") << "a.jpg";
        QTest::newRow("none") << "figure";
        QTest::newRow("hidden") << ".png";
    }

    void refusesOtherEndings() {
        QFETCH(QString, name);
        const QTemporaryDir folder;
        const QString path = folder.filePath(name);
        QCOMPARE(test::thrown<InvalidInput>([&] { writeFigure({}, test::pathOf(path)); }),
                 "The figure cannot be written as " + path + ": choose a name that ends in .png, .svg or .pdf.");
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    void saysWhyItCannotBeWritten() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("none/a.pdf");
        const QString message = test::thrown<Error>([&] { writeFigure({}, test::pathOf(path)); });
        QVERIFY2(message.contains(path) && message.contains("No such file or directory"), qPrintable(message));
    }

    void refusesWhatNoPaperHolds() {
        Figure figure{.panels = std::vector<Panel>(40, mapPanel({1, 1, {7}})), .columns = 1};
        const QString message = test::thrown<Error>([&] { drawn(figure); });
        QVERIFY2(message.startsWith("The figure would be 75 × 29") && message.endsWith("choose fewer panels."),
                 qPrintable(message));
    }
};

QTEST_GUILESS_MAIN(TestFigure)
#include "test_figure.moc"
