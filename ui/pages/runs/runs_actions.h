// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with the selected runs, by button, menu and key.
#pragma once

#include <QList>

#include <vector>

class QAction;
class QKeySequence;
class QMenu;
class QString;
class QWidget;

namespace vit {
struct RunSummary;
}

namespace vit::ui {

struct RunsActions {
    // The keys work while `table` has the focus: in a text field they are the text's.
    explicit RunsActions(QWidget* table);

    // By what is selected; opening and taking settings also need that nothing else is being trained.
    void update(const std::vector<const RunSummary*>& selected, bool busy);
    void fill(QMenu& menu) const;
    QList<QAction*> buttons() const { return {open, settings, rename, folder, trash}; }

    QAction* open;
    QAction* settings;
    QAction* rename;
    QAction* tags;
    QAction* notes;
    QAction* folder;
    QAction* trash;
    QAction* refresh;
    QList<QAction*> others;  // of other parts of the window, for any number of runs

private:
    QAction* add(const char* name, const QString& text, const char* iconName, const QKeySequence& key,
                 const QString& tip);

    QWidget* m_table;
};

}  // namespace vit::ui
