// SPDX-License-Identifier: GPL-3.0-or-later
// File > Export run: the shown run's files appear, or the reason is said.
#include "core/config/presets.h"
#include "core/runs/run_writer.h"
#include "tests/support/files.h"
#include "tests/support/scripted_prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/look/theme.h"
#include "ui/shell/run_export.h"

#include <QAction>
#include <QMenu>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWidget>

using namespace vit;
using namespace vit::ui;

namespace {

constexpr int kWaitMs = 20000;

}  // namespace

class TestRunExport : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<SessionBridge> m_bridge;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<QWidget> m_window;
    test::ScriptedPrompts m_prompts;
    QMenu* m_menu = nullptr;
    RunExport* m_export = nullptr;

    QString path(const QString& name) const { return m_home->filePath(name); }
    void showRun();
    void choose(const char* action) { m_menu->findChild<QAction*>(action)->trigger(); }

private Q_SLOTS:
    void initTestCase() { applyTheme(false); }
    void init();
    void cleanup() { m_window.reset(); }
    void nothingCanBeExportedWithoutARun();
    void filesAppear_data();
    void filesAppear();
    void filesThatAreThereAreAskedAbout_data();
    void filesThatAreThereAreAskedAbout();
    void cancelledDialogDoesNothing();
    void faultIsSaid();
};

void TestRunExport::init() {
    m_home = std::make_unique<QTemporaryDir>();
    Session::Options options;
    options.dataFolder = path("data").toStdString();
    options.runsFolder = path("runs").toStdString();
    m_bridge = std::make_unique<SessionBridge>(options);
    m_settings = std::make_unique<Settings>(path("settings.ini"));
    m_prompts = {};
    m_window = std::make_unique<QWidget>();
    m_menu = new QMenu(m_window.get());
    m_export = new RunExport(*m_bridge, m_prompts, *m_settings, m_window.get());
    m_export->fill(m_menu);
}

// A run of one epoch, without weights.
void TestRunExport::showRun() {
    const std::filesystem::path folder = path("a-run").toStdString();
    std::filesystem::create_directories(folder);
    RunWriter writer(folder);
    writer.writeConfig(preset("testing").config);
    writer.writeEnvironment("{\"device\": \"CPU\"}");
    EpochDone epoch;
    epoch.epoch = 1;
    writer.append(epoch);
    RunStarted started;
    started.runFolder = folder.string();
    Q_EMIT m_bridge->runStarted(started);
}

void TestRunExport::nothingCanBeExportedWithoutARun() {
    QVERIFY(!m_menu->isEnabled());
    QCOMPARE(m_menu->actions().size(), static_cast<qsizetype>(exportKinds().size()));
    showRun();
    QVERIFY(m_menu->isEnabled());
}

void TestRunExport::filesAppear_data() {
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("file");
    QTest::newRow("table") << "export.csv"
                           << "out";
    QTest::newRow("report") << "export.report"
                            << "out";
    QTest::newRow("event file") << "export.tensorboard"
                                << "a-run";
}

void TestRunExport::filesAppear() {
    QFETCH(QString, action);
    QFETCH(QString, file);
    showRun();
    m_prompts.file = path("boards/out");
    m_prompts.folder = path("boards");
    QDir().mkpath(path("boards"));
    QSignalSpy status(m_export, &RunExport::statusChanged);
    choose(qPrintable(action));
    QTRY_VERIFY_WITH_TIMEOUT(status.count() == 2, kWaitMs);
    QVERIFY2(status[1][0].toString().startsWith("Exported:"), qPrintable(status[1][0].toString()));
    QVERIFY(QFileInfo::exists(path("boards/" + file)));
    QCOMPARE(m_settings->lastFolder(), path("boards"));
}

void TestRunExport::filesThatAreThereAreAskedAbout_data() {
    QTest::addColumn<QString>("action");
    QTest::addColumn<QStringList>("there");
    QTest::addColumn<bool>("replace");
    QTest::addColumn<QString>("question");
    const QString both = "“run.csv” and “run-steps.csv” are there already";
    QTest::newRow("both, kept") << "export.csv" << QStringList{"run.csv", "run-steps.csv"} << false << both;
    QTest::newRow("both, replaced") << "export.csv" << QStringList{"run.csv", "run-steps.csv"} << true << both;
    QTest::newRow("the second one, kept") << "export.csv" << QStringList{"run-steps.csv"} << false
                                          << "“run-steps.csv” is there already";
    QTest::newRow("the second one, replaced") << "export.csv" << QStringList{"run-steps.csv"} << true
                                              << "“run-steps.csv” is there already";
    QTest::newRow("a report, kept") << "export.report" << QStringList{"run.csv"} << false
                                    << "“run.csv” is there already";
    QTest::newRow("none") << "export.csv" << QStringList{} << true << "";
}

void TestRunExport::filesThatAreThereAreAskedAbout() {
    QFETCH(QString, action);
    QFETCH(QStringList, there);
    QFETCH(bool, replace);
    QFETCH(QString, question);
    showRun();
    for (const QString& file : there) test::writeFile(path(file), "mine");
    m_prompts.file = path("run.csv");
    m_prompts.yes = replace;
    QSignalSpy status(m_export, &RunExport::statusChanged);
    choose(qPrintable(action));
    QCOMPARE(m_prompts.asked.size(), question.isEmpty() ? 1 : 2);  // the name, and once what is there
    if (!question.isEmpty()) QVERIFY2(m_prompts.question.startsWith(question), qPrintable(m_prompts.question));
    if (!replace) {
        QCOMPARE(status.count(), 0);
        for (const QString& file : there) QCOMPARE(test::readFile(path(file)), QByteArray("mine"));
        return;
    }
    QTRY_VERIFY_WITH_TIMEOUT(status.count() == 2, kWaitMs);
    for (const char* file : {"run.csv", "run-steps.csv"}) QVERIFY(test::readFile(path(file)).startsWith("run,"));
}

void TestRunExport::cancelledDialogDoesNothing() {
    showRun();
    QSignalSpy status(m_export, &RunExport::statusChanged);
    choose("export.csv");
    QCOMPARE(m_prompts.asked.size(), 1);
    QCOMPARE(status.count(), 0);
}

void TestRunExport::faultIsSaid() {
    showRun();
    m_prompts.file = path("model.onnx");
    QSignalSpy status(m_export, &RunExport::statusChanged);
    choose("export.onnx");
    QTRY_VERIFY_WITH_TIMEOUT(m_prompts.asked.contains("Export run"), kWaitMs);
    QCOMPARE(status.last()[0].toString(), QString("Nothing was exported"));
    QVERIFY(!QFileInfo::exists(path("model.onnx")));
}

QTEST_MAIN(TestRunExport)
#include "test_run_export.moc"
