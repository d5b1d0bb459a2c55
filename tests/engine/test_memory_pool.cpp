// SPDX-License-Identifier: GPL-3.0-or-later
// Memory that comes back and is given out again.
#include "core/device/memory_pool.h"

#include <QtTest>

using namespace vit;

class TestMemoryPool : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesBack();
    void isNeverSharedByTwo();
    void smallerNeedsFitToo();
    void outlivesItsOwner();
};

void TestMemoryPool::comesBack() {
    const auto pool = std::make_shared<MemoryPool>();
    torch::Tensor tensor = pool->take(3, 1000);
    QCOMPARE(tensor.sizes().vec(), (std::vector<std::int64_t>{3, 1000}));
    const void* place = tensor.data_ptr();
    QCOMPARE(reinterpret_cast<std::uintptr_t>(place) % 64, std::uintptr_t{0});
    tensor.reset();
    QCOMPARE(pool->take(3, 1000).data_ptr(), place);
}

void TestMemoryPool::isNeverSharedByTwo() {
    const auto pool = std::make_shared<MemoryPool>();
    const torch::Tensor one = pool->take(1, 4096);
    const torch::Tensor two = pool->take(1, 4096);
    QVERIFY(one.data_ptr() != two.data_ptr());
}

void TestMemoryPool::smallerNeedsFitToo() {
    const auto pool = std::make_shared<MemoryPool>();
    const void* place = pool->take(8, 512).data_ptr();
    torch::Tensor smaller = pool->take(5, 512);
    QCOMPARE(smaller.data_ptr(), place);
    smaller.reset();
    torch::Tensor larger = pool->take(9, 512);
    larger.fill_(1);
    QCOMPARE(larger.sum().item<std::int64_t>(), std::int64_t{9 * 512});
}

void TestMemoryPool::outlivesItsOwner() {
    auto pool = std::make_shared<MemoryPool>();
    torch::Tensor tensor = pool->take(2, 64);
    pool.reset();
    tensor.fill_(7);
    QCOMPARE(tensor.sum().item<std::int64_t>(), std::int64_t{7 * 128});
}

QTEST_GUILESS_MAIN(TestMemoryPool)
#include "test_memory_pool.moc"
