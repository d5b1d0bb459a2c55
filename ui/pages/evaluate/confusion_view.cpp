// SPDX-License-Identifier: GPL-3.0-or-later
// Painting, zooming and walking.
#include "ui/pages/evaluate/confusion_view.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vit::ui {

namespace {

constexpr int kNamesWidth = 92;  // left of the cells and above them, where there is room for names
constexpr double kLargestCell = 64;
constexpr double kZoomStep = 1.25;

QColor mixed(const QColor& colour, const QColor& ground, double strength) {
    const auto mix = [strength](float a, float b) { return static_cast<float>(b + (a - b) * strength); };
    return QColor::fromRgbF(mix(colour.redF(), ground.redF()), mix(colour.greenF(), ground.greenF()),
                            mix(colour.blueF(), ground.blueF()));
}

}  // namespace

ConfusionView::ConfusionView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Confusion matrix"));
}

void ConfusionView::setMatrix(std::shared_ptr<const Evaluation> evaluation, ClassOrder order) {
    const bool sameClasses = order.size() == m_order.size();
    m_evaluation = std::move(evaluation);
    m_order = std::move(order);
    makeHeat();
    if (!sameClasses) showAll();
    pointAt(std::nullopt);
    update();
}

void ConfusionView::makeHeat() {
    m_heat = {};
    if (!m_evaluation || m_order.empty()) return;
    const Colors& c = colors(this);
    const ConfusionMatrix& confusion = m_evaluation->confusion;
    m_heat = QImage(classes(), classes(), QImage::Format_RGB32);
    m_heat.fill(c.surface);
    for (int row = 0; row < classes(); ++row) {
        const auto truth = m_order[static_cast<std::size_t>(row)];
        for (int column = 0; column < classes(); ++column) {
            const double strength = confusion.strengthAt(truth, m_order[static_cast<std::size_t>(column)]);
            if (strength > 0)
                m_heat.setPixelColor(column, row, mixed(row == column ? c.train : c.validation, c.surface, strength));
        }
    }
}

bool ConfusionView::namesHaveRoom() const {
    const int side = std::min(width(), height()) - kNamesWidth - 1;
    return m_zoom * side >= 0.8 * fontMetrics().height() * classes();
}

QRect ConfusionView::area() const {
    const int margin = namesHaveRoom() ? kNamesWidth : fontMetrics().height() + kSpaceSmall;
    const int side = std::max(1, std::min(width(), height()) - margin - 1);
    return {margin, margin, side, side};
}

double ConfusionView::cellSide() const {
    return classes() == 0 ? 0 : m_zoom * area().width() / static_cast<double>(classes());
}

QRectF ConfusionView::rectOf(Cell cell) const {
    const double side = cellSide();
    return {area().left() + m_offset.x() + cell.column * side, area().top() + m_offset.y() + cell.row * side, side,
            side};
}

QRect ConfusionView::cellRect(int truth, int predicted) const {
    const auto place = [this](int index) {
        return static_cast<int>(std::find(m_order.begin(), m_order.end(), index) - m_order.begin());
    };
    return rectOf({place(truth), place(predicted)}).toAlignedRect();
}

std::optional<ConfusionView::Cell> ConfusionView::cellAt(QPointF place) const {
    if (!m_evaluation || !area().contains(place.toPoint())) return std::nullopt;
    const QPointF inside = place - area().topLeft() - m_offset;
    const Cell cell{static_cast<int>(inside.y() / cellSide()), static_cast<int>(inside.x() / cellSide())};
    if (cell.row >= classes() || cell.column >= classes()) return std::nullopt;
    return cell;
}

QString ConfusionView::textOf(Cell cell) const {
    const auto truth = m_order[static_cast<std::size_t>(cell.row)];
    const auto predicted = m_order[static_cast<std::size_t>(cell.column)];
    const auto& names = m_evaluation->classes.names;
    const std::int64_t count = m_evaluation->confusion.at(truth, predicted);
    const QString images = count == 1 ? tr("1 image") : tr("%1 images").arg(withThousands(count));
    return QStringLiteral("%1 → %2: %3 (%4)")
        .arg(QString::fromStdString(names[static_cast<std::size_t>(truth)]),
             QString::fromStdString(names[static_cast<std::size_t>(predicted)]), images,
             percentText(m_evaluation->confusion.shareAt(truth, predicted)));
}

