// SPDX-License-Identifier: GPL-3.0-or-later
// Line icons from SVG files, recoloured to the palette each time they are drawn.
#include "ui/look/theme.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

void initIconResources() { Q_INIT_RESOURCE(vit_workbench); }

namespace vit::ui {

namespace {

QByteArray readSource(const QString& name) {
    QFile file(":/icons/" + name + ".svg");
    if (!file.open(QIODevice::ReadOnly)) qFatal("There is no icon named %s.", qUtf8Printable(name));
    return file.readAll();
}

// Draws at paint time, so that a change of theme needs no new icon anywhere.
class SvgIconEngine : public QIconEngine {
public:
    SvgIconEngine(const QByteArray& source, IconTint tint) : m_source(source), m_tint(tint) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QByteArray source = m_source;
        source.replace("currentColor", colour(mode).name().toLatin1());
        QSvgRenderer renderer(source);
        const int side = std::min(rect.width(), rect.height());
        QRectF square(0, 0, side, side);
        square.moveCenter(QRectF(rect).center());
        renderer.render(painter, square);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new SvgIconEngine(*this); }

private:
    QColor colour(QIcon::Mode mode) const {
        const QPalette palette = QGuiApplication::palette();
        if (mode == QIcon::Disabled) return palette.color(QPalette::Disabled, QPalette::ButtonText);
        switch (m_tint) {
            case IconTint::OnAccent: return palette.color(QPalette::HighlightedText);
            case IconTint::Muted: return colors(palette).mutedText;
            case IconTint::Error: return colors(palette).error;
            case IconTint::Warning: return colors(palette).warning;
            case IconTint::Text: break;
        }
        return palette.color(QPalette::ButtonText);
    }

    QByteArray m_source;
    IconTint m_tint;
};

}  // namespace

QIcon icon(const QString& name, IconTint tint) {
    initIconResources();
    return QIcon(new SvgIconEngine(readSource(name), tint));
}

QIcon applicationIcon() {
    initIconResources();
    return QIcon(":/icons/vit-workbench.svg");
}

}  // namespace vit::ui
