// SPDX-License-Identifier: GPL-3.0-or-later
// What is made of a driver's answers; the driver is made up.
#include "core/device/cuda_card.h"

#include <QtTest>

#include <cstring>

using namespace vit;

namespace {

int capability[2];
const char* refuses;  // the name of the function that fails

int answer(const char* function) { return refuses && std::strcmp(refuses, function) == 0 ? 100 : 0; }

const CudaDriver kDriver = {
    .init = [](unsigned) { return answer("init"); },
    .getDevice =
        [](int* device, int ordinal) {
            *device = 7 + ordinal;
            return answer("getDevice");
        },
    .getName =
        [](char* name, int size, int device) {
            std::snprintf(name, static_cast<std::size_t>(size), "Card %d", device);
            return answer("getName");
        },
    .getMemory =
        [](std::size_t* bytes, int) {
            *bytes = std::size_t{8} << 30;
            return answer("getMemory");
        },
    .getAttribute =
        [](int* value, int attribute, int) {
            *value = capability[attribute - 75];
            return answer("getAttribute");
        },
    .getUuid =
        [](char* bytes, int device) {
            std::memset(bytes, 'a' + device, 16);
            return answer("getUuid");
        },
};

}  // namespace

class TestCudaCard : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isAsTheDriverSays();
    void bf16IsForCardsThatHaveIt_data();
    void bf16IsForCardsThatHaveIt();
    void oneThatIsRefusedIsNotKnown_data();
    void oneThatIsRefusedIsNotKnown();
    void isToldFromOthers();
};

void TestCudaCard::isAsTheDriverSays() {
    refuses = nullptr;
    capability[0] = 8;
    capability[1] = 6;
    const auto card = describeCard(kDriver, 1);
    QVERIFY(card);
    QCOMPARE(card->capabilityMajor, 8);
    QCOMPARE(card->capabilityMinor, 6);
    const DeviceInfo info = deviceInfo(card);
    QCOMPARE(info.name, std::string("Card 8"));
    QCOMPARE(info.memoryBytes, 8.0 * (1 << 30));
    QCOMPARE(info.choice, DeviceChoice::Cuda);
}

void TestCudaCard::bf16IsForCardsThatHaveIt_data() {
    QTest::addColumn<int>("major");
    QTest::addColumn<bool>("bfloat16");
    QTest::newRow("Pascal") << 6 << false;
    QTest::newRow("Turing") << 7 << false;
    QTest::newRow("Ampere") << 8 << true;
    QTest::newRow("Hopper") << 9 << true;
    QTest::newRow("Blackwell") << 12 << true;
}

void TestCudaCard::bf16IsForCardsThatHaveIt() {
    QFETCH(int, major);
    QFETCH(bool, bfloat16);
    QCOMPARE(deviceInfo(CudaCard{"Card", 1e9, major, 0}).bfloat16, bfloat16);
}

void TestCudaCard::oneThatIsRefusedIsNotKnown_data() {
    QTest::addColumn<QByteArray>("function");
    for (const char* function : {"init", "getDevice", "getName", "getMemory", "getAttribute"})
        QTest::newRow(function) << QByteArray(function);
}

void TestCudaCard::oneThatIsRefusedIsNotKnown() {
    QFETCH(QByteArray, function);
    refuses = function.constData();
    const auto card = describeCard(kDriver, 0);
    refuses = nullptr;
    QVERIFY(!card);
    const DeviceInfo info = deviceInfo(card);
    QCOMPARE(info.name, std::string("CUDA device 0"));
    QCOMPARE(info.memoryBytes, 0.0);
    QVERIFY(!info.bfloat16);
}

void TestCudaCard::isToldFromOthers() {
    refuses = nullptr;
    QCOMPARE(cardIdentity(kDriver, 0), std::string(16, 'h'));
    QCOMPARE(cardIdentity(kDriver, 1), std::string(16, 'i'));
    for (const char* function : {"init", "getDevice", "getUuid"}) {
        refuses = function;
        QCOMPARE(cardIdentity(kDriver, 0), std::string());
    }
    refuses = nullptr;
    CudaDriver older = kDriver;
    older.getUuid = nullptr;
    QCOMPARE(cardIdentity(older, 0), std::string());
}

QTEST_GUILESS_MAIN(TestCudaCard)
#include "test_cuda_card.moc"
