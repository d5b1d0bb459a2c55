// SPDX-License-Identifier: GPL-3.0-or-later
// Two quiet axes, a subtle grid, no frame.
#include "ui/plot/plot_style.h"

namespace vit::ui {

namespace {

QFont smaller(QFont font) {
    font.setPointSizeF(font.pointSizeF() * 0.88);
    return font;
}

void styleAxis(QCPAxis* axis, const Colors& colors, const QFont& font) {
    axis->setBasePen(QPen(colors.border));
    axis->setTickPen(QPen(colors.border));
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLengthIn(0);
    axis->setTickLengthOut(4);
    axis->setTickLabelColor(colors.mutedText);
    axis->setTickLabelFont(font);
    axis->setLabelColor(colors.mutedText);
    axis->setLabelFont(font);
    axis->setLabelPadding(3);
    axis->setTickLabelPadding(4);
    axis->grid()->setPen(QPen(colors.grid, 1, Qt::SolidLine));
    axis->grid()->setZeroLinePen(Qt::NoPen);
    axis->grid()->setSubGridVisible(false);
}

}  // namespace

void stylePlot(QCustomPlot* plot, const Colors& colors) {
    plot->setLocale(QLocale::c());  // numbers as everywhere else, on paper too
    const QFont font = smaller(QApplication::font());
    plot->setBackground(QBrush(colors.surface));
    styleAxis(plot->xAxis, colors, font);
    styleAxis(plot->yAxis, colors, font);
    QColor legendGround = colors.surface;
    legendGround.setAlpha(215);
    plot->legend->setBrush(legendGround);
    plot->legend->setBorderPen(Qt::NoPen);
    plot->legend->setTextColor(colors.mutedText);
    plot->legend->setFont(font);
    plot->legend->setIconSize(18, 10);
    plot->legend->setRowSpacing(0);
    plot->legend->setMargins(QMargins(6, 3, 6, 3));
}

}  // namespace vit::ui
