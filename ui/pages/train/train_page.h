// SPDX-License-Identifier: GPL-3.0-or-later
// The page on which a run is watched: progress, its plots or its layers, the log.
#pragma once

#include "core/events/event.h"
#include "core/runs/run_store.h"
#include "core/session/session.h"
#include "ui/pages/train/log_model.h"
#include "ui/widgets/job.h"

#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

class QPushButton;
class QSplitter;
class QStackedWidget;

namespace vit::ui {

class Banner;
class CurveGrid;
class EmptyState;
class LayerStatisticsPanel;
class LogPane;
class MetricPlot;
class ProgressPanel;
class Prompts;
class SessionBridge;
class Segments;
class Settings;

class TrainPage : public QWidget {
    Q_OBJECT

public:
    TrainPage(SessionBridge& bridge, Prompts& prompts, Settings& settings, QWidget* parent = nullptr);

    CurveGrid* curves() const { return m_curves; }
    LayerStatisticsPanel* layers() const { return m_layers; }
    LogModel& log() { return m_log; }

    // The run whose curves are here, once it has ended; none while one goes on.
    const std::optional<RunSummary>& shownRun() const { return m_shown; }

    // What the button of the empty page may do, and why not.
    void setTrainEnabled(bool enabled, const QString& why);
    // What the empty page says of the experiment that Train would start.
    void setIntroduction(const QString& preset, const QString& description);
    void showStopping();
    void exportPlot(MetricPlot* plot);
    // The curves and results of a run that is not going on, in the place of what is shown.
    void showRun(const std::filesystem::path& folder);

Q_SIGNALS:
    void trainRequested();
    void shownRunChanged();

private:
    struct EarlierRun {
        std::optional<RunSummary> run;
        RunCurves curves;
        RunStarted began;  // what the panel shows of it
    };

    QWidget* makeEmptyPage();
    QWidget* makeRunPage();
    QWidget* makeViews();
    void connectTo(const SessionBridge& bridge);
    void lookForLastRun(const std::filesystem::path& runsFolder);
    void load(std::function<std::optional<RunSummary>()> find);
    void showEarlierRun(const EarlierRun& earlier);
    void clearCurves(const QString& emptyText);
    void explainUnmeasured(const Config& config);
    void showCurvesBefore(const RunStarted& run);
    void setShownRun(std::optional<RunSummary> run);
    void showBefore();   // what was asked for has not begun
    void showCurrent();  // the run that went on has ended
    void onRunRequested();
    void onRunStarted(const RunStarted& run);
    void onMessage(const Message& message);
    void onRunFinished(const RunFinished& result);
    void onRunFailed(const RunFailed& failure);
    void onRunEvaluated(const RunEvaluated& evaluated);

    Prompts& m_prompts;
    Settings& m_settings;
    LogModel m_log;
    Job m_lookup;
    std::optional<RunSummary> m_shown;
    RunSummary m_current;  // the one that goes on
    std::filesystem::path m_before;  // the one that was shown before it
    Banner* m_banner;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QPushButton* m_train;
    ProgressPanel* m_progress;
    Segments* m_view;
    CurveGrid* m_curves;
    LayerStatisticsPanel* m_layers;
    LogPane* m_logPane;
    QSplitter* m_splitter;
};

}  // namespace vit::ui
