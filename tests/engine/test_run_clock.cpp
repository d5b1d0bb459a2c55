// SPDX-License-Identifier: GPL-3.0-or-later
// Speed and remaining time by a clock that is set by hand.
#include "core/train/throughput.h"

#include <QtTest>

using namespace vit;

class TestRunClock : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void standsStillWhileHeld();
    void pausesLeaveTheSpeedAsItIs();
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

QTEST_GUILESS_MAIN(TestRunClock)
#include "test_run_clock.moc"
