// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses where runs are trained: in this window's process, on all GPUs of this computer, or on another computer.
#pragma once

#include "ui/bridge/training_place.h"
#include "ui/widgets/job.h"

#include <QObject>

#include <functional>

class QAction;
class QActionGroup;
class QMenu;
class QWidget;

namespace vit::ui {

class Prompts;
class Settings;

class PlaceChooser : public QObject {
    Q_OBJECT

public:
    PlaceChooser(Prompts& prompts, Settings& settings, QWidget* window);

    const TrainingPlace& place() const { return m_place; }
    QMenu* menu() const { return m_menu; }
    QString text() const;     // "This computer", "All 4 GPUs", "HOST"
    QString toolTip() const;
    void setEnabled(bool enabled, const QString& why);  // not while a run goes on

Q_SIGNALS:
    void changed();

private:
    void fill();
    QAction* add(const QString& text, const QString& tip, const TrainingPlace& place);
    void choose(const TrainingPlace& place);
    void askForHost();
    void countGpus();

    Prompts& m_prompts;
    Settings& m_settings;
    QWidget* m_window;
    QMenu* m_menu;
    QActionGroup* m_group = nullptr;
    TrainingPlace m_place;
    Job m_counting;
    int m_gpus = -1;  // not known yet
    QString m_gpuProblem;
    QString m_why;
};

}  // namespace vit::ui
