// SPDX-License-Identifier: GPL-3.0-or-later
// A text that is handed on a moment after the last key.
#include "ui/pages/runs/notes_panel.h"

#include "ui/look/theme.h"
#include "ui/pages/runs/runs_model.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kDelayMs = 800;

}  // namespace

NotesPanel::NotesPanel(QWidget* parent) : QWidget(parent) {
    setObjectName("notesPanel");
    m_title = new QLabel(this);
    setRole(m_title, "muted");
    m_text = new QPlainTextEdit(this);
    m_text->setObjectName("notesText");
    m_text->setPlaceholderText(tr("What did you try, what did you expect, what came out?"));
    m_text->setTabChangesFocus(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpaceSmall);
    layout->addWidget(m_title);
    layout->addWidget(m_text, 1);
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelayMs);
    connect(&m_delay, &QTimer::timeout, this, &NotesPanel::save);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        if (!m_folder.isEmpty()) m_delay.start();
    });
    setRun(nullptr);
}

void NotesPanel::setRun(const RunSummary* run) {
    const QString folder = run ? folderOf(*run) : QString();
    const QString notes = run ? QString::fromStdString(run->about.notes) : QString();
    m_title->setText(run ? tr("Notes on %1, kept in its folder").arg(QString::fromStdString(run->name))
                         : tr("Select a run to make notes on it"));
    m_text->setEnabled(run != nullptr);
    if (folder == m_folder && (isTyped() || notes == m_stored)) {  // not under the typing hand
        m_stored = notes;
        return;
    }
    save();
    m_folder.clear();  // what follows is not typed
    m_text->setPlainText(notes);
    m_folder = folder;
    m_stored = notes;
}

void NotesPanel::save() {
    m_delay.stop();
    if (!m_folder.isEmpty() && isTyped()) Q_EMIT notesChanged(m_folder, m_text->toPlainText());
}

bool NotesPanel::isTyped() const { return m_text->toPlainText() != m_stored; }

void NotesPanel::focusText() { m_text->setFocus(); }

}  // namespace vit::ui
