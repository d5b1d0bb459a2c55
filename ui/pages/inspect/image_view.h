// SPDX-License-Identifier: GPL-3.0-or-later
// A picture that fits its place and can be zoomed and moved with the mouse or the keyboard.
#pragma once

#include <QImage>
#include <QPointF>
#include <QWidget>

class QPainter;

namespace vit::ui {

class ImageView : public QWidget {
    Q_OBJECT

public:
    explicit ImageView(QWidget* parent = nullptr);

    // `preview` is the same picture, smaller, painted while it is large enough; null: the picture itself.
    void setImage(const QImage& image, const QImage& preview = {});
    const QImage& image() const { return m_image; }

    // Pixels stay sharp squares when they are enlarged (a photo is smoothed until each is 3 px wide).
    void setPixelated(bool pixelated);
    // Without zoom, keyboard focus and wheel: a picture to look at.
    void setInteractive(bool interactive);

    // Window pixels per picture pixel.
    double scale() const;
    bool fitted() const { return m_zoom == 0; }
    QRectF imageRect() const;  // where the picture lies in the widget

    QSize sizeHint() const override { return {240, 240}; }
    QSize minimumSizeHint() const override { return {64, 64}; }

    void fit();
    void actualSize();
    void zoomBy(double factor);  // about the middle

Q_SIGNALS:
    void scaleChanged(double scale);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    double fitScale() const;
    void zoomTo(double zoom, const QPointF& anchor);  // the picture's point under `anchor` stays where it is
    void setCentre(QPointF centre);                   // kept where the picture still fills the widget
    const QImage& fittedImage();
    void paintZoomed(QPainter& painter) const;

    QImage m_image;
    QImage m_preview;
    QImage m_fitted;    // scaled down to the widget; null or of another size = to be made anew
    double m_zoom = 0;  // 0 = fit
    QPointF m_centre;   // of the widget, in picture pixels; of use when zoomed
    QPointF m_dragFrom;
    bool m_pixelated = false;
    bool m_interactive = true;
};

}  // namespace vit::ui
