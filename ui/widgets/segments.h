// SPDX-License-Identifier: GPL-3.0-or-later
// A row of buttons of which one is down: a choice between a few things, all of them seen.
#pragma once

#include <QWidget>

class QButtonGroup;

namespace vit::ui {

class Segments : public QWidget {
    Q_OBJECT

public:
    explicit Segments(QWidget* parent = nullptr);

    // The first one is down at the start.
    void add(int id, const QString& name, const QString& text, const QString& tip);
    void setText(int id, const QString& text);
    int chosen() const { return m_chosen; }
    void choose(int id);  // tells nobody

Q_SIGNALS:
    void chosenChanged();  // by mouse or key

private:
    QButtonGroup* m_group;
    int m_chosen = 0;
};

}  // namespace vit::ui
