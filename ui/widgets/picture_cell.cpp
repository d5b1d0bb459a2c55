// SPDX-License-Identifier: GPL-3.0-or-later
// Grounds and places of pictures in cells.
#include "ui/widgets/picture_cell.h"

#include "ui/look/theme.h"

#include <QImage>
#include <QPainter>
#include <QStyleOptionViewItem>

namespace vit::ui {

void paintCellGround(QPainter& painter, const QStyleOptionViewItem& option) {
    const bool selected = option.state & QStyle::State_Selected;
    if (!selected && !(option.state & QStyle::State_MouseOver)) return;
    const Colors& c = colors(option.palette);
    painter.setPen(selected ? QPen(c.accent, 2) : QPen(Qt::NoPen));
    painter.setBrush(c.raised);
    painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), 5, 5);
}

void paintWithin(QPainter& painter, const QImage& image, const QRect& place) {
    QRect target({}, image.size().scaled(place.size(), Qt::KeepAspectRatio));
    target.moveCenter(place.center());
    painter.drawImage(target, image);
}

}  // namespace vit::ui
