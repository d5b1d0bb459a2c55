// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation's figures against what scikit-learn and NumPy make of the same logits
// (tests/parity/golden_evaluation.py), and the orders of classes.
#include "core/base/error.h"
#include "core/evaluation/bootstrap.h"
#include "core/evaluation/class_order.h"
#include "core/evaluation/evaluation.h"
#include "core/evaluation/evaluation_words.h"
#include "core/evaluation/notable_images.h"
#include "tests/support/files.h"
#include "tests/support/thrown.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace vit;

using Cells = std::vector<std::array<int, 3>>;  // truth, predicted, images

namespace {

constexpr double kRounding = 1e-12;  // sums in another order
constexpr double kFitted = 1e-7;     // both search for the temperature until it moves no more

ImageAnswers answersFrom(const QJsonObject& golden) {
    ImageAnswers answers;
    answers.classes = golden["classes"].toInt();
    for (const QJsonValue& label : golden["labels"].toArray()) answers.labels.push_back(label.toInt());
    for (const QJsonValue& row : golden["logits"].toArray())
        for (const QJsonValue& logit : row.toArray()) answers.logits.push_back(static_cast<float>(logit.toDouble()));
    return answers;
}

Evaluation evaluationOf(const ImageAnswers& answers) {
    EvaluatedClasses classes;
    for (std::int64_t i = 0; i < answers.classes; ++i) classes.names.push_back("class " + std::to_string(i));
    return evaluated({}, classes, answers);
}

// Names what differs; empty: nothing does.
class Differences {
public:
    explicit Differences(QJsonObject expected) : m_expected(std::move(expected)) {}

    void number(const char* key, double ours, double tolerance = kRounding) {
        compare(key, ours, m_expected[QLatin1String(key)].toDouble(), tolerance);
    }
    template <typename Values, typename Read>
    void list(const char* key, const Values& ours, Read read, double tolerance = kRounding) {
        const QJsonArray expected = m_expected[QLatin1String(key)].toArray();
        if (static_cast<std::size_t>(expected.size()) != ours.size())
            m_text += QString("%1: %2 instead of %3 entries\n").arg(key).arg(ours.size()).arg(expected.size());
        else
            for (qsizetype i = 0; i < expected.size(); ++i)
                compare(key, static_cast<double>(read(ours[static_cast<std::size_t>(i)])), expected[i].toDouble(),
                        tolerance);
    }
    QByteArray text() const { return m_text.toUtf8(); }

private:
    void compare(const char* key, double ours, double expected, double tolerance) {
        if (!(std::abs(ours - expected) <= tolerance))
            m_text += QString("%1: %2 instead of %3\n").arg(key).arg(ours, 0, 'g', 17).arg(expected, 0, 'g', 17);
    }

    QJsonObject m_expected;
    QString m_text;
};

QByteArray binDifferences(const QJsonArray& expected, const std::vector<CalibrationBin>& bins) {
    std::vector<CalibrationBin> filled;
    for (const CalibrationBin& bin : bins)
        if (bin.images > 0) filled.push_back(bin);
    if (static_cast<std::size_t>(expected.size()) != filled.size())
        return QString("%1 instead of %2 filled bins").arg(filled.size()).arg(expected.size()).toUtf8();
    QByteArray text;
    for (qsizetype i = 0; i < expected.size(); ++i) {
        const CalibrationBin& bin = filled[static_cast<std::size_t>(i)];
        Differences differences(expected[i].toObject());
        differences.number("low", bin.low);
        differences.number("high", bin.high);
        differences.number("images", static_cast<double>(bin.images), 0);
        differences.number("confidence", bin.confidence);
        differences.number("accuracy", bin.accuracy);
        text += differences.text();
    }
    return text;
}

const auto itself = [](const auto& value) { return value; };

ConfusionMatrix matrix(int classes, const Cells& cells) {
    std::vector<ImagePrediction> images;
    for (const auto& [truth, predicted, count] : cells) {
        ImagePrediction image;
        image.label = truth;
        image.predicted = predicted;
        images.insert(images.end(), static_cast<std::size_t>(count), image);
    }
    return {classes, images};
}

}  // namespace

