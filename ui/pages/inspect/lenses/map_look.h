// SPDX-License-Identifier: GPL-3.0-or-later
// How maps are laid over the picture, the same for every lens: by patch or smooth, how opaque, in which colours.
#pragma once

#include "core/lenses/lens.h"
#include "ui/lens/painted_map.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QSlider;

namespace vit::ui {

class MapView;
class Segments;

class MapLook : public QWidget {
    Q_OBJECT

public:
    explicit MapLook(QWidget* parent);

    MapStyle style() const;
    bool scaleHeld() const;
    void holdScale(bool held);
    void dress(MapView& view) const;  // in this style
    void applyTo(LensSettings& settings) const;

Q_SIGNALS:
    void changed();

private:
    Segments* m_shading;
    QSlider* m_opacity;
    QComboBox* m_colours;
    QCheckBox* m_hold;
};

}  // namespace vit::ui
