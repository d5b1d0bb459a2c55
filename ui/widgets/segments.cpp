// SPDX-License-Identifier: GPL-3.0-or-later
// Tool buttons in a group that the style sheet draws as one.
#include "ui/widgets/segments.h"

#include "ui/look/theme.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QToolButton>

#include <utility>

namespace vit::ui {

namespace {

constexpr int kGap = 2;
constexpr int kBesideText = 22;

}  // namespace

Segments::Segments(QWidget* parent) : QWidget(parent), m_group(new QButtonGroup(this)) {
    setRole(this, "segments");
    setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kGap, kGap, kGap, kGap);
    layout->setSpacing(kGap);
    connect(m_group, &QButtonGroup::idClicked, this, [this](int id) {
        if (std::exchange(m_chosen, id) != id) Q_EMIT chosenChanged();
    });
}

void Segments::add(int id, const QString& name, const QString& text, const QString& tip) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setToolTip(tip);
    button->setCheckable(true);
    if (m_group->buttons().isEmpty()) {
        button->setChecked(true);
        m_chosen = id;
    }
    button->setFocusPolicy(Qt::StrongFocus);
    setRole(button, "segment");
    layout()->addWidget(button);
    m_group->addButton(button, id);
    setText(id, text);
}

void Segments::setText(int id, const QString& text) {
    QAbstractButton* button = m_group->button(id);
    QFont bold = button->font();
    bold.setWeight(QFont::DemiBold);
    button->setText(text);
    button->setMinimumWidth(QFontMetrics(bold).horizontalAdvance(text) + kBesideText);  // as it is when it is down
}

void Segments::choose(int id) {
    m_chosen = id;
    m_group->button(id)->setChecked(true);
}

}  // namespace vit::ui
