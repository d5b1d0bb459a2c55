// SPDX-License-Identifier: GPL-3.0-or-later
// The log: its model under Qt's model tester, its limit, copying and folding.
#include "ui/look/theme.h"
#include "ui/pages/train/log_model.h"
#include "ui/pages/train/log_pane.h"
#include "ui/pages/train/run_words.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace vit::ui;

class TestLog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(false); }
    void modelKeepsItsContract();
    void oldestLinesGo();
    void copiesSelectedLines();
    void foldedPaneShowsTheLastLine();
    void runIsAnnouncedByItsName();
};

void TestLog::modelKeepsItsContract() {
    LogModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.append(LogLevel::Info, "first", QDateTime({2026, 3, 1}, {14, 7, 5}));
    model.append(LogLevel::Warning, "second");
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, LogModel::Time).data().toString(), QString("14:07:05"));
    QCOMPARE(model.index(1, LogModel::Text).data().toString(), QString("second"));
    QCOMPARE(model.index(1, 0).data(LogModel::LevelRole).toInt(), int(LogLevel::Warning));
    QCOMPARE(model.plainText({0}), QString("14:07:05  first"));
    model.clear();
    QCOMPARE(model.rowCount(), 0);
    QVERIFY(model.plainText().isEmpty());
}

void TestLog::oldestLinesGo() {
    LogModel model;
    for (int i = 0; i < LogModel::kMaximumLines - 1; ++i) model.append(LogLevel::Info, QString::number(i));
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (int i = 0; i < 4; ++i) model.append(LogLevel::Info, "more");
    QCOMPARE(model.rowCount(), LogModel::kMaximumLines);
    QCOMPARE(model.index(0, LogModel::Text).data().toString(), QString("3"));
}

void TestLog::copiesSelectedLines() {
    LogModel model;
    LogPane pane(model);
    pane.show();
    QVERIFY(QTest::qWaitForWindowActive(&pane));
    for (const char* text : {"one", "two", "three"}) model.append(LogLevel::Info, text);
    auto* view = pane.findChild<QTableView*>("logView");
    view->setFocus();
    view->selectRow(1);
    QTest::keySequence(view, QKeySequence::Copy);
    QVERIFY(QApplication::clipboard()->text().endsWith("two"));
    QVERIFY(!QApplication::clipboard()->text().contains("one"));
    QTest::mouseClick(pane.findChild<QToolButton*>("logCopy"), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text().split('\n').size(), 3);
}

void TestLog::foldedPaneShowsTheLastLine() {
    LogModel model;
    LogPane pane(model);
    pane.show();
    model.append(LogLevel::Info, "epoch 1 done");
    QTest::mouseClick(pane.findChild<QToolButton*>("logHeader"), Qt::LeftButton);
    QVERIFY(!pane.isOpen());
    QVERIFY(!pane.findChild<QTableView*>("logView")->isVisible());
    bool shown = false;
    for (const QLabel* label : pane.findChildren<QLabel*>()) shown |= label->text() == "epoch 1 done";
    QVERIFY(shown);
    QTest::mouseClick(pane.findChild<QToolButton*>("logHeader"), Qt::LeftButton);
    QVERIFY(pane.findChild<QTableView*>("logView")->isVisible());
}

void TestLog::runIsAnnouncedByItsName() {
    vit::RunStarted run;
    run.runFolder = "/runs/2026-03-01-1407-first-steps";
    run.runName = "2026-03-01-1407-first-steps";
    QVERIFY(startedText(run).startsWith("2026-03-01-1407-first-steps began"));
    run.runName = "my best";
    QVERIFY(startedText(run).startsWith("my best (in the folder 2026-03-01-1407-first-steps) began"));
}

QTEST_MAIN(TestLog)
#include "test_log.moc"
