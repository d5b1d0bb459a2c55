// SPDX-License-Identifier: GPL-3.0-or-later
// Where a run is: name, phase, epoch and step, the bar over the whole run, speed, times, device; the result at its end.
#pragma once

#include "core/events/event.h"
#include "core/runs/run_store.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <optional>

class QHBoxLayout;
class QLabel;
class QProgressBar;

namespace vit::ui {

class ProgressPanel : public QWidget {
    Q_OBJECT

public:
    explicit ProgressPanel(QWidget* parent = nullptr);

    void showRequested();  // Train was clicked, nothing has come yet
    void showStarted(const RunStarted& run);
    void showDevice(const RunStarted& run);  // what computes, and how
    void showSteps(const StepDone& last);
    void showEpoch(const EpochDone& epoch);
    void showPhase(const PhaseChanged& phase);
    void showPaused(bool paused);
    void showStopping();
    void showEvaluating();
    // The evaluation has ended; the result that the run has now, if any.
    void showEvaluated(const std::optional<RunFinished>& result);
    void showFinished(const RunFinished& result);
    void showEarlier(const RunSummary& run, const RunCurves& curves);  // one that ended before the window was opened
    void showFailed(const RunFailed& failure);

private:
    void addFact(QLabel* value, QHBoxLayout* row, const QString& name, const QString& caption, const QString& help);
    void setPhase(const QString& text);
    void showBar(double epochs);  // done of the run
    void showElapsed();
    void endRun();

    QLabel* m_name;
    QLabel* m_position;
    QLabel* m_phase;
    QProgressBar* m_bar;
    QWidget* m_results;
    struct Result {
        Metric metric;
        QLabel* value;
        QLabel* caption;
    };
    std::vector<Result> m_shares;
    QLabel* m_speed;
    QLabel* m_elapsed;
    QLabel* m_remaining;
    QLabel* m_memory;
    QLabel* m_precision;
    QLabel* m_device;

    std::int64_t m_epochs = 0;
    bool m_betweenSteps = false;  // a phase such as "Validating" is shown, which the next step ends
    double m_secondsAtStep = 0;
    QElapsedTimer m_sinceStep;
    QTimer m_clock;
};

}  // namespace vit::ui
