// SPDX-License-Identifier: GPL-3.0-or-later
// Exports the run that is shown, without holding the window up.
#pragma once

#include "core/export/run_export.h"
#include "ui/widgets/job.h"

#include <QObject>
#include <QString>

#include <filesystem>

class QMenu;
class QWidget;

namespace vit::ui {

class Prompts;
class SessionBridge;
class Settings;

// Follows the session: the run shown is the one begun or opened last.
class RunExport : public QObject {
    Q_OBJECT

public:
    RunExport(SessionBridge& bridge, Prompts& prompts, Settings& settings, QWidget* window);

    // An entry for each format; the menu is disabled while no run is shown.
    void fill(QMenu* menu);

Q_SIGNALS:
    void runChanged(bool there);
    void statusChanged(const QString& text);

private:
    void setRun(const std::string& folder);
    void choose(const ExportKind& kind);
    void write(ExportFormat format, const std::filesystem::path& out);
    bool mayReplace(const ExportKind& kind, const QString& target);
    QString askTarget(const ExportKind& kind, const QString& title);

    Prompts& m_prompts;
    Settings& m_settings;
    QWidget* m_window;
    std::filesystem::path m_run;  // empty: none is shown
    Job m_job;
};

}  // namespace vit::ui
