// SPDX-License-Identifier: GPL-3.0-or-later
// Work off the GUI thread: its answer, its faults, cancelling and starting anew.
#include "core/base/error.h"
#include "ui/widgets/job.h"

#include <QSemaphore>
#include <QSignalSpy>
#include <QThread>
#include <QtTest>

#include <atomic>

using namespace vit;
using namespace vit::ui;

namespace {

// Works until it is told to stop.
void workUntilCancelled(const Progress& progress) {
    while (progress("Working", 1, 2)) QThread::msleep(1);
    throw Cancelled();
}

}  // namespace

class TestJob : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersOnThisThread() {
        Job job;
        QSignalSpy ended(&job, &Job::ended);
        QThread* workThread = nullptr;
        QThread* answerThread = nullptr;
        int answer = 0;
        job.run(
            [&](const Progress&) {
                workThread = QThread::currentThread();
                return 42;
            },
            [&](int result) {
                answerThread = QThread::currentThread();
                answer = result;
            });
        QVERIFY(job.running());
        QVERIFY(ended.wait());
        QCOMPARE(answer, 42);
        QVERIFY(!job.running());
        QVERIFY(workThread != QThread::currentThread());
        QCOMPARE(answerThread, QThread::currentThread());
    }

    void tellsFaults() {
        Job job;
        QSignalSpy failed(&job, &Job::failed);
        bool answered = false;
        job.run([](const Progress&) -> int { throw Error("The disk is full. Free some of it."); },
                [&](int) { answered = true; });
        QVERIFY(failed.wait());
        QCOMPARE(failed.at(0).at(0).toString(), "The disk is full. Free some of it.");
        QVERIFY(!answered);
        QVERIFY(!job.running());
    }

    void reportsProgressAndCancels() {
        Job job;
        QSignalSpy progressed(&job, &Job::progressed);
        QSignalSpy cancelled(&job, &Job::cancelled);
        QSignalSpy failed(&job, &Job::failed);
        job.run(
            [](const Progress& progress) {
                workUntilCancelled(progress);
                return 0;
            },
            [](int) { QFAIL("it was cancelled"); });
        QVERIFY(progressed.wait());
        QCOMPARE(progressed.at(0), (QList<QVariant>{"Working", qint64(1), qint64(2)}));
        job.cancel();
        QVERIFY(cancelled.wait());
        QCOMPARE(failed.count(), 0);
    }

    void aNewStartTakesThePlaceOfTheOld() {
        Job job;
        QSemaphore begun;
        std::atomic<bool> firstEnded = false;
        QList<int> answers;
        job.run(
            [&](const Progress& progress) {
                begun.release();
                while (progress({}, 0, 0)) QThread::msleep(1);
                firstEnded = true;
                return 1;
            },
            [&](int result) { answers << result; });
        begun.acquire();
        QSignalSpy ended(&job, &Job::ended);
        job.run([](const Progress&) { return 2; }, [&](int result) { answers << result; });
        QVERIFY(ended.wait());
        QTRY_VERIFY(firstEnded);
        QCoreApplication::processEvents();
        QCOMPARE(answers, QList<int>{2});
        QCOMPARE(ended.count(), 1);
    }

    void theDestructorWaits() {
        std::atomic<bool> ended = false;
        QSemaphore begun;
        {
            Job job;
            job.run(
                [&](const Progress& progress) {
                    begun.release();
                    while (progress({}, 0, 0)) QThread::msleep(1);
                    ended = true;
                    return 0;
                },
                [](int) { QFAIL("the job is gone"); });
            begun.acquire();
        }
        QVERIFY(ended);
        QCoreApplication::processEvents();
    }
};

QTEST_MAIN(TestJob)
#include "test_job.moc"
