// SPDX-License-Identifier: GPL-3.0-or-later
// What a page shows while it has nothing to show: an icon, a sentence, and buttons that change that.
#pragma once

#include <QFrame>
#include <QString>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace vit::ui {

class EmptyState : public QFrame {
    Q_OBJECT

public:
    EmptyState(const QString& iconName, const QString& title, const QString& text, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setText(const QString& text);
    QPushButton* addButton(const char* name, const QString& text);  // the first one is the page's main action

protected:
    void changeEvent(QEvent* event) override;

private:
    void drawIcon();

    QString m_iconName;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_text;
    QHBoxLayout* m_buttons;
};

}  // namespace vit::ui
