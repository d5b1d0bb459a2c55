// SPDX-License-Identifier: GPL-3.0-or-later
// Where the heads look: all of them at a glance, one enlarged over the picture, and what a patch looks at and is seen by.
#pragma once

#include "core/inspect/attention.h"
#include "ui/lens/map_grid.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QSpinBox;

namespace vit::ui {

class LensControls;
class MapLook;
class MapView;
class Segments;

class AttentionPanel : public LensPanel {
    Q_OBJECT

public:
    AttentionPanel(SessionBridge& bridge, QWidget* parent);
    QWidget* controls() override;
    void holdScale(bool held) override;
    std::string exportKey() const override;
    LensSettings exportSettings() const override;

    struct Answer {
        LoadedModel::State state;
        Image picture;
        TokenGrid grid;
        std::int64_t layers = 0, heads = 0;
        std::vector<HeadFigures> figures;  // of all heads
        FloatArray effects;                // [L, H]: the answer's probability without the head, less that with it
        std::vector<FloatArray> maps;      // of all heads, layer by layer: [rows, columns]
        FloatArray rollout;                // [rows, columns]
        std::int64_t layer = 0;
        std::vector<FloatArray> matrices;  // of this layer's heads, their mean and their maximum: [N, N]
    };

protected:
    void askModel() override;
    void beginSubject() override;

private:
    enum Scope { All, OfLayer, OfHead };  // which maps are seen at a glance
    enum Order { ByPlace, ByDistance, ByEntropy, ByEffect };
    enum Shown { OneHead, MeanOfHeads, MaxOfHeads, Rollout };
    struct Cell {
        Shown shown;
        std::int64_t layer, head;
    };

    void makeControls();
    void makeChoice();
    void makeGlance();
    void show(const Answer& answer);
    void fillGrid();
    bool isTable() const;
    std::vector<Cell> cells() const;
    MapTile tileOf(const Cell& cell) const;
    void chooseCell(int index);
    void chooseHead(std::int64_t layer, std::int64_t head);
    void markChosen();
    void showMap();
    const FloatArray& shownMatrix() const;
    Shown shown() const;
    QString placeText() const;
    QString classTokenText(const FloatArray& matrix) const;
    QString figuresText(std::int64_t layer, std::int64_t head) const;

    std::shared_ptr<const Answer> m_answer;
    std::int64_t m_layer = -1;  // of the enlarged head; -1: the last
    std::int64_t m_head = 0;
    int m_patch = -1;           // pointed at
    std::vector<Cell> m_cells;  // as they stand in the grid

    MapGrid* m_grid;
    MapView* m_view;
    QLabel* m_finding;
    LensControls* m_controls;
    Segments* m_scope;
    QComboBox* m_order;
    QComboBox* m_shown;
    QSpinBox* m_layerBox;
    QSpinBox* m_headBox;
    Segments* m_direction;
    MapLook* m_look;
};

}  // namespace vit::ui
