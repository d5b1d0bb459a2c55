// SPDX-License-Identifier: GPL-3.0-or-later
// Follows the run from the request to its end.
#include "ui/shell/run_control.h"

#include "core/config/presets.h"
#include "core/jobs/run_elsewhere.h"
#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/form/experiment_form.h"
#include "ui/look/text.h"
#include "ui/look/theme.h"
#include "ui/pages/sweeps/sweep_page.h"
#include "ui/pages/train/run_words.h"
#include "ui/pages/train/train_page.h"
#include "ui/shell/main_tool_bar.h"
#include "ui/shell/place_chooser.h"
#include "ui/shell/window_actions.h"

#include <QAction>
#include <QWidget>

#include <algorithm>
#include <optional>
#include <utility>

namespace vit::ui {

namespace {

bool hasReachedItsEnd(const RunSummary& run) {
    return run.result &&
           (run.result->reason == StopReason::Completed || run.result->reason == StopReason::EarlyStopped);
}

QString onlyHereText() { return RunControl::tr("Only on this computer: choose it as the place where runs are trained"); }

// Can be done unless there is a problem, which is then what its tips say.
void offer(QAction* action, const QString& problem, const QString& tip) {
    action->setEnabled(problem.isEmpty());
    action->setToolTip(problem.isEmpty() ? tip : problem);
    action->setStatusTip(action->toolTip());
}

}  // namespace

RunControl::RunControl(const Parts& parts, QWidget* window) : QObject(window), m_parts(parts), m_window(window) {
    m_parts.bridge.setFarPrograms(m_parts.settings.farPrograms());
    connectActions();
    connectRun();
}

bool RunControl::mayClose() {
    if (m_state == State::Idle) return true;
    if (const QString where = m_parts.bridge.elsewhere(); !where.isEmpty()) return mayLeave(where);
    if (m_closing) return false;
    const auto agreed = [this] {
        if (m_evaluation)
            return m_parts.prompts.confirm(m_window, tr("A run is being evaluated"),
                                           tr("Stop the evaluation and close? The run stays as it is."),
                                           tr("Stop and close"), tr("Go on"));
        return m_parts.prompts.confirm(m_window, tr("Training is going on"),
                                       tr("Stop the run and close? What it has learned so far is kept."),
                                       tr("Stop and close"), tr("Go on training"));
    };
    m_closing = m_state == State::Stopping || agreed();
    if (!m_closing) return false;
    if (m_state == State::Idle) return true;  // it ended while the question stood there
    stop();
    return false;
}

// Of a run that does not need this window.
bool RunControl::mayLeave(const QString& where) {
    enum { GoesOn, Stop };
    const QString text =
        m_parts.bridge.connectionLost()
            ? tr("%1 cannot be reached now. The run goes on there, and is taken up again at the window's next start.")
            : tr("The run goes on on %1 when the window closes, and is taken up again at its next start.");
    QStringList ways = {tr("Close, the run goes on"), tr("Stop it and close"), tr("Stay here")};
    if (m_parts.bridge.connectionLost()) ways.removeAt(Stop);
    const int way = m_parts.prompts.choose(m_window, tr("Training is going on"), text.arg(where), ways);
    if (way == GoesOn || m_state == State::Idle) return true;  // or it ended while the question stood there
    if (way != Stop || ways.size() < 3) return false;
    m_closing = true;
    stop();
    return false;
}

// Whether a run that cannot be told to stop was left as it is.
bool RunControl::leavesLostRun() {
    if (!m_parts.bridge.connectionLost()) return false;
    const QString where = m_parts.bridge.elsewhere();
    const bool leave = m_parts.prompts.confirm(
        m_window, tr("The run cannot be stopped now"),
        tr("%1 cannot be reached. Leave the run? It goes on there, and is taken up again at the window's next start. "
           "Else it is stopped as soon as the connection is back.").arg(where),
        tr("Leave it"), tr("Stop it later"));
    if (leave) m_parts.bridge.leaveElsewhere();
    return leave;
}

// A run goes on where it is, but for one that has ended elsewhere, lies here whole, and is wanted here.
TrainingPlace RunControl::placeToGoOn(const RunSummary& run) const {
    using Kind = TrainingPlace::Kind;
    const TrainingPlace& chosen = m_parts.place.place();
    const std::optional<RunElsewhere> about = readRunElsewhere(run.folder);
    if (about && !about->host.empty() && !(about->done && chosen.isHere()))
        return {Kind::Host, QString::fromStdString(about->host)};
    if (chosen.kind == Kind::AllGpus) return chosen;
    if (about && !about->done) return {Kind::AllGpus, {}};
    return {};
}

void RunControl::updatePlace() {
    PlaceChooser& place = m_parts.place;
    place.setEnabled(m_state == State::Idle, tr("Where runs are trained can be chosen again when this one has ended"));
    m_parts.toolBar.showPlace(place.text(), place.toolTip());
    m_parts.form.setDataElsewhere(place.place().kind == TrainingPlace::Kind::Host);
}

void RunControl::connectActions() {
    const WindowActions& actions = m_parts.actions;
    connect(actions.train, &QAction::triggered, this, qOverload<>(&RunControl::train));
    connect(actions.pause, &QAction::triggered, this, &RunControl::togglePause);
    connect(actions.stop, &QAction::triggered, this, &RunControl::stop);
    connect(actions.resumeRun, &QAction::triggered, this, [this] { resumeShownRun({}); });
    connect(actions.moreEpochs, &QAction::triggered, this, &RunControl::continueShownRun);
    connect(actions.trainFrom, &QAction::triggered, this, &RunControl::trainFromShownRun);
    connect(actions.evaluate, &QAction::triggered, this, &RunControl::evaluateShownRun);
    connect(&m_parts.trainPage, &TrainPage::trainRequested, actions.train, &QAction::trigger);
    connect(&m_parts.trainPage, &TrainPage::shownRunChanged, this, &RunControl::updateActions);
    connect(&m_parts.form, &ExperimentForm::configChanged, this, &RunControl::updateDevice);
    connect(&m_parts.form, &ExperimentForm::dataSetsChanged, this, &RunControl::updateActions);
    connect(&m_parts.form, &ExperimentForm::issuesChanged, this, &RunControl::updateActions);
    connect(&m_parts.place, &PlaceChooser::changed, this, [this] {
        m_parts.bridge.setFarPrograms(m_parts.settings.farPrograms());
        updateActions();
        updateDevice();
    });
    connect(&m_deviceLookup, &DeviceLookup::answered, this,
            [this](const RunConfig& run, const QString& text, const Issues& issues) {
                if (m_state != State::Idle) return;  // the toolbar shows the run's own device
                if (!m_parts.place.place().isHere()) return;  // what is here does not matter
                m_parts.toolBar.showDevice(text);
                m_parts.form.setMachineIssues(run, issues);
            });
}

void RunControl::connectRun() {
    const SessionBridge* bridge = &m_parts.bridge;
    connect(bridge, &SessionBridge::runRequested, this, [this] {
        m_parts.form.lock(m_parts.form.config());
        setState(State::Running);
    });
    connect(bridge, &SessionBridge::evaluationRequested, this, [this] {
        m_evaluation = true;
        setState(State::Evaluating);
    });
    connect(bridge, &SessionBridge::runEvaluated, this, [this](const RunEvaluated& evaluated) {
        m_evaluation = false;
        const QString name = qstr(evaluated.result.runName);
        if (!evaluated.problem.empty()) endRun(tr("%1 could not be evaluated").arg(name));
        else endRun(evaluated.stopped ? tr("The evaluation was stopped") : tr("%1 was evaluated").arg(name));
    });
    connect(bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) {
        m_parts.form.lock(run.config);
        m_parts.toolBar.showDevice(qstr(run.device + " · " + run.precision), qstr(run.device + "\n" + run.kernels));
        Q_EMIT statusChanged(tr("Training %1").arg(qstr(run.runName)));
    });
    connect(bridge, &SessionBridge::pauseChanged, this, [this](bool paused) {
        if (m_state != State::Idle && m_state != State::Stopping) setState(paused ? State::Paused : State::Running);
    });
    connect(bridge, &SessionBridge::runFinished, this, [this](const RunFinished& result) {
        endRun(stateText(result));
    });
    connect(bridge, &SessionBridge::runFailed, this, &RunControl::onRunFailed);
}

