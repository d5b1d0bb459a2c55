// SPDX-License-Identifier: GPL-3.0-or-later
// What may be done with a run when, and what follows from its events in the window.
#pragma once

#include "ui/bridge/training_place.h"
#include "ui/shell/device_lookup.h"

#include <QObject>

#include <filesystem>

class QWidget;

namespace vit {
struct Extension;
struct RunFailed;
struct RunSummary;
}

namespace vit::ui {

class ExperimentForm;
class MainToolBar;
class PlaceChooser;
class Prompts;
class SessionBridge;
class Settings;
class SweepPage;
class TrainPage;
struct WindowActions;

class RunControl : public QObject {
    Q_OBJECT

public:
    // What of the window starts and follows a run.
    struct Parts {
        SessionBridge& bridge;
        Prompts& prompts;
        Settings& settings;
        WindowActions& actions;
        MainToolBar& toolBar;
        ExperimentForm& form;
        TrainPage& trainPage;
        SweepPage& sweepPage;
        PlaceChooser& place;
    };

    RunControl(const Parts& parts, QWidget* window);

    // Whether the window may go now. While a run goes on the user is asked; who agrees sees the window go when the run
    // has ended (closingPossible).
    bool mayClose();
    // Enables what can be done now and says of the rest why not.
    void updateActions();
    void updateDevice();

Q_SIGNALS:
    void runWanted();  // by the user, just before it is asked for: the Train page is to be seen
    void statusChanged(const QString& text);
    void closingPossible();

private:
    enum class State { Idle, Running, Paused, Stopping, Evaluating };

    void connectActions();
    void connectRun();
    bool mayLeave(const QString& where);
    bool leavesLostRun();
    TrainingPlace placeToGoOn(const RunSummary& run) const;
    void updatePlace();
    void train();
    void train(std::filesystem::path startFrom);
    void trainFromShownRun();
    void resumeShownRun(const Extension& extension);
    void continueShownRun();
    void evaluateShownRun();
    void togglePause();
    void stop();
    void setState(State state);
    QString startProblem() const;
    void updateTrainAction();
    void updateControls();
    QString noModelText() const;
    void updateTrainFromAction();
    void updateEvaluateAction();
    void endRun(const QString& status);
    void onRunFailed(const RunFailed& failure);

    Parts m_parts;
    QWidget* m_window;
    State m_state = State::Idle;
    bool m_closing = false;  // the user has chosen to stop and close
    bool m_evaluation = false;  // what goes on is one, no run
    DeviceLookup m_deviceLookup;
};

}  // namespace vit::ui
