// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the schedule itself, at a few hundred places of an epoch made of as many steps as give them.
#include "ui/form/schedule_preview.h"

#include "core/train/schedules/schedule.h"
#include "ui/look/theme.h"

#include <QPainter>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kPlaces = 400;
constexpr int kHeight = 74;

QString rateText(double rate) { return QString::number(rate, 'g', 3); }

}  // namespace

SchedulePreview::SchedulePreview(QWidget* parent) : QWidget(parent) {
    setObjectName("schedulePreview");
    setAccessibleName(tr("Learning rate over the epochs"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize SchedulePreview::sizeHint() const { return {200, kHeight}; }

void SchedulePreview::showSchedule(const Config& config) {
    // Steps enough that no short warm-up is skipped over; what an epoch really has is not known before the data are.
    const std::int64_t epochs = std::clamp<std::int64_t>(config.run.epochs, 1, 1'000'000);
    const std::int64_t stepsPerEpoch = std::max<std::int64_t>(kPlaces / epochs, 20);
    const std::int64_t steps = epochs * stepsPerEpoch;
    m_epochs = epochs;
    m_rates.clear();
    for (int i = 0; i <= kPlaces; ++i) m_rates << learningRateAt(config, i * (steps - 1) / kPlaces, stepsPerEpoch);
    const auto highest = std::max_element(m_rates.begin(), m_rates.end());
    m_highest = *highest;
    const double epoch = double(highest - m_rates.begin()) / kPlaces * double(epochs);
    const QString text = tr("Learning rate: %1 at first, at most %2 (after %3 of %4 epochs), %5 at the end")
                             .arg(rateText(m_rates.first()), rateText(m_highest), QString::number(epoch, 'g', 3))
                             .arg(epochs)
                             .arg(rateText(m_rates.last()));
    setAccessibleDescription(text);
    setToolTip(text);
    update();
}

void SchedulePreview::paintEvent(QPaintEvent*) {
    if (m_rates.isEmpty()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics metrics(font());
    const QRectF frame(kSpace + kSpaceSmall, kSpaceSmall, width() - 2 * kSpace - kSpaceSmall,
                       height() - kSpaceSmall - metrics.height() - 2);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(frame.bottomLeft(), frame.bottomRight());
    QPolygonF curve;
    for (int i = 0; i < m_rates.size(); ++i)
        curve << QPointF(frame.left() + frame.width() * i / double(m_rates.size() - 1),
                         frame.bottom() - (frame.height() - 2) * m_rates[i] / m_highest);
    painter.setPen(QPen(colors(this).train, 1.5));
    painter.drawPolyline(curve);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const QRectF below(frame.left(), frame.bottom() + 2, frame.width(), metrics.height());
    painter.drawText(below, Qt::AlignLeft, tr("at most %1").arg(rateText(m_highest)));
    painter.drawText(below, Qt::AlignRight, tr("epoch %1").arg(QLocale().toString(qlonglong(m_epochs))));
}

}  // namespace vit::ui
