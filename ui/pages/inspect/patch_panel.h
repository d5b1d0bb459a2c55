// SPDX-License-Identifier: GPL-3.0-or-later
// The lens of the patches: the grid, whose patches they are, their spacing, what lies under the pointer, and the four
// facts of the published example.
#pragma once

#include "core/inspect/patches.h"

#include <QWidget>

class QLabel;
class QLayout;
class QSlider;

namespace vit::ui {

class PatchGridView;
class Segments;

class PatchPanel : public QWidget {
    Q_OBJECT

public:
    enum Source { OfModel, OfForm };

    explicit PatchPanel(QWidget* parent = nullptr);

    void setGrid(const PatchGrid& grid);
    PatchGridView* view() const { return m_view; }

    // Whose patches are wanted; a switch that is seen only where the two differ.
    Source source() const;
    void setSourcesDiffer(bool differ);

Q_SIGNALS:
    void sourceChosen();

private:
    QLayout* makeHeader();
    QLayout* makeSpacing();
    QLayout* makeReadout();
    void updateReadout();

    Segments* m_source;
    PatchGridView* m_view;
    QSlider* m_spacing;
    QLabel* m_spacingText;
    QLabel* m_swatch;
    QLabel* m_readout;
    QLabel* m_facts;
};

}  // namespace vit::ui
