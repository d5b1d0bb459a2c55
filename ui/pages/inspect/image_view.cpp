// SPDX-License-Identifier: GPL-3.0-or-later
// Zooming, moving and painting of one picture.
#include "ui/pages/inspect/image_view.h"

#include "ui/look/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vit::ui {

namespace {

constexpr double kLargestScale = 64;
constexpr double kZoomStep = 1.25;
constexpr double kSharpFrom = 3;  // from this scale on single pixels are what one looks for
constexpr int kMoveStep = 40;     // of an arrow key, window pixels

}  // namespace

ImageView::ImageView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void ImageView::setImage(const QImage& image, const QImage& preview) {
    const bool sameSize = image.size() == m_image.size();
    m_image = image;
    m_preview = preview;
    m_fitted = {};
    if (sameSize) update();
    else fit();
}

void ImageView::setPixelated(bool pixelated) {
    m_pixelated = pixelated;
    update();
}

void ImageView::setInteractive(bool interactive) {
    m_interactive = interactive;
    setFocusPolicy(interactive ? Qt::StrongFocus : Qt::NoFocus);
    if (!interactive) fit();
}

double ImageView::fitScale() const {
    if (m_image.isNull()) return 1;
    return std::min(double(width()) / m_image.width(), double(height()) / m_image.height());
}

double ImageView::scale() const { return fitted() ? fitScale() : m_zoom; }

QRectF ImageView::imageRect() const {
    const double s = scale();
    const QSizeF size(m_image.width() * s, m_image.height() * s);
    const QPointF middle(width() / 2.0, height() / 2.0);
    if (fitted()) return {middle - QPointF(size.width() / 2, size.height() / 2), size};
    return {middle - m_centre * s, size};
}

void ImageView::fit() {
    m_zoom = 0;
    unsetCursor();
    update();
    Q_EMIT scaleChanged(scale());
}

void ImageView::actualSize() { zoomTo(1, rect().center()); }

void ImageView::zoomBy(double factor) { zoomTo(scale() * factor, rect().center()); }

void ImageView::zoomTo(double zoom, const QPointF& anchor) {
    if (m_image.isNull() || !m_interactive) return;
    const double smallest = fitScale();
    zoom = std::min(zoom, std::max(kLargestScale, smallest));
    if (zoom <= smallest) return fit();
    const QPointF under = (anchor - imageRect().topLeft()) / scale();
    m_zoom = zoom;
    setCentre(under - (anchor - QPointF(width() / 2.0, height() / 2.0)) / zoom);
    setCursor(Qt::OpenHandCursor);
    Q_EMIT scaleChanged(scale());
}

void ImageView::setCentre(QPointF centre) {
    const auto clamp = [this](double value, int window, int picture) {
        const double half = std::min(window / m_zoom, double(picture)) / 2;
        return std::clamp(value, half, picture - half);
    };
    m_centre = {clamp(centre.x(), width(), m_image.width()), clamp(centre.y(), height(), m_image.height())};
    update();
}

// A painter samples few of many pixels when it shrinks a picture; this averages all of them, once for each size.
const QImage& ImageView::fittedImage() {
    const QSize size = (imageRect().size() * devicePixelRatioF()).toSize().expandedTo({1, 1});
    if (m_fitted.size() != size)
        m_fitted = (m_preview.isNull() ? m_image : m_preview)
                       .scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    return m_fitted;
}

void ImageView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (m_image.isNull()) return;
    if (fitted() && scale() < 1 && !m_pixelated) painter.drawImage(imageRect(), fittedImage());
    else paintZoomed(painter);
    if (hasFocus()) {
        painter.setPen(QPen(colors(this).accent, 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void ImageView::paintZoomed(QPainter& painter) const {
    const double s = scale();
    // Smoothing a whole photo of many megapixels takes longer than a frame: the preview is as good at these sizes.
    const bool usePreview = !m_preview.isNull() && m_image.width() * s <= m_preview.width();
    const QImage& source = usePreview ? m_preview : m_image;
    const double sourceScale = m_image.width() * s / source.width();
    const QRectF target = imageRect();
    const QRectF visible = target.intersected(QRectF(rect()));
    painter.setRenderHint(QPainter::SmoothPixmapTransform, s < kSharpFrom && !m_pixelated);
    painter.drawImage(visible, source,
                      QRectF((visible.topLeft() - target.topLeft()) / sourceScale, visible.size() / sourceScale));
}

void ImageView::resizeEvent(QResizeEvent*) {
    if (!fitted() && m_zoom <= fitScale()) fit();
    else if (!fitted()) setCentre(m_centre);
    Q_EMIT scaleChanged(scale());
}

void ImageView::wheelEvent(QWheelEvent* event) {
    if (!m_interactive || m_image.isNull()) return event->ignore();
    zoomTo(scale() * std::pow(kZoomStep, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void ImageView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || fitted()) return event->ignore();
    m_dragFrom = event->position();
    setCursor(Qt::ClosedHandCursor);
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    if (!(event->buttons() & Qt::LeftButton) || fitted()) return event->ignore();
    setCentre(m_centre - (event->position() - m_dragFrom) / m_zoom);
    m_dragFrom = event->position();
}

void ImageView::mouseReleaseEvent(QMouseEvent* event) {
    if (fitted()) return event->ignore();
    setCursor(Qt::OpenHandCursor);
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (!fitted()) fit();
    else zoomTo(std::max(1.0, fitScale() * 2), event->position());
}

void ImageView::keyPressEvent(QKeyEvent* event) {
    if (!m_interactive) return event->ignore();
    const auto move = [this](int dx, int dy) {
        if (!fitted()) setCentre(m_centre + QPointF(dx, dy) * kMoveStep / m_zoom);
    };
    switch (event->key()) {
        case Qt::Key_Plus:
        case Qt::Key_Equal: return zoomBy(kZoomStep);
        case Qt::Key_Minus: return zoomBy(1 / kZoomStep);
        case Qt::Key_0: return fit();
        case Qt::Key_1: return actualSize();
        case Qt::Key_Left: return move(-1, 0);
        case Qt::Key_Right: return move(1, 0);
        case Qt::Key_Up: return move(0, -1);
        case Qt::Key_Down: return move(0, 1);
        default: QWidget::keyPressEvent(event);
    }
}

void ImageView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) update();
    QWidget::changeEvent(event);
}

}  // namespace vit::ui
