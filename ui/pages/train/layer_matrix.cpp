// SPDX-License-Identifier: GPL-3.0-or-later
// Layout, painting and choice of many small curves.
#include "ui/pages/train/layer_matrix.h"

#include "ui/lens/cell_grid.h"
#include "ui/look/format.h"
#include "ui/look/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr std::size_t kStatistics = kLayerStatistics.size();
constexpr int kUsualRow = 30;
constexpr int kLargestRow = 56;
constexpr int kSmallestRow = 11;  // 24 blocks in a window of 1280 × 800
constexpr int kLeastColumn = 56;
constexpr int kFrame = 2;  // for the border of the focus

// Names of statistics are two words, which stand below one another.
QString heading(const LayerStatistic& statistic) {
    return QString::fromStdString(statistic.label()).replace(' ', '\n');
}

}  // namespace

LayerMatrix::LayerMatrix(const LayerHistory& history, QWidget* parent) : QWidget(parent), m_history(history) {
    setObjectName("layerMatrix");
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Layers"));
}

void LayerMatrix::refresh() {
    if (m_chosen.layer >= m_history.layers()) m_chosen = {};
    updateGeometry();
    describe();
    update();
}

void LayerMatrix::choose(Cell cell) {
    if (cell == m_chosen || cell.layer >= m_history.layers() || cell.statistic >= kStatistics) return;
    m_chosen = cell;
    describe();
    update();
    Q_EMIT chosenChanged();
}

void LayerMatrix::describe() {
    setAccessibleDescription(m_history.empty() ? QString()
                                               : cellText(m_chosen, m_history.measured().size() - 1) +
                                                     findingsText(m_chosen.layer));
}

QString LayerMatrix::cellText(Cell cell, std::size_t measurement) const {
    const LayersMeasured& measured = m_history.measured()[measurement];
    const LayerStatistic& statistic = kLayerStatistics[cell.statistic];
    const QString name = QString::fromStdString(layerName(cell.layer, m_history.layers()));
    return tr("%1, %2: %3 at step %4")
        .arg(name, QLatin1String(statistic.name),
             QString::fromStdString(statistic.text(measured.layers[cell.layer].*statistic.value)),
             withThousands(measured.step));
}

QString LayerMatrix::findingsText(std::size_t layer) const {
    QString text;
    for (const LayerFinding& finding : m_history.findings())
        if (finding.layer == layer) text += '\n' + QString::fromStdString(finding.text);
    return text;
}

int LayerMatrix::nameWidth() const { return fontMetrics().horizontalAdvance("Embedding") + 2 * kSpace; }

int LayerMatrix::headerHeight() const { return 2 * fontMetrics().lineSpacing() + kSpaceSmall; }

QRect LayerMatrix::rowRect(std::size_t layer) const {
    const int rows = static_cast<int>(m_history.layers());
    const int room = std::min(height() - headerHeight() - kFrame, rows * kLargestRow);
    const auto edge = [&](std::size_t row) { return headerHeight() + room * static_cast<int>(row) / rows; };
    return {kFrame, edge(layer), width() - 2 * kFrame, edge(layer + 1) - edge(layer)};
}

QRect LayerMatrix::cellRect(Cell cell) const {
    const QRect row = rowRect(cell.layer);
    const int first = row.left() + nameWidth();
    const int room = row.right() + 1 - first;
    const auto edge = [&](std::size_t column) {
        return first + room * static_cast<int>(column) / static_cast<int>(kStatistics);
    };
    return {edge(cell.statistic), row.top(), edge(cell.statistic + 1) - edge(cell.statistic), row.height()};
}

std::optional<LayerMatrix::Cell> LayerMatrix::cellAt(const QPoint& position) const {
    for (std::size_t layer = 0; layer < m_history.layers(); ++layer)
        for (std::size_t i = 0; i < kStatistics; ++i)
            if (cellRect({layer, i}).contains(position)) return Cell{layer, i};
    return std::nullopt;
}

double LayerMatrix::across(const QRectF& room, std::int64_t step) const {
    return room.left() + room.width() * double(step) / double(std::max<std::int64_t>(m_history.lastStep(), 1));
}

std::size_t LayerMatrix::measurementAt(const QPoint& position) const {
    const QRectF room = cellRect(*cellAt(position));
    const auto& all = m_history.measured();
    const auto distance = [&](const LayersMeasured& each) { return std::abs(across(room, each.step) - position.x()); };
    return static_cast<std::size_t>(
        std::min_element(all.begin(), all.end(),
                         [&](const auto& a, const auto& b) { return distance(a) < distance(b); }) -
        all.begin());
}

QSize LayerMatrix::sizeHint() const {
    const int rows = static_cast<int>(std::max<std::size_t>(m_history.layers(), 1));
    return {nameWidth() + static_cast<int>(kStatistics) * kLeastColumn * 3 / 2, headerHeight() + rows * kUsualRow};
}

QSize LayerMatrix::minimumSizeHint() const {
    const int rows = static_cast<int>(std::max<std::size_t>(m_history.layers(), 1));
    return {nameWidth() + static_cast<int>(kStatistics) * kLeastColumn,
            headerHeight() + rows * kSmallestRow + kFrame};
}