// As the form says: with new weights, or with those that its preset begins with.
void RunControl::train() {
    const ExperimentForm& form = m_parts.form;
    if (!startProblem().isEmpty()) return;
    train(form.startsFromWeights() ? form.start()->folder : std::filesystem::path());
}

void RunControl::train(std::filesystem::path startFrom) {
    ExperimentForm& form = m_parts.form;
    if (m_state != State::Idle || !form.isValid()) return;
    Q_EMIT runWanted();
    m_parts.settings.setExperiment(form.config(), qstr(form.preset()));
    TrainRequest request;
    request.config = form.config();
    request.label = form.preset();
    request.startFrom = std::move(startFrom);
    m_parts.bridge.train(std::move(request), m_parts.place.place());
    m_parts.trainPage.setFocus();  // not on a field of the form, which is now read-only
}

void RunControl::trainFromShownRun() {
    if (const std::optional<RunSummary>& run = m_parts.trainPage.shownRun()) train(run->folder);
}

void RunControl::resumeShownRun(const Extension& extension) {
    const std::optional<RunSummary>& run = m_parts.trainPage.shownRun();
    if (m_state != State::Idle || !run) return;
    Q_EMIT runWanted();
    TrainRequest request;
    request.resumeFrom = run->folder;
    request.extension = extension;
    const TrainingPlace place = placeToGoOn(*run);
    // Where its graphics card is not, it goes on on the CPU, and the log says so.
    if (run->config.run.device == DeviceChoice::Cuda) request.device = DeviceChoice::Auto;
    if (place.isHere()) forgetElsewhere(run->folder);  // from here on it is another one than it is there
    m_parts.bridge.train(std::move(request), place);
    m_parts.trainPage.setFocus();
}

