// SPDX-License-Identifier: GPL-3.0-or-later
// Two rectangles.
#include "ui/pages/photos/share_bar.h"

#include "ui/look/theme.h"

#include <QPainter>

#include <algorithm>

namespace vit::ui {

ShareBar::ShareBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ShareBar::setShare(double share) {
    m_share = share;
    update();
}

void ShareBar::setBest(bool best) {
    m_best = best;
    update();
}

void ShareBar::paintEvent(QPaintEvent*) {
    if (m_share < 0) return;
    constexpr double kRound = 3;
    const Colors& own = colors(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    QRectF area(rect());
    painter.setBrush(own.grid);
    painter.drawRoundedRect(area, kRound, kRound);
    area.setWidth(area.width() * std::min(m_share, 1.0));
    painter.setBrush(m_best ? own.accent : own.mutedText);
    painter.drawRoundedRect(area, kRound, kRound);
}

}  // namespace vit::ui
