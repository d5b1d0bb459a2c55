// SPDX-License-Identifier: GPL-3.0-or-later
// The notes on the current run, kept as they are typed.
#pragma once

#include <QString>
#include <QTimer>
#include <QWidget>

class QLabel;
class QPlainTextEdit;

namespace vit {
struct RunSummary;
}

namespace vit::ui {

class NotesPanel : public QWidget {
    Q_OBJECT

public:
    explicit NotesPanel(QWidget* parent = nullptr);

    void setRun(const RunSummary* run);  // null: none
    void save();                         // hands on at once what has been typed
    void focusText();

Q_SIGNALS:
    void notesChanged(const QString& folder, const QString& notes);

private:
    bool isTyped() const;  // and not in the folder yet, as far as is known

    QLabel* m_title;
    QPlainTextEdit* m_text;
    QTimer m_delay;
    QString m_folder;
    QString m_stored;  // what the folder held when the run was read last
};

}  // namespace vit::ui
