// SPDX-License-Identifier: GPL-3.0-or-later
// The question how far a run is to go on.
#include "ui/widgets/extension_dialog.h"

#include <QRadioButton>
#include <QSpinBox>
#include <QTest>

using namespace vit;
using namespace vit::ui;

class TestExtensionDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void asksForTheSchedule_data();
    void asksForTheSchedule();
};

void TestExtensionDialog::asksForTheSchedule_data() {
    QTest::addColumn<bool>("cosine");
    QTest::newRow("a constant rate has nothing to stretch") << false;
    QTest::newRow("cosine") << true;
}

void TestExtensionDialog::asksForTheSchedule() {
    QFETCH(bool, cosine);
    Config config;
    config.schedule.type = cosine ? ScheduleType::Cosine : ScheduleType::Constant;
    ExtensionDialog dialog("a run", config, nullptr);
    auto* stretch = dialog.findChild<QRadioButton*>("extensionStretch");
    QCOMPARE(stretch->isVisibleTo(&dialog), cosine);
    QCOMPARE(dialog.extension().epochs, std::int64_t{10});
    QCOMPARE(dialog.extension().schedule, ScheduleEnd::Keep);
    dialog.findChild<QSpinBox*>("extensionEpochs")->setValue(25);
    stretch->setChecked(true);
    QCOMPARE(dialog.extension().epochs, std::int64_t{25});
    QCOMPARE(dialog.extension().schedule, ScheduleEnd::Stretch);
}

QTEST_MAIN(TestExtensionDialog)
#include "test_extension_dialog.moc"
