// SPDX-License-Identifier: GPL-3.0-or-later
// Painting of one cell of the thumbnails.
#include "ui/pages/data/thumbnail_delegate.h"

#include "ui/look/theme.h"
#include "ui/widgets/picture_cell.h"

#include <QImage>
#include <QPainter>

namespace vit::ui {

namespace {

constexpr int kMargin = 6;

}  // namespace

QSize ThumbnailDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {kPictureSide + 2 * kMargin, kPictureSide + 2 * kMargin + option.fontMetrics.height() + 2};
}

void ThumbnailDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Colors& c = colors(option.palette);
    const bool selected = option.state & QStyle::State_Selected;
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    paintCellGround(*painter, option);
    const QRect place(option.rect.center().x() - kPictureSide / 2, option.rect.top() + kMargin, kPictureSide,
                      kPictureSide);
    const auto image = index.data(Qt::DecorationRole).value<QImage>();
    if (image.isNull()) painter->fillRect(place, c.grid);
    else paintWithin(*painter, image, place);
    const QRect text(option.rect.left() + 3, place.bottom() + 3, option.rect.width() - 6,
                     option.fontMetrics.height() + 2);
    painter->setPen(selected ? c.text : c.mutedText);
    painter->drawText(text, Qt::AlignHCenter | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, text.width()));
    painter->restore();
}

}  // namespace vit::ui
