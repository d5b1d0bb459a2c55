// SPDX-License-Identifier: GPL-3.0-or-later
// Which patches speak for a class, by a method of one's choice, and how true that map is.
#pragma once

#include "core/inspect/faithfulness.h"
#include "core/inspect/relevance.h"
#include "ui/pages/inspect/lenses/lens_panel.h"

#include <map>
#include <utility>

class QComboBox;
class QLabel;
class QPushButton;
class QTableWidget;

namespace vit::ui {

class LensControls;
class MapLook;
class MapView;

class RelevancePanel : public LensPanel {
    Q_OBJECT

public:
    RelevancePanel(SessionBridge& bridge, QWidget* parent);
    QWidget* controls() override;
    void holdScale(bool held) override;
    std::string exportKey() const override { return m_method; }
    LensSettings exportSettings() const override;

    // What takes longer, and is done when it is asked for.
    enum class Task { None, Rank, Check };
    struct Answer {
        Image picture;
        LoadedModel::State state;
        std::vector<std::string> classNames;
        ClassProbability about;
        std::string method;
        RelevanceMap found;
        double gain = 0;     // faithfulness of the map
        double control = 0;  // of a random one
        std::string removal;
        std::vector<std::pair<std::string, double>> ranking;  // of all methods, for Task::Rank
        std::vector<SanityStage> stages;                      // with random weights, for Task::Check
    };

protected:
    void askModel() override;
    void beginSubject() override;

private:
    void makeControls();
    void makeMethods();
    void makeCheck();
    void fillMethods();
    void choose(Task task);
    void setTask(Task task);
    void show(const Answer& answer);
    void takeGains(const Answer& answer);
    void showStages();
    void showMap();
    void offerClasses(const Answer& answer);

    std::string m_method;
    int m_class;  // its number, or that it is the predicted or the true one
    Task m_task = Task::None;
    std::optional<Answer> m_answer;
    std::vector<std::string> m_rows;        // methods as they stand in the table
    std::map<std::string, double> m_gains;  // of the answer's class and weights

    MapView* m_view;
    QLabel* m_finding;
    LensControls* m_controls;
    QComboBox* m_classes;
    QTableWidget* m_methods;
    QLabel* m_help;
    MapLook* m_look;
    QPushButton* m_rank;
    QPushButton* m_check;
    QTableWidget* m_stages;
    QLabel* m_verdict;
};

}  // namespace vit::ui
