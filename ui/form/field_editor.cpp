// SPDX-License-Identifier: GPL-3.0-or-later
// One editor class for each kind of field.
#include "ui/form/field_editor.h"

#include "ui/form/number_box.h"
#include "ui/look/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QWheelEvent>

namespace vit::ui {

namespace {

constexpr int kLeastLetters = 12;

// Scrolling the form must not change what the pointer happens to pass.
class QuietComboBox : public QComboBox {
public:
    // As wide as the form lets it be: its longest choice would push what stands beside out of sight.
    explicit QuietComboBox(QWidget* parent) : QComboBox(parent) {
        setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        setMinimumContentsLength(kLeastLetters);
    }

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

class NumberEditor : public FieldEditor {
public:
    NumberEditor(const Field& field, QWidget* parent) : FieldEditor(parent), m_box(new NumberBox(field, parent)) {
        connect(m_box, &NumberBox::textEdited, this, &FieldEditor::edited);
    }
    QWidget* widget() const override { return m_box; }
    QString text() const override { return m_box->text(); }
    void setText(const QString& text) override { m_box->setText(text); }

private:
    NumberBox* m_box;
};

class LineEditor : public FieldEditor {
public:
    LineEditor(const Field&, QWidget* parent) : FieldEditor(parent), m_edit(new QLineEdit(parent)) {
        connect(m_edit, &QLineEdit::textEdited, this, &FieldEditor::edited);
    }
    QWidget* widget() const override { return m_edit; }
    QString text() const override { return m_edit->text(); }
    void setText(const QString& text) override {
        if (m_edit->text() != text) m_edit->setText(text);
    }

private:
    QLineEdit* m_edit;
};

class CheckEditor : public FieldEditor {
public:
    CheckEditor(const Field&, QWidget* parent) : FieldEditor(parent), m_box(new QCheckBox(parent)) {
        connect(m_box, &QCheckBox::clicked, this, &FieldEditor::edited);
    }
    QWidget* widget() const override { return m_box; }
    QString text() const override { return m_box->isChecked() ? "true" : "false"; }
    void setText(const QString& text) override { m_box->setChecked(text == "true"); }

private:
    QCheckBox* m_box;
};

class ChoiceEditor : public FieldEditor {
public:
    ChoiceEditor(const Field& field, QWidget* parent) : FieldEditor(parent), m_box(new QuietComboBox(parent)) {
        m_box->setFocusPolicy(Qt::StrongFocus);
        for (const Choice& choice : field.choices) {
            m_box->addItem(QString::fromStdString(choice.label), QString::fromStdString(choice.value));
            m_box->setItemData(m_box->count() - 1, QString::fromStdString(choice.help), Qt::ToolTipRole);
        }
        connect(m_box, &QComboBox::activated, this, &FieldEditor::edited);
    }
    QWidget* widget() const override { return m_box; }
    QString text() const override { return m_box->currentData().toString(); }
    void setText(const QString& text) override { m_box->setCurrentIndex(m_box->findData(text)); }

private:
    QComboBox* m_box;
};

// Free text with suggestions: the names of the data sets that are there.
class SuggestionEditor : public FieldEditor {
public:
    SuggestionEditor(const Field& field, QWidget* parent) : FieldEditor(parent), m_box(new QuietComboBox(parent)) {
        m_box->setFocusPolicy(Qt::StrongFocus);
        m_box->setEditable(true);
        m_box->setInsertPolicy(QComboBox::NoInsert);
        for (const Choice& choice : field.choices) addSuggestion(choice.value, choice.label + ": " + choice.help);
        m_namesDataSets = field.key == "data.name";
        connect(m_box, &QComboBox::editTextChanged, this, &FieldEditor::edited);
    }
    QWidget* widget() const override { return m_box; }
    QString text() const override { return m_box->currentText(); }
    void setText(const QString& text) override {
        if (m_box->currentText() == text) return;
        const QSignalBlocker quiet(m_box);
        m_box->setCurrentIndex(m_box->findText(text));
        m_box->setEditText(text);
    }
    void setDataSets(const std::vector<DataInfo>& dataSets) override {
        if (!m_namesDataSets) return;
        const QSignalBlocker quiet(m_box);
        const QString text = m_box->currentText();
        m_box->clear();
        for (const DataInfo& info : dataSets) {
            addSuggestion(info.name, info.title + ": " + info.description +
                                         (info.available ? "" : "\nNot on this computer yet: see the Data page."));
            if (!info.available) m_box->setItemIcon(m_box->count() - 1, icon("download", IconTint::Muted));
        }
        m_box->setCurrentIndex(m_box->findText(text));
        m_box->setEditText(text);
    }

private:
    void addSuggestion(const std::string& name, const std::string& help) {
        m_box->addItem(QString::fromStdString(name));
        m_box->setItemData(m_box->count() - 1, QString::fromStdString(help), Qt::ToolTipRole);
    }

    QComboBox* m_box;
    bool m_namesDataSets = false;
};

FieldEditor* makeByKind(const Field& field, QWidget* parent) {
    switch (field.kind) {
        case FieldKind::Boolean: return new CheckEditor(field, parent);
        case FieldKind::Integer:
        case FieldKind::Real: return new NumberEditor(field, parent);
        case FieldKind::Choice: return new ChoiceEditor(field, parent);
        case FieldKind::Text: return new SuggestionEditor(field, parent);
        case FieldKind::IntegerList: break;
    }
    return new LineEditor(field, parent);
}

}  // namespace

FieldEditor* makeFieldEditor(const Field& field, QWidget* parent) {
    FieldEditor* editor = makeByKind(field, parent);
    QWidget* widget = editor->widget();
    widget->setObjectName(QString::fromStdString(field.key));
    widget->setAccessibleName(QString::fromStdString(field.label));
    widget->setAccessibleDescription(QString::fromStdString(field.help));
    return editor;
}

}  // namespace vit::ui
