// SPDX-License-Identifier: GPL-3.0-or-later
// The page of sweeps: which one, its trials, its queue, and what can be done with them.
#pragma once

#include "ui/pages/sweeps/sweep_controller.h"
#include "ui/pages/sweeps/sweep_model.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace vit::ui {

class Banner;
class EmptyState;
class Prompts;

class SweepPage : public QWidget {
    Q_OBJECT

public:
    SweepPage(SessionBridge& bridge, Prompts& prompts, QWidget* parent = nullptr);

    SweepController& controller() { return m_controller; }

    // Opens the dialog for a sweep around this experiment; `label` names it at first, `input` is its data set's.
    void newSweep(const Config& base, const QString& label, const std::optional<vit::ModelInput>& input);

Q_SIGNALS:
    void newSweepRequested();  // the window knows the experiment
    void runChosen(const QString& folder);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeBar();
    QWidget* makeTable();
    QWidget* makeFooter();
    QPushButton* makeButton(const char* name, const char* iconName, const QString& text, const QString& tip);
    void fillChoice();
    void refresh();
    void updateButtons();
    void chooseSweep(int index);
    void moveBy(int places);
    void extend();
    const SweepTrial* selected() const;

    Prompts& m_prompts;
    SessionBridge& m_bridge;
    SweepController m_controller;
    SweepModel m_model;
    Banner* m_banner;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QPushButton* m_first;
    QComboBox* m_choice;
    QComboBox* m_order;
    QPushButton* m_new;
    QPushButton* m_run;  // Pause or Resume
    QPushButton* m_extend;
    QPushButton* m_retry;
    QLabel* m_summary;
    QTableView* m_table;
    QPushButton* m_up;
    QPushButton* m_down;
    QPushButton* m_open;
};

}  // namespace vit::ui
