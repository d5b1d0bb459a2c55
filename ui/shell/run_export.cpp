// SPDX-License-Identifier: GPL-3.0-or-later
// Asks where to, writes on another thread, says what was written.
#include "ui/shell/run_export.h"

#include "ui/bridge/prompts.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/settings.h"
#include "ui/look/text.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QMenu>

namespace vit::ui {

RunExport::RunExport(SessionBridge& bridge, Prompts& prompts, Settings& settings, QWidget* window)
    : QObject(window), m_prompts(prompts), m_settings(settings), m_window(window) {
    connect(&bridge, &SessionBridge::runStarted, this, [this](const RunStarted& run) { setRun(run.runFolder); });
    connect(&bridge, &SessionBridge::modelOpened, this, [this](const ModelOpened& model) {
        if (model.problem.empty()) setRun(model.runFolder);
    });
    connect(&m_job, &Job::failed, this, [this](const QString& problem) {
        Q_EMIT statusChanged(tr("Nothing was exported"));
        m_prompts.showError(m_window, tr("Export run"), problem);
    });
}

void RunExport::fill(QMenu* menu) {
    for (const ExportKind& kind : exportKinds()) {
        QAction* action = menu->addAction(qstr(kind.label) + "…", this, [this, &kind] { choose(kind); });
        action->setObjectName("export." + qstr(kind.name));
        action->setStatusTip(qstr(kind.help));
        action->setToolTip(qstr(kind.help));
    }
    menu->setEnabled(!m_run.empty());
    connect(this, &RunExport::runChanged, menu, &QMenu::setEnabled);
}

void RunExport::setRun(const std::string& folder) {
    m_run = folder;
    Q_EMIT runChanged(!m_run.empty());
}

void RunExport::choose(const ExportKind& kind) {
    if (m_job.running()) {
        Q_EMIT statusChanged(tr("An export is going on: wait until it is done"));
        return;
    }
    const QString target = askTarget(kind, tr("Export run: %1").arg(qstr(kind.label)));
    if (target.isEmpty() || !mayReplace(kind, target)) return;
    m_settings.setLastFolder(QFileInfo(target).absolutePath());
    Q_EMIT statusChanged(tr("Exporting %1…").arg(qstr(m_run.filename().string())));
    write(kind.format, target.toStdString());
}

// TensorBoard compares the folders below the one that it is given: the run gets one of its own name.
QString RunExport::askTarget(const ExportKind& kind, const QString& title) {
    const QString name = qstr(m_run.filename().string());
    if (kind.suffix.empty()) {
        const QString folder = m_prompts.openFolder(m_window, title, m_settings.lastFolder());
        return folder.isEmpty() ? QString() : QDir(folder).filePath(name);
    }
    const QString suffix = qstr(kind.suffix);
    return m_prompts.saveFileUnasked(m_window, title, QDir(m_settings.lastFolder()).filePath(name + "." + suffix),
                                     qstr(kind.label) + " (*." + suffix + ")");
}

// Asks once about all files that are there already. An event file has its run's own name and is made anew.
bool RunExport::mayReplace(const ExportKind& kind, const QString& target) {
    if (kind.suffix.empty()) return true;
    QStringList there;
    for (const auto& file : exportedFiles(kind.format, target.toStdString())) {
        const QFileInfo info(qstr(file.string()));
        if (info.exists()) there << tr("“%1”").arg(info.fileName());
    }
    if (there.isEmpty()) return true;
    const QString folder = QFileInfo(target).absolutePath();
    const QString question =
        there.size() == 1 ? tr("%1 is there already in %2. Replace it?").arg(there.first(), folder)
                          : tr("%1 are there already in %2. Replace them?").arg(there.join(tr(" and ")), folder);
    return m_prompts.confirm(m_window, tr("Replace files"), question, tr("Replace"), tr("Keep"));
}

void RunExport::write(ExportFormat format, const std::filesystem::path& out) {
    m_job.run([run = m_run, format, out](const Progress&) { return exportRun(run, format, out, Existing::Replace); },
              [this](const ExportResult& result) {
                  QStringList files;
                  for (const auto& file : result.files) files << qstr(file.string());
                  Q_EMIT statusChanged(tr("Exported: %1").arg(files.join(", ")));
                  if (!result.note.empty()) m_prompts.showInformation(m_window, tr("Exported"), qstr(result.note));
              });
}

}  // namespace vit::ui
