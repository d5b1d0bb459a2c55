// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation as files: what they say, when they are refused, and what is kept with the run.
#include "core/base/error.h"
#include "core/evaluation/evaluation.h"
#include "core/export/evaluation_files.h"
#include "core/export/evaluation_report.h"
#include "core/export/run_export.h"
#include "core/runs/run_evaluation.h"
#include "tests/support/exported_run.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QTest>
#include <QXmlStreamReader>

#include <filesystem>
#include <string>
#include <vector>

using namespace vit;
namespace fs = std::filesystem;

namespace {

// Three classes, four images, of which the last two are wrong.
Evaluation small() {
    const ImageAnswers answers{3, {0, 1, 1, 2}, {2, 1, 0, /**/ 0, 3, 1, /**/ 4, 1, 0, /**/ 1, 2, 0.5F}};
    return evaluated({"a <run>", 7, 70, "things", "test", "some CPU", "fp32"},
                     {{"ant", "bee, \"wild\"", "cat & dog"}, {"insect", "insect", "pet"}}, answers);
}

// A model of many classes, the first of which are told right.
Evaluation large(int classes) {
    ImageAnswers answers;
    answers.classes = classes;
    EvaluatedClasses named;
    for (int i = 0; i < classes; ++i) {
        answers.labels.push_back(i);
        for (int other = 0; other < classes; ++other)
            answers.logits.push_back(other == (i < classes / 2 ? i : (i + 1) % classes) ? 3.0F : 0.0F);
        named.names.push_back("class number " + std::to_string(i));
    }
    return evaluated({}, named, answers);
}

QByteArray content(const fs::path& path) { return test::readFile(QString::fromStdString(path.string())); }

// How many elements of this name; -1 if it is not well-formed.
int countIn(const QString& svg, const char* element) {
    QXmlStreamReader xml(svg);
    int count = 0;
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement() && xml.name() == QLatin1String(element)) ++count;
    }
    return xml.hasError() ? -1 : count;
}

QString picture(const QString& page, const QString& title) {
    const qsizetype begin = page.lastIndexOf("<svg", page.indexOf("aria-label=\"" + title));
    return page.mid(begin, page.indexOf("</svg>", begin) + 6 - begin);
}

int calibrationTitles(const Evaluation& evaluation) {
    return static_cast<int>(QString::fromStdString(htmlReport(evaluation)).count("Bins of equal width"));
}

}  // namespace

class TestEvaluationFiles : public test::ExportTest {
    Q_OBJECT

private Q_SLOTS:
    void tablesAreExact();
    void reportIsOnePage();
    void manyClassesAreDrawn_data();
    void manyClassesAreDrawn();
    void summaryIsReadBack();
    void damagedSummariesAreRefused_data();
    void damagedSummariesAreRefused();
    void placesAreRefused_data();
    void placesAreRefused();
    void runKeepsItsFigures();
    void confusionsMayBeMissing();
    void damagedConfusionsAreRefused_data();
    void damagedConfusionsAreRefused();
    void linkIsReplaced();
};

void TestEvaluationFiles::tablesAreExact() {
    const fs::path folder = at("new/evaluation");
    const auto files = writeEvaluation(small(), folder, Existing::Keep);
    QCOMPARE(files.size(), std::size_t{5});
    for (const fs::path& file : files) QVERIFY(fs::is_regular_file(file));
    const QByteArray predictions = content(folder / "predictions.csv");
    QCOMPARE(predictions.count('\n'), 5);
    QVERIFY2(predictions.startsWith("index,label,predicted,confidence,top_1,top_2,top_3,top_4,top_5\n"
                                    "0,0,0,0.6652409557748218"),
             predictions);
    QVERIFY2(predictions.contains(",0,1,2,,\n") && predictions.contains("\n2,1,0,0.9"), predictions);
    QCOMPARE(content(folder / "per_class.csv"),
             QByteArray("index,class,superclass,precision,recall,f1,support\n"
                        "0,ant,insect,0.5,1,0.6666666666666666,1\n"
                        "1,\"bee, \"\"wild\"\"\",insect,0.5,0.5,0.5,2\n"
                        "2,cat & dog,pet,0,0,0,1\n"));
    QCOMPARE(content(folder / "confusion.csv"), QByteArray("true_class,ant,\"bee, \"\"wild\"\"\",cat & dog\n"
                                                           "ant,1,0,0\n"
                                                           "\"bee, \"\"wild\"\"\",1,1,0\n"
                                                           "cat & dog,0,1,0\n"));
}

