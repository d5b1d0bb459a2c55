// SPDX-License-Identifier: GPL-3.0-or-later
// A recording is ended in every case.
#include "core/train/recording.h"

#include <QtTest>

#include <stdexcept>

using namespace vit;

class TestRecording : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isEndedInEveryCase_data();
    void isEndedInEveryCase();
};

void TestRecording::isEndedInEveryCase_data() {
    QTest::addColumn<QString>("throws");
    QTest::addColumn<QString>("calls");
    QTest::newRow("nothing goes wrong") << "" << "begin work end";
    QTest::newRow("it cannot begin") << "begin" << "begin end restore";
    QTest::newRow("the work cannot be recorded") << "work" << "begin work end restore";
    QTest::newRow("it cannot be ended") << "end" << "begin work end end restore";
    QTest::newRow("neither work nor end") << "work end" << "begin work end restore";
}

void TestRecording::isEndedInEveryCase() {
    QFETCH(QString, throws);
    QFETCH(QString, calls);
    QStringList called;
    const auto call = [&](const char* name) {
        return [&called, &throws, name] {
            called << name;
            if (throws.split(' ').contains(name)) throw std::runtime_error(name);
        };
    };
    std::string fault;
    try {
        recordBetween(call("begin"), call("work"), call("end"), {call("end"), call("restore")});
    } catch (const std::runtime_error& thrown) {
        fault = thrown.what();
    }
    QCOMPARE(called.join(' '), calls);
    QCOMPARE(QString::fromStdString(fault), throws.section(' ', 0, 0));
}

QTEST_GUILESS_MAIN(TestRecording)
#include "test_recording.moc"
