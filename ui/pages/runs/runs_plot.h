// SPDX-License-Identifier: GPL-3.0-or-later
// What the plots of many runs share: the runs, which are selected, the one under the mouse, clicks that select.
#pragma once

#include "core/runs/run_columns.h"
#include "ui/look/theme.h"
#include "ui/plot/qcustomplot_header.h"

#include <QStringList>

#include <vector>

namespace vit::ui {

class RunsPlot : public QCustomPlot {
    Q_OBJECT

public:
    explicit RunsPlot(QWidget* parent = nullptr);

    // Copies; `selected` are folders.
    void setRuns(const std::vector<const RunSummary*>& runs);
    void setSelected(const QStringList& folders);

Q_SIGNALS:
    void runsChosen(const QStringList& folders, bool add);  // by the mouse; none: a click beside all of them

protected:
    struct Item {
        RunSummary run;
        bool selected = false;
    };

    virtual void rebuild() = 0;                                   // the runs or the columns are others
    virtual int itemAt(const QPointF& position) const = 0;        // -1: none is near
    virtual void highlight(int item) = 0;                         // under the mouse; -1: none
    virtual void applyColors(const Colors& colors) = 0;

    const std::vector<Item>& items() const { return m_items; }
    std::vector<const RunSummary*> runs() const;
    int hovered() const { return m_hovered; }

    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void hover(int item, const QPoint& globalPosition);

    std::vector<Item> m_items;
    int m_hovered = -1;
    QPoint m_pressed;
};

}  // namespace vit::ui
