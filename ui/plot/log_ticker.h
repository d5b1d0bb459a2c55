// SPDX-License-Identifier: GPL-3.0-or-later
// Ticks of a logarithmic axis that also serve a range of less than a decade, as a loss curve has.
#pragma once

#include "qcustomplot_header.h"

namespace vit::ui {

class LogTicker : public QCPAxisTicker {
protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    int getSubTickCount(double) override { return 0; }
};

}  // namespace vit::ui
