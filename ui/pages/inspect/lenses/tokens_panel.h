// SPDX-License-Identifier: GPL-3.0-or-later
// What the tokens carry after each block, principal components as colours and norms; and what was learned once for all
// pictures: positions, filters, how far the heads look.
#pragma once

#include "core/inspect/attention.h"
#include "core/inspect/tokens.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QStackedWidget;

namespace vit::ui {

class DistancePlot;
class LensControls;
class MapGrid;
class MapLook;
class MapView;

class TokensPanel : public LensPanel {
    Q_OBJECT

public:
    TokensPanel(SessionBridge& bridge, QWidget* parent);
    QWidget* controls() override;
    void holdScale(bool held) override;
    std::string exportKey() const override;
    LensSettings exportSettings() const override;

    enum Shown { Colours, Norms, Positions, ProjectionFilters, Distances };

    struct Answer {
        Image picture;
        TokenGrid grid;
        std::vector<TokenColours> colours;  // before the first block, then after each
        std::vector<TokenNorms> norms;
        FloatArray positions;               // [P, P]
        // Only where they are looked at.
        Filters filters;
        std::vector<HeadFigures> figures;
    };

protected:
    void askModel() override;

private:
    void makeMaps();
    void makeControls();
    void chooseShown();
    void show(const Answer& answer);
    void fillGrid();
    void showChosen();
    void showColours(std::size_t layer);
    void showNorms(std::size_t layer);
    void showPositions();
    void showFilter();
    void showHead(int index);
    Shown shown() const;
    QString hintText() const;
    QString layerText() const;
    QString patchText(std::int64_t patch) const;  // "row 3, column 5"

    std::optional<Answer> m_answer;
    std::vector<ColourBasis> m_bases;  // of the answer before: colours hold still while the model learns
    int m_layer = -1;                  // -1: the last
    int m_filter = 0;
    int m_patch = -1;

    QStackedWidget* m_pages;
    MapGrid* m_grid;
    MapView* m_view;
    DistancePlot* m_plot;
    QLabel* m_finding;
    LensControls* m_controls;
    QComboBox* m_shown;
    QCheckBox* m_foreground;
    MapLook* m_look;
    QLabel* m_hint;
};

}  // namespace vit::ui
