// SPDX-License-Identifier: GPL-3.0-or-later
// Painting of the bars: the name above each bar, the percentage at its right.
#include "ui/pages/inspect/prediction_bars.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kRows = 5;  // room is kept for so many, so that nothing moves when the first prediction comes
constexpr int kBarHeight = 6;
constexpr double kStaleOpacity = 0.35;

}  // namespace

PredictionBars::PredictionBars(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PredictionBars::setBars(std::vector<ClassProbability> bars) {
    const bool resized = std::max<std::size_t>(bars.size(), kRows) != std::max<std::size_t>(m_bars.size(), kRows);
    m_bars = std::move(bars);
    if (resized) updateGeometry();
    updateAccessibleText();
    update();
}

void PredictionBars::setStale(bool stale) {
    m_stale = stale;
    update();
}

void PredictionBars::setTrueClass(const QString& name) {
    m_trueClass = name;
    updateAccessibleText();
    update();
}

int PredictionBars::rowHeight() const { return fontMetrics().height() + kBarHeight + kSpaceSmall + 2; }

QSize PredictionBars::sizeHint() const {
    return {220, std::max(static_cast<int>(m_bars.size()), kRows) * rowHeight()};
}

QString PredictionBars::barText(const ClassProbability& bar) const {
    const QString name = QString::fromStdString(bar.name);
    const QString text = tr("%1 (class %2): %3").arg(name).arg(bar.index).arg(percentText(bar.probability));
    return name == m_trueClass ? tr("%1, the true class").arg(text) : text;
}

void PredictionBars::updateAccessibleText() {
    QStringList lines;
    for (const ClassProbability& bar : m_bars) lines << barText(bar);
    setAccessibleDescription(lines.join("; "));
}

void PredictionBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_stale) painter.setOpacity(kStaleOpacity);
    const Colors& c = colors(this);
    const int textHeight = fontMetrics().height();
    const auto roundedBar = [&](QRectF bar, const QColor& colour) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawRoundedRect(bar, kBarHeight / 2.0, kBarHeight / 2.0);
    };
    int y = 0;
    for (const ClassProbability& bar : m_bars) {
        const QString name = QString::fromStdString(bar.name);
        const bool isTrue = !m_trueClass.isEmpty() && name == m_trueClass;
        const QString percent = percentText(bar.probability);
        const int percentWidth = fontMetrics().horizontalAdvance(percent) + kSpace;

        QFont font = this->font();
        font.setBold(isTrue || &bar == &m_bars.front());
        painter.setFont(font);
        painter.setPen(isTrue ? c.success : c.text);
        const QString shown = isTrue ? name + QStringLiteral("  ✓") : name;
        const QRect line(0, y, width(), textHeight);
        painter.drawText(line.adjusted(0, 0, -percentWidth, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(shown, Qt::ElideRight, width() - percentWidth));
        painter.setFont(this->font());
        painter.setPen(c.mutedText);
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, percent);

        const QRectF track(0, y + textHeight + 1, width(), kBarHeight);
        roundedBar(track, c.raised);
        const double length = std::clamp(bar.probability, 0.0, 1.0) * width();
        // A rounded end needs its own width: shorter bars are that wide, so that they can be seen at all.
        if (bar.probability > 0)
            roundedBar({track.topLeft(), QSizeF(std::max<double>(kBarHeight, length), kBarHeight)},
                       isTrue ? c.success : c.accent);
        y += rowHeight();
    }
}

bool PredictionBars::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto row = static_cast<std::size_t>(std::max(0, help->pos().y()) / rowHeight());
        if (row < m_bars.size()) QToolTip::showText(help->globalPos(), barText(m_bars[row]), this);
        else QToolTip::hideText();
        return true;
    }
    if (event->type() == QEvent::PaletteChange) update();
    return QWidget::event(event);
}

}  // namespace vit::ui
