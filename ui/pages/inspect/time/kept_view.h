// SPDX-License-Identifier: GPL-3.0-or-later
// What a run has kept of a picture at a moment whose weights are gone: the map over the picture, and what that is.
#pragma once

#include "core/base/value_range.h"
#include "core/data/images/image.h"
#include "core/runs/run_film.h"

#include <QFrame>

#include <optional>

class QLabel;

namespace vit::ui {

class MapView;

class KeptView : public QFrame {
    Q_OBJECT

public:
    explicit KeptView(QWidget* parent = nullptr);

    // As the model is given it.
    void setPicture(const Image& picture);
    // `range` is that of all maps of the picture, so that their colours can be compared. `when`: "epoch 12 of 40".
    void showFrame(const FilmFrame& frame, const ValueRange& range, const QString& when);
    void showNothing(const QString& when);

private:
    void draw();  // the map, over the picture or in its place

    MapView* m_view;
    Image m_picture;
    std::optional<KeptMap> m_map;
    QLabel* m_text;
};

}  // namespace vit::ui
