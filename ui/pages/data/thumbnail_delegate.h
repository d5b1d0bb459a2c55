// SPDX-License-Identifier: GPL-3.0-or-later
// Draws an image of the data set with its class name below.
#pragma once

#include <QStyledItemDelegate>

namespace vit::ui {

class ThumbnailDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    static constexpr int kPictureSide = 72;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace vit::ui