void RunControl::continueShownRun() {
    const std::optional<RunSummary>& run = m_parts.trainPage.shownRun();
    if (m_state != State::Idle || !run) return;
    if (const auto extension = m_parts.prompts.askExtension(m_window, qstr(run->name), run->config))
        resumeShownRun(*extension);
}

void RunControl::evaluateShownRun() {
    const std::optional<RunSummary>& run = m_parts.trainPage.shownRun();
    if (m_state != State::Idle || !run) return;
    Q_EMIT runWanted();
    Q_EMIT statusChanged(tr("Evaluating %1").arg(qstr(run->name)));
    m_parts.bridge.evaluate(run->folder);
}

void RunControl::togglePause() {
    if (m_state == State::Running) m_parts.bridge.requestPause();
    else if (m_state == State::Paused) m_parts.bridge.requestContinue();
}

void RunControl::stop() {
    if (m_state == State::Idle || m_state == State::Stopping) return;
    if (leavesLostRun()) return;
    m_parts.bridge.requestStop();
    if (!m_evaluation) m_parts.sweepPage.controller().pause();
    m_parts.trainPage.showStopping();
    Q_EMIT statusChanged(tr("Stopping…"));
    setState(State::Stopping);
}

void RunControl::setState(State state) {
    m_state = state;
    updateActions();
}

void RunControl::updateActions() {
    const std::optional<RunSummary>& shown = m_parts.trainPage.shownRun();
    if (shown && shown->hasModel) m_parts.form.setShownRun(StartingPoint{qstr(shown->name), shown->folder, shown->config});
    else m_parts.form.setShownRun({});
    updatePlace();
    updateTrainAction();
    updateControls();
    updateTrainFromAction();
    updateEvaluateAction();
    m_parts.actions.loadSettings->setEnabled(m_state == State::Idle);
    m_parts.actions.saveSettings->setEnabled(m_parts.form.isReadable());
}

// Of an experiment that begins with the weights of a run; empty: it can begin, or begins with new ones.
QString RunControl::startProblem() const {
    if (!m_parts.form.startsFromWeights()) return {};
    return m_parts.place.place().isHere() ? m_parts.form.startProblem() : onlyHereText();
}

void RunControl::updateTrainAction() {
    const ExperimentForm& form = m_parts.form;
    QAction* train = m_parts.actions.train;
    const bool idle = m_state == State::Idle;
    const QString problem = startProblem();
    const bool canTrain = idle && form.isValid() && problem.isEmpty();
    QString tip = tr("Start this experiment (%1)").arg(train->shortcut().toString(QKeySequence::NativeText));
    if (m_evaluation) tip = tr("A run is being evaluated");
    else if (!idle) tip = tr("A run is going on");
    else if (!form.isValid()) tip = form.problemSummary() + ": " + qstr(form.issues().front().message);
    else if (!problem.isEmpty()) tip = problem;
    train->setEnabled(canTrain);
    train->setToolTip(tip);
    m_parts.trainPage.setTrainEnabled(canTrain, tip);
    const PresetEntry& preset = presetEntry(form.preset());
    m_parts.trainPage.setIntroduction(qstr(preset.title), qstr(preset.description));
}

