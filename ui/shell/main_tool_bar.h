// SPDX-License-Identifier: GPL-3.0-or-later
// The toolbar: what a run can be told, the pages, and the device.
#pragma once

#include "ui/shell/window_actions.h"

#include <QToolBar>

class QMenu;
class QToolButton;

namespace vit::ui {

class ElidedLabel;

class MainToolBar : public QToolBar {
    Q_OBJECT

public:
    // `places` is the menu in which the place to train on is chosen.
    MainToolBar(const WindowActions& actions, QMenu* places, QWidget* parent = nullptr);

    void showPlace(const QString& text, const QString& details);
    void showDevice(const QString& text, const QString& details = {});

private:
    QWidget* makePageBar(const WindowActions& actions);

    QToolButton* m_place;
    ElidedLabel* m_device;
};

}  // namespace vit::ui