class TestEvaluation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void predictionsAreScikitLearns_data() { addCases(); }
    void predictionsAreScikitLearns();
    void classScoresAreScikitLearns_data() { addCases(); }
    void classScoresAreScikitLearns();
    void calibrationIsAsDefined_data() { addCases(); }
    void calibrationIsAsDefined();
    void temperatureIsTheBest_data() { addCases(); }
    void temperatureIsTheBest();
    void intervalsAreReproducible_data() { addCases(); }
    void intervalsAreReproducible();
    void intervalsOfNumbersMoveWithThem();
    void notableImagesAreFound_data() { addCases(); }
    void notableImagesAreFound();
    void edgesOfBinsBelongBelow();
    void binsOfEqualCountBreakTies();
    void answersThatAreNoNumbersAreRefused_data();
    void answersThatAreNoNumbersAreRefused();
    void nothingToEvaluateIsRefused();
    void mostConfusedPairsComeFirst();
    void namesAreOrderedAsPeopleCount();
    void superclassesStandTogether();
    void confusedClassesStandTogether_data();
    void confusedClassesStandTogether();
    void figuresAreInWords();

private:
    void addCases();
    QJsonObject goldenCase() const { return m_cases[QTest::currentDataTag()]; }

    QHash<QString, QJsonObject> m_cases;
    QStringList m_names;
};

void TestEvaluation::initTestCase() {
    const QByteArray golden = test::readFile(VIT_GOLDEN_FOLDER "/evaluation.json");
    for (const QJsonValue& each : QJsonDocument::fromJson(golden)["cases"].toArray()) {
        m_names << each["name"].toString();
        m_cases[m_names.back()] = each.toObject();
    }
    QVERIFY(m_names.size() >= 11);
}

void TestEvaluation::addCases() {
    QTest::addColumn<int>("unused");
    for (const QString& name : m_names) QTest::newRow(name.toUtf8().constData()) << 0;
}

void TestEvaluation::predictionsAreScikitLearns() {
    const QJsonObject golden = goldenCase()["expected"].toObject();
    const Evaluation ours = evaluationOf(answersFrom(goldenCase()));
    Differences differences(golden);
    differences.list("predicted", ours.images, [](const ImagePrediction& image) { return image.predicted; }, 0);
    differences.list("confidence", ours.images, [](const ImagePrediction& image) { return image.confidence; });
    differences.list("loss", ours.images, [](const ImagePrediction& image) { return image.loss; });
    differences.number("accuracy", ours.summary.metrics.accuracy);
    differences.number("top5_accuracy", ours.summary.metrics.top5Accuracy);
    QVERIFY2(differences.text().isEmpty(), differences.text());
    const QJsonArray top = golden["top"].toArray();
    for (qsizetype i = 0; i < top.size(); ++i) {
        const ImagePrediction& image = ours.images[static_cast<std::size_t>(i)];
        QCOMPARE(image.amongFive, golden["among_five"][i].toBool());
        for (qsizetype place = 0; place < 5; ++place)
            QCOMPARE(image.top[static_cast<std::size_t>(place)], top[i][place].toInt(ImagePrediction::kNoClass));
    }
}

