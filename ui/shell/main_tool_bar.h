// SPDX-License-Identifier: GPL-3.0-or-later
// The toolbar: what a run can be told, the pages, and the device.
#pragma once

#include "ui/shell/window_actions.h"

#include <QToolBar>

namespace vit::ui {

class ElidedLabel;

class MainToolBar : public QToolBar {
    Q_OBJECT

public:
    explicit MainToolBar(const WindowActions& actions, QWidget* parent = nullptr);

    void showDevice(const QString& text, const QString& details = {});

private:
    QWidget* makePageBar(const WindowActions& actions);

    ElidedLabel* m_device;
};

}  // namespace vit::ui