void ConfusionView::keepInside() {
    const double least = area().width() * (1 - m_zoom);
    m_offset = {std::clamp(m_offset.x(), least, 0.0), std::clamp(m_offset.y(), least, 0.0)};
}

void ConfusionView::zoom(double factor, QPointF around) {
    if (classes() == 0) return;
    const QPointF inside = (around - area().topLeft() - m_offset) / cellSide();  // in cells: it stays where it is
    const double most = std::max(1.0, kLargestCell * classes() / area().width());
    m_zoom = std::clamp(m_zoom * factor, 1.0, most);
    m_offset = around - area().topLeft() - inside * cellSide();
    keepInside();
    update();
}

void ConfusionView::showAll() {
    m_zoom = 1;
    m_offset = {};
    update();
}

void ConfusionView::pointAt(std::optional<Cell> cell) {
    if (cell == m_pointed) return;
    m_pointed = cell;
    const QString text = cell ? textOf(*cell) : QString();
    setAccessibleDescription(text);
    Q_EMIT pointedAt(text);
    update();
}

void ConfusionView::choose(Cell cell) {
    Q_EMIT cellChosen(m_order[static_cast<std::size_t>(cell.row)], m_order[static_cast<std::size_t>(cell.column)]);
}

void ConfusionView::move(int rows, int columns) {
    if (!m_evaluation) return;
    const Cell from = m_pointed.value_or(Cell{0, 0});
    const Cell to = m_pointed ? Cell{std::clamp(from.row + rows, 0, classes() - 1),
                                     std::clamp(from.column + columns, 0, classes() - 1)}
                              : from;
    const QRectF place = rectOf(to);
    const QRectF seen = area();
    // As far as the cell lies outside, the matrix follows.
    m_offset.rx() += std::max(0.0, seen.left() - place.left()) - std::max(0.0, place.right() - seen.right());
    m_offset.ry() += std::max(0.0, seen.top() - place.top()) - std::max(0.0, place.bottom() - seen.bottom());
    keepInside();
    pointAt(to);
}

void ConfusionView::paintEvent(QPaintEvent*) {
    if (m_heat.isNull()) return;
    QPainter painter(this);
    const Colors& c = colors(this);
    const QRect cells = area();
    const double side = cellSide();
    painter.save();
    painter.setClipRect(cells);
    // Smaller than a pixel each: none may be left out.
    if (side < 1) painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(cells.topLeft() + m_offset, QSizeF(side * classes(), side * classes())), m_heat);
    drawGroups(painter);
    if (m_pointed) {
        painter.setPen(QPen(c.text, 1.5));
        painter.drawRect(rectOf(*m_pointed));
    }
    painter.restore();
    painter.setPen(hasFocus() ? c.accent : c.border);
    painter.drawRect(cells.adjusted(0, 0, -1, -1));
    if (namesHaveRoom()) drawNames(painter);
    else drawTitles(painter);
}

// Between superclasses that stand side by side.
void ConfusionView::drawGroups(QPainter& painter) const {
    const auto& groups = m_evaluation->classes.superclasses;
    if (groups.empty()) return;
    const auto groupOf = [&](int row) -> const std::string& {
        return groups[static_cast<std::size_t>(m_order[static_cast<std::size_t>(row)])];
    };
    int changes = 0;
    for (int row = 1; row < classes(); ++row) changes += groupOf(row) != groupOf(row - 1);
    if (changes * 3 > classes() * 2) return;  // in an order that has nothing to do with them
    painter.setPen(colors(this).border);
    for (int row = 1; row < classes(); ++row) {
        if (groupOf(row) == groupOf(row - 1)) continue;
        const QRectF corner = rectOf({row, row});
        painter.drawLine(QPointF(area().left(), corner.top()), QPointF(area().right(), corner.top()));
        painter.drawLine(QPointF(corner.left(), area().top()), QPointF(corner.left(), area().bottom()));
    }
}

