// SPDX-License-Identifier: GPL-3.0-or-later
// The one place of the page's texts, keys and tips.
#include "ui/pages/runs/runs_actions.h"

#include "core/runs/run_store.h"
#include "ui/look/theme.h"

#include <QAction>
#include <QKeySequence>
#include <QMenu>
#include <QWidget>

#include <algorithm>

namespace vit::ui {

RunsActions::RunsActions(QWidget* table) : m_table(table) {
    const auto tr = [](const char* text) { return QObject::tr(text); };
    open = add("runOpen", tr("Open"), "train", {},
               tr("Show its curves on the Train page and predict with its model (Return)"));
    settings = add("runSettings", tr("Duplicate settings"), "copy", QKeySequence("Ctrl+D"),
                   tr("Put its settings into the form on the left"));
    rename = add("runRename", tr("Rename"), "rename", QKeySequence(Qt::Key_F2), tr("Give it another name"));
    tags = add("runTags", tr("Edit tags"), "tag", QKeySequence("Ctrl+T"), tr("Tags, separated by commas"));
    notes = add("runNotes", tr("Make notes"), "log", QKeySequence("Ctrl+N"), tr("Write notes on it"));
    folder = add("runFolder", tr("Open folder"), "folder", {}, tr("Show its files"));
    trash = add("runTrash", tr("Move to trash"), "trash", QKeySequence::Delete,
                tr("Move the selected runs to the desktop's trash"));
    refresh = add("runsRefresh", tr("Refresh"), "reset", QKeySequence::Refresh,
                  tr("Look for changes in the folder of runs"));
}

QAction* RunsActions::add(const char* name, const QString& text, const char* iconName, const QKeySequence& key,
                          const QString& tip) {
    auto* action = new QAction(icon(iconName), text, m_table);
    action->setObjectName(name);
    action->setShortcut(key);
    action->setShortcutContext(Qt::WidgetShortcut);
    const QString shown = key.toString(QKeySequence::NativeText);
    const QString help = text + ": " + tip;
    action->setToolTip(shown.isEmpty() ? help : help + " (" + shown + ")");
    m_table->addAction(action);
    return action;
}

void RunsActions::update(const std::vector<const RunSummary*>& selected, bool busy) {
    const bool one = selected.size() == 1;
    const bool live = std::any_of(selected.begin(), selected.end(), [](const RunSummary* run) { return run->live; });
    open->setEnabled(one && (!busy || live));
    settings->setEnabled(one && !busy);
    for (QAction* action : {rename, tags, notes, folder}) action->setEnabled(one);
    trash->setEnabled(!selected.empty() && !live);
    for (QAction* action : others) action->setEnabled(!selected.empty());
}

void RunsActions::fill(QMenu& menu) const {
    menu.addActions({open, settings});
    menu.addSeparator();
    menu.addActions({rename, tags, notes});
    if (!others.isEmpty()) menu.addSeparator();
    menu.addActions(others);
    menu.addSeparator();
    menu.addActions({folder, trash});
}

}  // namespace vit::ui
