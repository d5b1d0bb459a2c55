// SPDX-License-Identifier: GPL-3.0-or-later
// The card beside a lens: its title and, one under the other, what can be chosen; it scrolls where room is short.
#pragma once

#include <QFrame>

class QLabel;
class QVBoxLayout;

namespace vit::ui {

class LensControls : public QFrame {
    Q_OBJECT

public:
    LensControls(const QString& title, QWidget* parent);

    void add(QWidget* widget, int stretch = 0);
    // A label above what it names.
    void add(const QString& label, QWidget* widget);
    void addStretch();
    // Words in the muted colour, wrapped; empty ones take no room.
    QLabel* addText(const char* name);

private:
    QVBoxLayout* m_layout;
};

}  // namespace vit::ui