void TestEvaluationFiles::reportIsOnePage() {
    writeEvaluation(small(), at("report"), Existing::Keep);
    const QString page = QString::fromUtf8(content(at("report/report.html")));
    QVERIFY(page.contains("<h1>Evaluation of a &lt;run&gt;</h1>"));
    for (const char* part : {"things, test", "after epoch 7", "some CPU, fp32", "50.00 % (", "Calibration error",
                             "cat &amp; dog", "bee, &quot;wild&quot;", "The classes stand by superclass"})
        QVERIFY2(page.contains(part), part);
    for (const char* outside : {"http:", "https:", "src=", "<script"}) QVERIFY2(!page.contains(outside), outside);
    QCOMPARE(page.count("<svg"), 3);
    const QString matrix = picture(page, "Confusion matrix");
    QCOMPARE(countIn(matrix, "rect"), 5);  // four cells that are not empty, and the frame
    QCOMPARE(countIn(matrix, "line"), 2);  // between insects and pets
    QVERIFY2(matrix.contains("cat &amp; dog → bee, &quot;wild&quot;: 1 image<"), qPrintable(matrix));
    // 66.5 %, 84.4 %, 93.6 % and 62.9 % sure: bins 10 (two), 13 and 15 of equal width, four bins of an image each.
    QCOMPARE(countIn(picture(page, "Bins of equal width"), "rect"), 3);
    QCOMPARE(countIn(picture(page, "Bins of equal numbers"), "rect"), 4);
}

void TestEvaluationFiles::manyClassesAreDrawn_data() {
    QTest::addColumn<int>("classes");
    QTest::addColumn<bool>("named");
    QTest::newRow("one") << 1 << true;
    QTest::newRow("a hundred") << 100 << true;
    QTest::newRow("more than names have room for") << 300 << false;
}

void TestEvaluationFiles::manyClassesAreDrawn() {
    QFETCH(int, classes);
    QFETCH(bool, named);
    writeEvaluation(large(classes), at("many"), Existing::Replace);
    const QString matrix = picture(QString::fromUtf8(content(at("many/report.html"))), "Confusion matrix");
    QCOMPARE(countIn(matrix, "rect"), classes + 1);
    QCOMPARE(countIn(matrix, "text"), named ? 2 * classes : 0);
}

void TestEvaluationFiles::summaryIsReadBack() {
    const Evaluation evaluation = small();
    writeEvaluation(evaluation, at("summary"), Existing::Keep);
    const QByteArray text = content(at("summary/summary.json"));
    const EvaluationSummary read = evaluationSummaryFromJson(text.toStdString());
    QCOMPARE(toJson(read), text.toStdString());
    QVERIFY(read.subject == evaluation.summary.subject);
    QCOMPARE(read.images, 4);
    QCOMPARE(read.metrics.accuracy, 0.5);
    QCOMPARE(read.accuracy, evaluation.summary.accuracy);
    QCOMPARE(read.ece, evaluation.summary.ece);
    QCOMPARE(read.equalWidth.size(), evaluation.summary.equalWidth.size());
    QCOMPARE(read.equalCount.back().accuracy, evaluation.summary.equalCount.back().accuracy);
    QCOMPARE(read.temperature->temperature, evaluation.summary.temperature->temperature);
    QVERIFY2(text.contains("\"top5_accuracy\": 1.0") && text.contains("\"temperature\": {"), text);
}

