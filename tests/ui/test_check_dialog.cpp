// SPDX-License-Identifier: GPL-3.0-or-later
// Help → Check this computer: the table, its file, a failure in words, cancelling; not beside a run.
#include "core/device/device.h"
#include "tests/support/window_driver.h"
#include "ui/shell/check_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>

using namespace vit;
using namespace vit::ui;

class TestCheckDialog : public QObject, public test::WindowDriver {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { shareProcessor(); }
    void init() { start(); }
    void cleanup() { end(); }
    void theTableIsShownCopiedAndSaved();
    void aFailureIsSaid();
    void itCanBeCancelled();
    void closingItCancels();
    void notBesideARun();

private:
    static CheckRequest small() {
        CheckRequest request;
        request.device = DeviceChoice::Cpu;
        request.threads = 1;
        request.only = {"input"};
        return request;
    }
};

void TestCheckDialog::theTableIsShownCopiedAndSaved() {
    trigger("Check this computer…");
    auto* dialog = find<CheckDialog>("checkDialog");
    QVERIFY(dialog->isVisible());
    auto* copy = dialog->findChild<QPushButton*>("checkCopy");
    QVERIFY(!copy->isEnabled());
    QSignalSpy ended(dialog, &CheckDialog::ended);
    dialog->check(small());
    QVERIFY(ended.wait(test::kTrainingTimeoutMs));
    const auto* table = dialog->findChild<QTableWidget*>("checkTable");
    QCOMPARE(table->rowCount(), static_cast<int>(dialog->report().rows.size()));
    QVERIFY(table->rowCount() >= 4);
    QCOMPARE(table->item(0, 0)->text(), "holds");
    QCOMPARE(table->item(0, 1)->text(), "input.pictures");
    QVERIFY(dialog->findChild<QLabel*>("checkVerdict")->text().contains("hold"));
    copy->click();
    QVERIFY(QGuiApplication::clipboard()->text().contains("input.pictures"));
    m_prompts->file = m_folder->filePath("check.json");
    dialog->findChild<QPushButton*>("checkSave")->click();
    QFile file(m_prompts->file);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().contains("\"holds\": true"));
}

void TestCheckDialog::aFailureIsSaid() {
    CheckDialog dialog(*m_prompts, *m_settings);
    QSignalSpy ended(&dialog, &CheckDialog::ended);
    CheckRequest request = small();
    request.spoil = "input.labels";
    dialog.check(request);
    QVERIFY(ended.wait(test::kTrainingTimeoutMs));
    auto* verdict = dialog.findChild<QLabel*>("checkVerdict");
    QVERIFY2(verdict->text().contains("input.labels"), qPrintable(verdict->text()));
    QCOMPARE(verdict->property("role").toByteArray(), QByteArray("error"));
}

void TestCheckDialog::itCanBeCancelled() {
    CheckDialog dialog(*m_prompts, *m_settings);
    dialog.open();
    QSignalSpy ended(&dialog, &CheckDialog::ended);
    auto* start = dialog.findChild<QPushButton*>("checkStart");
    start->click();
    QCOMPARE(start->text(), "Cancel");
    start->click();
    QVERIFY(ended.wait(test::kTrainingTimeoutMs));
    QVERIFY(dialog.report().rows.empty());
    QCOMPARE(start->text(), "Check");
    QVERIFY(dialog.findChild<QLabel*>("checkVerdict")->text().startsWith("Cancelled"));
}

void TestCheckDialog::closingItCancels() {
    trigger("Check this computer…");
    QPointer<CheckDialog> dialog = find<CheckDialog>("checkDialog");
    QSignalSpy ended(dialog.data(), &CheckDialog::ended);
    dialog->findChild<QPushButton*>("checkStart")->click();
    dialog->reject();
    QVERIFY(!dialog->isVisible());
    QCOMPARE(ended.count(), 0);  // it did not wait
    QTRY_VERIFY_WITH_TIMEOUT(dialog.isNull(), test::kTrainingTimeoutMs);
    QCOMPARE(ended.count(), 1);
}

void TestCheckDialog::notBesideARun() {
    chooseTestingPreset(50);
    clickTrain();
    QTRY_VERIFY_WITH_TIMEOUT(m_bridge->busy(), test::kTrainingTimeoutMs);
    trigger("Check this computer…");
    QCOMPARE(m_prompts->informations.size(), 1);
    QVERIFY(m_prompts->informations[0].contains("A run is going on"));
    QVERIFY(!m_window->findChild<CheckDialog*>("checkDialog"));
    trigger("Stop");
    QTRY_VERIFY_WITH_TIMEOUT(!m_bridge->busy(), test::kTrainingTimeoutMs);
}

QTEST_MAIN(TestCheckDialog)
#include "test_check_dialog.moc"
