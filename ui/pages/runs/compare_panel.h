// SPDX-License-Identifier: GPL-3.0-or-later
// The selected runs side by side: what differs in their settings and results.
#pragma once

#include "ui/pages/runs/compare_model.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QTableView;

namespace vit::ui {

class ComparePanel : public QWidget {
    Q_OBJECT

public:
    explicit ComparePanel(QWidget* parent = nullptr);

    void setRuns(const std::vector<const RunSummary*>& runs);  // copies what it needs

private:
    void show();

    CompareModel m_model;
    std::vector<RunSummary> m_runs;
    QCheckBox* m_all;
    QLabel* m_note;
    QTableView* m_table;
};

}  // namespace vit::ui
