// SPDX-License-Identifier: GPL-3.0-or-later
// The log under the plots: foldable, copyable; folded, it still shows the last line.
#pragma once

#include "ui/pages/train/log_model.h"

#include <QWidget>

class QLabel;
class QTableView;
class QToolButton;

namespace vit::ui {

class LogPane : public QWidget {
    Q_OBJECT

public:
    explicit LogPane(LogModel& model, QWidget* parent = nullptr);

    bool isOpen() const { return m_open; }
    void setOpen(bool open);

Q_SIGNALS:
    void openChanged(bool open);

private:
    void copySelection();
    void showLastLine();

    LogModel& m_model;
    bool m_open = true;
    QToolButton* m_header;
    QLabel* m_lastLine;
    QTableView* m_view;
};

}  // namespace vit::ui
