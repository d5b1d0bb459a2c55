// SPDX-License-Identifier: GPL-3.0-or-later
// The picture at the left, two lines beside it.
#include "ui/pages/inspect/pins/pinned_delegate.h"

#include "ui/look/theme.h"
#include "ui/pages/inspect/pins/pinned_pictures.h"
#include "ui/widgets/picture_cell.h"

#include <QImage>
#include <QListView>
#include <QPainter>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kMargin = 5;
constexpr int kPicture = 40;

}  // namespace

int PinnedDelegate::rowHeight(const QFontMetrics& font) {
    return std::max(kPicture, 2 * font.height()) + 2 * kMargin;
}

QSize PinnedDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto* strip = qobject_cast<const QListView*>(parent());
    return strip ? strip->gridSize() : QStyledItemDelegate::sizeHint(option, index);
}

void PinnedDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Colors& c = colors(option.palette);
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    paintCellGround(*painter, option);
    const QRect place(option.rect.left() + kMargin, option.rect.center().y() - kPicture / 2 + 1, kPicture, kPicture);
    const auto image = index.data(Qt::DecorationRole).value<QImage>();
    const bool gone = !index.data(PinnedPictures::ProblemRole).toString().isEmpty();
    if (image.isNull()) {
        painter->fillRect(place, gone ? c.warningFill : c.grid);
        if (gone) icon("warning", IconTint::Warning).paint(painter, place.adjusted(10, 10, -10, -10));
    } else {
        // What is enlarged keeps its pixels.
        const bool enlarged = image.width() < kPicture && image.height() < kPicture;
        painter->setRenderHint(QPainter::SmoothPixmapTransform, !enlarged);
        paintWithin(*painter, image, place);
    }
    const QFontMetrics& font = option.fontMetrics;
    const int height = font.height();
    QRect line(place.right() + kMargin + 1, option.rect.center().y() + 1 - height, 0, height);
    line.setRight(option.rect.right() - kMargin);
    const QString topClass = index.data(PinnedPictures::TopClassRole).toString();
    const QString upper = gone || topClass.isEmpty() ? index.data(Qt::DisplayRole).toString() : topClass;
    const QString lower = gone ? tr("not there") : index.data(PinnedPictures::ProbabilityRole).toString();
    painter->setPen(c.text);
    painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                      font.elidedText(upper, Qt::ElideRight, line.width()));
    painter->setPen(gone ? c.warning : c.mutedText);
    painter->drawText(line.translated(0, height), Qt::AlignLeft | Qt::AlignVCenter,
                      font.elidedText(lower, Qt::ElideRight, line.width()));
    painter->restore();
}

}  // namespace vit::ui