void LayerMatrix::paintEvent(QPaintEvent*) {
    if (m_history.empty()) return;
    QPainter painter(this);
    const Colors& c = colors(this);
    paintHeader(painter);
    for (std::size_t layer = 0; layer < m_history.layers(); ++layer) {
        const QRect row = rowRect(layer);
        if (m_history.findingOf(layer)) painter.fillRect(row, c.warningFill);
        painter.setPen(c.grid);
        painter.drawLine(row.topLeft(), row.topRight());
        paintName(painter, layer);
        for (std::size_t i = 0; i < kStatistics; ++i) paintCell(painter, {layer, i});
    }
    painter.setPen(QPen(c.accent, hasFocus() ? 2 : 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(cellRect(m_chosen)).adjusted(1, 0.5, -1, -0.5));
}

void LayerMatrix::paintHeader(QPainter& painter) const {
    const Colors& c = colors(this);
    for (std::size_t i = 0; i < kStatistics; ++i) {
        const QRect column = cellRect({0, i});
        painter.setPen(i == m_chosen.statistic ? c.text : c.mutedText);
        painter.drawText(QRect(column.left() + kSpaceSmall, 0, column.width() - kSpaceSmall, headerHeight()),
                         Qt::AlignLeft | Qt::AlignVCenter, heading(kLayerStatistics[i]));
    }
}

void LayerMatrix::paintName(QPainter& painter, std::size_t layer) const {
    const Colors& c = colors(this);
    const QRect row = rowRect(layer);
    QFont plain = font();
    const int most = row.height() - 1;  // pixels for a line of text
    if (QFontMetrics(plain).height() > most) plain.setPixelSize(std::max(7, most * 4 / 5));
    const bool stands = m_history.findingOf(layer) != nullptr;
    plain.setBold(stands);
    painter.setFont(plain);
    painter.setPen(stands ? c.warning : layer == m_chosen.layer ? c.text : c.mutedText);
    painter.drawText(row.adjusted(kSpaceSmall, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     QString::fromStdString(layerName(layer, m_history.layers())));
    painter.setFont(font());
}

void LayerMatrix::paintCell(QPainter& painter, Cell cell) const {
    const Colors& c = colors(this);
    const LayerStatistic& statistic = kLayerStatistics[cell.statistic];
    const StatisticRange range = m_history.range(statistic);
    const QRectF room = QRectF(cellRect(cell)).adjusted(kSpaceSmall, 2.5, -kSpaceSmall, -2.5);
    // Of many measurements that fall on one pixel the smallest and the largest.
    QPolygonF line;
    double from = 0, low = 0, high = 0;
    const auto addColumn = [&] {
        if (high > low) line << QPointF(from, low);
        line << QPointF(from, high);
    };
    for (const LayersMeasured& measured : m_history.measured()) {
        const std::optional<double> place = range.place(measured.layers[cell.layer].*statistic.value);
        if (!place) continue;
        const double x = across(room, measured.step);
        const double y = room.bottom() - *place * room.height();
        const bool same = !line.isEmpty() && x - from < 0.5;
        if (same) {
            low = std::min(low, y);
            high = std::max(high, y);
            continue;
        }
        if (!line.isEmpty()) addColumn();
        from = x;
        low = high = y;
        line << QPointF(x, y);
    }
    if (line.isEmpty()) {
        painter.setPen(c.mutedText);
        painter.drawText(room, Qt::AlignCenter, "–");
        return;
    }
    addColumn();
    const bool stands = std::ranges::any_of(m_history.findings(), [&](const LayerFinding& finding) {
        return finding.layer == cell.layer && finding.statistic->value == statistic.value;
    });
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(stands ? c.warning : c.train, stands ? 2 : 1.2));
    if (line.size() <= 2 && line.front() == line.back()) painter.drawPoint(line.front());
    else painter.drawPolyline(line);
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void LayerMatrix::mousePressEvent(QMouseEvent* event) {
    if (const auto cell = cellAt(event->pos())) choose(*cell);
}

void LayerMatrix::keyPressEvent(QKeyEvent* event) {
    const int columns = static_cast<int>(kStatistics);
    const int from = static_cast<int>(m_chosen.layer) * columns + static_cast<int>(m_chosen.statistic);
    const int to = walked(*event, from, static_cast<int>(m_history.layers()) * columns, columns);
    if (to < 0) return QWidget::keyPressEvent(event);
    choose({static_cast<std::size_t>(to / columns), static_cast<std::size_t>(to % columns)});
}

bool LayerMatrix::event(QEvent* event) {
    switch (event->type()) {
        case QEvent::ToolTip: {
            const auto* help = static_cast<QHelpEvent*>(event);
            if (const auto cell = cellAt(help->pos()))
                QToolTip::showText(help->globalPos(),
                                   cellText(*cell, measurementAt(help->pos())) + findingsText(cell->layer) + "\n\n" +
                                       QLatin1String(kLayerStatistics[cell->statistic].help),
                                   this);
            else QToolTip::hideText();
            return true;
        }
        case QEvent::PaletteChange:
        case QEvent::FocusIn:
        case QEvent::FocusOut: update(); break;
        default: break;
    }
    return QWidget::event(event);
}

}  // namespace vit::ui
