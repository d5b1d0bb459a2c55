// SPDX-License-Identifier: GPL-3.0-or-later
// The exported report: one page of HTML that shows the settings, the curves and the pinned picture.
#include "core/config/presets.h"
#include "core/config/schema.h"
#include "core/export/run_export.h"
#include "tests/support/event_file_reader.h"
#include "tests/support/exported_run.h"
#include "tests/support/files.h"

#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

#include <cstddef>
#include <filesystem>
#include <string>

using namespace vit;
namespace fs = std::filesystem;

class TestReport : public test::ExportTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void reportIsOnePage();
    void reportShowsThePinnedPicture();
    void everyPinnedPictureIsShown();
    void pictureThatIsGoneIsSaid();
    void endIsWhatHappened_data();
    void endIsWhatHappened();
};

void TestReport::initTestCase() {
    test::writeRunWithWeights(at("a & b"));
    test::writeRun(at("pinned"), preset("testing").config, true, true);
}

void TestReport::reportIsOnePage() {
    exportRun(at("a & b"), ExportFormat::Report, at("report.html"), Existing::Keep);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("report.html").string())));
    QVERIFY(page.contains("<h1>a &amp; b</h1>"));
    QVERIFY(page.contains("CPU &lt;1&gt;"));
    for (const Field& field : schema())
        QVERIFY2(page.contains(QString::fromStdString(field.label).toHtmlEscaped()), field.key.c_str());
    QCOMPARE(page.count("<tr class=\"differs\">"), 1);  // the batch size
    QVERIFY(page.contains("48 images"));
    QVERIFY(!page.contains("<h2>Pinned pictures</h2>"));  // there was none
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

void TestReport::reportShowsThePinnedPicture() {
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
    QVERIFY(page.contains("In 1 answer it was not among"));
    const QRegularExpressionMatch maps =
        QRegularExpression("<img class=\"maps\" [^>]*base64,([^\"]*)\"").match(page);
    const QByteArray strip = QByteArray::fromBase64(maps.captured(1).toLatin1());
    const Image drawn = decodeImage(std::span(reinterpret_cast<const std::uint8_t*>(strip.constData()), strip.size()));
    QVERIFY(drawn.width > 3 * drawn.height / 2);  // three maps in a row
}

void TestReport::everyPinnedPictureIsShown() {
    test::writeRun(at("two pinned"), preset("testing").config, false);
    {
        RunWriter writer(at("two pinned"), 3, 6);
        for (const int shade : {10, 20}) {
            const auto picture = std::make_shared<const Image>(
                Image{4, 4, 3, std::vector<std::uint8_t>(4 * 4 * 3, static_cast<std::uint8_t>(shade))});
            ProbePredicted said = test::probeAfter(1, writer.nameProbe(picture));
            if (shade == 20) said.map.reset();
            writer.append(said);
        }
    }
    exportRun(at("two pinned"), ExportFormat::Report, at("two.html"), Existing::Replace);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("two.html").string())));
    QCOMPARE(page.count("<div class=\"probe\">"), 2);
    QCOMPARE(page.count("<img class=\"maps\""), 1);  // none was kept of the second
}

void TestReport::pictureThatIsGoneIsSaid() {
    test::writeRun(at("picture gone"), preset("testing").config, false, true);
    fs::remove(at("picture gone") / "probe.png");
    exportRun(at("picture gone"), ExportFormat::Report, at("gone.html"), Existing::Replace);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("gone.html").string())));
    QVERIFY(page.contains("The picture itself was not kept"));
    QVERIFY(page.contains("After epoch 3"));
    QCOMPARE(page.count("<img"), 1);  // the maps, which stand alone
    const ExportResult board = exportRun(at("picture gone"), ExportFormat::TensorBoard, at("gone"), Existing::Replace);
    QVERIFY(test::picturesOf(test::eventsOf(board.files[0])).empty());
    QCOMPARE(test::scalarsOf(test::eventsOf(board.files[0])).at("probe/d").size(), std::size_t{1});
}

void TestReport::endIsWhatHappened_data() {
    QTest::addColumn<int>("reason");
    QTest::addColumn<QString>("says");
    QTest::newRow("completed") << int(StopReason::Completed) << "Finished";
    QTest::newRow("stopped") << int(StopReason::Stopped) << "Stopped: everything is kept";
    QTest::newRow("early") << int(StopReason::EarlyStopped) << "Stopped early: it no longer became better";
    QTest::newRow("diverged") << int(StopReason::Diverged) << "Diverged: the loss exploded";
    QTest::newRow("failed") << int(StopReason::Failed) << "Failed";
}

void TestReport::endIsWhatHappened() {
    QFETCH(int, reason);
    QFETCH(QString, says);
    test::endAs(at("pinned"), static_cast<StopReason>(reason), "The disk was full.");
    exportRun(at("pinned"), ExportFormat::Report, at("ended.html"), Existing::Replace);
    const QString page = QString::fromUtf8(test::readFile(QString::fromStdString(at("ended.html").string())));
    QVERIFY2(page.contains("<th>State</th><td>" + says + "</td>"), qPrintable(page.section("</section>", 0, 0)));
    QVERIFY(page.contains("The disk was full."));
}

QTEST_GUILESS_MAIN(TestReport)
#include "test_report.moc"
