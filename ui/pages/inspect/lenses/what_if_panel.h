// SPDX-License-Identifier: GPL-3.0-or-later
// The answer without some patches, with them in another order, or without heads or blocks, beside the answer as it is.
#pragma once

#include "core/inspect/token_grid.h"
#include "core/inspect/what_if.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

#include <optional>
#include <set>

class QLabel;
class QPushButton;
class QTableWidget;

namespace vit::ui {

class LensControls;
class MapView;

class WhatIfPanel : public LensPanel {
    Q_OBJECT

public:
    WhatIfPanel(SessionBridge& bridge, QWidget* parent);
    QWidget* controls() override;
    std::string exportKey() const override { return "what-if"; }
    LensSettings exportSettings() const override;

    struct Answer {
        LoadedModel::State state;
        Image picture;
        WhatIf change;
        TokenGrid grid;
        std::int64_t layers = 0, heads = 0;
        std::vector<std::string> classNames;
        WhatIfAnswer answer;
    };

protected:
    void askModel() override;
    void beginSubject() override;

private:
    void makeControls();
    void show(const Answer& answer);
    void showAnswers(const Answer& answer);
    void fillSwitches(std::int64_t layers, std::int64_t heads);
    void cover(int patch, bool hidden);
    void reset();
    WhatIf change() const;

    std::optional<Answer> m_answer;  // the answer without any change is kept while the weights stay
    std::set<int> m_hidden;
    std::uint64_t m_shuffle = 0;  // 0: the patches stand where they belong; else the seed of their order
    std::int64_t m_layers = 0, m_heads = 0;
    TokenGrid m_grid;

    MapView* m_view;
    QTableWidget* m_answers;
    QLabel* m_finding;
    LensControls* m_controls;
    QTableWidget* m_switches;  // a row a layer: the block, then its heads
    QPushButton* m_shuffled;
};

}  // namespace vit::ui
