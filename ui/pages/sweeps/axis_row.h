// SPDX-License-Identifier: GPL-3.0-or-later
// One hyperparameter of a sweep and what it is varied over, in a line of the dialog.
#pragma once

#include "core/sweeps/sweep_plan.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace vit::ui {

class AxisRow : public QWidget {
    Q_OBJECT

public:
    // Suggests values around those of `base`.
    AxisRow(const Config& base, const std::string& key, QWidget* parent = nullptr);

    std::string key() const;
    SweepAxis axis() const;  // throws InvalidInput if a text cannot be read
    void showProblem(const QString& text);  // empty: there is none

Q_SIGNALS:
    void edited();
    void removeRequested();

private:
    void makeChoices(const std::string& key);
    void makeEdits();
    QLineEdit* makeEdit(const char* name, const QString& placeholder, const QString& tip);
    SweepScale scale() const;
    void suggest();      // for the hyperparameter that was chosen
    void suggestRange();
    void showScale();
    std::vector<Value> values() const;       // of a list
    void readRange(SweepAxis& axis) const;

    const Config& m_base;
    QComboBox* m_field;
    QComboBox* m_scale;
    QLineEdit* m_values;
    QLineEdit* m_from;
    QLineEdit* m_to;
    QLineEdit* m_step;
    QLineEdit* m_count;
    QToolButton* m_remove;
    QLabel* m_problem;
};

}  // namespace vit::ui
