// SPDX-License-Identifier: GPL-3.0-or-later
// One line of the form: label, editor, unit, the mark of a change with its reset, and the problem underneath.
#pragma once

#include "core/config/schema.h"
#include "core/data/store/data_store.h"

#include <QString>
#include <QWidget>

class QLabel;
class QToolButton;

namespace vit::ui {

class FieldEditor;

class FieldRow : public QWidget {
    Q_OBJECT

public:
    explicit FieldRow(const Field& field, QWidget* parent = nullptr);  // `field` outlives it

    const Field& field() const { return m_field; }
    QString text() const;
    void setText(const QString& text);
    void setDataSets(const std::vector<DataInfo>& dataSets);

    void setProblem(const QString& problem);  // empty for none
    // `presetText` is what the preset has.
    void setChanged(bool changed, const QString& presetText, const QString& presetTitle);
    void setLocked(bool locked);
    void setMatters(bool matters);  // greyed where it has no effect
    void focusEditor();
    bool matches(const QString& words) const;  // label, key or help contains each word

Q_SIGNALS:
    void edited();
    void resetRequested();
    void editorFocused();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refreshEditor();

    const Field& m_field;
    bool m_locked = false;
    bool m_matters = true;
    FieldEditor* m_editor;
    QLabel* m_label;
    QToolButton* m_reset;
    QLabel* m_problem;
};

// Help and range of a field, for its tooltip and the form's help line (rich text).
QString fieldHelp(const Field& field);

}  // namespace vit::ui
