// SPDX-License-Identifier: GPL-3.0-or-later
// The window trains on another computer: a real sshd on the loopback address, with a data home of its own behind it.
// VIT_CUT_POINTS sets how often the connection is cut at random.
#include "core/events/event_json.h"
#include "core/io/atomic_file.h"
#include "core/jobs/job_store.h"
#include "core/jobs/run_elsewhere.h"
#include "core/runs/run_files.h"
#include "core/runs/run_store.h"
#include "tests/support/job_client.h"
#include "tests/support/made_images.h"
#include "tests/support/ssh_server.h"
#include "tests/support/window_driver.h"
#include "ui/bridge/elsewhere_run.h"
#include "ui/bridge/host_dialog.h"
#include "ui/pages/train/log_model.h"
#include "ui/pages/train/train_page.h"
#include "ui/shell/place_chooser.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSignalSpy>

using namespace vit;
using namespace vit::ui;
using test::JobClient;
using test::kTrainingTimeoutMs;
using test::SshServer;
namespace fs = std::filesystem;

class TestElsewhere : public QObject, private test::WindowDriver {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void trainsThere();
    void stopsAndGoesOnThere();
    void pausesThere();
    void aClosedWindowTakesTheRunUpAgain();
    void aLostConnectionCanBeLeft();
    void dataAreCopied();
    void dataMayBeThereAlone();
    void aCopyCanBeStopped();
    void processesOfThisComputer();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void theDialogChecks();
    void placesAreChosen();
    void cutAtRandom();

private:
    FarPrograms programs() const {
        FarPrograms programs;
        programs.ssh = m_server->sshCommand();
        programs.there = "env XDG_DATA_HOME=" + m_there->path() + ' ' + VIT_CLI_PATH;
        programs.here = VIT_CLI_PATH;
        return programs;
    }
    void chooseThere() {
        m_settings->setFarPrograms(programs());
        m_settings->setTrainingPlace({TrainingPlace::Kind::Host, SshServer::kHost});
        open();
    }
    JobClient there() const { return JobClient(m_there->path()); }
    std::vector<JobState> jobsThere() const {
        return JobStore(m_there->path().toStdString() + "/vit-workbench/jobs").list();
    }
    QString log() const {
        QStringList lines;
        const LogModel& log = m_window->trainPage()->log();
        for (int row = 0; row < log.rowCount(); ++row) lines << log.index(row, log.columnCount() - 1).data().toString();
        return lines.join('\n');
    }
    // A data set "mine" of two classes in the folder of data sets.
    void addPictures(const QString& store) const {
        for (int i = 0; i < 160; ++i) {
            const fs::path folder = m_folder->filePath(i % 2 == 0 ? "pictures/cat" : "pictures/dog").toStdString();
            fs::create_directories(folder);
            saveImage(test::gradientImage(32 + i % 7, 32), folder / (std::to_string(i) + ".png"));
        }
        DataStore(store.toStdString()).add("mine", m_folder->filePath("pictures").toStdString());
    }
    void chooseMine() {
        chooseTestingPreset(1);
        m_window->form()->setText("data.name", "mine");
        m_window->form()->setText("data.train_limit", "0");
    }
    // A run of a hundred thousand epochs that has come as far as weights to ask.
    void trainUntilAsked() {
        chooseTestingPreset(100'000);
        QSignalSpy renewed(m_bridge.get(), &SessionBridge::modelRenewed);
        clickTrain();
        QTRY_VERIFY_WITH_TIMEOUT(!renewed.isEmpty(), kTrainingTimeoutMs);
    }
    std::optional<Prediction> predicted() {
        std::optional<Prediction> answer;
        bool done = false;
        m_bridge->ask(this, [](LoadedModel& model) { return model.predict(test::gradientImage(32, 32), 5); },
                      [&](const Reply<Prediction>& reply) {
                          answer = reply.answer;
                          done = true;
                      });
        if (!QTest::qWaitFor([&] { return done; }, kTrainingTimeoutMs)) return std::nullopt;
        return answer;
    }

    std::unique_ptr<QTemporaryDir> m_keys;
    std::unique_ptr<SshServer> m_server;
    std::unique_ptr<QTemporaryDir> m_there;
};

void TestElsewhere::initTestCase() {
    m_keys = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<SshServer>(m_keys->path());
    if (const QString problem = m_server->start(); !problem.isEmpty()) QSKIP(qPrintable(problem));
}

void TestElsewhere::init() {
    m_there = std::make_unique<QTemporaryDir>();
    start();
    m_settings->setFarPrograms(programs());
}

void TestElsewhere::cleanup() {
    m_window.reset();
    m_bridge.reset();
    for (const JobState& job : jobsThere()) {
        if (!job.running) continue;
        const pid_t process = there().processOf(QString::fromStdString(job.id));
        if (process > 0) ::kill(process, SIGKILL);
    }
    end();
    m_there.reset();
}

void TestElsewhere::trainsThere() {
    chooseThere();
    chooseTestingPreset(3);
    QSignalSpy started(m_bridge.get(), &SessionBridge::runStarted);
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QSignalSpy epochs(m_bridge.get(), &SessionBridge::epochDone);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    QVERIFY(!find<QToolButton>("trainButton")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), kTrainingTimeoutMs);
    const auto run = started[0][0].value<RunStarted>();
    const auto result = finished[0][0].value<RunFinished>();
    QVERIFY2(run.device.starts_with(SshServer::kHost), run.device.c_str());
    QCOMPARE(result.reason, StopReason::Completed);
    QCOMPARE(result.runFolder, run.runFolder);
    const fs::path mirror = result.runFolder;
    QCOMPARE(mirror.parent_path(), m_bridge->options().runsFolder);
    QCOMPARE(epochs.size(), 3);
    std::int64_t count = 0;
    for (const auto& call : steps)
        for (const StepDone& step : call[0].value<std::vector<StepDone>>()) QCOMPARE(step.step, ++count);
    QCOMPARE(count, result.stepsDone);

