// SPDX-License-Identifier: GPL-3.0-or-later
// The test that the program makes of itself: it holds here, and each of its checks can fail.
#include "core/base/error.h"
#include "core/check/check_bench.h"
#include "core/check/check_groups.h"
#include "tests/support/thrown.h"

#include <torch/utils.h>

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

using namespace vit;

namespace {

CheckRequest cpu() {
    CheckRequest request;
    request.device = DeviceChoice::Cpu;
    request.threads = 1;  // two that wait for each other are slow on a processor that others use as well
    request.speed = false;
    return request;
}

}  // namespace

class TestCheck : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void keysAreNamesOfTheirOwn();
    void aCheckFailsWhenItsResultsAreFalsified_data();
    void aCheckFailsWhenItsResultsAreFalsified();
    void speedIsMeasured();
    void whatIsNoNumberFails();
    void verdicts();
    void unknownChecksAreSaid();
    void itCanBeCancelled();
};

void TestCheck::keysAreNamesOfTheirOwn() {
    const std::vector<std::string> keys = checkKeys();
    QCOMPARE(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
    for (const std::string& key : keys) QVERIFY2(key.find('.') != std::string::npos, key.c_str());
}

void TestCheck::aCheckFailsWhenItsResultsAreFalsified_data() {
    QTest::addColumn<QString>("key");
    for (const std::string& key : checkKeys())
        if (!key.starts_with("speed.")) QTest::newRow(key.c_str()) << QString::fromStdString(key);
}

// And holds when they are not.
void TestCheck::aCheckFailsWhenItsResultsAreFalsified() {
    QFETCH(QString, key);
    CheckRequest request = cpu();
    request.only = {key.toStdString()};
    const CheckReport sound = checkComputer(request);
    QVERIFY(!sound.rows.empty());
    bool applies = false;
    for (const CheckRow& row : sound.rows) {
        QVERIFY2(row.state != CheckState::Failed, qPrintable(QString::fromStdString(row.what + ": " + row.measured)));
        applies = applies || row.state == CheckState::Held;
        if (row.state == CheckState::Skipped) QVERIFY(!row.measured.empty());
    }
    QCOMPARE(sound.holds(), applies);
    if (!applies) return;
    request.spoil = key.toStdString();
    const CheckReport spoiled = checkComputer(request);
    QVERIFY(!spoiled.holds());
    QVERIFY(QString::fromStdString(spoiled.verdict()).contains(key));
}

// Nothing is asked of what is measured, so that it cannot fail on a slow machine.
void TestCheck::speedIsMeasured() {
    CheckRequest request = cpu();
    request.speed = true;
    request.only = {"speed"};
    const CheckReport report = checkComputer(request);
    QVERIFY(report.holds());
    QVERIFY(report.rows.size() > 8);
    for (const CheckRow& row : report.rows) {
        QVERIFY(row.state == CheckState::Measured || row.state == CheckState::Skipped);
        if (row.state == CheckState::Measured) QVERIFY2(row.measured.find_first_of("123456789") != std::string::npos, row.what.c_str());
    }
}

void TestCheck::whatIsNoNumberFails() {
    QCOMPARE(within(std::nan(""), 1).state, CheckState::Failed);
    QCOMPARE(between(std::nan(""), 0, 1).state, CheckState::Failed);
    QCOMPARE(within(0, 0).state, CheckState::Held);
    Worst worst;
    worst.see(0.5, "a");
    worst.see(std::nan(""), "b");
    worst.see(2, "c");
    QVERIFY(std::isnan(worst.value));
    QCOMPARE(worst.where, std::string("b"));
    const torch::Tensor zeros = torch::zeros({3});
    QVERIFY(std::isinf(relativeDifference(zeros + 1, zeros)));
    QCOMPARE(relativeDifference(zeros, zeros), 0.0);
}

void TestCheck::verdicts() {
    CheckReport report;
    QVERIFY(!report.holds());
    report.rows = {{"a.b", "A", CheckState::Skipped, "why", ""}};
    QVERIFY(!report.holds());
    report.rows.push_back({"a.c", "B", CheckState::Held, "1", "≤ 2"});
    QVERIFY(report.holds());
    report.rows.push_back({"a.d", "C", CheckState::Failed, "3", "≤ 2"});
    report.about = {{"Device", "a GPU"}};
    QVERIFY(!report.holds());
    const QString text = QString::fromStdString(toText(report));
    for (const char* word : {"a GPU", "a.d", "FAILS", "not here", "why", "≤ 2", "1 check of 2 failed: a.d"})
        QVERIFY2(text.contains(word), qPrintable(text));
    const auto json = nlohmann::json::parse(toJson(report));
    QCOMPARE(json["holds"].get<bool>(), false);
    QCOMPARE(json["checks"][2]["state"].get<std::string>(), std::string("failed"));
    QCOMPARE(json["about"]["Device"].get<std::string>(), std::string("a GPU"));
}

void TestCheck::unknownChecksAreSaid() {
    CheckRequest request = cpu();
    request.only = {"numbers.backwards"};
    const QString text = test::thrown<InvalidInput>([&] { checkComputer(request); });
    QVERIFY2(text.contains("numbers.backwards") && text.contains("numbers.forward"), qPrintable(text));
}

void TestCheck::itCanBeCancelled() {
    CheckRequest request = cpu();
    request.only = {"run"};
    int told = 0;
    const QString text = test::thrown<Cancelled>(
        [&] { checkComputer(request, [&told](const std::string&, std::int64_t, std::int64_t) { return ++told < 5; }); });
    QVERIFY(!text.isEmpty());
    QCOMPARE(told, 5);  // within a run, between two steps
}

QTEST_GUILESS_MAIN(TestCheck)
#include "test_check.moc"
