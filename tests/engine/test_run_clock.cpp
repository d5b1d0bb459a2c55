// SPDX-License-Identifier: GPL-3.0-or-later
// Speed and remaining time by a clock that is set by hand.
#include "core/train/step_reports.h"
#include "core/train/throughput.h"

#include <QtTest>

#include <cmath>

using namespace vit;

class TestRunClock : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void standsStillWhileHeld();
    void pausesLeaveTheSpeedAsItIs();
    void whatThawsWillTakeLonger();
};

void TestRunClock::standsStillWhileHeld() {
    double now = 100;
    RunClock clock([&] { return now; });
    now += 5;
    QCOMPARE(clock.seconds(), 5.0);
    QVERIFY(clock.standStill([&] {
        now += 3600;
        return true;
    }));
    QCOMPARE(clock.seconds(), 5.0);
    now += 2;
    QCOMPARE(clock.seconds(), 7.0);
}

void TestRunClock::pausesLeaveTheSpeedAsItIs() {
    double now = 0;
    RunClock clock([&] { return now; });
    Throughput throughput(clock);
    now += 30;  // reading data
    throughput.start(1000);
    QVERIFY(throughput.remainingSeconds(10, 1) < 0);
    for (int i = 0; i < 20; ++i) {
        clock.standStill([&] {
            now += i == 10 ? 500 : 0;
            return true;
        });
        now += 2;
        throughput.step(8);
    }
    throughput.epochOverhead(3);
    QCOMPARE(throughput.imagesPerSecond(), 4.0);
    QCOMPARE(throughput.elapsedSeconds(), 1040.0);
    QCOMPARE(throughput.remainingSeconds(100, 2), 31.0);
}

// As the work of the epochs to come is more than that of this one.
void TestRunClock::whatThawsWillTakeLonger() {
    Config config;
    config.run.epochs = 3;
    config.run.batchSize = 10;
    config.optimizer.frozenBlocks = 2;
    double now = 0;
    RunClock clock([&] { return now; });
    Throughput throughput(clock);
    throughput.start(0);
    now += 5;
    throughput.step(10);  // two images a second
    const auto remaining = [&] {
        const StepReports reports(config, {3, 10}, 100, throughput, torch::kCPU);
        StepDone done = reports.describe(14, 2, 4, 0.1);
        reports.measure(done, {});
        return done.remainingSeconds;
    };
    QCOMPARE(remaining(), 0.5 * (60 + 100));
    config.optimizer.thaw = Thaw::BlockByBlock;
    const double more = trainingFlops(config, {3, 10}, 3, 3) / trainingFlops(config, {3, 10}, 2, 2);
    QVERIFY(more > 1.05);
    QCOMPARE(remaining(), 0.5 * (60 + std::round(100 * more)));
}

QTEST_GUILESS_MAIN(TestRunClock)
#include "test_run_clock.moc"