    QCOMPARE(jobsThere().size(), std::size_t{1});
    const fs::path far = jobsThere()[0].runFolder;
    for (const char* file : {run_files::kConfig, run_files::kSteps, run_files::kEpochs, run_files::kResult,
                             run_files::kBestWeights, run_files::kLastWeights})
        QVERIFY2(readTextFile(mirror / file) == readTextFile(far / file), file);
    QVERIFY(readRunElsewhere(mirror)->done);
    const std::optional<Prediction> top = predicted();
    QVERIFY(top && top->top.size() == 5);
    QCOMPARE(top->model, run.runName);
    QVERIFY(find<QToolButton>("trainButton")->isEnabled());
}

void TestElsewhere::stopsAndGoesOnThere() {
    chooseThere();
    trainUntilAsked();
    const std::optional<Prediction> top = predicted();
    QVERIFY(top && top->top.size() == 5);
    QVERIFY2(log().contains("newest of the best weights"), qPrintable(log()));
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    click("stopButton");
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kTrainingTimeoutMs);
    const auto stopped = finished[0][0].value<RunFinished>();
    QCOMPARE(stopped.reason, StopReason::Stopped);

    QSignalSpy started(m_bridge.get(), &SessionBridge::runStarted);
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QTRY_VERIFY_WITH_TIMEOUT(action("Resume this run")->isEnabled(), kTrainingTimeoutMs);
    trigger("Resume this run");
    QTRY_VERIFY_WITH_TIMEOUT(!steps.isEmpty(), kTrainingTimeoutMs);
    QCOMPARE(started[0][0].value<RunStarted>().runFolder, stopped.runFolder);
    QCOMPARE(steps[0][0].value<std::vector<StepDone>>().front().step, stopped.stepsDone + 1);
    click("stopButton");
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kTrainingTimeoutMs);
    QCOMPARE(jobsThere().size(), std::size_t{2});
    QVERIFY(jobsThere()[0].runFolder == jobsThere()[1].runFolder);
}

void TestElsewhere::pausesThere() {
    chooseThere();
    trainUntilAsked();
    click("pauseButton");
    QVERIFY(m_bridge->paused());
    QTRY_VERIFY_WITH_TIMEOUT(jobsThere()[0].paused, kTrainingTimeoutMs);
    QTest::qWait(500);
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QTest::qWait(700);
    QVERIFY(steps.isEmpty());
    QVERIFY(predicted());
    click("pauseButton");
    QTRY_VERIFY_WITH_TIMEOUT(!steps.isEmpty(), kTrainingTimeoutMs);
}