void TestEvaluationFiles::damagedSummariesAreRefused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("cause");
    QTest::newRow("empty") << QByteArray() << "line 1";
    QTest::newRow("cut off") << QByteArray("{\"run\": \"x\"") << "line 1";
    QTest::newRow("something is missing") << QByteArray("{\"run\": \"x\"}") << "\"epoch\"";
    QTest::newRow("of the wrong kind") << QByteArray("{\"run\": 3}") << "wrong kind";
    QTest::newRow("no object") << QByteArray("[]") << "wrong kind";
}

void TestEvaluationFiles::damagedSummariesAreRefused() {
    QFETCH(QByteArray, text);
    QFETCH(QString, cause);
    test::writeRun(at("damaged"), preset("testing").config, false);
    test::writeFile(QString::fromStdString(at("damaged/evaluation-validation.json").string()), text);
    const QString message = test::thrown<Error>([&] { readEvaluations(at("damaged")); });
    QVERIFY2(message.contains("evaluation-validation.json") && message.contains(cause), qPrintable(message));
}

void TestEvaluationFiles::placesAreRefused_data() {
    QTest::addColumn<QString>("place");
    QTest::addColumn<bool>("replace");
    QTest::addColumn<QString>("cause");
    QTest::newRow("a file") << "file" << true << "is a file: name a folder";
    QTest::newRow("below a file") << "file/below" << false << "Cannot make the folder";
    QTest::newRow("files are there") << "taken" << false << "summary.json is there already";
    QTest::newRow("files may go") << "taken" << true << "";
    QTest::newRow("a folder of a file's name") << "odd" << true << "confusion.csv is a folder";
}

void TestEvaluationFiles::placesAreRefused() {
    QFETCH(QString, place);
    QFETCH(bool, replace);
    QFETCH(QString, cause);
    test::writeFile(QString::fromStdString(at("file").string()), "x");
    test::writeFile(QString::fromStdString(at("taken/summary.json").string()), "x");
    fs::create_directories(at("odd/confusion.csv"));
    const QString message = test::thrown<Error>([&] {
        writeEvaluation(small(), at(place.toStdString()), replace ? Existing::Replace : Existing::Keep);
    });
    QCOMPARE(message.isEmpty(), cause.isEmpty());
    QVERIFY2(message.contains(cause), qPrintable(message));
    QVERIFY(cause.isEmpty() || !fs::exists(at(place.toStdString()) / "report.html"));
}

void TestEvaluationFiles::runKeepsItsFigures() {
    test::writeRun(at("kept"), preset("testing").config, false);
    QVERIFY(readEvaluations(at("kept")).empty());
    Evaluation evaluation = small();
    keepEvaluation(at("kept"), evaluation);
    evaluation.summary.subject.split = "validation";
    evaluation.summary.metrics.accuracy = 0.25;
    keepEvaluation(at("kept"), evaluation);
    const std::vector<KeptEvaluation> kept = readEvaluations(at("kept"));
    QCOMPARE(kept.size(), std::size_t{2});
    QCOMPARE(kept[0].summary.subject.split, std::string("test"));
    QCOMPARE(kept[1].summary.metrics.accuracy, 0.25);
    QCOMPARE(kept[0].classes.names, evaluation.classes.names);
    QCOMPARE(kept[0].classes.superclasses, evaluation.classes.superclasses);
    QCOMPARE(kept[0].confusion.confusedPairs(), evaluation.confusion.confusedPairs());
    QCOMPARE(kept[0].confusion.at(0, 0), 1);
    exportRun(at("kept"), ExportFormat::Report, at("kept.html"), Existing::Replace);
    const QString page = QString::fromUtf8(content(at("kept.html")));
    QVERIFY(page.contains("<h2>Evaluation</h2>"));
    // The same diagrams as in the evaluation's own report, of each of the two.
    QCOMPARE(page.count("Bins of equal width"), 2 * calibrationTitles(small()));
    QVERIFY2(page.contains("4 test images of things, weights after epoch 7") && page.contains("25.00 % ("),
             qPrintable(page));
    // And the same confusions.
    const QString own = QString::fromStdString(htmlReport(small()));
    const QString matrix = picture(own, "Confusion matrix");
    QCOMPARE(countIn(matrix, "rect"), 5);
    QCOMPARE(page.count(matrix), 2);
    const qsizetype begin = own.indexOf("<table class=\"numbers\"><tr><th>True class");
    QVERIFY(begin > 0);
    QCOMPARE(page.count(own.mid(begin, own.indexOf("</table>", begin) - begin)), 2);
}

