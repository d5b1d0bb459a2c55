// SPDX-License-Identifier: GPL-3.0-or-later
// Layout, painting and pointing of the patch grid. Cells are whole pixels, so that all patches are the same size.
#include "ui/pages/inspect/patch_grid_view.h"

#include "ui/look/theme.h"
#include "ui/widgets/qimage_convert.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr int kFrame = 5;  // room at the edge for the borders of the selection and of the focus

}  // namespace

PatchGridView::PatchGridView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PatchGridView::setGrid(const PatchGrid& grid) {
    m_grid = grid;
    layOut();
    setHovered(-1);
    // The patch's content has changed even where its index has not.
    m_selected = m_selected < patchCount() ? m_selected : -1;
    Q_EMIT selectedChanged(m_selected);
}

void PatchGridView::setSpacing(int pixels) {
    m_spacing = std::clamp(pixels, 0, kLargestSpacing);
    layOut();
}

void PatchGridView::layOut() {
    m_pixmap = {};
    m_cell = 0;
    const QSize room(width() - 2 * kFrame, height() - 2 * kFrame), cells(m_grid.columns, m_grid.rows);
    if (patchCount() > 0 && room.width() >= cells.width() && room.height() >= cells.height()) {
        // At least two pixels of each patch stay, however many there are.
        const auto between = [](int side, int n) { return n > 1 ? std::max(0, side - 2 * n) / (n - 1) : kLargestSpacing; };
        m_drawnSpacing = std::min({m_spacing, between(room.width(), cells.width()), between(room.height(), cells.height())});
        const auto cell = [this](int side, int n) { return (side - m_drawnSpacing * (n - 1)) / n; };
        m_cell = std::min(cell(room.width(), cells.width()), cell(room.height(), cells.height()));
        const QSize drawn = m_cell * cells + m_drawnSpacing * (cells - QSize(1, 1));
        m_origin = QPoint((width() - drawn.width()) / 2, (height() - drawn.height()) / 2);
    }
    update();
}

QRect PatchGridView::patchRect(int index) const {
    if (index < 0 || index >= patchCount() || m_cell == 0) return {};
    const int pitch = m_cell + m_drawnSpacing;
    const QPoint cell(index % m_grid.columns, index / m_grid.columns);
    return {m_origin + cell * pitch, QSize(m_cell, m_cell)};
}

int PatchGridView::patchAt(const QPoint& position) const {
    if (m_cell == 0) return -1;
    const QPoint inside = position - m_origin;
    if (inside.x() < 0 || inside.y() < 0) return -1;
    const int pitch = m_cell + m_drawnSpacing;
    const int column = inside.x() / pitch;
    const int row = inside.y() / pitch;
    if (column >= m_grid.columns || row >= m_grid.rows) return -1;
    if (inside.x() % pitch >= m_cell || inside.y() % pitch >= m_cell) return -1;
    return row * m_grid.columns + column;
}

QColor PatchGridView::meanColour(int index) const {
    const auto mean = m_grid.meanColour(index);
    return QColor(qRound(mean[0]), qRound(mean[1]), qRound(mean[2]));
}

QString PatchGridView::placeText(int index) const {
    if (index < 0 || index >= patchCount()) return {};
    return tr("Patch %1 · row %2, column %3")
        .arg(index)
        .arg(index / m_grid.columns)
        .arg(index % m_grid.columns);
}

QString PatchGridView::colourText(int index) const {
    if (index < 0 || index >= patchCount()) return {};
    const QColor mean = meanColour(index);
    return tr("mean colour %1, %2, %3 (%4)").arg(mean.red()).arg(mean.green()).arg(mean.blue()).arg(mean.name());
}

void PatchGridView::select(int index) {
    if (index < -1 || index >= patchCount() || index == m_selected) return;
    m_selected = index;
    setAccessibleDescription(placeText(index));
    update();
    Q_EMIT selectedChanged(index);
}

void PatchGridView::setHovered(int index) {
    if (index == m_hovered) return;
    m_hovered = index;
    update();
    Q_EMIT hoveredChanged(index);
}