void TestElsewhere::aClosedWindowTakesTheRunUpAgain() {
    chooseThere();
    trainUntilAsked();
    QVERIFY(!m_window->close());  // the question is declined
    QVERIFY2(m_prompts->questions.constLast().contains("goes on on 127.0.0.1"),
             qPrintable(m_prompts->questions.constLast()));
    m_prompts->way = 0;
    QVERIFY(m_window->close());
    m_window.reset();
    m_bridge.reset();
    QTest::qWait(500);
    QVERIFY(jobsThere()[0].running);
    open();
    QTRY_VERIFY_WITH_TIMEOUT(m_bridge->busy(), kTrainingTimeoutMs);
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QTRY_VERIFY_WITH_TIMEOUT(steps.size() > 2, kTrainingTimeoutMs);
    QCOMPARE(steps[0][0].value<std::vector<StepDone>>().front().step, std::int64_t{1});
    m_prompts->way = 1;  // stop it and close
    QVERIFY(!m_window->close());
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->isVisible(), kTrainingTimeoutMs);
    QVERIFY(!jobsThere()[0].running);
}

void TestElsewhere::aLostConnectionCanBeLeft() {
    chooseThere();
    trainUntilAsked();
    m_server->stop();
    QTRY_VERIFY_WITH_TIMEOUT(m_bridge->connectionLost(), kTrainingTimeoutMs);
    QTRY_VERIFY_WITH_TIMEOUT(find<QLabel>("runPhase")->text().contains("trying again"), kTrainingTimeoutMs);
    QSignalSpy failed(m_bridge.get(), &SessionBridge::runFailed);
    click("stopButton");
    const QString question = m_prompts->questions.constLast();
    QVERIFY2(question.contains("cannot be reached"), qPrintable(question));
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, kTrainingTimeoutMs);
    QVERIFY(!m_bridge->busy());
    QVERIFY(jobsThere()[0].running);
    m_server->listen();
    QTest::qWait(500);
    open();
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    QTRY_VERIFY_WITH_TIMEOUT(!steps.isEmpty(), kTrainingTimeoutMs);
}

void TestElsewhere::dataAreCopied() {
    addPictures(m_folder->filePath("data"));
    chooseThere();
    chooseMine();
    QVERIFY2(m_window->form()->isValid(), qPrintable(m_window->form()->problemSummary()));
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    QSignalSpy phases(m_bridge.get(), &SessionBridge::phaseChanged);
    clickTrain();
    QTRY_VERIFY2_WITH_TIMEOUT(!finished.isEmpty(), qPrintable(log()), kTrainingTimeoutMs);
    QVERIFY(DataStore(there().data()).info("mine").available);
    const bool told = std::any_of(phases.begin(), phases.end(), [](const auto& call) {
        return call[0].template value<PhaseChanged>().what == "Copying mine to 127.0.0.1";
    });
    QVERIFY(told);
    QVERIFY2(log().contains("was copied"), qPrintable(log()));
}

void TestElsewhere::dataMayBeThereAlone() {
    addPictures(QString::fromStdString(there().data()));
    chooseMine();
    QVERIFY(!m_window->form()->isValid());
    chooseThere();
    chooseMine();
    QVERIFY2(m_window->form()->isValid(), qPrintable(m_window->form()->problemSummary()));
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    clickTrain();
    QTRY_VERIFY2_WITH_TIMEOUT(!finished.isEmpty(), qPrintable(log()), kTrainingTimeoutMs);
    QVERIFY2(!log().contains("was copied"), qPrintable(log()));

    m_window->form()->setText("data.name", "cifar-100");
    QSignalSpy failed(m_bridge.get(), &SessionBridge::runFailed);
    clickTrain();
    QTRY_VERIFY_WITH_TIMEOUT(!failed.isEmpty(), kTrainingTimeoutMs);
    QVERIFY2(log().contains("neither on 127.0.0.1 nor on this computer"), qPrintable(log()));
}

void TestElsewhere::aCopyCanBeStopped() {
    addPictures(m_folder->filePath("data"));
    chooseThere();
    chooseMine();
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    QSignalSpy started(m_bridge.get(), &SessionBridge::runStarted);
    const auto stopWhileCopying = connect(m_bridge.get(), &SessionBridge::phaseChanged, this, [&](const PhaseChanged& phase) {
        if (phase.what.starts_with("Copying")) m_bridge->requestStop();
    });
    clickTrain();
    QTRY_VERIFY2_WITH_TIMEOUT(!finished.isEmpty(), qPrintable(log()), kTrainingTimeoutMs);
    disconnect(stopWhileCopying);
    QCOMPARE(finished[0][0].value<RunFinished>().reason, StopReason::Stopped);
    QVERIFY(started.isEmpty() && jobsThere().empty() && !m_bridge->busy());
    for (const QString& store : {m_folder->filePath("data"), QString::fromStdString(there().data())})
        QTRY_VERIFY2_WITH_TIMEOUT(QDir(store).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot) ==
                                      (store.startsWith(m_folder->path()) ? QStringList{"mine"} : QStringList{}),
                                  qPrintable(store), kTrainingTimeoutMs);
    clickTrain();  // it can be begun again
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kTrainingTimeoutMs);
    QCOMPARE(finished[1][0].value<RunFinished>().reason, StopReason::Completed);
}