// As runs of an older version, and of models with more classes than anybody looks through, have it.
void TestEvaluationFiles::confusionsMayBeMissing() {
    test::writeRun(at("figures"), preset("testing").config, false);
    test::writeFile(QString::fromStdString(at("figures/evaluation-test.json").string()),
                    QByteArray::fromStdString(toJson(small().summary)));
    const std::vector<KeptEvaluation> kept = readEvaluations(at("figures"));
    QVERIFY(kept.at(0).classes.names.empty());
    exportRun(at("figures"), ExportFormat::Report, at("figures.html"), Existing::Replace);
    const QString page = QString::fromUtf8(content(at("figures.html")));
    QVERIFY(page.contains("Bins of equal width"));
    QVERIFY(!page.contains("Confusion matrix") && !page.contains("Most confused"));
    constexpr std::int64_t kTooMany = kMostKeptClasses + 1;
    const KeptEvaluation many{small().summary, {}, {kTooMany, std::vector<std::int64_t>(kTooMany * kTooMany)}};
    QCOMPARE(toJson(many), toJson(many.summary));
}

void TestEvaluationFiles::damagedConfusionsAreRefused_data() {
    QTest::addColumn<QByteArray>("written");
    QTest::addColumn<QByteArray>("instead");
    const auto row = [](const char* what, const QByteArray& key, const QByteArray& instead) {
        QTest::newRow(what) << key << instead;
    };
    row("a class too few", "\"ant\",", "");
    row("a superclass too few", "\"insect\",", "");
    row("a class that is none", "\"confusion\": [", "\"confusion\": [[0, 3, 1],");
    row("fewer than no class", "\"confusion\": [", "\"confusion\": [[-1, 0, 1],");
    row("more images than there are", "\"confusion\": [", "\"confusion\": [[0, 1, 1],");
    row("fewer than no image", "\"confusion\": [", "\"confusion\": [[0, 1, -1],");
    row("no cell", "\"confusion\": [", "\"confusion\": [7,");
    row("names of another kind", "\"ant\"", "7");
    row("no names", "\"class_names\"", "\"class_titles\"");
}

void TestEvaluationFiles::damagedConfusionsAreRefused() {
    QFETCH(QByteArray, written);
    QFETCH(QByteArray, instead);
    QByteArray text = QByteArray::fromStdString(toJson(static_cast<const KeptEvaluation&>(small())));
    const auto place = text.indexOf(written);
    QVERIFY2(place > 0, text);
    text.replace(place, written.size(), instead);
    const QString message = test::thrown<Error>([&] { keptEvaluationFromJson(text.toStdString()); });
    QVERIFY2(message.startsWith("The evaluation cannot be read"), qPrintable(message));
}

void TestEvaluationFiles::linkIsReplaced() {
    test::writeRun(at("linked"), preset("testing").config, false);
    test::writeFile(QString::fromStdString(at("precious").string()), "not to be touched");
    fs::create_symlink(at("precious"), at("linked") / "evaluation-test.json");
    keepEvaluation(at("linked"), small());
    QCOMPARE(content(at("precious")), QByteArray("not to be touched"));
    QVERIFY(!fs::is_symlink(at("linked") / "evaluation-test.json"));
    QCOMPARE(readEvaluations(at("linked")).size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TestEvaluationFiles)
#include "test_evaluation_files.moc"
