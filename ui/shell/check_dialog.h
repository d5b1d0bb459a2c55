// SPDX-License-Identifier: GPL-3.0-or-later
// Help → Check this computer: the program's test of itself, as a table that can be copied and saved.
#pragma once

#include "core/check/check.h"
#include "ui/widgets/job.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableWidget;

namespace vit::ui {

class Prompts;
class Settings;

// Checks nothing before it is told to. Closed, it cancels what is under way and deletes itself when that has ended: to be
// made with new, unless it is never closed.
class CheckDialog : public QDialog {
    Q_OBJECT

public:
    CheckDialog(Prompts& prompts, Settings& settings, QWidget* parent = nullptr);

    void check(const CheckRequest& request);
    const CheckReport& report() const { return m_report; }  // empty until a check has ended

Q_SIGNALS:
    void ended();  // with a report, a fault or cancelled

private:
    void makeTable();
    void makeButtons();
    void setRunning(bool running);
    void fill(const CheckReport& report);
    void say(const QString& text, const char* role);
    void save();

    Prompts& m_prompts;
    Settings& m_settings;
    CheckReport m_report;
    bool m_closed = false;
    QCheckBox* m_speed;
    QTableWidget* m_table;
    QProgressBar* m_bar;
    QLabel* m_verdict;
    QPushButton* m_check;  // "Cancel" while it checks
    QPushButton* m_copy;
    QPushButton* m_save;
    Job m_job;  // last: ends before what it tells
};

}  // namespace vit::ui
