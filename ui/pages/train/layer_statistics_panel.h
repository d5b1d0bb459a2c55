// SPDX-License-Identifier: GPL-3.0-or-later
// The layers of a run over its steps: what stands against one in words, a small curve for each, one of them large.
#pragma once

#include "ui/pages/train/layer_history.h"

#include <QWidget>

#include <vector>

class QFrame;
class QLabel;
class QStackedWidget;

namespace vit::ui {

class EmptyState;
class LayerMatrix;
class LayerPlot;

class LayerStatisticsPanel : public QWidget {
    Q_OBJECT

public:
    explicit LayerStatisticsPanel(QWidget* parent = nullptr);

    void add(const std::vector<LayersMeasured>& measured);
    // What was measured before the first step that is here, of a run that goes on.
    void addBefore(std::vector<LayersMeasured> earlier);
    void clear();
    // What is said while nothing was measured: it is to come, or it was not wanted.
    void setEmptyText(const QString& title, const QString& text);

    const LayerHistory& history() const { return m_history; }
    LayerMatrix* matrix() const { return m_matrix; }

Q_SIGNALS:
    void findingsChanged();

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeStrip();
    void refresh();
    void showFindings();

    LayerHistory m_history;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QFrame* m_strip;  // around the findings
    QLabel* m_icon;
    QLabel* m_findings;
    LayerMatrix* m_matrix;
    LayerPlot* m_plot = nullptr;
};

}  // namespace vit::ui
