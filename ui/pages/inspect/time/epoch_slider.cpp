// SPDX-License-Identifier: GPL-3.0-or-later
// Marks below the groove, and a click that goes where it points.
#include "ui/pages/inspect/time/epoch_slider.h"

#include "ui/look/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionSlider>

#include <algorithm>

namespace vit::ui {

namespace {

constexpr int kMark = 4;          // its height
constexpr int kLeastDistance = 4;  // closer marks are left out

}  // namespace

EpochSlider::EpochSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
    setRange(0, 0);
    setSingleStep(1);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void EpochSlider::setMoments(const std::vector<Moment>& moments) {
    m_moments = moments;
    const int now = static_cast<int>(moments.size());
    setRange(0, now);
    setPageStep(std::max(1, now / 10));
    update();
}

QSize EpochSlider::sizeHint() const { return {160, QSlider::sizeHint().height() + kMark + 2}; }

QRect EpochSlider::part(QStyle::SubControl control) const {
    QStyleOptionSlider option;
    initStyleOption(&option);
    return style()->subControlRect(QStyle::CC_Slider, &option, control, this);
}

int EpochSlider::placeOf(int position) const {
    const QRect groove = part(QStyle::SC_SliderGroove);
    const int handle = part(QStyle::SC_SliderHandle).width();
    return groove.left() + handle / 2 +
           QStyle::sliderPositionFromValue(minimum(), maximum(), position, groove.width() - handle);
}

void EpochSlider::paintEvent(QPaintEvent* event) {
    QSlider::paintEvent(event);
    QPainter painter(this);
    const Colors& c = colors(this);
    const int top = part(QStyle::SC_SliderHandle).bottom() + 2;
    int free = 0;
    for (int i = 0; i <= maximum(); ++i) {
        const int x = placeOf(i);
        const bool now = i == maximum();
        const bool weights = now || m_moments[static_cast<std::size_t>(i)].weights;
        if (x < free && !now) continue;
        free = x + kLeastDistance;
        painter.fillRect(QRect(x - (weights ? 1 : 0), top, weights ? 2 : 1, kMark), weights ? c.accent : c.mutedText);
    }
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void EpochSlider::mousePressEvent(QMouseEvent* event) {
    const QPoint at = event->position().toPoint();
    if (event->button() == Qt::LeftButton && !part(QStyle::SC_SliderHandle).contains(at)) {
        const QRect groove = part(QStyle::SC_SliderGroove);
        const int handle = part(QStyle::SC_SliderHandle).width();
        setValue(QStyle::sliderValueFromPosition(minimum(), maximum(), at.x() - groove.left() - handle / 2,
                                                 groove.width() - handle));
    }
    QSlider::mousePressEvent(event);  // from there it can be dragged on
}

void EpochSlider::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space) Q_EMIT spacePressed();
    else QSlider::keyPressEvent(event);
}

void EpochSlider::changeEvent(QEvent* event) {
    QSlider::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) update();
}

}  // namespace vit::ui