void TestElsewhere::processesOfThisComputer() {
    chooseTestingPreset(2);
    TrainRequest request;
    request.config = m_window->form()->config();
    request.label = "testing";
    QSignalSpy renewed(m_bridge.get(), &SessionBridge::modelRenewed);
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    m_bridge->setFarPrograms(programs());
    m_bridge->train(request, {TrainingPlace::Kind::AllGpus, {}});
    QCOMPARE(m_bridge->elsewhere(), QString("this computer"));
    QTRY_VERIFY2_WITH_TIMEOUT(!finished.isEmpty(), qPrintable(log()), kTrainingTimeoutMs);
    const fs::path run = finished[0][0].value<RunFinished>().runFolder;
    QCOMPARE(run.parent_path(), fs::absolute(m_bridge->options().runsFolder));
    QVERIFY(readRunElsewhere(run)->done);
    QVERIFY(readRun(run).result);
    QVERIFY(predicted());
}

void TestElsewhere::saysWhatIsWrong_data() {
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("config");
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* host, const char* config, const QString& program,
                        const char* says) {
        QTest::newRow(name) << host << config << program << says;
    };
    const QString good = "env XDG_DATA_HOME=" + m_keys->path() + "/home " + VIT_CLI_PATH;
    row("good", "127.0.0.1", "ssh_config", good, "can train: ViT Workbench");
    row("unknown host", "127.0.0.1", "unknown_host", good, "is not yet known to ssh");
    row("changed host key", "127.0.0.1", "changed_host", good, "another key than it did before");
    row("key refused", "127.0.0.1", "refused_key", good, "refuses your key");
    row("no such name", "no-such-computer.invalid", "ssh_config", good, "No computer of the name");
    row("nobody listens", "127.0.0.1", "wrong_port", good, "no ssh server listens");
    row("no program", "127.0.0.1", "ssh_config", "/nowhere/vit-cli", "There is no /nowhere/vit-cli on 127.0.0.1");
    row("another version", "127.0.0.1", "ssh_config", "echo '{\"version\":\"9.9.9\"}' #", "has version 9.9.9");
    row("an older one", "127.0.0.1", "ssh_config",
        "sh -c 'echo \"vit-cli: There is no command \\\"job\\\"; vit-cli --help lists those there are.\" >&2; exit 2'",
        "another version of ViT Workbench");
    row("something else", "127.0.0.1", "ssh_config", "echo hello", "no answer that is understood");
}

void TestElsewhere::saysWhatIsWrong() {
    QFETCH(QString, host);
    QFETCH(QString, config);
    QFETCH(QString, program);
    QFETCH(QString, says);
    m_server->writeClientConfig("unknown_host", "user", "known_none");
    m_server->writeClientConfig("changed_host", "user", "known_wrongly");
    m_server->writeClientConfig("refused_key", "stranger", "known");
    test::writeFile(m_server->path("wrong_port"),
                    "Host 127.0.0.1\nPort " + QByteArray::number(test::freePort()) + "\nLogLevel ERROR\n");
    HostDialog dialog({host, {m_server->sshCommand(config), program, {}}}, m_window.get());
    dialog.show();
    QTest::mouseClick(dialog.findChild<QPushButton*>("checkConnection"), Qt::LeftButton);
    const auto* result = dialog.findChild<QLabel*>("hostResult");
    QTRY_VERIFY2_WITH_TIMEOUT(result->text().contains(says), qPrintable(result->text()), kTrainingTimeoutMs);
}

void TestElsewhere::theDialogChecks() {
    HostDialog dialog({{}, programs()}, m_window.get());
    dialog.show();
    auto* name = dialog.findChild<QLineEdit*>("hostName");
    const auto* accept = dialog.findChild<QPushButton*>("acceptHost");
    for (const char* bad : {"", "-oProxyCommand=x", "a b", "a;b", "$(x)"}) {
        name->setText(bad);
        QVERIFY2(!accept->isEnabled(), bad);
    }
    name->setText("me@far");
    QVERIFY(accept->isEnabled());
    QCOMPARE(dialog.choice().host, QString("me@far"));
    QVERIFY(dialog.choice().programs == programs());
}

