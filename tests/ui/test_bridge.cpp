// SPDX-License-Identifier: GPL-3.0-or-later
// The bridge between the worker's thread and the window's: order, batches, completeness, and an early end.
#include "ui/bridge/session_bridge.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <atomic>
#include <memory>
#include <thread>

using namespace vit;
using namespace vit::ui;

namespace {

// Lets a test be the worker.
class OpenBridge : public SessionBridge {
public:
    using SessionBridge::post;
    using SessionBridge::SessionBridge;
};

StepDone step(std::int64_t number) {
    StepDone event;
    event.step = number;
    return event;
}

}  // namespace

class TestBridge : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_bridge.reset(); }

    void orderIsKept();
    void stepsComeInBatches();
    void nothingIsDropped();
    void terminalEventIsDelivered();
    void eventsArriveOnTheGuiThread();
    void destroyedWhileEventsArePending();
    void everyKindHasItsSignal();
    void requestsAreAnswered();
    void questionsAreAnsweredOnTheGuiThread();
    void noAnswerReachesAReceiverThatIsGone();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<OpenBridge> m_bridge;
};

void TestBridge::init() {
    Session::Options options;
    options.dataFolder = m_folder.filePath("data").toStdString();
    options.runsFolder = m_folder.filePath("runs").toStdString();
    m_bridge = std::make_unique<OpenBridge>(options);
}

void TestBridge::orderIsKept() {
    QStringList seen;
    connect(m_bridge.get(), &SessionBridge::runStarted, this, [&] { seen << "started"; });
    connect(m_bridge.get(), &SessionBridge::stepsDone, this, [&](const std::vector<StepDone>& steps) {
        for (const StepDone& one : steps) seen << QString::number(one.step);
    });
    connect(m_bridge.get(), &SessionBridge::epochDone, this, [&] { seen << "epoch"; });
    connect(m_bridge.get(), &SessionBridge::runFinished, this, [&] { seen << "finished"; });
    std::thread worker([this] {
        m_bridge->post(RunStarted{});
        m_bridge->post(step(1));
        m_bridge->post(step(2));
        m_bridge->post(EpochDone{});
        m_bridge->post(step(3));
        m_bridge->post(RunFinished{});
    });
    worker.join();
    QTRY_VERIFY(seen.contains("finished"));
    QCOMPARE(seen, (QStringList{"started", "1", "2", "epoch", "3", "finished"}));
}

