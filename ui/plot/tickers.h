// SPDX-License-Identifier: GPL-3.0-or-later
// Where the ticks of a run's plots lie.
#pragma once

#include "ui/plot/qcustomplot_header.h"

namespace vit::ui {

// Whole epochs once there are a few of them.
class EpochTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override;
};

// A logarithmic axis whose ticks also serve a range of less than a decade, as a loss curve has.
class LogTicker : public QCPAxisTicker {
protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    int getSubTickCount(double) override { return 0; }
};

}  // namespace vit::ui
