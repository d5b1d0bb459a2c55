// SPDX-License-Identifier: GPL-3.0-or-later
// Title, picture and caption; the zoom is shown while the picture is not fitted.
#include "ui/pages/inspect/picture_card.h"

#include "ui/look/format.h"
#include "ui/look/theme.h"
#include "ui/pages/inspect/image_view.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace vit::ui {

QString sizeText(int width, int height) {
    return QStringLiteral("%1 × %2 px").arg(withThousands(width), withThousands(height));
}

PictureCard::PictureCard(const QString& title, const char* viewName, QWidget* parent) : QFrame(parent) {
    setRole(this, "card");
    auto* titleLabel = new QLabel(title, this);
    titleLabel->setFont(titleFont());
    m_zoom = new QLabel(this);
    setRole(m_zoom, "muted");
    m_view = new ImageView(this);
    m_view->setObjectName(viewName);
    m_view->setAccessibleName(title);
    m_view->setToolTip(tr("Wheel or + and − zoom, drag or the arrow keys move, double click or 0 fits"));
    m_caption = new QLabel(this);
    m_caption->setObjectName(QString(viewName) + "Caption");
    m_caption->setWordWrap(true);
    setRole(m_caption, "muted");

    m_top = new QHBoxLayout;
    m_top->addWidget(titleLabel, 1);
    m_top->addWidget(m_zoom);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceLarge, kSpace + kSpaceSmall, kSpaceLarge, kSpace + kSpaceSmall);
    layout->setSpacing(kSpace);
    layout->addLayout(m_top);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_caption);
    connect(m_view, &ImageView::scaleChanged, this, [this](double scale) {
        m_zoom->setText(m_view->fitted() ? QString() : tr("%1 %").arg(qRound(scale * 100)));
    });
}

void PictureCard::setCaption(const QString& text) { m_caption->setText(text); }

void PictureCard::addButton(QAction* action) {
    auto* button = new QToolButton(this);
    button->setObjectName(action->objectName() + "Button");
    button->setDefaultAction(action);
    button->setFocusPolicy(Qt::StrongFocus);
    m_top->addWidget(button);
}

}  // namespace vit::ui
