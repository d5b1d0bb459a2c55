// SPDX-License-Identifier: GPL-3.0-or-later
// A map with a sentence below.
#include "ui/pages/inspect/time/kept_view.h"

#include "core/export/film_figure.h"
#include "ui/lens/map_view.h"
#include "ui/look/theme.h"

#include <QLabel>
#include <QVBoxLayout>

namespace vit::ui {

KeptView::KeptView(QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    m_view = new MapView(this);
    m_view->setObjectName("keptMap");
    m_view->setAccessibleName(tr("Kept map over the picture"));
    m_text = new QLabel(this);
    m_text->setObjectName("keptText");
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpace + kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_text);
}

void KeptView::setPicture(const Image& picture) {
    m_picture = picture;
    draw();
}

void KeptView::draw() {
    const bool colours = m_map && m_map->isColours();
    m_view->setPicture(colours && !m_picture.empty() ? colourPicture(m_picture, *m_map) : m_picture);
    m_view->setMap(m_map && !colours ? heatMapOf(asArray(*m_map), false) : HeatMap());
}

void KeptView::showFrame(const FilmFrame& frame, const ValueRange& range, const QString& when) {
    m_map = frame.map;
    if (m_map) {
        const QString name = QString::fromStdString(mapName(m_map->method));
        m_view->setQuantity(m_map->isColours() ? QString() : name);
        m_view->setScale(ColourScale{m_view->style().colours, range});
        m_text->setText(tr("Kept at %1: answer and map (%2). Keep epoch weights (run.keep_epochs) to look through all "
                           "lenses.")
                            .arg(when, name));
    } else {
        m_text->setText(tr("Kept at %1: the answer; a map was not wanted (run.pinned_map). Keep epoch weights "
                           "(run.keep_epochs) to look through all lenses.")
                            .arg(when));
    }
    draw();
}

void KeptView::showNothing(const QString& when) {
    m_map.reset();
    draw();
    m_text->setText(tr("Nothing was kept of this picture at %1: it was not pinned then. Keep epoch weights "
                       "(run.keep_epochs) to look at any picture through all lenses.")
                        .arg(when));
}

}  // namespace vit::ui
