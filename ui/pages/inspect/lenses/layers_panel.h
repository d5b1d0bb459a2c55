// SPDX-License-Identifier: GPL-3.0-or-later
// The answer as it forms: the first five classes read off after each block, and the class that each patch is taken for.
#pragma once

#include "core/inspect/layer_answers.h"
#include "core/lenses/patch_pictures.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

class QLabel;
class QStackedWidget;
class QTableWidget;

namespace vit::ui {

class LensControls;
class MapGrid;
class MapView;
class Segments;

class LayersPanel : public LensPanel {
    Q_OBJECT

public:
    LayersPanel(SessionBridge& bridge, QWidget* parent);
    QWidget* controls() override;
    std::string exportKey() const override;

    struct Answer {
        Image picture;
        std::vector<std::string> classNames;
        LayerAnswers found;
        std::vector<ClassColour> colours;  // of the patches' classes
    };

protected:
    void askModel() override;

private:
    enum Shown { Answers, Patches };
    enum Page { Table, Maps, NoPatches };

    QWidget* makeTable();
    QWidget* makeMaps();
    void makeControls();
    void show(const Answer& answer);
    void fillTable(const LayerAnswers& answers);
    void fillMaps();
    void showPage();
    void showLayer();
    QString answerText() const;
    QString guessText(int patch) const;
    QString legendText() const;

    std::optional<Answer> m_answer;
    int m_layer = -1;  // of the patches' classes; -1: the last

    QStackedWidget* m_pages;
    QTableWidget* m_table;
    MapGrid* m_grid;
    MapView* m_view;
    QLabel* m_finding;
    LensControls* m_controls;
    Segments* m_shown;
    QLabel* m_hint;
    QLabel* m_legend;
};

}  // namespace vit::ui
