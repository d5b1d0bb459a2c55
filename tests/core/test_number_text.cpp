// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers in words, where the locale writes a comma for the decimal point.
#include "core/base/number_text.h"
#include "core/config/schema.h"
#include "core/runs/published_runs.h"
#include "core/sweeps/sweep_axis.h"

#include <QTest>

#include <clocale>
#include <limits>
#include <string>

using namespace vit;

class TestNumberText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void texts_data();
    void texts();
    void numbersAreReadToo();
};

// Whoever runs the tests in a locale that is not installed would test nothing.
void TestNumberText::initTestCase() {
    if (qgetenv("LC_ALL").startsWith("de_DE")) {
        QVERIFY2(std::setlocale(LC_ALL, "") != nullptr, "LC_ALL names a locale that is not installed: localedef -i "
                                                        "de_DE -f UTF-8 de_DE.UTF-8");
        QCOMPARE(std::localeconv()->decimal_point, ",");
        return;
    }
    for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "it_IT.UTF-8"})
        if (std::setlocale(LC_NUMERIC, name) != nullptr) return;
}

void TestNumberText::texts_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const std::string& text, const char* expected) {
        QTest::newRow(name) << QString::fromStdString(text) << QString(expected);
    };
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    row("shortest", numberText(0.1), "0.1");
    row("shortest, small", numberText(1e-6), "1e-06");
    row("decimals", fixedText(62, 2), "62.00");
    row("decimals, rounded", fixedText(-0.126, 2), "-0.13");
    row("decimals, huge", fixedText(1e300, 1).substr(0, 5), "10000");
    row("decimals, none", fixedText(kNan, 1), "–");
    row("digits", roundedText(1.23456, 4), "1.235");
    row("digits, small", roundedText(0.00001, 4), "1e-05");
    row("digits, whole", roundedText(3, 4), "3");
    row("percent", percentText(0.5514), "55.14 %");
    row("percent, none", percentText(kNan), "–");
    row("moments", durationText(7.34), "7.3 s");
    row("seconds", durationText(42.4), "42 s");
    row("minutes", durationText(245), "4 min 05 s");
    row("hours", durationText(3725), "1 h 02 min");
    row("not known", durationText(-1), "–");
    row("never", durationText(std::numeric_limits<double>::infinity()), "–");
    row("bytes", bytesText(1.5e9), "1.5 GB");
    row("bytes, many", bytesText(640e6), "640 MB");
    row("bytes, few", bytesText(12), "12 B");
    row("thousands", groupedText(-21759012), "-21,759,012");
}

void TestNumberText::texts() {
    QFETCH(QString, text);
    QFETCH(QString, expected);
    QCOMPARE(text, expected);
}

void TestNumberText::numbersAreReadToo() {
    QVERIFY(rounded(0.123456, 4) == 0.1235);
    Config config;
    assign(config, "optimizer.learning_rate=0.0025");
    QVERIFY(config.optimizer.learningRate == 0.0025);
    QVERIFY(publishedRuns().front().epochs.front().train.loss == 4.8863);
    SweepAxis axis;
    axis.key = "optimizer.learning_rate";
    axis.scale = SweepScale::LogRange;
    axis.from = 1e-4;
    axis.to = 1e-2;
    axis.count = 3;
    const auto values = axisValues(axis);
    QCOMPARE(values.size(), std::size_t{3});
    QVERIFY(std::get<double>(values[1]) == 1e-3);
}

QTEST_GUILESS_MAIN(TestNumberText)
#include "test_number_text.moc"
