// SPDX-License-Identifier: GPL-3.0-or-later
// The images of the data set that the model finds most like the picture.
#pragma once

#include "core/inspect/neighbours.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace vit {
class DataStore;
}

namespace vit::ui {

class Banner;
class EmptyState;
class LensControls;
class MapGrid;
class NeighbourIndexer;
class Segments;

class NeighboursPanel : public LensPanel {
    Q_OBJECT

public:
    NeighboursPanel(SessionBridge& bridge, std::shared_ptr<DataStore> store, QWidget* parent);
    QWidget* controls() override;
    std::string exportKey() const override;
    LensSettings exportSettings() const override;

    using Index = std::shared_ptr<const NeighbourIndex>;
    struct Answer {
        LoadedModel::State now;  // of the model that is shown
        Index index;             // the one that fits it best; null: there is none of its run and the split
        ClassProbability predicted;
        std::vector<Neighbour> found;
        std::vector<Image> pictures;  // theirs
    };

Q_SIGNALS:
    void imageChosen(std::shared_ptr<const vit::Image> image, const QString& title, const QString& trueClass);

protected:
    void askModel() override;
    void beginSubject() override;

private:
    void makeControls();
    void startIndex();
    void endIndex();
    void keep(const Index& index);
    void show(const Answer& answer);
    void showGrid();
    void offer();
    Split split() const;
    void choose(int tile);

    NeighbourIndexer* m_indexer;
    std::vector<Index> m_indices;  // made last at the end
    std::optional<Answer> m_answer;

    Banner* m_banner;
    QStackedWidget* m_pages;
    EmptyState* m_empty;
    QPushButton* m_start;
    MapGrid* m_grid;
    QLabel* m_finding;
    LensControls* m_controls;
    Segments* m_split;
    QLabel* m_about;
    QPushButton* m_anew;
};

}  // namespace vit::ui
