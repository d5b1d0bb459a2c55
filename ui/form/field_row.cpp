// SPDX-License-Identifier: GPL-3.0-or-later
// Lays out one field; the meaning of what is typed is the form's affair.
#include "ui/form/field_row.h"

#include "ui/form/field_editor.h"
#include "ui/look/theme.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QToolButton>

namespace vit::ui {

namespace {

constexpr int kLabelWidth = 154;
constexpr int kUnitWidth = 50;
constexpr int kResetSide = 20;

QLabel* makeLabel(const Field& field, QWidget* parent, QWidget* buddy) {
    auto* label = new QLabel(QString::fromStdString(field.label), parent);
    label->setMinimumWidth(kLabelWidth);
    label->setBuddy(buddy);
    return label;
}

QLabel* makeUnit(const Field& field, QWidget* parent) {
    auto* unit = new QLabel(QString::fromStdString(field.unit), parent);
    unit->setFixedWidth(kUnitWidth);
    setRole(unit, "muted");
    return unit;
}

}  // namespace

FieldRow::FieldRow(const Field& field, QWidget* parent)
    : QWidget(parent), m_field(field), m_editor(makeFieldEditor(field, this)) {
    const QString key = QString::fromStdString(field.key);
    QWidget* widget = m_editor->widget();
    m_label = makeLabel(field, this, widget);
    m_reset = new QToolButton(this);
    m_reset->setObjectName(key + ".reset");
    m_reset->setIcon(icon("undo", IconTint::Muted));
    m_reset->setIconSize({14, 14});
    m_reset->setFixedSize(kResetSide, kResetSide);
    m_reset->setStyleSheet("padding: 0;");
    m_reset->setFocusPolicy(Qt::NoFocus);
    QSizePolicy keepsPlace = m_reset->sizePolicy();
    keepsPlace.setRetainSizeWhenHidden(true);
    m_reset->setSizePolicy(keepsPlace);
    m_reset->hide();
    m_problem = new QLabel(this);
    m_problem->setObjectName(key + ".problem");
    m_problem->setWordWrap(true);
    setRole(m_problem, "error");
    m_problem->hide();

    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(kSpace + kSpaceSmall, 2, kSpaceSmall, 2);
    layout->setHorizontalSpacing(6);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_label, 0, 0);
    const bool isNumber = field.kind == FieldKind::Integer || field.kind == FieldKind::Real;
    layout->addWidget(widget, 0, 1, 1, isNumber ? 1 : 2);
    if (isNumber) layout->addWidget(makeUnit(field, this), 0, 2);
    layout->addWidget(m_reset, 0, 3);
    layout->addWidget(m_problem, 1, 0, 1, 4);
    layout->setColumnStretch(1, 1);

    setToolTip(QString("<qt><b>%1</b><br>%2</qt>")
                   .arg(QString::fromStdString(field.label).toHtmlEscaped(), fieldHelp(field)));
    widget->installEventFilter(this);
    connect(m_editor, &FieldEditor::edited, this, &FieldRow::edited);
    connect(m_reset, &QToolButton::clicked, this, &FieldRow::resetRequested);
}

QString FieldRow::text() const { return m_editor->text(); }

void FieldRow::setText(const QString& text) { m_editor->setText(text); }

void FieldRow::setDataSets(const std::vector<DataInfo>& dataSets) { m_editor->setDataSets(dataSets); }

void FieldRow::setProblem(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    setRole(m_editor->widget(), problem.isEmpty() ? "" : "error");
}

void FieldRow::setChanged(bool changed, const QString& presetText, const QString& presetTitle) {
    const QString name = QString::fromStdString(m_field.label).toHtmlEscaped();
    const QString mark = QString("<span style=\"color:%1\">•</span> ").arg(colors(this).train.name());
    m_label->setText(changed ? mark + name : name);
    m_reset->setVisible(changed && !m_locked);
    const QString shown = presetText.isEmpty() ? tr("none") : presetText;
    m_reset->setToolTip(tr("Back to %1, as in \"%2\"").arg(shown, presetTitle));
    m_reset->setAccessibleName(tr("Reset %1").arg(QString::fromStdString(m_field.label)));
}

void FieldRow::setLocked(bool locked) {
    m_locked = locked;
    refreshEditor();
}

void FieldRow::setMatters(bool matters) {
    m_matters = matters;
    refreshEditor();
}

void FieldRow::refreshEditor() {
    m_editor->widget()->setEnabled(!m_locked && m_matters);
    m_label->setEnabled(m_matters);
    if (m_locked) m_reset->hide();
}

void FieldRow::focusEditor() { m_editor->widget()->setFocus(Qt::OtherFocusReason); }

bool FieldRow::matches(const QString& words) const {
    const QString all = QString::fromStdString(m_field.label + ' ' + m_field.key + ' ' + m_field.help);
    const QStringList wanted = words.split(' ', Qt::SkipEmptyParts);
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

bool FieldRow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn) Q_EMIT editorFocused();
    return QWidget::eventFilter(watched, event);
}

QString fieldHelp(const Field& field) {
    QString help = QString::fromStdString(field.help).toHtmlEscaped();
    const QString only = QString::fromStdString(onlyText(field)).toHtmlEscaped();
    if (!only.isEmpty()) help += "<br>" + only;
    const QString range = QString::fromStdString(rangeText(field)).toHtmlEscaped();
    if (!range.isEmpty() && field.kind != FieldKind::Boolean) help += "<br><i>" + range + "</i>";
    return help;
}

}  // namespace vit::ui
