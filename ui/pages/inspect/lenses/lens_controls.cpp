// SPDX-License-Identifier: GPL-3.0-or-later
// A column of controls.
#include "ui/pages/inspect/lenses/lens_controls.h"

#include "ui/look/theme.h"

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace vit::ui {

LensControls::LensControls(const QString& title, QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    auto* label = new QLabel(title, this);
    label->setFont(titleFont());
    auto* area = new QScrollArea(this);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    area->viewport()->setAutoFillBackground(false);
    auto* column = new QWidget(area);
    m_layout = new QVBoxLayout(column);
    m_layout->setContentsMargins(0, 0, kSpaceSmall, 0);
    m_layout->setSpacing(kSpace);
    area->setWidget(column);
    column->setAutoFillBackground(false);  // which setWidget() switches on
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge - kSpaceSmall, kSpace + kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addWidget(label);
    layout->addWidget(area, 1);
}

void LensControls::add(QWidget* widget, int stretch) { m_layout->addWidget(widget, stretch); }

void LensControls::add(const QString& label, QWidget* widget) {
    auto* name = new QLabel(label, this);
    name->setBuddy(widget);
    setRole(name, "muted");
    m_layout->addWidget(name);
    m_layout->addWidget(widget);
}

void LensControls::addStretch() { m_layout->addStretch(); }

QLabel* LensControls::addText(const char* name) {
    auto* text = new QLabel(this);
    text->setObjectName(name);
    text->setWordWrap(true);
    text->setTextFormat(Qt::PlainText);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setRole(text, "muted");
    m_layout->addWidget(text);
    return text;
}

}  // namespace vit::ui
