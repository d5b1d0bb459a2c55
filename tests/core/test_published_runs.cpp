// SPDX-License-Identifier: GPL-3.0-or-later
// The published curves that are built into the program.
#include "core/runs/published_runs.h"

#include <QtTest>

using namespace vit;

class TestPublishedRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hasAllEpochsOfBoth();
    void holdsThePrintedNumbers();
};

void TestPublishedRuns::hasAllEpochsOfBoth() {
    QCOMPARE(publishedRuns().size(), std::size_t{2});
    for (const PublishedRun& run : publishedRuns()) {
        QCOMPARE(run.epochs.size(), std::size_t{100});
        for (std::size_t i = 0; i < run.epochs.size(); ++i)
            QCOMPARE(run.epochs[i].epoch, static_cast<std::int64_t>(i + 1));
    }
    QVERIFY(publishedRuns()[0].name != publishedRuns()[1].name);
}

void TestPublishedRuns::holdsThePrintedNumbers() {
    const PublishedRun& first = publishedRuns()[0];
    QCOMPARE(first.epochs[0].train.loss, 4.8863);
    QCOMPARE(first.epochs[0].train.accuracy, 0.0294);
    QCOMPARE(first.epochs[0].train.top5Accuracy, 0.1117);
    QCOMPARE(first.epochs[0].validation.loss, 3.9661);
    QCOMPARE(first.epochs[0].validation.accuracy, 0.0992);
    QCOMPARE(first.epochs[0].validation.top5Accuracy, 0.3056);
    QCOMPARE(first.epochs[19].validation.accuracy, 0.4610);
    QCOMPARE(first.test.accuracy, 0.5514);
    QCOMPARE(publishedRuns()[1].epochs[99].validation.accuracy, 0.5454);
    QCOMPARE(publishedRuns()[1].test.top5Accuracy, 0.8191);
}

QTEST_GUILESS_MAIN(TestPublishedRuns)
#include "test_published_runs.moc"