void TestBridge::stepsComeInBatches() {
    QSignalSpy batches(m_bridge.get(), &SessionBridge::stepsDone);
    std::thread worker([this] {
        for (int i = 1; i <= 300; ++i) {
            m_bridge->post(step(i));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        m_bridge->post(RunFinished{});
    });
    QSignalSpy finished(m_bridge.get(), &SessionBridge::runFinished);
    QVERIFY(finished.wait(5000));
    worker.join();
    // 0.3 s or more at 25 a second at most; far fewer than steps.
    QVERIFY2(batches.size() >= 2 && batches.size() <= 100, qPrintable(QString::number(batches.size())));
}

void TestBridge::nothingIsDropped() {
    constexpr std::int64_t kEvents = 50'000;
    std::int64_t expected = 1;
    bool inOrder = true;
    connect(m_bridge.get(), &SessionBridge::stepsDone, this, [&](const std::vector<StepDone>& steps) {
        for (const StepDone& one : steps) inOrder = inOrder && one.step == expected++;
    });
    std::thread worker([this] {
        for (std::int64_t i = 1; i <= kEvents; ++i) m_bridge->post(step(i));
    });
    QTRY_COMPARE_WITH_TIMEOUT(expected, kEvents + 1, 10'000);
    worker.join();
    QVERIFY(inOrder);
}

void TestBridge::terminalEventIsDelivered() {
    QSignalSpy failed(m_bridge.get(), &SessionBridge::runFailed);
    RunFailed event;
    event.text = "The disk is full.";
    event.keys = {"run.device"};
    std::thread worker([&] {
        for (int i = 0; i < 1000; ++i) m_bridge->post(step(i));
        m_bridge->post(event);
    });
    worker.join();
    QVERIFY(failed.wait());
    QCOMPARE(failed.size(), 1);
    const auto received = failed.front().front().value<RunFailed>();
    QCOMPARE(received.text, event.text);
    QCOMPARE(received.keys, event.keys);
}

void TestBridge::eventsArriveOnTheGuiThread() {
    const QThread* seenOn = nullptr;
    connect(m_bridge.get(), &SessionBridge::messageArrived, this, [&] { seenOn = QThread::currentThread(); });
    std::thread([this] { m_bridge->post(Message{}); }).join();
    QTRY_VERIFY(seenOn);
    QCOMPARE(seenOn, thread());
}

void TestBridge::destroyedWhileEventsArePending() {
    QSignalSpy steps(m_bridge.get(), &SessionBridge::stepsDone);
    std::thread worker([this] {
        for (int i = 0; i < 5000; ++i) m_bridge->post(step(i));
    });
    worker.join();
    m_bridge.reset();  // the queued drain goes with it
    QTest::qWait(100);
    QVERIFY(steps.isEmpty());
}

void TestBridge::everyKindHasItsSignal() {
    QSignalSpy checkpoint(m_bridge.get(), &SessionBridge::checkpointSaved);
    QSignalSpy probe(m_bridge.get(), &SessionBridge::probePredicted);
    QSignalSpy phase(m_bridge.get(), &SessionBridge::phaseChanged);
    QSignalSpy message(m_bridge.get(), &SessionBridge::messageArrived);
    QSignalSpy failed(m_bridge.get(), &SessionBridge::runFailed);
    for (const Event& event : {Event(CheckpointSaved{}), Event(ProbePredicted{}), Event(PhaseChanged{}),
                               Event(Message{}), Event(RunFailed{})})
        m_bridge->post(event);
    QTRY_COMPARE(failed.size(), 1);
    for (const QSignalSpy* spy : {&checkpoint, &probe, &phase, &message}) QCOMPARE(spy->size(), 1);
}

// What is asked for and has an answer of its own, through the real worker.
void TestBridge::requestsAreAnswered() {
    QSignalSpy model(m_bridge.get(), &SessionBridge::modelOpened);
    QSignalSpy evaluated(m_bridge.get(), &SessionBridge::runEvaluated);
    m_bridge->openModel("/nonexistent/run");
    m_bridge->evaluate("/nonexistent/run");
    QTRY_COMPARE(evaluated.size(), 1);
    QCOMPARE(model.size(), 1);
    QVERIFY(!evaluated[0][0].value<RunEvaluated>().problem.empty());
}

void TestBridge::questionsAreAnsweredOnTheGuiThread() {
    QThread* thread = nullptr;
    std::string problem;
    const auto question = [](LoadedModel& asked) { return asked.config(); };
    m_bridge->ask(this, question, [&](const Reply<Config>& reply) {
        thread = QThread::currentThread();
        problem = reply.problem;
    });
    QTRY_VERIFY(thread != nullptr);
    QCOMPARE(thread, QCoreApplication::instance()->thread());
    QCOMPARE(problem, std::string("There is no trained model yet."));
}

void TestBridge::noAnswerReachesAReceiverThatIsGone() {
    bool called = false;
    auto receiver = std::make_unique<QObject>();
    m_bridge->ask(receiver.get(), [](LoadedModel& asked) { return asked.config(); },
                  [&](const Reply<Config>&) { called = true; });
    receiver.reset();
    bool later = false;
    m_bridge->ask(this, [](LoadedModel& asked) { return asked.config(); }, [&](const Reply<Config>&) { later = true; });
    QTRY_VERIFY(later);
    QVERIFY(!called);
}

QTEST_GUILESS_MAIN(TestBridge)
#include "test_bridge.moc"
