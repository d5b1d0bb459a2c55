// SPDX-License-Identifier: GPL-3.0-or-later
// How results hang together with hyperparameters over many runs: parallel coordinates, and one against another.
#pragma once

#include "core/runs/run_columns.h"

#include <QStringList>
#include <QWidget>

#include <vector>

class QComboBox;
class QMenu;
class QToolButton;

namespace vit::ui {

class ParallelPlot;
class RunsPlot;
class ScatterPlot;

class RelationPanel : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    void setRuns(const std::vector<const RunSummary*>& runs, const QStringList& selected);
    void setSelected(const QStringList& folders);

Q_SIGNALS:
    void runsChosen(const QStringList& folders, bool add);

protected:
    void setPlot(RunsPlot* plot);
    virtual void columnsFor(const std::vector<const RunSummary*>&) {}  // before they are shown

private:
    RunsPlot* m_plot = nullptr;
};

class ParallelPanel : public RelationPanel {
    Q_OBJECT

public:
    explicit ParallelPanel(QWidget* parent = nullptr);

protected:
    void columnsFor(const std::vector<const RunSummary*>& runs) override;

private:
    void applyColumns();
    void fillMenu();

    ParallelPlot* m_plot;
    QToolButton* m_axes;
    QMenu* m_menu;
    QComboBox* m_result;
    QStringList m_chosen;  // keys; empty: the settings that differ
    std::vector<const RunColumn*> m_differing;
};

class ScatterPanel : public RelationPanel {
    Q_OBJECT

public:
    explicit ScatterPanel(QWidget* parent = nullptr);

private:
    void applyColumns();

    ScatterPlot* m_plot;
    QComboBox* m_x;
    QComboBox* m_y;
};

}  // namespace vit::ui
