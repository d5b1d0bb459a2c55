// SPDX-License-Identifier: GPL-3.0-or-later
// Drawn in the theme's colours at any scale.
#include "ui/pages/runs/runs_delegates.h"

#include "ui/look/theme.h"
#include "ui/pages/runs/runs_model.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr int kSwatch = 9;

void paintGround(QPainter* painter, const QStyleOptionViewItem& option) {
    QStyleOptionViewItem ground = option;
    ground.text.clear();
    ground.features &= ~QStyleOptionViewItem::HasDisplay;
    option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &ground, painter, option.widget);
}

// One point is a short dash; NaN is left out.
QPainterPath curvePath(const QList<float>& values, const QRectF& area) {
    float low = 1, high = 0;
    for (const float value : values) {
        if (std::isnan(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    const float span = std::max(high - low, 0.02F);  // two percent at least, so that noise is not drawn as a mountain
    QPainterPath path;
    bool first = true;
    for (int i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        const double x = area.left() + area.width() * (values.size() > 1 ? double(i) / double(values.size() - 1) : 0.0);
        const QPointF point(x, area.bottom() - area.height() * double((values[i] - low) / span));
        if (first) path.moveTo(point);
        else path.lineTo(point);
        first = false;
    }
    if (path.elementCount() == 1) path.lineTo(path.currentPosition() + QPointF(4, 0));
    return path;
}

}  // namespace

void SparklineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem styled = option;
    initStyleOption(&styled, index);
    paintGround(painter, styled);
    const QColor color = option.state.testFlag(QStyle::State_Selected) ? option.palette.color(QPalette::HighlightedText)
                                                                       : colors(option.palette).validation;
    const auto values = index.data(RunsModel::CurveRole).value<QList<float>>();
    const QRectF area = QRectF(option.rect).adjusted(kSpace, 5, -kSpace, -5);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, 1.4));
    painter->drawPath(curvePath(values, area));
    painter->restore();
}

void RunNameDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const auto color = index.data(RunsModel::ColorRole).value<QColor>();
    if (!color.isValid()) return QStyledItemDelegate::paint(painter, option, index);
    QStyleOptionViewItem styled = option;
    initStyleOption(&styled, index);
    paintGround(painter, styled);
    const QRectF disc(option.rect.left() + 6, option.rect.center().y() - kSwatch / 2.0 + 0.5, kSwatch, kSwatch);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(option.palette.color(QPalette::HighlightedText), 1.5));
    painter->setBrush(color);
    painter->drawEllipse(disc);
    painter->restore();
    const QRect rest = option.rect.adjusted(kSwatch + 12, 0, -kSpaceSmall, 0);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    painter->setFont(styled.font);
    painter->setPen(option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
    painter->drawText(rest, Qt::AlignVCenter | Qt::AlignLeft,
                      styled.fontMetrics.elidedText(styled.text, Qt::ElideMiddle, rest.width()));
}

}  // namespace vit::ui
