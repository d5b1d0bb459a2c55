// SPDX-License-Identifier: GPL-3.0-or-later
// Batches come in order, one ahead, and leave the cores to the step.
#include "core/device/device.h"
#include "core/input/batch_source.h"

#include <QtTest>

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>

using namespace vit;

namespace {

PreparedBatch numbered(std::int64_t number) { return {torch::full({1}, number), torch::full({1}, number)}; }

}  // namespace

class TestBatchSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void givesAllInOrder();
    void worksAheadByOne();
    void passesFaultsOn();
    void endsEarly();
    void computesOnItsOwnThreadAlone();
};

void TestBatchSource::givesAllInOrder() {
    BatchSource source(50, numbered);
    for (std::int64_t i = 0; i < 50; ++i) QCOMPARE(source.next().labels.item<std::int64_t>(), i);
}

void TestBatchSource::worksAheadByOne() {
    std::atomic<int> begun = 0;
    BatchSource source(10, [&](std::int64_t number) {
        ++begun;
        return numbered(number);
    });
    source.next();
    // The next one waits to be taken, the one after it for its place.
    QTRY_COMPARE(begun.load(), 3);
    QTest::qWait(50);
    QCOMPARE(begun.load(), 3);
}

void TestBatchSource::passesFaultsOn() {
    BatchSource source(10, [](std::int64_t number) {
        if (number == 2) throw std::runtime_error("broken image");
        return numbered(number);
    });
    source.next();
    source.next();
    QVERIFY_EXCEPTION_THROWN(source.next(), std::runtime_error);
}

void TestBatchSource::endsEarly() {
    std::atomic<int> made = 0;
    {
        BatchSource source(1000, [&](std::int64_t number) {
            ++made;
            return numbered(number);
        });
        source.next();
    }
    QVERIFY(made <= 3);
}

void TestBatchSource::computesOnItsOwnThreadAlone() {
    const int before = at::get_num_threads();
    torch::set_num_threads(2);
    std::promise<int> inside;
    BatchSource source(1, [&](std::int64_t number) {
        inside.set_value(at::get_num_threads());
        return numbered(number);
    });
    source.next();
    QCOMPARE(inside.get_future().get(), 1);
    QCOMPARE(at::get_num_threads(), 2);
    // Nor does it change what threads that begin later find.
    QCOMPARE(std::async(std::launch::async, [] {
                 at::parallel_for(0, 1, 1, [](std::int64_t, std::int64_t) {});
                 return at::get_num_threads();
             }).get(),
             2);
    torch::set_num_threads(before);
}

QTEST_GUILESS_MAIN(TestBatchSource)
#include "test_batch_source.moc"
