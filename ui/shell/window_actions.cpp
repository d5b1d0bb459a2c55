// SPDX-License-Identifier: GPL-3.0-or-later
// The one place of every menu entry and shortcut.
#include "ui/shell/window_actions.h"

#include "ui/look/theme.h"

#include <QAction>
#include <QActionGroup>
#include <QKeySequence>
#include <QMenu>
#include <QMenuBar>

namespace vit::ui {

namespace {

QActionGroup* makeChoice(QWidget* window) {
    auto* group = new QActionGroup(window);
    group->setExclusive(true);
    return group;
}

QAction* addChoice(QActionGroup* group, QAction* action, int data) {
    action->setCheckable(true);
    action->setData(data);
    group->addAction(action);
    return action;
}

}  // namespace

WindowActions::WindowActions(QWidget* window) : m_window(window) {
    const auto tr = [](const char* text) { return QObject::tr(text); };
    openPhoto = add(tr("Open photo…"), "photo", QKeySequence::Open, tr("Look at a photo as the model does"));
    pastePhoto = add(tr("Paste photo"), "paste", QKeySequence::Paste, tr("Look at the picture in the clipboard"));
    importWeights = add(tr("Import weights…"), "download", QKeySequence("Ctrl+I"),
                        tr("Open a Vision Transformer that was trained elsewhere: weights of timm, Hugging Face, torchvision "
                           "or PyTorch (.safetensors, .pth, .bin), or of the Keras example (.h5)"));
    loadSettings = add(tr("Load settings…"), "folder", QKeySequence("Ctrl+Shift+O"),
                       tr("Fill the form from a JSON file"));
    saveSettings = add(tr("Save settings…"), "export", QKeySequence::Save, tr("Write the form to a JSON file"));
    quit = add(tr("Quit"), nullptr, QKeySequence::Quit, {});
    quit->setMenuRole(QAction::QuitRole);

    train = add(tr("Train"), "play", QKeySequence("Ctrl+Return"), {});
    train->setObjectName("actionTrain");
    train->setIcon(icon("play", IconTint::OnAccent));
    pause = add(tr("Pause"), "pause", QKeySequence("Ctrl+P"), {});
    stop = add(tr("Stop"), "stop", QKeySequence("Ctrl+."), {});
    resumeRun = add(tr("Resume this run"), "play", QKeySequence("Ctrl+Shift+R"),
                    tr("Go on with the run that is shown, where it was saved last"));
    moreEpochs = add(tr("Continue for more epochs…"), nullptr, QKeySequence("Ctrl+Shift+E"),
                     tr("Train the run that is shown past its planned end"));
    trainFrom = add(tr("Train from this run's weights"), nullptr, QKeySequence("Ctrl+Shift+W"), {});
    evaluate = add(tr("Evaluate on test set"), nullptr, QKeySequence("Ctrl+Shift+T"), {});
    findField = add(tr("Find hyperparameter"), "search", QKeySequence::Find, tr("Search the form"));

    pages = makeChoice(window);
    addChoice(pages, add(tr("Train"), "train", QKeySequence("Ctrl+1"), tr("Watch a run: curves, progress, log")), 0);
    addChoice(pages, add(tr("Data"), "data", QKeySequence("Ctrl+2"), tr("Browse and add data sets")), 1);
    addChoice(pages, add(tr("Inspect"), "inspect", QKeySequence("Ctrl+3"),
                         tr("See a photo's patches and what the model makes of it")), 2);
    addChoice(pages, add(tr("Runs"), "runs", QKeySequence("Ctrl+4"), tr("Find, compare and open the runs")), 3);
    addChoice(pages, add(tr("Sweeps"), "sweeps", QKeySequence("Ctrl+5"),
                         tr("Try many values of hyperparameters, one run after the other")), 4);
    addChoice(pages, add(tr("Evaluate"), "evaluate", QKeySequence("Ctrl+6"),
                         tr("See how good a model is, and which images it is wrong about")), 5);
    addChoice(pages, add(tr("My photos"), "tag", QKeySequence("Ctrl+7"),
                         tr("Make a classifier of your own photos")), 6);
    themes = makeChoice(window);
    addChoice(themes, add(tr("Follow system"), nullptr, {}, {}), static_cast<int>(ThemeChoice::System));
    addChoice(themes, add(tr("Light"), nullptr, {}, {}), static_cast<int>(ThemeChoice::Light));
    addChoice(themes, add(tr("Dark"), nullptr, {}, {}), static_cast<int>(ThemeChoice::Dark));
    showForm = add(tr("Experiment form"), "panel", QKeySequence("F9"), tr("Show or hide the form on the left"));
    showForm->setCheckable(true);
    showForm->setChecked(true);
    publishedCurves = add(tr("Published curves"), "compare", QKeySequence("Ctrl+K"),
                          tr("Show the curves that the Keras example printed behind those of the run"));
    publishedCurves->setCheckable(true);

    shortcuts = add(tr("Keyboard shortcuts"), nullptr, QKeySequence("F1"), {});
    checkComputer = add(tr("Check this computer…"), "chip", {},
                        tr("Test what the program computes here, and how fast it is"));
    about = add(tr("About ViT Workbench"), "info", {}, {});
    about->setMenuRole(QAction::AboutRole);
}

QAction* WindowActions::add(const QString& text, const char* iconName, const QKeySequence& shortcut,
                            const QString& tip) {
    auto* action = new QAction(m_window);
    setText(action, text);
    if (iconName) action->setIcon(icon(iconName));
    action->setShortcut(shortcut);
    const QString key = shortcut.toString(QKeySequence::NativeText);
    const QString shown = tip.isEmpty() ? text : tip;
    action->setToolTip(key.isEmpty() ? shown : shown + " (" + key + ")");
    action->setStatusTip(tip);
    m_window->addAction(action);
    return action;
}

void WindowActions::setText(QAction* action, const QString& text) {
    action->setText(text);
    action->setIconText(' ' + text);  // of tool buttons, which leave no space after the icon
}

void WindowActions::fill(QMenuBar* bar) {
    const auto tr = [](const char* text) { return QObject::tr(text); };
    QMenu* file = bar->addMenu(tr("&File"));
    file->addActions({openPhoto, pastePhoto});
    recentPhotos = file->addMenu(tr("Recent photos"));
    file->addSeparator();
    file->addAction(importWeights);
    file->addSeparator();
    file->addActions({loadSettings, saveSettings});
    exportRun = file->addMenu(icon("export"), tr("Export run"));
    exportRun->setObjectName("exportRun");
    exportPlot = file->addMenu(icon("export"), tr("Export plot"));
    file->addSeparator();
    file->addAction(quit);

    QMenu* run = runMenu = bar->addMenu(tr("&Run"));
    QAction* menuTrain = run->addAction(icon("play"), tr("Train"), train, &QAction::trigger);
    menuTrain->setEnabled(train->isEnabled());
    QObject::connect(train, &QAction::enabledChanged, menuTrain, &QAction::setEnabled);
    run->addActions({pause, stop});
    run->addSeparator();
    run->addActions({resumeRun, moreEpochs, trainFrom, evaluate});
    run->setToolTipsVisible(true);
    run->addSeparator();
    run->addAction(findField);

    QMenu* view = bar->addMenu(tr("&View"));
    view->addActions(pages->actions());
    view->addSeparator();
    view->addActions({showForm, publishedCurves});
    view->setToolTipsVisible(true);
    QMenu* theme = view->addMenu(tr("Theme"));
    theme->addActions(themes->actions());

    QMenu* help = bar->addMenu(tr("&Help"));
    help->addActions({shortcuts, checkComputer, about});
}

QString shortcutsText(const QWidget* window) {
    QString rows;
    for (const QAction* action : window->actions()) {
        const QString key = action->shortcut().toString(QKeySequence::NativeText);
        if (key.isEmpty()) continue;
        rows += QString("<tr><td style=\"padding-right:24px\">%1</td><td><b>%2</b></td></tr>")
                    .arg(action->text().remove('&').toHtmlEscaped(), key.toHtmlEscaped());
    }
    const QString plots = QObject::tr(
        "In a plot: the wheel zooms, dragging moves, dragging with Shift zooms to a box, a "
        "double click shows everything.");
    return "<table cellspacing=\"3\">" + rows + "</table><p>" + plots + "</p>";
}

}  // namespace vit::ui
