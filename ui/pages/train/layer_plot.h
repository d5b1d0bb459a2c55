// SPDX-License-Identifier: GPL-3.0-or-later
// One statistic over the steps: the chosen layer's curve before those of all others.
#pragma once

#include "ui/pages/train/layer_matrix.h"
#include "ui/plot/qcustomplot_header.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;

namespace vit::ui {

class LayerPlot : public QWidget {
    Q_OBJECT

public:
    // History and matrix outlive it.
    LayerPlot(const LayerHistory& history, const LayerMatrix& matrix, QWidget* parent = nullptr);

    void refresh();  // the history has grown, or another cell was chosen
    QCustomPlot* plot() const { return m_plot; }

protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void redraw();
    void fill(QCPGraph* graph, std::size_t layer) const;
    void readOut(std::size_t measurement);
    void applyColors();

    const LayerHistory& m_history;
    const LayerMatrix& m_matrix;
    QLabel* m_title;
    QLabel* m_readout;
    QCustomPlot* m_plot;
    std::vector<QCPGraph*> m_others;
    QCPGraph* m_chosen = nullptr;
    QCPItemStraightLine* m_place = nullptr;
    QTimer m_redraw;
};

}  // namespace vit::ui