void TestEvaluation::classScoresAreScikitLearns() {
    const QJsonObject golden = goldenCase()["expected"].toObject();
    const Evaluation ours = evaluationOf(answersFrom(goldenCase()));
    Differences differences(golden);
    differences.list("precision", ours.scores, [](const ClassScores& scores) { return scores.precision; });
    differences.list("recall", ours.scores, [](const ClassScores& scores) { return scores.recall; });
    differences.list("f1", ours.scores, [](const ClassScores& scores) { return scores.f1; });
    differences.list("support", ours.scores, [](const ClassScores& scores) { return scores.support; }, 0);
    differences.number("macro_precision", ours.summary.mean.precision);
    differences.number("macro_recall", ours.summary.mean.recall);
    differences.number("macro_f1", ours.summary.mean.f1);
    QVERIFY2(differences.text().isEmpty(), differences.text());
    const QJsonArray confusion = golden["confusion"].toArray();
    QCOMPARE(ours.confusion.classes(), std::int64_t{confusion.size()});
    for (qsizetype truth = 0; truth < confusion.size(); ++truth)
        for (qsizetype predicted = 0; predicted < confusion.size(); ++predicted)
            QCOMPARE(ours.confusion.at(truth, predicted), std::int64_t{confusion[truth][predicted].toInteger()});
}

void TestEvaluation::calibrationIsAsDefined() {
    const QJsonObject golden = goldenCase()["expected"].toObject();
    const Evaluation ours = evaluationOf(answersFrom(goldenCase()));
    Differences differences(golden);
    differences.number("ece", ours.summary.ece);
    differences.number("adaptive_ece", ours.summary.adaptiveEce);
    QVERIFY2(differences.text().isEmpty(), differences.text());
    const QByteArray width = binDifferences(golden["equal_width"].toArray(), ours.summary.equalWidth);
    QVERIFY2(width.isEmpty(), width);
    const QByteArray count = binDifferences(golden["equal_count"].toArray(), ours.summary.equalCount);
    QVERIFY2(count.isEmpty(), count);
}

void TestEvaluation::temperatureIsTheBest() {
    const QJsonObject golden = goldenCase()["expected"].toObject();
    const Evaluation ours = evaluationOf(answersFrom(goldenCase()));
    QCOMPARE(ours.summary.temperature.has_value(), golden.contains("temperature"));
    if (!ours.summary.temperature) return;
    const TemperaturePreview& preview = *ours.summary.temperature;
    Differences differences(golden["temperature"].toObject());
    differences.number("value", preview.temperature, kFitted * preview.temperature);
    differences.number("fitted_on", static_cast<double>(preview.fittedOn), 0);
    differences.number("reported_on", static_cast<double>(preview.reportedOn), 0);
    differences.number("accuracy", preview.accuracy);
    differences.number("ece_before", preview.eceBefore);
    differences.number("ece_after", preview.eceAfter, kFitted);
    differences.number("loss_before", preview.lossBefore);
    differences.number("loss_after", preview.lossAfter, kFitted * (1 + preview.lossAfter));
    QVERIFY2(differences.text().isEmpty(), differences.text());
}

void TestEvaluation::intervalsAreReproducible() {
    const Evaluation ours = evaluationOf(answersFrom(goldenCase()));
    Differences differences(goldenCase()["expected"].toObject());
    const auto ends = [](const Interval& interval) { return std::vector<double>{interval.low, interval.high}; };
    differences.list("accuracy_interval", ends(ours.summary.accuracy), itself);
    differences.list("top5_accuracy_interval", ends(ours.summary.top5Accuracy), itself);
    QVERIFY2(differences.text().isEmpty(), differences.text());
}

void TestEvaluation::intervalsOfNumbersMoveWithThem() {
    const std::vector<std::uint8_t> hits = {1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1};
    const Interval shares = bootstrapInterval(hits);
    QVERIFY(shares.low < 7.0 / 11 && shares.high > 7.0 / 11);
    std::vector<double> numbers(hits.begin(), hits.end());
    QCOMPARE(bootstrapInterval(numbers), shares);
    for (double& number : numbers) number = 10 * number - 5;
    const Interval moved = bootstrapInterval(numbers);
    QVERIFY(std::abs(moved.low - (10 * shares.low - 5)) < kRounding && moved.high > moved.low);
    QCOMPARE(bootstrapInterval(std::vector<double>(20, 0.25)), (Interval{0.25, 0.25}));
}

