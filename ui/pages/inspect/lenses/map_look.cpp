// SPDX-License-Identifier: GPL-3.0-or-later
// Four controls in a column.
#include "ui/pages/inspect/lenses/map_look.h"

#include "ui/lens/map_view.h"
#include "ui/look/theme.h"
#include "ui/widgets/segments.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSlider>

namespace vit::ui {

namespace {

constexpr int kUsualOpacity = 60;  // %

}  // namespace

MapLook::MapLook(QWidget* parent) : QWidget(parent) {
    m_shading = new Segments(this);
    m_shading->add(int(Shading::Patches), "mapByPatch", tr("By patch"), tr("Each patch in its colour: what there is"));
    m_shading->add(int(Shading::Smooth), "mapSmooth", tr("Smooth"), tr("Blended between the patches' middles"));
    m_opacity = new QSlider(Qt::Horizontal, this);
    m_opacity->setObjectName("mapOpacity");
    m_opacity->setAccessibleName(tr("Opacity of the map, per cent"));
    m_opacity->setToolTip(tr("How much of the photo the map covers"));
    m_opacity->setRange(0, 100);
    m_opacity->setPageStep(10);
    m_opacity->setValue(kUsualOpacity);
    m_colours = new QComboBox(this);
    m_colours->setObjectName("mapColours");
    m_colours->setToolTip(tr("The colours of maps without a sign; those with one are blue below 0 and red above"));
    for (const ColourMapInfo& info : colourMaps())
        if (!info.diverging) m_colours->addItem(QString::fromStdString(info.name), int(info.map));
    m_hold = new QCheckBox(tr("Hold the scale"), this);
    m_hold->setObjectName("mapHold");
    m_hold->setToolTip(tr("Colours go on meaning the numbers that they mean now, so that one map can be compared with "
                          "the next"));
    auto* layout = new QFormLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setVerticalSpacing(kSpace);
    layout->addRow(m_shading);
    layout->addRow(tr("Opacity"), m_opacity);
    layout->addRow(tr("Colours"), m_colours);
    layout->addRow(QString(), m_hold);
    connect(m_shading, &Segments::chosenChanged, this, &MapLook::changed);
    connect(m_opacity, &QSlider::valueChanged, this, &MapLook::changed);
    connect(m_colours, &QComboBox::currentIndexChanged, this, &MapLook::changed);
    connect(m_hold, &QCheckBox::toggled, this, &MapLook::changed);
}

MapStyle MapLook::style() const {
    return {static_cast<ColourMap>(m_colours->currentData().toInt()), static_cast<Shading>(m_shading->chosen()),
            m_opacity->value() / 100.0};
}

bool MapLook::scaleHeld() const { return m_hold->isChecked(); }

void MapLook::holdScale(bool held) { m_hold->setChecked(held); }

void MapLook::dress(MapView& view) const {
    view.setStyle(style());
    view.setScaleHeld(scaleHeld());
}

void MapLook::applyTo(LensSettings& settings) const {
    const MapStyle chosen = style();
    settings.shading = chosen.shading;
    settings.opacity = chosen.opacity;
    settings.colours = chosen.colours;
}

}  // namespace vit::ui
