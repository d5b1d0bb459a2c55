// SPDX-License-Identifier: GPL-3.0-or-later
// The linear probe's accuracy over the number of photos that it was taught with.
#pragma once

#include "core/finetune/learning_curve.h"
#include "ui/plot/qcustomplot_header.h"

#include <QWidget>

class QLabel;

namespace vit::ui {

class LearningPlot : public QWidget {
    Q_OBJECT

public:
    explicit LearningPlot(QWidget* parent = nullptr);

    void setCurve(const LearningCurve& curve);
    QCustomPlot* plot() const { return m_plot; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColors();

    QCustomPlot* m_plot;
    QLabel* m_advice;
};

}  // namespace vit::ui
