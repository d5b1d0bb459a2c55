// SPDX-License-Identifier: GPL-3.0-or-later
// The card with the patch grid, its spacing, what lies under the pointer, and the four facts of the published example.
#pragma once

#include "core/inspect/patches.h"

#include <QFrame>

class QLabel;
class QSlider;

namespace vit::ui {

class PatchGridView;

class PatchPanel : public QFrame {
    Q_OBJECT

public:
    explicit PatchPanel(QWidget* parent = nullptr);

    void setGrid(const PatchGrid& grid);
    PatchGridView* view() const { return m_view; }

private:
    void updateReadout();

    PatchGridView* m_view;
    QSlider* m_spacing;
    QLabel* m_spacingText;
    QLabel* m_swatch;
    QLabel* m_readout;
    QLabel* m_facts;
};

}  // namespace vit::ui
