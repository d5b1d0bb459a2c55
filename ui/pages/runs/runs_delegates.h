// SPDX-License-Identifier: GPL-3.0-or-later
// How cells of the table of runs are drawn that are more than text: the small curve, and the selected run's swatch.
#pragma once

#include <QStyledItemDelegate>

namespace vit::ui {

class SparklineDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

// A disc in the colour of the run's curves, behind its name.
class RunNameDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace vit::ui
