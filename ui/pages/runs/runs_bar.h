// SPDX-License-Identifier: GPL-3.0-or-later
// The row above the table of runs: filter, how many there are, columns, and buttons for the selected runs.
#pragma once

#include <QString>
#include <QWidget>

class QAction;
class QCheckBox;
class QLabel;
class QLineEdit;

namespace vit::ui {

class RunsBar : public QWidget {
    Q_OBJECT

public:
    RunsBar(const QList<QAction*>& buttons, QWidget* parent = nullptr);

    void focusFilter();
    void showCount(int shown, int all);
    void showProblem(const QString& problem);  // of the filter; empty: there is none
    bool onlyDiffering() const;
    void setOnlyDiffering(bool on);

Q_SIGNALS:
    void filterChanged(const QString& text);
    void filterLeft();  // downwards, to the table
    void onlyDifferingChanged(bool on);
    void columnsRequested(const QPoint& globalPosition);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeFilter();

    QLineEdit* m_filter;
    QLabel* m_count;
    QCheckBox* m_onlyDiffering;
};

}  // namespace vit::ui
