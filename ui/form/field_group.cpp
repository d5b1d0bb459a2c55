// SPDX-License-Identifier: GPL-3.0-or-later
// A header button over a column of rows.
#include "ui/form/field_group.h"

#include "ui/form/field_row.h"
#include "ui/look/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace vit::ui {

FieldGroup::FieldGroup(const QString& title, QWidget* parent)
    : QWidget(parent), m_title(title), m_header(new QToolButton(this)), m_note(new QLabel(m_header)),
      m_body(new QWidget(this)), m_bodyLayout(new QVBoxLayout(m_body)) {
    setRole(m_header, "header");
    m_header->setObjectName("group." + title);
    m_header->setText(' ' + title);
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setIconSize({14, 14});
    m_header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_header->setAccessibleName(tr("Section %1").arg(title));
    setRole(m_note, "muted");
    auto* headerLayout = new QHBoxLayout(m_header);
    headerLayout->setContentsMargins(0, 0, kSpace, 0);
    headerLayout->addStretch();
    headerLayout->addWidget(m_note);

    m_bodyLayout->setContentsMargins(0, 0, 0, kSpace);
    m_bodyLayout->setSpacing(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_body);
    connect(m_header, &QToolButton::clicked, this, [this] { setOpen(!m_open); });
    setOpen(true);
}

void FieldGroup::addRow(FieldRow* row) {
    m_rows.push_back(row);
    m_bodyLayout->addWidget(row);
}

void FieldGroup::addFigure(QWidget* figure) {
    m_figure = figure;
    m_bodyLayout->addWidget(figure);
}

void FieldGroup::setOpen(bool open) {
    m_open = open;
    showBody(open);
}

void FieldGroup::filter(const QString& words) {
    bool any = false;
    for (FieldRow* row : m_rows) {
        const bool shown = row->matches(words);
        row->setVisible(shown);
        any |= shown;
    }
    if (m_figure) m_figure->setVisible(words.isEmpty());
    setVisible(any);
    showBody(words.isEmpty() ? m_open : true);
}

void FieldGroup::setCounts(int changed, int problems) {
    setRole(m_note, problems > 0 ? "error" : "muted");
    if (problems > 0) m_note->setText(tr("%n to correct", nullptr, problems));
    else if (changed > 0) m_note->setText(tr("%n changed", nullptr, changed));
    else m_note->clear();
}

void FieldGroup::showBody(bool shown) {
    m_body->setVisible(shown);
    m_header->setIcon(icon(shown ? "chevron-down" : "chevron-right", IconTint::Muted));
}

}  // namespace vit::ui
