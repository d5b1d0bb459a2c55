// SPDX-License-Identifier: GPL-3.0-or-later
// Draws a pinned picture with the class that the model finds most probable, and how probable.
#pragma once

#include <QStyledItemDelegate>

namespace vit::ui {

class PinnedDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    static int rowHeight(const QFontMetrics& font);

    // A cell of the strip.
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace vit::ui
