// SPDX-License-Identifier: GPL-3.0-or-later
// How far each head looks, layer by layer: a dot a head, pointed at with the mouse or the keys.
#pragma once

#include "core/inspect/attention.h"
#include "ui/plot/qcustomplot_header.h"

#include <vector>

namespace vit::ui {

class DistancePlot : public QCustomPlot {
    Q_OBJECT

public:
    explicit DistancePlot(QWidget* parent);

    // Layer by layer, as many heads in each.
    void setFigures(const std::vector<HeadFigures>& figures);
    int pointed() const { return m_pointed; }  // -1 = none
    void point(int index);
    QPoint placeOf(int index) const;  // of its dot

Q_SIGNALS:
    void headPointed(int index);  // -1 = none

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void applyColors();
    int nearest(const QPoint& position) const;

    std::vector<HeadFigures> m_figures;
    int m_layers = 0;
    int m_heads = 0;
    int m_pointed = -1;
    QCPGraph* m_dots;
    QCPGraph* m_mark;
};

}  // namespace vit::ui
