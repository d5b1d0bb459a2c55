// SPDX-License-Identifier: GPL-3.0-or-later
// The theme's colours on a QCustomPlot.
#pragma once

#include "ui/look/theme.h"
#include "ui/plot/qcustomplot_header.h"

namespace vit::ui {

void stylePlot(QCustomPlot* plot, const Colors& colors);

}  // namespace vit::ui