void TestElsewhere::placesAreChosen() {
    auto* menu = m_window->findChild<QMenu*>("placeMenu");
    const auto* button = find<QToolButton>("placeButton");
    QVERIFY2(button->text().contains("This computer"), qPrintable(button->text()));
    const auto entry = [&](const QString& text) {
        for (QAction* action : menu->actions())
            if (action->text().contains(text)) return action;
        qFatal("There is no place %s.", qUtf8Printable(text));
    };
    QTRY_VERIFY(!entry("GPUs of this computer")->toolTip().contains("not known"));
    m_prompts->host = HostChoice{"me@far", programs()};
    entry("Another computer")->trigger();
    QTRY_VERIFY(button->text().contains("me@far"));
    QVERIFY(m_settings->trainingPlace() == (TrainingPlace{TrainingPlace::Kind::Host, "me@far"}));
    open();
    QVERIFY(find<QToolButton>("placeButton")->text().contains("me@far"));
    menu = m_window->findChild<QMenu*>("placeMenu");
    entry("This computer")->trigger();
    QTRY_VERIFY(find<QToolButton>("placeButton")->text().contains("This computer"));
    entry("me@far");  // it is remembered
}

// What was received is what the job has told: nothing lost, nothing twice, in its order.
void TestElsewhere::cutAtRandom() {
    bool given = false;
    const int cuts = qEnvironmentVariableIntValue("VIT_CUT_POINTS", &given);
    JobRequest request = JobClient::request(1'000'000);
    request.config.run.epochs = 100'000;
    request.config.run.layerStatisticsSteps = 3;
    const fs::path runs = m_folder->filePath("runs").toStdString();
    ElsewhereRun run(programs(), SshServer::kHost, {m_folder->filePath("data").toStdString(), runs});
    QByteArray received;
    qsizetype count = 0;
    std::optional<Event> last;
    connect(&run, &ElsewhereRun::arrived, this, [&](const Event& event) {
        received += QByteArray::fromStdString(toJson(event)) + '\n';
        ++count;
    });
    connect(&run, &ElsewhereRun::ended, this, [&](const Event& event) { last = event; });
    run.begin(request, {}, {});
    QTRY_VERIFY_WITH_TIMEOUT(count > 0 && run.hasBegun(), kTrainingTimeoutMs);
    for (int i = 0; i < (given ? cuts : 3); ++i) {
        QTest::qWait(static_cast<int>(QRandomGenerator::global()->bounded(1500)));
        const qsizetype before = count;
        QVERIFY(QTest::qWaitFor([&] { return m_server->cut() > 0; }, kTrainingTimeoutMs));
        QTRY_VERIFY_WITH_TIMEOUT(count > before + 1 && !run.connectionLost(), kTrainingTimeoutMs);
    }
    run.stop();
    QTRY_VERIFY_WITH_TIMEOUT(last.has_value(), kTrainingTimeoutMs);
    received += QByteArray::fromStdString(toJson(*last)) + '\n';
    const JobState job = jobsThere().at(0);
    // The mirror has another place than the run.
    received.replace(QByteArray::fromStdString((runs / job.runFolder.filename()).string()),
                     QByteArray::fromStdString(job.runFolder.string()));
    received.replace("\"device\":\"127.0.0.1: ", "\"device\":\"");
    const QByteArray told = there().events(QString::fromStdString(job.id));
    QVERIFY(told.count('\n') > cuts);
    if (received != told) {
        const QList<QByteArray> a = received.split('\n'), b = told.split('\n');
        qsizetype at = 0;
        while (at < std::min(a.size(), b.size()) && a[at] == b[at]) ++at;
        QFAIL(qPrintable(QString("Event %1 of %2 and %3 differs:\n%4\n%5")
                             .arg(at).arg(a.size()).arg(b.size()).arg(a.value(at), b.value(at))));
    }
    const fs::path mirror = runs / job.runFolder.filename();
    for (const char* file : {run_files::kSteps, run_files::kLayers, run_files::kLastWeights})
        QVERIFY2(readTextFile(mirror / file) == readTextFile(job.runFolder / file), file);
    qInfo("%lld events, the connection cut %d times", static_cast<long long>(told.count('\n')), given ? cuts : 3);
}

QTEST_MAIN(TestElsewhere)
#include "test_elsewhere.moc"