// Of the rows and columns that are seen; the one that is pointed at stands out.
void ConfusionView::drawNames(QPainter& painter) const {
    const Colors& c = colors(this);
    const int textHeight = fontMetrics().height();
    const auto name = [&](int row) {
        const auto index = static_cast<std::size_t>(m_order[static_cast<std::size_t>(row)]);
        return fontMetrics().elidedText(QString::fromStdString(m_evaluation->classes.names[index]), Qt::ElideRight,
                                        kNamesWidth - kSpace);
    };
    const auto setPen = [&](bool pointed) { painter.setPen(pointed ? c.text : c.mutedText); };
    for (int row = 0; row < classes(); ++row) {
        const QPointF middle = rectOf({row, row}).center();
        if (middle.y() >= area().top() && middle.y() <= area().bottom()) {
            setPen(m_pointed && m_pointed->row == row);
            painter.drawText(QRectF(0, middle.y() - textHeight / 2.0, kNamesWidth - kSpaceSmall, textHeight),
                             Qt::AlignRight | Qt::AlignVCenter, name(row));
        }
        if (middle.x() < area().left() || middle.x() > area().right()) continue;
        setPen(m_pointed && m_pointed->column == row);
        painter.save();
        painter.translate(middle.x(), kNamesWidth - kSpaceSmall);
        painter.rotate(-90);
        painter.drawText(QRectF(0, -textHeight / 2.0, kNamesWidth, textHeight), Qt::AlignLeft | Qt::AlignVCenter,
                         name(row));
        painter.restore();
    }
    setPen(false);
    painter.drawText(QRect(0, 0, kNamesWidth - kSpaceSmall, kNamesWidth - kSpaceSmall),
                     Qt::AlignRight | Qt::AlignBottom, tr("True ↓\nTaken for →"));
}

void ConfusionView::drawTitles(QPainter& painter) const {
    painter.setPen(colors(this).mutedText);
    const QRect cells = area();
    painter.drawText(QRect(cells.left(), 0, cells.width(), cells.top()), Qt::AlignCenter, tr("Taken for"));
    painter.translate(0, cells.bottom());
    painter.rotate(-90);
    painter.drawText(QRect(0, 0, cells.height(), cells.left()), Qt::AlignCenter, tr("True class"));
}

void ConfusionView::wheelEvent(QWheelEvent* event) {
    zoom(std::pow(kZoomStep, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void ConfusionView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    m_pressed = m_dragged = event->position();
    m_dragging = false;
}

void ConfusionView::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) {
        if ((event->position() - m_pressed).manhattanLength() >= QApplication::startDragDistance()) m_dragging = true;
        if (!m_dragging) return;
        m_offset += event->position() - m_dragged;
        m_dragged = event->position();
        keepInside();
        return update();
    }
    pointAt(cellAt(event->position()));
}

void ConfusionView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || std::exchange(m_dragging, false)) return;
    const auto cell = cellAt(event->position());
    pointAt(cell);
    if (cell) choose(*cell);
}

void ConfusionView::mouseDoubleClickEvent(QMouseEvent*) { showAll(); }

void ConfusionView::keyPressEvent(QKeyEvent* event) {
    const QPointF middle = m_pointed ? rectOf(*m_pointed).center() : QPointF(area().center());
    switch (event->key()) {
        case Qt::Key_Left: return move(0, -1);
        case Qt::Key_Right: return move(0, 1);
        case Qt::Key_Up: return move(-1, 0);
        case Qt::Key_Down: return move(1, 0);
        case Qt::Key_Plus: return zoom(kZoomStep, middle);
        case Qt::Key_Minus: return zoom(1 / kZoomStep, middle);
        case Qt::Key_Home: return showAll();
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (m_pointed) choose(*m_pointed);
            return;
        default: QWidget::keyPressEvent(event);
    }
}

void ConfusionView::leaveEvent(QEvent*) { pointAt(std::nullopt); }

void ConfusionView::resizeEvent(QResizeEvent*) { keepInside(); }

bool ConfusionView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto cell = cellAt(help->pos());
        if (cell) QToolTip::showText(help->globalPos(), textOf(*cell), this);
        else QToolTip::hideText();
        return true;
    }
    if (event->type() == QEvent::PaletteChange) {
        makeHeat();
        update();
    }
    return QWidget::event(event);
}

}  // namespace vit::ui
