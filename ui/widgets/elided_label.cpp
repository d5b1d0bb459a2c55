// SPDX-License-Identifier: GPL-3.0-or-later
// Paints the text as far as it fits.
#include "ui/widgets/elided_label.h"

#include <QPainter>
#include <QStyle>

namespace vit::ui {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

QSize ElidedLabel::minimumSizeHint() const { return {fontMetrics().horizontalAdvance("…"), fontMetrics().height()}; }

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width());
    constexpr qsizetype kStub = 8;  // the beginning of a text, which says nothing
    if (shown.size() <= kStub && shown != text()) return;
    style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(), shown,
                          foregroundRole());
}

}  // namespace vit::ui