void TestEvaluation::notableImagesAreFound() {
    const Evaluation ours = evaluationOf(answersFrom(goldenCase()));
    Differences differences(goldenCase()["expected"].toObject());
    differences.list("confident_errors", mostConfidentErrors(ours.images, ours.images.size()), itself, 0);
    differences.list("uncertain_hits", leastCertainHits(ours.images, ours.images.size()), itself, 0);
    QVERIFY2(differences.text().isEmpty(), differences.text());
    QVERIFY(mostConfidentErrors(ours.images, 2).size() <= 2);
}

void TestEvaluation::edgesOfBinsBelongBelow() {
    const std::vector<Judged> images = {{0.2, true}, {std::nextafter(0.2, 1), false}, {1, true}, {1e-9, false}};
    const std::vector<CalibrationBin> bins = equalWidthBins(images);
    QCOMPARE(bins.size(), std::size_t{15});
    QCOMPARE(bins[2].images, 1);  // up to 3/15
    QCOMPARE(bins[3].images, 1);
    QCOMPARE(bins[0].images, 1);
    QCOMPARE(bins[14].images, 1);
    QCOMPARE(calibrationError(equalWidthBins({})), 0.0);
    QCOMPARE(calibrationError(equalCountBins({})), 0.0);
}

// Images of one confidence fill several bins, in their order; what has no images counts nothing.
void TestEvaluation::binsOfEqualCountBreakTies() {
    std::vector<Judged> images;
    for (int i = 0; i < 32; ++i) images.push_back({0.5, i % 4 == 0});
    const std::vector<CalibrationBin> bins = equalCountBins(images);
    QCOMPARE(bins.size(), std::size_t{15});
    for (std::size_t i = 0; i < bins.size(); ++i) {
        QCOMPARE(bins[i].images, i < 2 ? 3 : 2);
        QCOMPARE(bins[i].low, 0.5);
        QCOMPARE(bins[i].high, 0.5);
    }
    QCOMPARE(bins[0].accuracy, 1.0 / 3);  // images 0, 1, 2
    QCOMPARE(bins[1].accuracy, 1.0 / 3);  // images 3, 4, 5
    QCOMPARE(bins[2].accuracy, 0.0);
    const std::vector<CalibrationBin> few = equalCountBins(std::span(images).first(4));
    QCOMPARE(few[3].images, 1);
    QCOMPARE(few[4].images, 0);
    QCOMPARE(calibrationError(few), 0.5);
    QCOMPARE(calibrationError(equalWidthBins(images)), 0.25);
}

void TestEvaluation::answersThatAreNoNumbersAreRefused_data() {
    QTest::addColumn<float>("logit");
    QTest::newRow("not a number") << std::numeric_limits<float>::quiet_NaN();
    QTest::newRow("infinite") << -std::numeric_limits<float>::infinity();
}

void TestEvaluation::answersThatAreNoNumbersAreRefused() {
    QFETCH(float, logit);
    const ImageAnswers answers{2, {0, 1}, {1, 2, 3, logit}};
    const QString message = test::thrown<Error>([&] { evaluationOf(answers); });
    QVERIFY2(message.contains("image 1 ") && message.contains("diverged"), qPrintable(message));
}

void TestEvaluation::nothingToEvaluateIsRefused() {
    QVERIFY(test::thrown<Error>([] { evaluationOf({2, {}, {}}); }).contains("no images"));
}

