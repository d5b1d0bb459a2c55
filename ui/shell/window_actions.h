// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done from the menus and the toolbar, with icons, shortcuts and tips.
#pragma once

#include <QString>


class QAction;
class QActionGroup;
class QKeySequence;
class QMenu;
class QMenuBar;
class QWidget;

namespace vit::ui {

struct WindowActions {
    explicit WindowActions(QWidget* window);

    // Menus in the usual order; what is made as it opens (recent photos) has its menu here.
    void fill(QMenuBar* bar);

    // In menus and on tool buttons.
    static void setText(QAction* action, const QString& text);

    QAction* openPhoto;
    QAction* pastePhoto;
    QAction* importWeights;
    QAction* loadSettings;
    QAction* saveSettings;
    QAction* quit;

    QAction* train;
    QAction* pause;  // "Resume" while paused
    QAction* stop;
    QAction* resumeRun;   // the run shown, where it was saved last
    QAction* moreEpochs;  // of the run shown
    QAction* trainFrom;   // a new run, with the weights of the run shown
    QAction* evaluate;    // the run shown, on the test set
    QAction* findField;

    QActionGroup* pages;  // Train, Data, Inspect, Runs, Sweeps, Evaluate, My photos
    QActionGroup* themes;  // System, Light, Dark: the action's data is the ThemeChoice
    QAction* showForm;
    QAction* publishedCurves;

    QAction* shortcuts;
    QAction* checkComputer;
    QAction* about;

    QMenu* runMenu = nullptr;
    QMenu* recentPhotos = nullptr;
    QMenu* exportPlot = nullptr;
    QMenu* exportRun = nullptr;  // a format each

private:
    QAction* add(const QString& text, const char* iconName, const QKeySequence& shortcut, const QString& tip);

    QWidget* m_window;
};

// A table of all actions that have a shortcut (rich text).
QString shortcutsText(const QWidget* window);

}  // namespace vit::ui
