// SPDX-License-Identifier: GPL-3.0-or-later
// How often the model is right at each confidence, beside the diagonal on which it would be to be believed.
#pragma once

#include "core/evaluation/calibration.h"

#include <QWidget>

#include <vector>

namespace vit::ui {

class ReliabilityView : public QWidget {
    Q_OBJECT

public:
    explicit ReliabilityView(QWidget* parent = nullptr);

    void setBins(std::vector<CalibrationBin> bins);
    QString textAt(QPoint place) const;  // of the bin there; empty where there is none

    QSize sizeHint() const override { return {300, 220}; }
    QSize minimumSizeHint() const override { return {180, 130}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF area() const;
    QPointF placeOf(double confidence, double accuracy) const;
    void drawAxes(QPainter& painter) const;

    std::vector<CalibrationBin> m_bins;  // with images
};

}  // namespace vit::ui