void TestEvaluation::mostConfusedPairsComeFirst() {
    const ConfusionMatrix confusion = matrix(3, {{0, 0, 6}, {0, 1, 2}, {1, 0, 2}, {1, 1, 1}, {2, 1, 3}});
    QCOMPARE(confusion.confusedPairs(),
             (std::vector<ConfusedPair>{{2, 1, 3, 1.0}, {0, 1, 2, 0.25}, {1, 0, 2, 2.0 / 3}}));
    QCOMPARE(confusion.imagesOf(0), 8);
    QCOMPARE(confusion.takenFor(1), 6);
    QCOMPARE(confusion.shareAt(0, 1), 0.25);
    QCOMPARE(confusion.strengthAt(2, 1), 1.0);   // the largest confusion there is
    QCOMPARE(confusion.strengthAt(0, 1), 0.5);
    QCOMPARE(confusion.strengthAt(0, 0), std::sqrt(0.75));
    QCOMPARE(confusion.strengthAt(2, 2), 0.0);
}

void TestEvaluation::namesAreOrderedAsPeopleCount() {
    QCOMPARE(orderByName({"10", "9", "pear", "apple", "2"}), (ClassOrder{4, 1, 0, 3, 2}));
}

void TestEvaluation::superclassesStandTogether() {
    QCOMPARE(orderBySuperclass({"rose", "trout", "daisy", "shark"}, {"flower", "fish", "flower", "fish"}),
             (ClassOrder{3, 1, 2, 0}));
}

void TestEvaluation::confusedClassesStandTogether_data() {
    QTest::addColumn<int>("classes");
    QTest::addColumn<Cells>("cells");
    QTest::addColumn<ClassOrder>("order");
    QTest::newRow("nothing is confused") << 3 << Cells{{0, 0, 5}, {1, 1, 5}, {2, 2, 5}} << ClassOrder{0, 1, 2};
    QTest::newRow("a pair, whichever way round")
        << 4 << Cells{{0, 0, 5}, {1, 1, 5}, {2, 2, 5}, {3, 1, 2}, {3, 3, 3}} << ClassOrder{1, 3, 0, 2};
    // 0-3 is the strongest, then 3-1; 0-1 would close a ring; 2-4 is a chain of its own.
    QTest::newRow("chains") << 5
                            << Cells{{0, 0, 5}, {0, 3, 5}, {3, 3, 6}, {3, 1, 4}, {1, 1, 9}, {1, 0, 1}, {2, 4, 1},
                                     {2, 2, 99}, {4, 4, 9}}
                            << ClassOrder{1, 3, 0, 2, 4};
    QTest::newRow("one class") << 1 << Cells{{0, 0, 5}} << ClassOrder{0};
}

void TestEvaluation::confusedClassesStandTogether() {
    QFETCH(int, classes);
    QFETCH(Cells, cells);
    QFETCH(ClassOrder, order);
    QCOMPARE(orderBySimilarity(matrix(classes, cells)), order);
}

void TestEvaluation::figuresAreInWords() {
    EvaluationSummary summary;
    summary.metrics = {2.3105, 0.5514, 0.8186};
    summary.accuracy = {0.542, 0.561};
    summary.ece = 0.0812;
    summary.temperature = TemperaturePreview{1.43, 5000, 5000, 0.55, 0.08, 0.02, 2.31, 2.1};
    QStringList texts;
    for (const EvaluationFigure& figure : figuresOf(summary))
        texts << QString::fromStdString(figure.label + ": " + figure.value);
    QVERIFY2(texts.contains("Accuracy: 55.14 % (54.20 – 56.10 %)"), qPrintable(texts.join('\n')));
    QVERIFY(texts.contains("Calibration error: 8.12 %"));
    QCOMPARE(texts.back(), QString("Temperature: 1.43 takes the calibration error from 8.00 % to 2.00 %"));
    QVERIFY(figuresOf(summary).back().help.find("Fitted on 5,000 images") != std::string::npos);
    summary.temperature.reset();
    QCOMPARE(figuresOf(summary).size(), static_cast<std::size_t>(texts.size() - 1));
}

QTEST_GUILESS_MAIN(TestEvaluation)
#include "test_evaluation.moc"