void RunControl::updateControls() {
    const WindowActions& actions = m_parts.actions;
    const bool idle = m_state == State::Idle;
    const bool paused = m_state == State::Paused;
    actions.pause->setEnabled(m_state == State::Running || paused);
    WindowActions::setText(actions.pause, paused ? tr("Resume") : tr("Pause"));
    actions.pause->setIcon(icon(paused ? "play" : "pause"));
    actions.pause->setToolTip(paused ? tr("Go on with the run") : tr("Hold the run; predictions go on"));
    actions.stop->setEnabled(m_state == State::Running || paused || m_state == State::Evaluating);
    WindowActions::setText(actions.stop, m_state == State::Stopping ? tr("Stopping…") : tr("Stop"));
    actions.stop->setToolTip(m_evaluation ? tr("End the evaluation; the run stays as it is")
                                          : tr("End the run after this step and keep everything it has"));
    const std::optional<RunSummary>& shown = m_parts.trainPage.shownRun();
    actions.resumeRun->setEnabled(idle && shown && !hasReachedItsEnd(*shown));
    actions.moreEpochs->setEnabled(idle && shown);
}

// Why nothing can be done now with the weights of the run that is shown; empty: it can.
QString RunControl::noModelText() const {
    const std::optional<RunSummary>& shown = m_parts.trainPage.shownRun();
    if (m_state != State::Idle) return tr("Wait until what goes on has ended");
    if (!shown) return tr("There is no run yet: train one, or open one on the Runs page");
    return shown->hasModel ? QString() : tr("This run has no weights yet: train it for an epoch first");
}

void RunControl::updateTrainFromAction() {
    const ExperimentForm& form = m_parts.form;
    QString problem = noModelText();
    if (problem.isEmpty() && !m_parts.place.place().isHere())
        problem = onlyHereText();
    if (problem.isEmpty() && !form.isValid())
        problem = form.problemSummary() + ": " + qstr(form.issues().front().message);
    if (problem.isEmpty() && form.startsFromWeights() &&
        !sharesWeights(form.config(), m_parts.trainPage.shownRun()->config))
        problem = tr("This run's model is another one than that in the form: choose the preset again, which takes it up");
    offer(m_parts.actions.trainFrom, problem,
          tr("Start this experiment as a new run that begins with the weights of the run that is shown, as far as they fit"));
}

void RunControl::updateEvaluateAction() {
    const std::optional<RunSummary>& shown = m_parts.trainPage.shownRun();
    const auto dataIsThere = [&] {
        const std::vector<DataInfo>& known = m_parts.form.dataSets();
        return std::any_of(known.begin(), known.end(), [&](const DataInfo& data) {
            return data.available && data.name == shown->config.data.name;
        });
    };
    QString problem = noModelText();
    if (problem.isEmpty() && !dataIsThere())
        problem = tr("Its data set %1 is not there: get it on the Data page").arg(qstr(shown->config.data.name));
    offer(m_parts.actions.evaluate, problem,
          tr("Measure the best weights of the run that is shown on its test set, and keep the result with it"));
}

void RunControl::updateDevice() {
    if (m_state != State::Idle) return;
    const TrainingPlace& place = m_parts.place.place();
    if (place.isHere()) return m_deviceLookup.ask(m_parts.form.config().run);
    m_parts.toolBar.showDevice(place.kind == TrainingPlace::Kind::Host ? tr("What %1 has").arg(place.host)
                                                                       : tr("A process for each GPU"));
    m_parts.form.setMachineIssues(m_parts.form.config().run, {});
}

void RunControl::endRun(const QString& status) {
    m_parts.form.unlock();
    setState(State::Idle);
    updateDevice();
    Q_EMIT statusChanged(status);
    if (m_closing) Q_EMIT closingPossible();
}

void RunControl::onRunFailed(const RunFailed& failure) {
    endRun(tr("The run failed"));
    if (!failure.keys.empty()) m_parts.form.showField(failure.keys.front());
}

}  // namespace vit::ui