void PatchGridView::render() {
    const qreal ratio = devicePixelRatioF();
    m_pixmap = QPixmap(size() * ratio);
    m_pixmap.setDevicePixelRatio(ratio);
    m_pixmap.fill(Qt::transparent);
    QPainter painter(&m_pixmap);
    const QImage picture = toQImage(m_grid.image);
    for (int index = 0; index < patchCount(); ++index) {
        const QPoint cell(index % m_grid.columns, index / m_grid.columns);
        painter.drawImage(patchRect(index), picture,
                          QRect(cell * m_grid.patchSize, QSize(m_grid.patchSize, m_grid.patchSize)));
    }
}

void PatchGridView::paintEvent(QPaintEvent*) {
    if (m_cell == 0) return;
    if (m_pixmap.isNull()) render();
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_pixmap);
    // Two lines, light on dark, are seen on any picture.
    const auto frame = [&](int index, const QColor& colour, int lineWidth) {
        if (index < 0) return;
        const QRect cell = patchRect(index);
        painter.setPen(QPen(colors(this).surface, 1));
        painter.drawRect(cell.adjusted(0, 0, -1, -1));
        painter.setPen(QPen(colour, lineWidth, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        const int out = lineWidth / 2 + 1;
        painter.drawRect(cell.adjusted(-out, -out, out - 1, out - 1));
    };
    if (m_hovered != m_selected) frame(m_hovered, colors(this).text, 1);
    frame(m_selected, colors(this).accent, 3);
    if (hasFocus()) {
        painter.setPen(QPen(colors(this).accent, 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void PatchGridView::resizeEvent(QResizeEvent*) { layOut(); }

void PatchGridView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) select(patchAt(event->position().toPoint()));
}

void PatchGridView::mouseMoveEvent(QMouseEvent* event) { setHovered(patchAt(event->position().toPoint())); }

void PatchGridView::leaveEvent(QEvent*) { setHovered(-1); }

void PatchGridView::keyPressEvent(QKeyEvent* event) {
    const int n = m_grid.columns;
    if (n == 0) return event->ignore();
    if (m_selected < 0) {
        const bool arrow = event->key() >= Qt::Key_Left && event->key() <= Qt::Key_Down;
        if (arrow || event->key() == Qt::Key_Home) return select(0);
        return QWidget::keyPressEvent(event);
    }
    const int row = m_selected / n;
    const int column = m_selected % n;
    switch (event->key()) {
        case Qt::Key_Left: return select(column > 0 ? m_selected - 1 : m_selected);
        case Qt::Key_Right: return select(column < n - 1 ? m_selected + 1 : m_selected);
        case Qt::Key_Up: return select(row > 0 ? m_selected - n : m_selected);
        case Qt::Key_Down: return select(row < m_grid.rows - 1 ? m_selected + n : m_selected);
        case Qt::Key_Home: return select(event->modifiers() & Qt::ControlModifier ? 0 : row * n);
        case Qt::Key_End: return select(event->modifiers() & Qt::ControlModifier ? patchCount() - 1 : row * n + n - 1);
        case Qt::Key_Escape: return select(-1);
        default: QWidget::keyPressEvent(event);
    }
}

bool PatchGridView::event(QEvent* event) {
    switch (event->type()) {
        case QEvent::ToolTip: {
            const auto* help = static_cast<QHelpEvent*>(event);
            showToolTip(help->globalPos(), help->pos());
            return true;
        }
        case QEvent::PaletteChange:
        case QEvent::FocusIn:
        case QEvent::FocusOut: update(); break;
        default: break;
    }
    return QWidget::event(event);
}

void PatchGridView::showToolTip(const QPoint& globalPosition, const QPoint& position) {
    const int index = patchAt(position);
    if (index < 0) return QToolTip::hideText();
    // Without line breaks at its narrow default width.
    const QString text =
        QStringLiteral("<p style='white-space:pre'>%1<br>"
                       "<span style='background-color:%2'>&nbsp;&nbsp;&nbsp;&nbsp;</span> %3</p>")
            .arg(placeText(index), meanColour(index).name(), colourText(index));
    QToolTip::showText(globalPosition, text, this, patchRect(index));
}

}  // namespace vit::ui
