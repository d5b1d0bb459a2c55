// SPDX-License-Identifier: GPL-3.0-or-later
// Which theme is on, and following the desktop's preference while the choice is "follow system".
#pragma once

#include "ui/look/theme.h"

#include <QObject>

class QDBusVariant;

namespace vit::ui {

class ThemeController : public QObject {
    Q_OBJECT

public:
    // Asks the desktop's appearance portal; without one, the palette that the application began with decides. Make it
    // before the first applyTheme().
    explicit ThemeController(ThemeChoice choice, QObject* parent = nullptr);

    ThemeChoice choice() const { return m_choice; }
    void setChoice(ThemeChoice choice);

private:
    Q_SLOT void onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);  // over D-Bus
    void apply();

    ThemeChoice m_choice;
    bool m_systemDark = false;
};

}  // namespace vit::ui
