// SPDX-License-Identifier: GPL-3.0-or-later
// A card with everything in its middle.
#include "ui/widgets/empty_state.h"

#include "ui/look/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace vit::ui {

namespace {

constexpr int kPictureSide = 48;
constexpr int kTextWidth = 460;

}  // namespace

EmptyState::EmptyState(const QString& iconName, const QString& title, const QString& text, QWidget* parent)
    : QFrame(parent), m_iconName(iconName), m_icon(new QLabel(this)) {
    setRole(this, "card");
    drawIcon();
    m_title = new QLabel(title, this);
    m_title->setFont(titleFont());
    m_text = new QLabel(text, this);
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setWordWrap(true);
    m_text->setMaximumWidth(kTextWidth);
    setRole(m_text, "muted");
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(kSpace);

    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpaceLarge);
    layout->addStretch();
    layout->addWidget(m_icon, 0, Qt::AlignHCenter);
    layout->addWidget(m_title, 0, Qt::AlignHCenter);
    // Centred by stretches: an alignment would keep the text from growing with its lines.
    const auto addCentred = [layout](auto add) {
        auto* row = new QHBoxLayout;
        row->addStretch();
        add(row);
        row->addStretch();
        layout->addLayout(row);
    };
    addCentred([this](QHBoxLayout* row) { row->addWidget(m_text, kTextWidth); });
    addCentred([this](QHBoxLayout* row) { row->addLayout(m_buttons); });
    layout->addStretch();
}

void EmptyState::drawIcon() {
    m_icon->setPixmap(icon(m_iconName, IconTint::Muted).pixmap(QSize(kPictureSide, kPictureSide), devicePixelRatioF()));
}

void EmptyState::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) drawIcon();
    QFrame::changeEvent(event);
}

void EmptyState::setTitle(const QString& title) { m_title->setText(title); }

void EmptyState::setText(const QString& text) { m_text->setText(text); }

QPushButton* EmptyState::addButton(const char* name, const QString& text) {
    auto* button = new QPushButton(text, this);
    button->setObjectName(name);
    if (m_buttons->isEmpty()) setRole(button, "primary");
    m_buttons->addWidget(button);
    return button;
}

}  // namespace vit::ui
