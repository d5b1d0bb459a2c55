// SPDX-License-Identifier: GPL-3.0-or-later
// Buttons on the left, pages in the middle, the device on the right.
#include "ui/shell/main_tool_bar.h"

#include "ui/look/theme.h"
#include "ui/widgets/elided_label.h"

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QToolButton>

namespace vit::ui {

namespace {

constexpr QSize kIconSize(16, 16);

}  // namespace

MainToolBar::MainToolBar(const WindowActions& actions, QMenu* places, QWidget* parent)
    : QToolBar(tr("Main"), parent), m_place(new QToolButton(this)), m_device(new ElidedLabel(this)) {
    setObjectName("mainToolBar");
    setMovable(false);
    setContextMenuPolicy(Qt::PreventContextMenu);
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIconSize(kIconSize);
    addActions({actions.train, actions.pause, actions.stop});
    m_place->setObjectName("placeButton");
    m_place->setMenu(places);
    m_place->setPopupMode(QToolButton::InstantPopup);
    m_place->setFocusPolicy(Qt::TabFocus);
    m_place->setIcon(icon("chip"));
    m_place->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    addWidget(m_place);
    addSeparator();
    addAction(actions.openPhoto);
    // Its icon says enough, and the pages need the room.
    static_cast<QToolButton*>(widgetForAction(actions.openPhoto))->setToolButtonStyle(Qt::ToolButtonIconOnly);
    setRole(widgetForAction(actions.train), "primary");
    widgetForAction(actions.train)->setObjectName("trainButton");
    widgetForAction(actions.pause)->setObjectName("pauseButton");
    widgetForAction(actions.stop)->setObjectName("stopButton");
    m_device->setObjectName("deviceLabel");
    m_device->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    setRole(m_device, "muted");

    auto* rest = new QWidget(this);
    auto* layout = new QHBoxLayout(rest);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addStretch(1);
    layout->addWidget(makePageBar(actions));
    layout->addWidget(m_device, 2);
    rest->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addWidget(rest);
}

void MainToolBar::showPlace(const QString& text, const QString& details) {
    constexpr int kMostWidth = 180;
    m_place->setText(' ' + m_place->fontMetrics().elidedText(text, Qt::ElideMiddle, kMostWidth));
    m_place->setToolTip(details);
    m_place->setAccessibleName(tr("Train on %1").arg(text));
}

void MainToolBar::showDevice(const QString& text, const QString& details) {
    m_device->setText(text);
    m_device->setToolTip(details.isEmpty() ? text : details);
}

QWidget* MainToolBar::makePageBar(const WindowActions& actions) {
    auto* segments = new QWidget(this);
    setRole(segments, "segments");
    segments->setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QHBoxLayout(segments);
    layout->setContentsMargins(3, 3, 3, 3);
    layout->setSpacing(2);
    for (QAction* action : actions.pages->actions()) {
        auto* button = new QToolButton(segments);
        button->setDefaultAction(action);
        button->setObjectName("page." + action->text());
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIconSize(kIconSize);
        setRole(button, "segment");
        layout->addWidget(button);
    }
    return segments;
}

}  // namespace vit::ui
