// SPDX-License-Identifier: GPL-3.0-or-later
// One metric of several runs in one plot, each with its band.
#pragma once

#include "ui/pages/runs/curve_smoothing.h"
#include "ui/plot/qcustomplot_header.h"

#include <QWidget>

#include <vector>

namespace vit::ui {

class PlotCrosshair;

class OverlayPlot : public QWidget {
    Q_OBJECT

public:
    struct Line {
        BandCurve curve;
        QString label;
        QColor color;
        bool dashed = false;  // of the training images, where both are shown
    };

    // Values of `percent` are shares and shown as 0–100.
    OverlayPlot(const QString& name, const QString& title, const QString& axisLabel, bool percent,
                QWidget* parent = nullptr);

    void setLines(const std::vector<Line>& lines, bool bands);
    QCustomPlot* plot() const { return m_plot; }
    void showCrosshair(double epoch);
    void hideCrosshair();

Q_SIGNALS:
    void crosshairMoved(double epoch);
    void crosshairLeft();

protected:
    void changeEvent(QEvent* event) override;

private:
    void addBand(const Line& line);
    void rescale();
    void placeLegend();
    double hidden(const QRectF& rect) const;

    bool m_percent;
    QCustomPlot* m_plot;
    PlotCrosshair* m_crosshair;
    bool m_zoomed = false;
};

}  // namespace vit::ui
