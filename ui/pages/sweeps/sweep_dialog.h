// SPDX-License-Identifier: GPL-3.0-or-later
// Sets up a sweep around an experiment: what is varied, how, and at once the list of trials or what is wrong.
#pragma once

#include "ui/pages/sweeps/sweep_controller.h"
#include "ui/pages/sweeps/sweep_model.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;
class QVBoxLayout;

namespace vit::ui {

class AxisRow;

class SweepDialog : public QDialog {
    Q_OBJECT

public:
    // `input` is what the base's data set gives the model; without it, or without a speed, no time is told.
    SweepDialog(const Config& base, const QString& label, const std::optional<vit::ModelInput>& input,
                std::optional<MeasuredSpeed> speed, QWidget* parent = nullptr);

    const SweepPlan& plan() const { return m_plan; }  // as shown; can be run when the dialog was accepted

private:
    QWidget* makeSetup(const QString& label);
    QWidget* makePreview();
    QFormLayout* makeStrategy();
    void addAxis(const std::string& key);
    void replan();
    Issues readPlan();
    void showIssues(const Issues& issues);
    QString summary(const SweepPreview& preview) const;
    QString timeText(const SweepPreview& preview) const;

    Config m_base;
    std::optional<vit::ModelInput> m_input;
    std::optional<MeasuredSpeed> m_speed;
    SweepPlan m_plan;
    std::vector<AxisRow*> m_rows;
    SweepModel m_model;
    QTimer m_typing;
    QLineEdit* m_name;
    QVBoxLayout* m_axes;
    QComboBox* m_strategy;
    QSpinBox* m_count;
    QSpinBox* m_seed;
    QLineEdit* m_rungs;
    QComboBox* m_objective;
    QComboBox* m_order;
    QCheckBox* m_skip;
    QFormLayout* m_form;
    QTableView* m_table;
    QLabel* m_summary;
    QLabel* m_problems;
    QPushButton* m_start;
};

}  // namespace vit::ui
